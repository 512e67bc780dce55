"""The search through deltas against the search of whole contents: no finding more, none less."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from scanner.engine.examine import Examiner
from scanner.findings import Tally
from scanner.git.delta import apply
from scanner.history.objects import search as searching
from scanner.history.objects.known_places import KnownPlaces
from scanner.history.objects.search import ObjectSearch
from scanner.rulebook.model import Anchor


def whole(examiner: Examiner, versions: Any, told: Any) -> tuple[Counter[Any], Tally]:
    """Return (version, finding) of each version looked at for itself, and what else was noted."""
    found: Counter[Any] = Counter()
    tally = Tally()
    for number, version in enumerate(versions):
        examined = examiner.examine("", version.data)
        found.update((number, told(finding)) for finding in examined.findings)
        examined.tally.notices = [
            notice._replace(path=str(number)) for notice in examined.tally.notices
        ]
        tally.add(examined.tally)
    return found, tally


def by_deltas(
    examiner: Examiner, versions: Any, told: Any
) -> tuple[Counter[Any], Tally, ObjectSearch]:
    """Return the same of a search that is given the deltas."""
    search = ObjectSearch(examiner)
    search.turn_to(lambda number: number.to_bytes(4, "big"))
    bases = [version.base for version in versions]
    for number in depth_first(bases):
        version = versions[number]
        has_children = number in bases
        siblings = [each for each, base in enumerate(bases) if base == version.base]
        search.add(
            number, "blob", version.data, version.base, version.delta or None, has_children,
            siblings[-1] == number and version.base >= 0,
        )  # fmt: skip
    search.flush()
    found: Counter[Any] = Counter()
    for finding in search.found.findings:
        (name,) = {location.object for location in finding.locations}
        found[int(name, 16), told(finding)] += 1
    tally = search.found.tally
    tally.notices = [
        notice._replace(path=str(int(notice.path.removeprefix("blob "), 16)))
        for notice in tally.notices
    ]
    return found, tally, search


def depth_first(bases: list[int]) -> list[int]:
    """Return the versions in the order in which a walk comes to them."""
    order, pending = [], [0]
    while pending:
        number = pending.pop()
        order.append(number)
        children = [each for each, base in enumerate(bases) if base == number]
        pending += reversed(children)
    return order


def difference(examiner: Examiner, versions: Any, told: Any) -> str:
    """Return how the two differ; nothing if they do not."""
    one, tally_one = whole(examiner, versions, told)
    other, tally_other, _ = by_deltas(examiner, versions, told)
    if one != other:
        return f"missed {one - other}, made up {other - one}"
    if tally_one.set_aside != tally_other.set_aside:
        return f"{tally_one.set_aside} became {tally_other.set_aside}"
    if sorted(tally_one.notices) != sorted(tally_other.notices):
        return f"{tally_one.notices} became {tally_other.notices}"
    return ""


@pytest.fixture
def examiner(rules: Any) -> Examiner:
    return Examiner(rules)


@pytest.mark.parametrize("dense", [0, 40])
def test_random_histories(
    examiner: Examiner,
    author: Any,
    history_seeds: Any,
    told_of: Any,
    monkeypatch: pytest.MonkeyPatch,
    dense: int,
) -> None:
    """With `dense` 0 every delta is used, however little it saves."""
    monkeypatch.setattr(searching, "_DENSE", dense)
    monkeypatch.setattr(searching, "BATCH", 100_000)
    for seed in history_seeds(10 if dense == 0 else 5):
        versions = author(seed).history(25)
        for version in versions[1:]:
            assert apply(versions[version.base].data, version.delta) == version.data
        assert not (found := difference(examiner, versions, told_of)), (seed, found)


def test_changes_at_all_distances(
    examiner: Examiner,
    author: Any,
    history_seeds: Any,
    told_of: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """This proves the reaches of detectors and decoders, as far as it can be proved."""
    monkeypatch.setattr(searching, "_DENSE", 0)
    for seed in history_seeds(12):
        versions = author(seed).star()
        assert not (found := difference(examiner, versions, told_of)), (seed, found)


def test_a_literal_that_is_longer_than_the_usual_margin(
    rules: Any, author: Any, make_delta: Any, told_of: Any
) -> None:
    """A rule of a user may have one: a change at its end makes it whole."""
    literal = b"our-token-" * 12
    rule = next(rule for rule in rules if rule.kind == "pattern")._replace(
        anchors=(Anchor(literal=literal),), pattern=f"{literal.decode()}[0-9a-f]{{8}}", origin="own"
    )
    base = b"text\n" * 2000 + literal[:-1] + b"\n" + b"more\n" * 2000
    at = base.index(literal[:-1]) + len(literal) - 1
    data, delta = make_delta(base, [(0, at), b"-0123abcd", (at, len(base))])
    versions = [type(author(1).star()[0])(base, -1, b"")]
    versions.append(versions[0]._replace(data=data, base=0, delta=delta))
    examiner = Examiner((rule,))
    assert len(whole(examiner, versions, told_of)[0]) == 1
    assert not difference(examiner, versions, told_of)


def test_what_is_known_is_what_a_search_finds(
    examiner: Examiner, author: Any, history_seeds: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The places carried along deltas are those of the anchors: none is lost, none made up."""
    monkeypatch.setattr(searching, "_DENSE", 0)
    index = examiner.catalogue.index
    examine = ObjectSearch._examine
    checked = 0

    def checking(self: Any, waiting: Any, spots: Any, before: Any) -> None:
        nonlocal checked
        examine(self, waiting, spots, before)
        key, _, data, _, delta, has_children, _ = waiting
        if has_children and delta is not None:
            known = self._known.get(key, KnownPlaces([], []))
            assert sorted([*known.open, *known.settled]) == index.search_bytes(data)
            checked += 1

    monkeypatch.setattr(ObjectSearch, "_examine", checking)
    for seed in history_seeds(12):
        by_deltas(examiner, author(seed).history(25), lambda finding: finding.rule_id)
    assert checked > 100
