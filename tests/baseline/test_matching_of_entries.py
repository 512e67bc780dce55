"""Which findings a baseline accepts: by value, and by nothing else."""

from __future__ import annotations

from scanner.baseline.entry import Entry, entry_of
from scanner.baseline.matching import applied, sort
from scanner.findings import Confidence, Finding, Location, Report, Severity, Tally, fingerprint_of
from scanner.secret import Secret

TODAY = "2026-11-28"
KEY, OTHER_KEY = Secret(b"key one"), Secret(b"key two")
SECRET, OTHER_SECRET = Secret(b"secret one"), Secret(b"secret two")


def finding(path: str = "a.py", severity: Severity = Severity.HIGH, **values: Secret) -> Finding:
    at = tuple(Location(role, path, 3, 5, 3, 9) for role in values)
    return Finding(
        "rule", severity, Confidence.HIGH, fingerprint_of(values), values, "", ("why",), at
    )


PAIR = finding(key_id=KEY, secret=SECRET)


def accepted(entries: list[Entry], *findings: Finding) -> list[bool]:
    found = sort(findings, entries, TODAY)
    known = {each.fingerprint for each, _ in found.accepted}
    return [each.fingerprint in known for each in findings]


def test_the_parts_of_a_pair_are_accepted_apart() -> None:
    entries = [entry_of(PAIR)]
    assert accepted(entries, PAIR, finding(key_id=KEY), finding(secret=SECRET)) == [True] * 3
    others = (
        finding(key_id=KEY, secret=OTHER_SECRET),
        finding(key_id=OTHER_KEY, secret=SECRET),
        finding(secret=OTHER_SECRET),
        finding(session_token=KEY),  # the same value in another role is another credential
    )
    assert accepted(entries, *others) == [False] * 4


def test_accepted_values_are_accepted_as_other_pairs() -> None:
    entries = [entry_of(PAIR), entry_of(finding(key_id=OTHER_KEY, secret=OTHER_SECRET))]
    crossed = finding(key_id=KEY, secret=OTHER_SECRET)
    assert accepted(entries, crossed) == [True]
    assert sort([crossed], entries, TODAY).used == {each.fingerprint for each in entries}


def test_a_lone_part_does_not_vouch_for_a_pair() -> None:
    for lone in (finding(key_id=KEY), finding(secret=SECRET)):
        assert accepted([entry_of(lone)], PAIR) == [False]
    assert accepted([entry_of(finding(key_id=KEY)), entry_of(finding(secret=SECRET))], PAIR) == [
        True
    ]


def test_an_entry_written_by_hand_needs_no_parts() -> None:
    entry = Entry(PAIR.fingerprint, "rule")
    assert accepted([entry], PAIR, finding(key_id=KEY)) == [True, False]


def test_the_day_of_expiry_still_counts() -> None:
    entry = entry_of(PAIR)
    for expires, counts in (("2026-11-28", True), ("2026-11-27", False), ("2027-01-01", True)):
        assert accepted([entry._replace(expires=expires)], PAIR) == [counts]
    # A second entry that has not expired, as both sides of a merge can have one.
    both = [entry._replace(expires="2020-01-01"), entry]
    assert accepted(both, PAIR) == [True]


def test_a_value_whose_entry_has_expired_is_not_accepted_as_part_of_another() -> None:
    expired = entry_of(finding(secret=SECRET))._replace(expires="2020-01-01")
    found = sort([PAIR], [entry_of(finding(key_id=KEY)), expired], TODAY)
    assert [entry.expires for _, entry in found.expired] == ["2020-01-01"]


def test_a_report_counts_what_is_accepted() -> None:
    note = finding("b.py", Severity.NOTE, secret=OTHER_SECRET)
    entries = [
        entry_of(PAIR)._replace(reason="old", owner="team"),
        entry_of(note)._replace(expires="2020-01-01"),
    ]
    report = applied(Report("scan", (PAIR, note), Tally()), entries, "file", TODAY)
    assert report.tally.set_aside == {"in-baseline": 1}
    (place,) = report.tally.places
    assert (place.path, place.line, place.detail) == ("a.py", 3, "old, owner team")
    assert report.baseline == ("file", 2, 1, 1)
    (kept,) = report.findings
    # The last evidence of a note still says why it is one.
    assert kept.evidence == ("its entry in the baseline expired on 2020-01-01", "why")
