from __future__ import annotations

import math
import random
import time

import pytest

from scanner.findings import Confidence, Severity
from scanner.pushed import Pushed
from scanner.reports.arrange import (
    as_in_head,
    by_exposure,
    further,
    instant,
    locations,
    ordered,
    roles,
    sightings,
)


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
    assert copies[0].elsewhere == ()
    assert [part.start_line for part in copies[2].elsewhere] == [2, 60]


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


def test_the_most_exposed_come_first_and_what_does_not_fail_last(make_case):
    report, view = make_case("history")
    found = by_exposure(report.findings, view.fail_on)
    places = [each.locations[0].path or each.locations[0].object[:1] for each in found]
    assert places == [
        "deploy/old name.env", "b.py", "a/old.py", "a/new.py", "c.py", "5", "3", "d.py", "e.py",
    ]  # fmt: skip
    shuffled = list(report.findings)
    random.Random(3).shuffle(shuffled)
    assert by_exposure(shuffled, view.fail_on) == found


def test_in_head_comes_before_what_is_more_severe(builders):
    make = builders.Maker()

    def found(of, path, **known):
        value = {"key_id": make.key_id()}
        return builders.finding(
            of, value, builders.at("key_id", path, 1), history=builders.past(1, **known)
        )

    many = [
        found(builders.PAIR, "local"), found(builders.PAIR, "pushed", pushed=Pushed.YES),
        found(builders.KEY_ID, "head", in_head=True),
        found(builders.KEY_ID, "both", in_head=True, pushed=Pushed.YES),
    ]  # fmt: skip
    paths = [each.locations[0].path for each in by_exposure(many, Confidence.MEDIUM)]
    assert paths == ["both", "head", "pushed", "local"]
    assert [each.locations[0].path for each in ordered(many)] == ["pushed", "local", "both", "head"]


def test_among_equals_the_oldest_comes_first_whatever_the_confidence(builders):
    make = builders.Maker()
    many = [
        builders.finding(
            builders.KEY_ID, {"key_id": make.key_id()}, builders.at("key_id", path, 1),
            confidence=confidence, history=builders.past(number),
        )
        for path, number, confidence in (
            ("a", 9, Confidence.HIGH), ("b", 8, Confidence.MEDIUM), ("c", 7, Confidence.HIGH),
        )
    ]  # fmt: skip
    paths = [each.locations[0].path for each in by_exposure(many, Confidence.MEDIUM)]
    assert paths == ["c", "b", "a"]


def test_without_a_history_nothing_changes(make_case):
    for name in ("pair", "commits", "notes_and_more", "copies"):
        report, view = make_case(name)
        assert by_exposure(report.findings, view.fail_on) == ordered(report.findings)
        assert [as_in_head(each) for each in report.findings] == list(report.findings)


def test_dates_are_compared_as_times(builders):
    """The same day in another time zone: as text the later one would come first."""
    make = builders.Maker()
    early, late = "2026-05-02T01:00:00+09:00", "2026-05-01T20:00:00-05:00"
    many = []
    for date in (late, early):
        known = builders.past(1)
        known = known._replace(first=known.first._replace(author_date=date))
        place = builders.at("key_id", date, 1)
        many.append(
            builders.finding(builders.KEY_ID, {"key_id": make.key_id()}, place, history=known)
        )
    paths = [each.locations[0].path for each in by_exposure(many, Confidence.MEDIUM)]
    assert paths == [early, late]
    places = [
        builders.at("key_id", path, 1, author_date=date)
        for path, date in (("a", late), ("b", early))
    ]
    copies = sightings(many[0]._replace(locations=tuple(places)))
    assert [copy.lead.path for copy in copies] == ["b", "a"]


@pytest.mark.parametrize("date", ["", "no date", "0001-01-01T00:00:00+23:59", "99999-01-01"])
def test_a_date_that_is_none_counts_as_the_latest_or_earliest(date):
    assert instant(date) in (math.inf, -62135683140.0)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be set")
def test_a_date_without_an_offset_does_not_depend_on_the_machine(monkeypatch):
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert instant("1970-01-02T00:00:00") == instant("1970-01-02T00:00:00Z") == 86400
    time.tzset()


def test_what_is_still_in_head_leads_and_stands_where_it_stands_there(make_case):
    found = make_case("history").report.findings[-1]
    lead = sightings(found)[0].lead
    assert (lead.path, lead.start_line) == ("config/settings.py", 12)
    copies = sightings(as_in_head(found))
    lead, (secret,), _ = copies[0]
    assert (lead.path, lead.start_line, lead.start_column, lead.end_column) == (
        "config/settings.py", 40, 5, 25,
    )  # fmt: skip
    assert (secret.start_line, secret.commit, secret.object) == (41, "", "e" * 40)
    # The rest by age; README.md is in HEAD with other content, which is no copy there.
    assert [copy.lead.path for copy in copies[1:4]] == [
        "deploy/old name.env", "README.md", "backup/4.env",
    ]  # fmt: skip


def test_copies_that_are_not_told_yet(builders):
    make = builders.Maker()
    values = {"key_id": make.key_id(), "secret": make.secret()}
    places = [
        builders.at("key_id", "a", 1), builders.at("secret", "b", 1), builders.at("key_id", "c", 1),
    ]  # fmt: skip
    found = builders.finding(builders.PAIR, values, *places)
    assert [copy.lead.path for copy in further(sightings(found))] == ["c"]
