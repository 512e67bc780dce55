"""The feed of a search, compiled, against adding one object after the other."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.examine import Examiner
from scanner.git import delta as deltas
from scanner.git.lfs import POINTER_HEAD
from scanner.history.objects import search as searching
from scanner.history.objects.batch import new_batch
from scanner.history.objects.feed import based_on, limits_of
from scanner.history.objects.search import ObjectSearch

needs_compiler = pytest.mark.skipif(
    deltas.packs is None, reason="what reads packs is not compiled: there is no compiler"
)

LARGEST, ALONE, FULL, HELD = 5000, 2000, 4000, 12_000
POINTER = b"%b.github.com/spec/v1\noid sha256:%b\nsize 12\n" % (POINTER_HEAD, b"0" * 64)
GIVEN_BACK = {
    "a signature": b"PK\3\4" + b"text " * 9,
    "a signature further on": b"x" * 257 + b"ustar" + b"x" * 400,
    "a signature at its end": b"text PK\5\6" + bytes(18),
    "a pointer": POINTER,
    "larger than any": b"text " * (LARGEST // 5 + 1),
    "larger than a batch": b"text " * (ALONE // 5 + 1),
}
ORDINARY = {
    "the beginning of a script": b"#!/bin/sh\n# v2",
    "a null byte": b"text\0text",
    "what looks like a pointer": b"version: 2",
    "nothing": b"",
}


@pytest.fixture
def examiner(rules: Any) -> Examiner:
    return Examiner(rules)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_ALONE": ALONE, "BATCH": FULL, "_HELD": HELD, "_DENSE": 4}.items():
        monkeypatch.setattr(searching, name, value)


def searched(
    examiner: Examiner, versions: Any, kind: str, *, compiled: bool, max_size: int = 0
) -> tuple[Any, ...]:
    """Return what a search of `versions` looks at, and what it counts."""
    looked: list[Any] = []

    class Watched(ObjectSearch):
        def _examine(self, waiting: Any, spots: Any, before: Any) -> None:
            looked.append((waiting, list(spots), before))
            super()._examine(waiting, spots, before)

    search = Watched(examiner, max_size)
    if not compiled:
        search._limits = None
    search.turn_to(lambda number: number.to_bytes(20, "big"))
    bases = [version.base for version in versions]
    children = array("i", [bases.index(n) if n in bases else -1 for n in range(len(bases))])
    siblings = array(
        "i", [next((m for m in range(n + 1, len(bases)) if bases[m] == base), -1)
              for n, base in enumerate(bases)],
    )  # fmt: skip
    walked = ((n, each.base, each.data, each.delta or None) for n, each in enumerate(versions))
    search.add_walked(walked, kind, children, siblings)
    search.forget()

    found, tally = search.found, search.found.tally
    counts = tally.blobs, tally.bytes, tally.commits, tally.skipped, tally.set_aside
    return (
        looked,
        counts,
        found.noted,
        found.pointers,
        [each.fingerprint for each in found.findings],
    )


@needs_compiler
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("kind", "max_size"), [("blob", 0), ("blob", LARGEST), ("commit", 0)])
def test_both_search_the_same(
    examiner: Examiner, author: Any, history_seeds: Any, kind: str, max_size: int
) -> None:
    looks = 0
    for seed in history_seeds(4):
        versions = author(seed).history(30)
        special = [
            versions[0]._replace(data=data, base=-1, delta=b"")
            for data in (*GIVEN_BACK.values(), *ORDINARY.values())
        ]
        versions = [*versions, *special]
        one, other = (
            searched(examiner, versions, kind, compiled=compiled, max_size=max_size)
            for compiled in (True, False)
        )
        assert one == other, seed
        looks += len(one[0])
    assert looks > 50


def filled(examiner: Examiner, kind: str, contents: list[bytes]) -> tuple[Any, ...]:
    limits = limits_of(examiner.catalogue, LARGEST, 64, 4, ALONE, FULL, HELD)
    walked = ((number, -1, data, None) for number, data in enumerate(contents))
    links = array("i", [-1]) * len(contents)
    answer: tuple[Any, ...] = new_batch().fill(limits, walked, kind, links, links, [], 0, 0)
    return answer


@needs_compiler
@pytest.mark.parametrize("data", GIVEN_BACK.values(), ids=GIVEN_BACK)
def test_what_needs_a_decision_is_given_back(examiner: Examiner, data: bytes) -> None:
    given_back = (1, -1, data, None)
    assert filled(examiner, "blob", [b"text", data, b"more"]) == (given_back, 1, 4, 4)
    is_much = len(data) > ALONE
    assert filled(examiner, "tree", [data])[0] == ((0, -1, data, None) if is_much else None)


@needs_compiler
@pytest.mark.parametrize("data", ORDINARY.values(), ids=ORDINARY)
def test_what_is_only_like_it_is_searched(examiner: Examiner, data: bytes) -> None:
    size = len(data) + 4
    assert filled(examiner, "blob", [data, b"more"]) == (None, 2, size, size)


@needs_compiler
def test_a_batch_is_left_when_it_is_full(examiner: Examiner) -> None:
    assert filled(examiner, "blob", [b"t" * 1000] * 9) == (None, 4, 4000, 4000)


@needs_compiler
def test_what_a_walk_raises_is_raised(examiner: Examiner) -> None:
    def walked() -> Iterator[tuple[int, int, bytes, None]]:
        yield 0, -1, b"text", None
        raise KeyboardInterrupt

    limits = limits_of(examiner.catalogue, LARGEST, 64, 4, ALONE, FULL, HELD)
    with pytest.raises(KeyboardInterrupt):
        new_batch().fill(limits, walked(), "blob", array("i", [-1]), array("i", [-1]), [], 0, 0)


@needs_compiler
@pytest.mark.parametrize(
    "walked",
    [None, [b"text"], [(0, -1)], [("0", -1, b"", None)], [(0, -1, "", None)],
     [(0, -1, b"text", "delta")]],
    ids=repr,
)  # fmt: skip
def test_anything_but_a_walk_is_refused(examiner: Examiner, walked: list[Any] | None) -> None:
    limits = limits_of(examiner.catalogue, LARGEST, 64, 4, ALONE, FULL, HELD)
    batch, links = new_batch(), array("i", [-1])
    with pytest.raises(TypeError):
        batch.fill(limits, walked and iter(walked), "blob", links, links, [], 0, 0)
    with pytest.raises((TypeError, ValueError)):
        batch.fill(object(), iter([]), "blob", links, links, [], 0, 0)


@needs_compiler
@pytest.mark.parametrize(
    ("marks", "numbers"),
    [((b"PK",), (9,) * 7), (((0, b""),), (9,) * 7), (((-1, b"PK"),), (9,) * 7),
     ((), (9, -1, 9, 9, 9, 9, 9)), ((), (9,) * 6), ([], (9,) * 7)],
)  # fmt: skip
def test_limits_that_cannot_be_are_refused(marks: Any, numbers: tuple[int, ...]) -> None:
    with pytest.raises((TypeError, ValueError)):
        deltas.packs.limits(marks, bool, numbers)


@given(
    st.lists(st.integers(-1, 5), max_size=12),
    st.sets(st.integers(0, 5)),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_the_next_one_with_a_known_base(
    bases: list[int], known: set[int], start: int, end: int
) -> None:
    waiting = [(at, "blob", b"", base, b"", False, False) for at, base in enumerate(bases)]
    end = min(end, len(waiting))
    expected = next((at for at in range(start, end) if bases[at] in known), end)
    assert based_on(waiting, dict.fromkeys(known), start, end) == expected


def test_the_next_one_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deltas, "packs", None)
    waiting = [(at, "blob", b"", at - 1, b"", False, False) for at in range(9)]
    assert based_on(waiting, {3: 0, 5: 0}, 0, 9) == 4
    assert based_on(waiting, {3: 0, 5: 0}, 5, 9) == 6
    assert based_on(waiting, {3: 0, 5: 0}, 7, 9) == 9


@needs_compiler
@pytest.mark.parametrize(
    "arguments", [([b"text"], {}, 0, 1), ([()], {}, 0, 1), ((), {}, 0, 0), ([], (), 0, 0)]
)
def test_what_does_not_wait_is_refused(arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, IndexError)):
        deltas.packs.based_on(*arguments)


@needs_compiler
@pytest.mark.parametrize(("start", "end"), [(-1, 0), (0, 2)])
def test_nothing_waits_beyond_the_end(start: int, end: int) -> None:
    call: Callable[..., Any] = deltas.packs.based_on
    with pytest.raises(IndexError):
        call([(0, "", b"", 0)], {}, start, end)
