"""Which findings of a change count, and which are notes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pytest

from scanner.content import Layer
from scanner.engine.examine import Examiner
from scanner.engine.novelty import ALREADY_THERE, DOUBTFUL, Provenance, settle
from scanner.findings import NO_FILE, Finding, Report, Severity, Tally
from scanner.sources.interface import Origin, TooLarge, Unread, Window


class Content:
    """A blob that is given."""

    shareable = False
    path = ""

    def __init__(self, name: str, content: bytes | Exception, large: bool = False) -> None:
        self.object = name
        self._content = content
        self._large = large

    def read(self) -> bytes:
        if isinstance(self._content, Exception):
            raise self._content
        if self._large:
            raise TooLarge
        return self._content

    def windows(self) -> Iterator[Window]:
        assert isinstance(self._content, bytes)
        yield Window(Layer(self._content), len(self._content))


def at(path: str, *before: str, commit: str = "") -> Origin:
    return Origin(path, "commit" if commit else "index", commit, "date", frozenset(before))


@pytest.fixture
def look(rules: Any) -> Any:
    """Return the findings of `content` at `origins`, with the old contents `stored`."""
    examiner = Examiner(rules)

    def settled(
        content: bytes, origins: list[Origin], stored: dict[str, Any], removed: Any = None
    ) -> tuple[Finding, ...]:
        found = [
            each._replace(locations=tuple(at._replace(object="new") for at in each.locations))
            for each in examiner.examine(origins[0].path, content).findings
        ]
        assert found
        asked: list[str] = []

        def blobs(names: Collection[str]) -> Iterator[Content]:
            asked.extend(names)
            for name in names:
                old = stored[name]
                yield old if isinstance(old, Content) else Content(name, old)

        report = Report("x", tuple(found), Tally())
        gone = {"": frozenset(), **(removed or {})}
        change = Provenance({"new": origins}, {}, gone)
        found = settle(report, change, examiner, blobs).findings
        assert len(asked) == len(set(asked))
        return found

    return settled


def lines(plant: Any) -> tuple[bytes, bytes]:
    first, second = plant.pair().encode().splitlines(keepends=True)
    return first, second


def test_new(look: Any, plant: Any) -> None:
    (finding,) = look(b"".join(lines(plant)), [at("a")], {})
    assert finding.severity == Severity.CRITICAL
    assert ALREADY_THERE not in finding.evidence


def test_old(look: Any, plant: Any) -> None:
    pair = b"".join(lines(plant))
    (finding,) = look(b"more\n" + pair, [at("a", "old")], {"old": pair})
    assert (finding.severity, finding.evidence[-1]) == (Severity.NOTE, ALREADY_THERE)


@pytest.mark.parametrize("half", [0, 1])
def test_half(look: Any, plant: Any, half: int) -> None:
    both = lines(plant)
    (finding,) = look(b"".join(both), [at("a", "old")], {"old": both[half]})
    assert finding.severity == Severity.CRITICAL


def test_in_one_of_two_parents(look: Any, plant: Any) -> None:
    pair = b"".join(lines(plant))
    (finding,) = look(b"x\n" + pair, [at("a", "one", "two")], {"one": b"", "two": pair})
    assert finding.severity == Severity.NOTE


def test_the_halves_of_two_parents_are_old(look: Any, plant: Any) -> None:
    """Each was published before; the merge adds neither."""
    one, two = lines(plant)
    (finding,) = look(one + two, [at("a", "one", "two")], {"one": one, "two": two})
    assert finding.severity == Severity.NOTE


def test_moved_by_the_same_commit_only(look: Any, plant: Any) -> None:
    pair = b"".join(lines(plant))
    removed = {"c": frozenset({"gone"}), "d": frozenset()}
    places = [at("a", commit="c")]
    (finding,) = look(pair, places, {"gone": pair}, removed)
    assert finding.severity == Severity.NOTE
    places = [at("a", commit="d")]
    (finding,) = look(pair, places, {"gone": pair}, removed)
    assert finding.severity == Severity.CRITICAL


def test_old_at_one_place_and_new_at_another(look: Any, plant: Any) -> None:
    pair = b"".join(lines(plant))
    places = [at("a", "old"), at("b", commit="c")]
    (finding,) = look(pair, places, {"old": pair}, {"c": frozenset()})
    assert finding.severity == Severity.CRITICAL
    for location in finding.locations:
        assert (location.path, location.commit, location.scope) == ("b", "c", "commit")


@pytest.mark.parametrize("large", [True, False])
def test_large_old_content(look: Any, plant: Any, large: bool) -> None:
    pair = b"".join(lines(plant))
    (finding,) = look(pair, [at("a", "old")], {"old": Content("old", pair, large)})
    assert finding.severity == Severity.NOTE


def test_old_content_that_is_missing_excuses_nothing(look: Any, plant: Any) -> None:
    pair = b"".join(lines(plant))
    missing = Unread("missing-object", "x", hides=True)
    (finding,) = look(pair, [at("a", "old")], {"old": Content("old", missing)})
    assert finding.severity == Severity.CRITICAL
    partial = Unread("lfs-pointer", "", hides=False, partial=pair)
    (finding,) = look(pair, [at("a", "old")], {"old": Content("old", partial)})
    assert finding.severity == Severity.NOTE


def test_the_same_value_in_another_role_is_new(look: Any, plant: Any) -> None:
    secret = plant.secret()
    key = f"aws_access_key_id = {plant.key_id()}\n"
    old = f"{key}{secret}\n".encode()
    found = look(f"{key}aws_secret_access_key = {plant.secret()}\n".encode(), [at("a", "old")],
                 {"old": old})  # fmt: skip
    assert any(finding.severity > Severity.NOTE for finding in found)


def test_no_findings_read_nothing(rules: Any) -> None:
    def never(names: Collection[str]) -> Iterator[Content]:
        raise AssertionError

    report = Report("x", (), Tally())
    assert settle(report, Provenance({}, {}, {}), Examiner(rules), never) is report


@pytest.mark.parametrize("scope", sorted(NO_FILE))
def test_a_message_is_new_whatever_was_moved(look: Any, plant: Any, scope: str) -> None:
    pair = b"".join(lines(plant))
    message = Origin("commit message", scope, "c", "date", frozenset())
    (finding,) = look(pair, [message], {"gone": pair}, {"c": frozenset({"gone"})})
    assert finding.severity == Severity.CRITICAL
    assert {(at.commit, at.scope) for at in finding.locations} == {("c", scope)}


def test_the_message_of_a_tag_of_a_commit_that_is_not_in_the_change(look: Any, plant: Any) -> None:
    pair = b"".join(lines(plant))
    message = Origin("tag message", "tag-message", "elsewhere", "", frozenset())
    (finding,) = look(pair, [message], {})
    assert finding.severity == Severity.CRITICAL


@pytest.mark.parametrize(
    ("places", "why"),
    [
        ([at("a", commit="perhaps")], DOUBTFUL),
        ([at("a", "old", commit="perhaps")], ALREADY_THERE),
        ([at("a", "old", commit="sure"), at("b", commit="perhaps")], DOUBTFUL),
        ([at("a", commit="perhaps"), at("b", commit="sure")], ""),
    ],
)
def test_a_commit_that_may_not_be_part_of_the_change(
    rules: Any, plant: Any, places: list[Origin], why: str
) -> None:
    pair = b"".join(lines(plant))
    examiner = Examiner(rules)
    (found,) = examiner.examine("a", pair).findings
    found = found._replace(locations=tuple(at._replace(object="new") for at in found.locations))
    removed: dict[str, frozenset[str]] = {"sure": frozenset(), "perhaps": frozenset()}
    change = Provenance({"new": places}, {}, removed, {"perhaps"})
    (finding,) = settle(
        Report("x", (found,), Tally()), change, examiner, lambda names: [Content("old", pair)]
    ).findings
    assert finding.severity == (Severity.NOTE if why else Severity.CRITICAL)
    if why:
        assert finding.evidence[-1] == why
    else:
        assert {at.path for at in finding.locations} == {"b"}


def named(rules: Any, name: str, *origins: Origin) -> Finding:
    """Return what becomes of the finding in the `name` of a file."""
    examiner = Examiner(rules)
    (found,) = examiner.examine_name(name).findings
    change = Provenance({}, {name: list(origins)} if origins else {}, {"": frozenset()})
    report = Report("x", (found,), Tally())
    (finding,) = settle(report, change, examiner, lambda names: iter(())).findings
    return finding


def test_a_name_is_new_where_no_such_file_was(rules: Any, plant: Any) -> None:
    name = f"{plant.key_id()}.txt"
    assert named(rules, name).severity > Severity.NOTE
    assert named(rules, name, at(name)).severity > Severity.NOTE
    assert named(rules, name, at(name, "old")).severity == Severity.NOTE
    finding = named(rules, name, at(name, "old", commit="c"), at(name, commit="d"))
    assert finding.severity > Severity.NOTE
    (location,) = finding.locations
    assert (location.commit, location.author_date, location.scope) == ("d", "date", "commit")
