"""The compiled search against the one in Python, and what happens without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import kernel
from scanner.commands import main
from scanner.engine.anchor_search import PythonSearch
from scanner.engine.anchors import ANY, AnchorIndex, RunAnchor, Tables
from scanner.rulebook import load_rules
from scanner.rulebook.model import Anchor

compiled = pytest.mark.skipif(
    kernel.anchors is None, reason="the compiled search is not built: there is no compiler"
)

LETTERS = st.sampled_from(
    [b"A", b"B", b"a", b"b", b"1", b"2", b"+", b"/", b"\n", b" ", b"\0", b"\xff"]
)
BUFFERS = st.lists(
    st.one_of(LETTERS, st.binary(max_size=4), st.integers(1, 9).map(lambda size: b"aB1+" * size)),
    max_size=40,
).map(b"".join)
LITERALS = st.lists(
    st.tuples(st.integers(0, 99), st.lists(LETTERS, min_size=2, max_size=6).map(b"".join)),
    max_size=6,
).map(tuple)
SETS = st.one_of(st.just(b""), st.binary(min_size=1, max_size=3), LETTERS)


@st.composite
def run_anchors(draw: st.DrawFn) -> tuple[RunAnchor, ...]:
    runs = []
    for _ in range(draw(st.integers(0, 5))):
        length = draw(st.integers(1, 9))
        then = tuple(draw(st.lists(LETTERS, max_size=min(2, length - 1))))
        runs.append(
            RunAnchor(
                draw(st.integers(100, 199)), length, draw(SETS), draw(SETS), draw(SETS), then,
                draw(st.integers(0, 4)),
            )
        )  # fmt: skip
    return tuple(sorted(runs, key=lambda run: run.length))


TABLES = st.builds(
    Tables, LITERALS, LITERALS, run_anchors(), st.integers(1, 6), st.integers(4, 9), st.booleans(),
    st.binary(max_size=3),
).filter(lambda tables: tables.wants_heads or not tables.lower_heads)  # fmt: skip


def both(tables: Tables, buffer: bytes) -> list[object]:
    answers = []
    for search in (kernel.search_for(tables), PythonSearch(tables).search):
        spots, heads, lower_heads = search(buffer)
        answers.append((sorted(spots), heads, lower_heads))
    return answers


@compiled
@settings(max_examples=4 * settings().max_examples)
@given(TABLES, BUFFERS)
def test_both_find_the_same(tables: Tables, content: bytes) -> None:
    least = min([tables.least, tables.encoded_run, *(run.length for run in tables.runs)])
    # A head is looked for in what is long enough for an encoded literal only.
    tables = tables._replace(least=least)
    for buffer in (b"\n" + content + b"\n", content + b"\n", b"\n" + content, content):
        if buffer:
            answers = both(tables, buffer)
            assert answers[0] == answers[1]


def runs_of(least: int) -> Tables:
    runs = [RunAnchor(size, size, b"", b"", b"", (), ANY) for size in range(least, 60)]
    return Tables((), (), tuple(runs), least, least + 4, True, b"b")


@compiled
@pytest.mark.parametrize("least", [14, 15, 16, 17, 39, 40, 41])
def test_no_run_is_between_two_windows(least: int) -> None:
    """A shorter one before it moves the windows; so near the end there are none."""
    search = kernel.search_for(runs_of(least))
    run = b"Ab1+" * 11
    for before in range(3 * least):
        for size in (least - 1, least, least + 1):
            shorter = min(before // 2, least - 1)
            text = b"\n" + run[:shorter] + b" " * (before - shorter) + run[:size]
            expected = [(before, size)] if size >= least else []
            for after in (b"\n", b" " * 40, b"@[`{:-,.", b"\x80\xff" * 40):
                assert search(text + after)[0] == expected


RUNS = st.lists(
    st.tuples(
        st.integers(0, 60).map(lambda size: (b"Ab1+" * 15)[:size]),
        st.sampled_from([b"\n", b" ", b".", b":-", b"@[`{", b"\x80\xff"]),
    ).map(b"".join),
    max_size=12,
).map(b"".join)
"""Runs of the alphabet, with what is next to it in ASCII between them."""


@compiled
@given(st.integers(14, 44), RUNS)
def test_both_find_the_same_runs(least: int, content: bytes) -> None:
    for buffer in (b"\n" + content + b"\n", content):  # a piece may begin and end inside of a run
        if buffer:
            answers = both(runs_of(least), buffer)
            assert answers[0] == answers[1]


@compiled
@settings(max_examples=settings().max_examples * 2)
@given(
    st.lists(
        st.one_of(BUFFERS, st.sampled_from([b"AKIA", b"%2F", b"\\u002", b"ccessKey", b"QUtJQ"]))
    )
)
def test_both_find_the_same_with_the_shipped_rules(pieces: list[bytes]) -> None:
    index = AnchorIndex(anchor for rule in load_rules((), ()) for anchor in rule.anchors)
    answers = both(index.tables, b"\n" + b"".join(pieces) + b"\n")
    assert answers[0] == answers[1]


@compiled
@pytest.mark.parametrize("size", range(4))
def test_the_shortest_buffers_are_searched(size: int) -> None:
    index = AnchorIndex(
        [Anchor(b"AA"), Anchor(b"AAA"), Anchor(run=1), Anchor(b"AAA", encoded=True)]
    )
    answers = both(index.tables, b"A" * size + b"\n")
    assert answers[0] == answers[1]


@compiled
@pytest.mark.parametrize(
    "changes",
    [
        {"literals": ((1, b"a"),)},
        {"literals": ((1, "text"),)},
        {"literals": ((1 << 40, b"abc"),)},
        {"encoded": (3,)},
        {"runs": (RunAnchor(1, 9, b"", b"", b"", (), 0), RunAnchor(2, 8, b"", b"", b"", (), 0))},
        {"runs": (RunAnchor(1, 2, b"", b"", b"", (b"a", b"b"), 0),)},
        {"runs": (RunAnchor(1, 0, b"", b"", b"", (), 0),)},
        {"runs": ((1, 2),)},
        {"least": 0},
        {"lower_heads": None},
    ],
)
def test_tables_that_cannot_be_are_refused(changes: dict[str, object]) -> None:
    tables = Tables((), (), (), 40, 40, False, b"")._replace(**changes)
    with pytest.raises((ValueError, TypeError, OverflowError, IndexError)):
        kernel.search_for(tables)


@compiled
def test_anything_but_tables_and_a_buffer_is_refused() -> None:
    search = kernel.search_for(Tables((), (), (), 40, 40, False, b""))
    for wrong in ("text", [3], None):
        with pytest.raises(TypeError):
            search(wrong)
    with pytest.raises(ValueError, match="PyCapsule"):
        kernel.anchors.search(object(), b"")


@pytest.mark.parametrize(
    ("wish", "is_compiled"), [("1", False), ("yes", False), ("0", True), ("", True)]
)
def test_the_environment_chooses(wish: str, is_compiled: bool) -> None:
    script = "from scanner import kernel; print(kernel.anchors is not None)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, kernel.PURE: wish},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(is_compiled and kernel.anchors is not None)


def test_one_that_cannot_be_loaded_is_a_problem_and_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(name: str) -> None:
        raise ImportError("wrong ELF class")

    monkeypatch.setattr("importlib.import_module", fail)
    monkeypatch.setattr(kernel, "problem", "")
    monkeypatch.delenv(kernel.PURE, raising=False)
    assert kernel.load("packs") is None
    assert kernel.problem == "wrong ELF class"


def test_one_that_was_not_built_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("importlib.import_module", fail)
    monkeypatch.setattr(kernel, "problem", "")
    assert kernel.load("packs") is None
    assert kernel.problem == ""


def test_a_scan_says_once_that_the_compiled_search_cannot_be_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kernel, "anchors", None)
    monkeypatch.setattr(kernel, "problem", "wrong ELF class")
    for name in "ab":
        (tmp_path / name).write_text("nothing\n")
    assert main(["scan", "--no-config", str(tmp_path)]) == 0
    assert capsys.readouterr().err.count("wrong ELF class") == 1


def test_what_runs_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "anchors", None)
    monkeypatch.setenv(kernel.PURE, "1")
    assert kernel.described() == "Python, as KEYCATCH_PURE asks"
    monkeypatch.delenv(kernel.PURE)
    assert kernel.described() == "Python; no compiled one was built"
    monkeypatch.setattr(kernel, "problem", "wrong ELF class")
    assert kernel.described() == "Python; the compiled one cannot be loaded: wrong ELF class"
    monkeypatch.setattr(kernel, "anchors", object())
    monkeypatch.setattr(kernel, "problem", "")
    assert kernel.described() == "compiled"
