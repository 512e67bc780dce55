"""A key ID in one version of a file and its secret in another one, on real repositories."""

from __future__ import annotations

from typing import Any

import pytest

from scanner import rulebook
from scanner.findings import (
    Confidence,
    Finding,
    Location,
    Moment,
    Severity,
    fingerprint_of,
)
from scanner.git.repository import Repository
from scanner.history.attribution.credentials import credentials
from scanner.history.attribution.interface import HistoryPlace
from scanner.history.attribution.pairs import APART, join
from scanner.history.run import HistoryJob, search
from scanner.reports.arrange import sightings, where_in_head
from scanner.secret import Secret

PAIR, ID, SECRET = "aws-access-key-pair", "aws-access-key-id", "aws-secret-access-key"
FILLING = "# nothing\n"


def id_line(key_id: str) -> str:
    return f"aws_access_key_id = {key_id}\n"


def secret_line(secret: str) -> str:
    return f"aws_secret_access_key = {secret}\n"


@pytest.fixture
def find(repository: Any) -> Any:
    """Return a function that commits versions, given as (path, content), and what is then found."""

    def run(*versions: tuple[str, str], disable: tuple[str, ...] = ()) -> list[Finding]:
        for path, content in versions:
            repository.write(path, content)
            repository.git("add", "-A")
            repository.git("commit", "-q", "--allow-empty", "-m", "change")
        opened = Repository(str(repository.root))
        rules = rulebook.load_rules((), disable)
        swept = search(opened, HistoryJob(rules))
        found = credentials(opened, swept.findings, rules, 1, swept.tally)
        assert swept.tally.notices == []
        return sorted(found, key=lambda each: each.rule_id)

    return run


@pytest.mark.parametrize("order", ["ID first", "secret first"])
@pytest.mark.parametrize("removed", [False, True])
def test_apart(find: Any, plant: Any, order: str, removed: bool) -> None:
    key, secret = plant.key_id(), plant.secret()
    lines = [id_line(key), secret_line(secret)]
    if order == "secret first":
        lines.reverse()
    versions = [("f", lines[0]), ("f", FILLING), ("f", lines[1])]
    if removed:
        versions.append(("f", FILLING))
    (finding,) = find(*versions)
    assert finding.rule_id == PAIR
    assert finding.severity == Severity.CRITICAL
    assert finding.confidence == Confidence.HIGH
    assert {role: value.reveal().decode() for role, value in finding.values.items()} == {
        "key_id": key, "secret": secret,
    }  # fmt: skip
    assert finding.fingerprint == fingerprint_of(finding.values)
    assert finding.evidence[0] == APART
    assert len(set(finding.evidence)) == len(finding.evidence)
    assert {(at.role, at.path) for at in finding.locations} == {("key_id", "f"), ("secret", "f")}
    assert finding.history
    assert finding.history.copies == 2
    assert finding.history.in_head == (not removed)
    assert len({at.commit for at in finding.locations}) == 2


def test_the_same_as_in_one_version(find: Any, plant: Any) -> None:
    """Apart, and at last together: one credential, as a baseline knows it."""
    key, secret = plant.key_id(), plant.secret()
    (apart,) = find(("f", id_line(key)), ("f", secret_line(secret)))
    (together,) = find(("f", id_line(key) + secret_line(secret)))
    assert apart.fingerprint == together.fingerprint
    assert together.rule_id == PAIR
    assert APART not in together.evidence


def test_a_temporary_key_is_less_severe(find: Any, plant: Any) -> None:
    key = "ASIA" + plant.key_id()[4:]
    (finding,) = find(("f", id_line(key)), ("f", secret_line(plant.secret())))
    assert (finding.rule_id, finding.severity) == (PAIR, Severity.HIGH)


def test_different_files(find: Any, plant: Any) -> None:
    found = find(("a", id_line(plant.key_id())), ("b", secret_line(plant.secret())))
    assert [each.rule_id for each in found] == [ID, SECRET]


