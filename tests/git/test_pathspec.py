"""Pathspecs and shell words, checked by git and by a shell."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.git.pathspec import pathspec, quoted
from scanner.secret import MASK, printable

posix = pytest.mark.skipif(os.name == "nt", reason="needs the file names of POSIX")
NAMES = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0/")
    | st.sampled_from("*?[]\\:!^()#"),
    min_size=1, max_size=12,
).filter(lambda name: name not in (".", "..") and name.lower() != ".git")  # fmt: skip


@pytest.mark.parametrize(
    ("path", "plain", "below"),
    [
        ("a.env", "a.env", ":/a.env"), ("a/b c", "a/b c", ":/a/b c"), (".env", ".env", ":/.env"),
        (":x", ":(literal):x", ":(top):x"), ("_x", "_x", ":(top)_x"),
        ("a*", ":(literal)a*", ":(top,literal)a*"), ("\x1b", ":(top)?", ":(top)?"),
        (f"a{MASK}b", ":(top)a*b", ":(top)a*b"), ("é\n", ":(top)é?", ":(top)é?"),
    ],
)  # fmt: skip
def test_by_the_name(path: str, plain: str, below: str) -> None:
    assert pathspec(path) == plain
    assert pathspec(path, is_below_top=True) == below


@given(NAMES, st.booleans(), st.booleans())
def test_nothing_in_it_moves_a_terminal(name: str, below: bool, excluded: bool) -> None:
    spec = quoted((pathspec(name, is_below_top=below, is_excluded=excluded),))
    assert printable(spec) == spec


@posix
def test_every_name_is_found_and_its_neighbours_are_not(repository: Any) -> None:
    names = ["a", "a*", "a?", "[a]", "ab", ":a", "-a", "a b", "it's", "sub/a", "sub/a*", "\\a"]
    for name in names:
        repository.write(name)
    repository.git("add", "--all")
    for directory in (".", "sub"):
        for name in names:
            spec = pathspec(name, is_below_top=directory != ".")
            command = f"git ls-files -z --full-name -- {quoted((spec,))}"
            done = subprocess.run(
                ["sh", "-c", command], cwd=repository.root / directory, capture_output=True,
                check=True,
            )  # fmt: skip
            assert done.stdout.split(b"\0")[:-1] == [name.encode()], (directory, name, spec)


@posix
@pytest.mark.parametrize("name", ["\x1b[1m", "a\nb", "\u202e", b"\xff\xfe", "::x", "##[x]"])
def test_a_name_that_is_not_shown_is_found(repository: Any, name: str | bytes) -> None:
    path = os.fsdecode(name)
    repository.write(path)
    repository.write("other")
    repository.git("add", "--all")
    for spec, expected in (
        (pathspec(path), os.fsencode(path)),
        (pathspec(path, is_excluded=True), b"other"),
    ):
        command = ["git", "ls-files", "-z", "--", *([":/"] if expected == b"other" else []), spec]
        done = subprocess.run(command, cwd=repository.root, capture_output=True, check=True)
        assert done.stdout == expected + b"\0"
