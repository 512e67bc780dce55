"""Places that are known by what is around them: the same is found as without knowing any."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from scanner.engine.examine import Examiner
from scanner.history.objects import surroundings
from scanner.history.objects.search import ObjectSearch
from scanner.history.objects.surroundings import Surroundings
from scanner.rulebook.generator import Generator

REACH = 8192
"""That of `ccessKey` in `PLACE`."""
PLACE = b'{"shape": "Key", "required": ["accessKey"]}\n'


@pytest.fixture(scope="module")
def examiner(rules: Any) -> Examiner:
    return Examiner(rules)


class Looks:
    """Surroundings, and how many places were looked at in each content."""

    def __init__(self, examiner: Examiner) -> None:
        self.examiner, self.places = examiner, Surroundings(examiner.catalogue)
        self.looked: list[int] = []

    def examine(self, path: str, data: bytes, spots: Any) -> Any:
        self.looked[-1] = len(spots)
        return self.examiner.examine(path, data, spots)

    def at(self, data: bytes, only: int | None = None) -> tuple[int, Any]:
        """Return how many of the places in `data` are looked at, and those that are left open.

        There are `only` so many, the first ones, if that is given.
        """
        self.looked.append(0)
        spots = self.examiner.catalogue.index.search_bytes(data)[:only]
        assert spots
        looker: Any = self
        _, still_open = self.places.look(looker, "", data, spots)
        return self.looked[-1], still_open


@pytest.fixture
def looks(examiner: Examiner) -> Any:
    found = Looks(examiner)

    def looked(data: bytes) -> int:
        found.at(data)
        return found.looked[-1]

    return looked


def filler(size: int, line: bytes = b"nothing to see\n") -> bytes:
    return (line * (size // len(line) + 1))[:size]


def test_a_place_is_looked_at_once(looks: Any) -> None:
    inside = filler(REACH + 50) + PLACE + filler(REACH + 50)
    assert looks(b"first\n" + inside) == 1
    assert looks(b"another content\n" + inside + b"with another end\n") == 0


def test_what_changes_within_the_reach_is_looked_at_again(looks: Any) -> None:
    before, after = filler(REACH), filler(REACH)
    assert looks(b"-" + before + PLACE + after + b"-") == 1
    at = (before + PLACE).index(b"ccessKey")
    assert looks(b"+" + before + PLACE + after + b"+") == 0
    assert looks(b"+" + before[:-1] + b";" + PLACE + after + b"+") == 1
    assert looks(b"+" + before + PLACE + b";" + after[1:] + b"+") == 1
    # The first and the last byte that count, and the ones beyond.
    whole = bytearray(b"-" + before + PLACE + after + b"-")
    at += 1
    for change, looked in (
        (at - REACH, 1),
        (at - REACH - 1, 0),
        (at + 8 + REACH - 1, 1),
        (at + 8 + REACH, 0),
    ):
        changed = whole[:]
        changed[change] ^= 1
        assert looks(bytes(changed)) == looked, change - at


def test_an_end_of_the_content_counts(looks: Any) -> None:
    assert looks(PLACE + filler(REACH)) == 1
    assert looks(b"x" + PLACE + filler(REACH)) == 1
    assert looks(filler(2 * REACH) + PLACE) == 1
    assert looks(filler(2 * REACH) + PLACE + b"x") == 1
    assert looks(filler(2 * REACH) + PLACE) == 0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"ccessKey ccessKey", "another place in the same bytes"),
        (b" %bx " % (b"aB3" * 13), "another anchor at the same place"),
    ],
)
def test_one_place_is_not_taken_for_another(examiner: Examiner, data: bytes, why: str) -> None:
    looks = Looks(examiner)
    assert looks.at(data, only=1) == (1, [])
    assert looks.at(data, only=2)[0] >= 1, why


def test_a_place_without_bounds_is_always_looked_at(looks: Any) -> None:
    assert [looks(b"eyJ") for _ in range(3)] == [1, 1, 1]


def test_where_something_was_found_is_looked_at_again(examiner: Examiner) -> None:
    make = Generator(1)
    pair = f"{make.access_key_id()} {make.secret_access_key()}\n".encode()
    far = filler(3 * REACH) + PLACE + filler(REACH)
    looks = Looks(examiner)
    looked, still_open = looks.at(pair + far)
    assert 0 < len(still_open) < looked
    assert still_open[-1][0] < len(pair)
    assert looks.at(pair + far) == (looked - 1, still_open)
    # Next to what was found, a place stays open too.
    assert looks.at(PLACE + pair) == looks.at(PLACE + pair)


def test_a_content_that_cannot_be_read_whole_stays_open(
    examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise ValueError("defect")

    looks = Looks(examiner)
    with monkeypatch.context() as patched:
        patched.setattr("scanner.engine.gather.gather", fails)
        assert looks.at(PLACE)[1]
    assert looks.at(PLACE) == (1, [])


def test_no_more_is_kept_than_allowed(looks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "_MOST", 1)
    one, other, third = (bytes((letter,)) + PLACE for letter in b"abc")
    assert [looks(each) for each in (one, other, one)] == [1, 1, 0]
    assert [looks(each) for each in (third, third, one)] == [1, 0, 1]


def test_contents_without_deltas_are_found_the_same(
    examiner: Examiner, author: Any, history_seeds: Any, told_of: Any
) -> None:
    """Versions with changes at all distances from credentials, each stored whole."""
    for seed in history_seeds(2):
        search = ObjectSearch(examiner)
        search.turn_to(lambda number: number.to_bytes(4, "big"))
        alone: Counter[Any] = Counter()
        for number, version in enumerate(author(seed).star()):
            search.add(number, "blob", version.data)
            examined = examiner.examine("", version.data)
            alone.update((number, told_of(each)) for each in examined.findings)
        search.flush()

        together: Counter[Any] = Counter()
        for finding in search.found.findings:
            (name,) = {location.object for location in finding.locations}
            together[int(name, 16), told_of(finding)] += 1
        assert together == alone, seed