def test_a_renamed_file(find: Any, repository: Any, plant: Any) -> None:
    """It is still a different path, and nothing says that one has become the other."""
    find(("a", id_line(plant.key_id())))
    repository.git("mv", "a", "b")
    found = find(("b", secret_line(plant.secret())))
    # The rename was committed with the secret, so `b` has never had the key ID.
    assert [each.rule_id for each in found] == [ID, SECRET]


def test_messages_are_no_file(find: Any, repository: Any, plant: Any) -> None:
    repository.git("commit", "-q", "--allow-empty", "-m", id_line(plant.key_id()))
    repository.git("commit", "-q", "--allow-empty", "-m", secret_line(plant.secret()))
    assert [each.rule_id for each in find()] == [ID, SECRET]


@pytest.mark.parametrize("many", ["IDs", "secrets"])
def test_several_candidates_on_the_same_line(find: Any, plant: Any, many: str) -> None:
    """Two keys that were in the place of the other half: which of them it was is not known."""
    ids = [id_line(plant.key_id()) for _ in range(2 if many == "IDs" else 1)]
    secrets = [secret_line(plant.secret()) for _ in range(2 if many == "secrets" else 1)]
    found = find(*[("f", line) for line in ids + secrets])
    assert [each.rule_id for each in found] == [ID] * len(ids) + [SECRET] * len(secrets)


@pytest.mark.parametrize(("apart", "joined"), [(5, 2), (6, 2), (30, 2)])
def test_two_pairs_far_from_each_other(find: Any, plant: Any, apart: int, joined: int) -> None:
    """Each half has one partner within five lines."""
    keys = [plant.key_id() for _ in range(2)]
    secrets = [plant.secret() for _ in range(2)]
    between = FILLING * (apart + 5)
    found = find(
        ("f", id_line(keys[0]) + FILLING + between + id_line(keys[1]) + FILLING),
        ("f", FILLING + secret_line(secrets[0]) + between + FILLING + secret_line(secrets[1])),
    )
    assert [each.rule_id for each in found] == [PAIR] * joined
    values = {tuple(value.reveal().decode() for value in each.values.values()) for each in found}
    assert values == set(zip(keys, secrets, strict=True))


@pytest.mark.parametrize(("distance", "expected"), [(5, PAIR), (6, ID)])
def test_how_near(find: Any, plant: Any, distance: int, expected: str) -> None:
    """Where a file has had several of a kind, five lines decide."""
    key, secret, other = plant.key_id(), plant.secret(), plant.key_id()
    far = FILLING * 40
    found = find(
        ("f", id_line(key) + far + id_line(other)),
        ("f", FILLING * distance + secret_line(secret) + far),
    )
    assert next(
        each for each in found if each.values["key_id"].reveal() == key.encode()
    ).rule_id == (expected)


def test_the_only_ones_of_a_file(find: Any, plant: Any) -> None:
    """However far the lines are from each other, which those of other versions may well be."""
    found = find(("f", id_line(plant.key_id())), ("f", FILLING * 50 + secret_line(plant.secret())))
    assert [each.rule_id for each in found] == [PAIR]


def test_one_half_in_two_files_with_different_partners(find: Any, plant: Any) -> None:
    key = id_line(plant.key_id())
    first, second = secret_line(plant.secret()), secret_line(plant.secret())
    found = find(("a", key), ("a", first), ("b", key), ("b", second))
    assert [each.rule_id for each in found] == [ID, SECRET, SECRET]


def test_both_halves_in_two_files(find: Any, plant: Any) -> None:
    key, secret = id_line(plant.key_id()), secret_line(plant.secret())
    (finding,) = find(("a", key), ("a", secret), ("b", key), ("b", secret))
    assert finding.rule_id == PAIR
    assert {at.path for at in finding.locations} == {"a", "b"}


