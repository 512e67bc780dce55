"""Each fuzz target on its seeds, and whether each would notice that a promise is broken."""

from __future__ import annotations

from typing import Any

import pytest

from fuzz import planted
from fuzz.interface import BrokenPromiseError, Target
from fuzz.planted import KEY_ID, PLANTED, SECRET
from fuzz.targets import decoders as decoders_target
from fuzz.targets import documents, events, objects, packs, reports, search, targets
from fuzz.targets.packs import plain_delta
from scanner.commands.agent_check import Found
from scanner.decoders import DECODERS
from scanner.engine.examine import Examined
from scanner.tally import Tally

TARGETS = targets()


@pytest.mark.parametrize("name", TARGETS)
def test_it_holds_for_the_seeds(name: str) -> None:
    target = TARGETS[name]
    seeds = list(target.seeds())
    assert seeds
    for seed in (*seeds, b"", b"\0", b"\xff" * 9):
        target.one(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_the_same_each_time(name: str) -> None:
    assert list(TARGETS[name].seeds()) == list(TARGETS[name].seeds())


def test_names_are_their_own() -> None:
    assert [target.name for target in TARGETS.values()] == list(TARGETS)
    assert all(target.about for target in TARGETS.values())


def broken(target: Target) -> bool:
    """Return whether one of the seeds breaks a promise, which is said without a value."""
    return any(map(said, ((target, seed) for seed in target.seeds())))


def said(case: tuple[Target, bytes]) -> str:
    target, seed = case
    try:
        target.one(seed)
    except BrokenPromiseError as error:
        text = str(error)
    else:
        return ""
    assert SECRET.decode() not in text
    assert KEY_ID.decode() not in text
    return text


@pytest.mark.parametrize("name", ["zip", "tar", "streams", "sqlite", "examine", "nested"])
def test_a_scan_that_is_clean_without_a_word_is_noticed(name: str, monkeypatch: Any) -> None:
    nothing = Examined([], Tally(), {}, [])
    examiner = planted.examiner()
    monkeypatch.setattr(planted, "examiner", lambda: examiner)
    monkeypatch.setattr(type(examiner), "examine", lambda *_: nothing)
    assert broken(TARGETS[name])


@pytest.mark.parametrize("name", ["zip", "examine", "sqlite"])
def test_an_exception_that_a_scan_catches_is_noticed(name: str, monkeypatch: Any) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("scanner.engine.gather._detect", fail)
    assert broken(TARGETS[name])


NOTHING_FOUND = Found()


def too_much(layer: Any, *_: object) -> Any:
    yield layer


WRONG: dict[str, tuple[str, Any, str, Any]] = {
    "decoders": ("decoders", decoders_target, "DECODERS", (DECODERS[0]._replace(decode=too_much),)),
    "delta": ("delta", packs, "apply", lambda *_: b"x"),
    "new bytes of a delta": ("delta", packs, "fresh", lambda *_: []),
    "copies of a delta": ("delta", packs, "copies", lambda *_: [(0, 9, 30)]),
    "objects of a pack": ("pack", packs, "walk", lambda *_: iter(())),
    "content of a pack": ("pack", packs, "plain_delta", lambda *_: b"x"),
    "loose": ("loose", objects, "read_loose", lambda *_: ("blob", 1, b"x")),
    "trees": ("trees", objects, "names_in_tree", lambda *_: iter(())),
    "pointers": ("records", objects, "pointer_to", lambda _: "0" * 64),
    "baselines": ("baselines", documents.baseline_file, "render", lambda _: "# nothing\n"),
    "agents": ("agents", events.Check, "look", lambda *_, **__: NOTHING_FOUND),
    "reports": ("reports", reports, "concluded", lambda report, _: report),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_is_noticed(what: str, monkeypatch: Any) -> None:
    name, module, attribute, wrong = WRONG[what]
    target = TARGETS[name]
    monkeypatch.setattr(module, attribute, wrong)
    assert broken(target._replace(seeds=lambda: [*target.seeds(), PLANTED]))


@pytest.mark.skipif(search.kernel.anchors is None, reason="the compiled search is not built")
def test_a_search_that_misses_an_anchor_is_noticed(monkeypatch: Any) -> None:
    compiled, _ = search._shipped()
    monkeypatch.setattr(search, "_shipped", lambda: (compiled, lambda _: ([], [], [])))
    assert broken(TARGETS["search"])


@pytest.mark.parametrize("name", ["rules", "configuration"])
def test_a_value_in_an_error_is_noticed(name: str, monkeypatch: Any) -> None:
    module: Any = __import__(f"fuzz.targets.{name}", fromlist=["masked"])
    monkeypatch.setattr(module, "masked", str)
    assert broken(TARGETS[name])


@pytest.mark.parametrize(
    ("delta", "made"),
    [
        (b"\4\2\x90\2", b"ab"),
        (b"\4\3\3xyz", b"xyz"),
        (b"\4\3\x91\2\2\1z", b"cdz"),
        (b"\4\3\x91\3\2\1z", None),  # beyond the base
        (b"\5\2\x90\2", None),  # on another base
        (b"\4\2\x90\3", None),  # of another size
        (b"\4\2\0", None),  # a reserved operation
        (b"\4", None),
    ],
)
def test_the_plain_reader_of_deltas(delta: bytes, made: bytes | None) -> None:
    assert plain_delta(b"abcd", delta) == made
