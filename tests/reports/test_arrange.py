from __future__ import annotations

import random

from scanner.findings import Confidence, Severity
from scanner.reports.arrange import elsewhere, locations, ordered, roles, sightings


def test_roles_come_in_a_fixed_order():
    assert roles({"zeta", "session_token", "secret", "alpha", "key_id"}) == [
        "key_id", "secret", "session_token", "alpha", "zeta",
    ]  # fmt: skip


def test_worst_first_whatever_the_order_was(builders):
    make = builders.Maker()

    def found(severity, confidence, path, line):
        return builders.finding(
            builders.KEY_ID, {"key_id": make.key_id()}, builders.at("key_id", path, line),
            severity=severity, confidence=confidence,
        )  # fmt: skip

    expected = [
        found(Severity.CRITICAL, Confidence.LOW, "z", 9),
        found(Severity.HIGH, Confidence.HIGH, "z", 1),
        found(Severity.HIGH, Confidence.MEDIUM, "a", 2),
        found(Severity.HIGH, Confidence.MEDIUM, "a", 10),
        found(Severity.HIGH, Confidence.MEDIUM, "b", 1),
        found(Severity.NOTE, Confidence.HIGH, "a", 1),
    ]
    for seed in range(5):
        shuffled = random.Random(seed).sample(expected, len(expected))
        assert ordered(shuffled) == expected


def test_each_copy_has_the_parts_next_to_it(builders):
    at = builders.at
    places = [
        at("secret", "f", 1), at("key_id", "f", 2),
        at("key_id", "f", 50), at("secret", "f", 52), at("session_token", "f", 60),
        at("secret", "other", 7),
    ]  # fmt: skip
    make = builders.Maker()
    values = {"key_id": make.key_id(), "secret": make.secret(), "session_token": make.token()}
    found = builders.finding(builders.PAIR, values, *places, places[0])
    copies = sightings(found)
    assert [(copy.lead.path, copy.lead.start_line) for copy in copies] == [
        ("f", 50), ("f", 2), ("other", 7),
    ]  # fmt: skip
    assert [part.start_line for part in copies[0].parts] == [52, 60]
    assert [part.start_line for part in copies[1].parts] == [1]
    flat = [place for copy in copies for place in (copy.lead, *copy.parts)]
    assert sorted(flat) == sorted(places)
    assert locations(found) == sorted(places, key=lambda place: (place.path, place.start_line))
    assert elsewhere(found, copies[0]) == []
    assert [part.start_line for part in elsewhere(found, copies[2])] == [2, 60]


def test_members_of_an_archive_are_texts_of_their_own(builders):
    make = builders.Maker()
    found = builders.finding(
        builders.PAIR,
        {"key_id": make.key_id(), "secret": make.secret()},
        builders.at("key_id", "a.zip", 1, member="one"),
        builders.at("secret", "a.zip", 1, member="two"),
    )
    assert [copy.parts for copy in sightings(found)] == [(), ()]


def test_versions_of_a_file_are_texts_of_their_own_and_the_oldest_leads(builders):
    make = builders.Maker()
    values = {"key_id": make.key_id(), "secret": make.secret()}
    places = [
        builders.at(role, "a", line, object=digit * 40, commit=digit * 40, author_date=date)
        for digit, date in (("1", "2026-05-03"), ("2", "2026-05-01"), ("3", "2026-05-02"))
        for role, line in (("key_id", 1), ("secret", 2))
    ]
    copies = sightings(builders.finding(builders.PAIR, values, *places))
    assert [copy.lead.commit[0] for copy in copies] == ["2", "3", "1"]
    assert [[part.commit[0] for part in copy.parts] for copy in copies] == [["2"], ["3"], ["1"]]
