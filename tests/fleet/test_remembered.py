"""What a state folder keeps of the sources: enough to go on, and no user information."""

from __future__ import annotations

import json
import os

import pytest

from scanner.fleet.remembered import Row, of, read, written
from scanner.fleet.selection import Selection


@pytest.mark.parametrize(
    ("source", "kept", "is_whole"),
    [
        ("list.txt", os.path.abspath("list.txt"), True),
        ("https://git.example/a", "https://git.example/a", True),
        ("git@git.example:a", "git@git.example:a", True),
        ("ssh://git@git.example/a", "ssh://git@git.example/a", True),
        ("bob@git.example:a", "git.example:a", False),
        ("https://bob:word@git.example/a", "https://git.example/a", False),
        ("https://word@git.example/a", "https://git.example/a", False),
        ("http://bob:word@git.example/a", "http://git.example/a", True),
        ("github+https://github.com/acme", "github+https://github.com/acme", True),
        ("github+https://word@github.com/acme", "github+https://github.com/acme", False),
        ("https://bob:word@github.com/acme", "github+https://github.com/acme", False),
    ],
)
def test_what_is_kept_of_a_source(source: str, kept: str, is_whole: bool) -> None:
    remembered = of([source], Selection(), {})
    assert remembered.sources == (kept,)
    assert remembered.incomplete == (() if is_whole else (kept,))
    assert b"word" not in written(remembered)
    assert b"bob" not in written(remembered)


def test_it_comes_back() -> None:
    rows = [Row("1", "name", "owner"), Row("2", "another", "")]
    remembered = of(["/a", "git@h.example:b"], Selection(("x",), since=9), {"name": "why"}, rows)
    assert read(written(remembered)) == remembered

    fields = json.loads(written(remembered))
    for change in (
        {"version": 2}, {"sources": "x"}, {"selection": []}, {"unread": [{}]}, {"left_out": 1},
    ):  # fmt: skip
        assert read(json.dumps(fields | change).encode()) is None
    assert read(b"") is None
