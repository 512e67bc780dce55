"""The heads of commits, and what a walk names, in Python and compiled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.git import delta as deltas
from scanner.history.objects.naming import Naming
from scanner.history.objects.search_result import SearchResult

needs_compiler = pytest.mark.skipif(
    deltas.packs is None, reason="what reads packs is not compiled: there is no compiler"
)

IDS = st.integers(0, 9).map(lambda digit: b"%d" % digit * 40)
LINES = st.one_of(
    IDS.map(lambda name: b"tree " + name),
    IDS.map(lambda name: b"parent " + name),
    st.sampled_from(
        [
            b"author A U Thor <a@example.com> 1 +0100",
            b"author ",
            b"committer C <c@example.com> 1700000000 +0100",
            b"committer <> 999999999999999999 -0",
            b"committer C <c@example.com> 1000000000000000000 +0100",
            b"committer C <c> o> 1 +0100",
            b"committer C <c@example.com> 1  +0100",
            b"committer C <c@example.com> 1 0100",
            b"tree " + b"A" * 40,
            b"encoding x",
            b"",
        ]
    ),
)
WHOLE = st.tuples(
    IDS.map(lambda name: b"tree %b\n" % name),
    st.lists(IDS.map(lambda name: b"parent %b\n" % name), max_size=3).map(b"".join),
    st.just(b"author A\0U Thor <a@example.com> 1 +0100\n"),
    st.sampled_from(
        [b"committer C <c@example.com> 1 +0100\n", b"committer \xff<\0> 17 -12345678901\n\nmessage"]
    ),
).map(b"".join)
CUT = st.tuples(WHOLE, st.integers(0, 300)).map(lambda each: each[0][: each[1]])
CHANGED = st.tuples(WHOLE, st.integers(0, 300), st.binary(max_size=2)).map(
    lambda each: each[0][: each[1]] + each[2] + each[0][each[1] + len(each[2]) :]
)
COMMITS = st.one_of(WHOLE, CUT, CHANGED, st.lists(LINES, max_size=8).map(b"\n".join))


def name_of(number: int) -> bytes:
    return number.to_bytes(20, "big")


def waiting_for(contents: list[bytes], kind: str = "commit") -> list[Any]:
    return [(at, kind, data, -1, None, False, True) for at, data in enumerate(contents)]


def told(naming: Naming) -> tuple[Any, ...]:
    result = SearchResult()
    naming.add_to(result, is_divided=True)
    rows = result.commits
    return (
        rows.names, rows.trees, rows.parents, rows.numbers, rows.times, rows.is_complete,
        result.named,
    )  # fmt: skip


@needs_compiler
@settings(max_examples=4 * settings().max_examples)
@given(st.lists(COMMITS, max_size=6), st.integers(0, 2))
def test_both_read_the_same(contents: list[bytes], start: int) -> None:
    start = min(start, len(contents))
    compiled, python = Naming("commit", name_of, 20), Naming("commit", name_of, 20)
    waiting = waiting_for(contents)
    compiled.take(waiting[:start], 0)
    compiled.take(waiting, start)
    walked = [(entry, base, data, None) for entry, _, data, base, *_ in waiting]
    assert list(python.passing(iter(walked))) == walked
    assert told(compiled) == told(python)


@pytest.mark.parametrize("size", [20, 32])
def test_what_a_commit_has(size: int) -> None:
    tree, *parents = [bytes([number]) * size for number in (1, 2, 3)]
    text = b"tree %b\nparent %b\nparent %b\n" % (
        tree.hex().encode(), parents[0].hex().encode(), parents[1].hex().encode(),
    )  # fmt: skip
    text += b"author A <a@example.com> 1 +0000\ncommitter C <c@example.com> 1700000000 +0000\n"
    naming = Naming("commit", lambda _: parents[0], size)
    naming.take(waiting_for([text]), 0)
    rows = told(naming)
    assert rows[:3] == (parents[0], tree, b"".join(parents))
    assert (list(rows[3]), list(rows[4]), rows[5]) == ([2], [1_700_000_000], True)
    assert rows[6] == {tree, parents[1]}


def test_tags_name_their_objects() -> None:
    naming = Naming("tag", name_of, 20)
    naming.take(waiting_for([b"object %b\ntype commit\n" % (b"7" * 40), b"text"], "tag"), 0)
    assert told(naming)[-1] == {b"\x77" * 20}


@needs_compiler
@pytest.mark.parametrize(
    "arguments",
    [((), 0, 20), ([b"text"], 0, 20), ([()], 0, 20), ([(0, "", "text")], 0, 20), ([], -1, 20),
     ([], 0, 33), ([], 0, 0)],
)  # fmt: skip
def test_anything_but_commits_is_refused(arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, ValueError, IndexError)):
        deltas.packs.commits(*arguments)