def test_a_key_that_cannot_be(find: Any, plant: Any) -> None:
    impossible = "AKIA" + "B" + plant.key_id()[5:]
    found = find(("f", id_line(impossible)), ("f", secret_line(plant.secret())))
    assert [each.rule_id for each in found] == [ID, SECRET]


def test_pairs_that_are_not_looked_for(find: Any, plant: Any) -> None:
    versions = ("f", id_line(plant.key_id())), ("f", secret_line(plant.secret()))
    assert [each.rule_id for each in find(*versions, disable=(PAIR,))] == [ID, SECRET]


class Answers:
    """Says of each object that it stands in the same file."""

    def places(self, _key: str | bytes) -> list[HistoryPlace]:
        return [HistoryPlace(b"f", Moment("", "", ""), "")]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Confidence.MEDIUM, Confidence.MEDIUM, Confidence.MEDIUM),
        (Confidence.HIGH, Confidence.MEDIUM, Confidence.HIGH),
        (Confidence.MEDIUM, Confidence.HIGH, Confidence.HIGH),
        (Confidence.LOW, Confidence.HIGH, None),
        (Confidence.HIGH, Confidence.LOW, None),
    ],
)
def test_confidence(
    plant: Any, one: Confidence, other: Confidence, expected: Confidence | None
) -> None:
    """The better half speaks for both; one that is hardly believed is no half."""
    rules = rulebook.load_rules((), ())

    def half(rule: str, role: str, value: str, confidence: Confidence) -> Finding:
        values = {role: Secret(value.encode())}
        at = Location(role, "", 1, 1, 1, 2, object=value)
        return Finding(
            rule, Severity.MEDIUM, confidence, fingerprint_of(values), values, "", (), (at,)
        )

    halves = [
        half(ID, "key_id", plant.key_id(), one),
        half(SECRET, "secret", plant.secret(), other),
    ]
    found = join(halves, Answers(), rules)  # type: ignore[arg-type]
    if expected is None:
        assert found == halves
    else:
        assert [each.confidence for each in found] == [expected]


@pytest.mark.parametrize("one_line", [True, False])
def test_thousands_of_halves_in_one_file(one_line: bool) -> None:
    """The work is in proportion to their number, also where none of them has a partner."""
    number = 3000
    halves = [
        half(role, f"{role}{each}", 1 if one_line else 20 * each + 1)
        for each in range(number)
        for role in ("key_id", "secret")
    ]
    rules = rulebook.load_rules((), ())
    found = join(halves, Answers(), rules)  # type: ignore[arg-type]
    assert len(found) == (2 * number if one_line else number)


def half(role: str, value: str, line: int) -> Finding:
    values = {role: Secret(value.encode())}
    rule, at = (ID, SECRET)[role == "secret"], Location(role, "", line, 1, line, 9, object=value)
    return Finding(
        rule, Severity.HIGH, Confidence.HIGH, fingerprint_of(values), values, "", (), (at,)
    )


@pytest.mark.parametrize("last", ["head", "removed", "moved"])
def test_the_evidence_is_that_of_the_place_that_is_shown(find: Any, plant: Any, last: str) -> None:
    """Each version calls the secret something else, and that on another line."""
    secret = plant.secret()
    old, new = f"{FILLING * 3}SecretAccessKey: {secret}\n", f"aws_secret_access_key = {secret}\n"
    versions = {
        "head": [("a.txt", old), ("a.txt", new)],
        "removed": [("a.txt", old), ("a.txt", new), ("a.txt", "text\n")],
        "moved": [("a.txt", new), ("a.txt", "text\n"), ("b.txt", old)],
    }
    (found,) = find(*versions[last])
    lead = where_in_head(sightings(found)[0].lead)
    named = {1: "named aws_secret_access_key", 4: "named SecretAccessKey"}
    assert named[lead.start_line] in found.evidence
