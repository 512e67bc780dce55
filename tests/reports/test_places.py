"""Entries by path: what a server shows next to a file, and recognises in the next report."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.findings import InHead, Report
from scanner.reports.places import described, entries
from scanner.reports.sarif import render
from scanner.secret import Secret


def test_one_entry_for_each_result_of_sarif(case):
    """The two groupings agree, so that a server shows as much by either way."""
    import json

    (run,) = json.loads("".join(render(*case)))["runs"]
    uris = {
        (each["ruleId"].removesuffix("-note"), each["partialFingerprints"]["keycatchCredential/v1"],
         each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for each in run["results"]
    }  # fmt: skip
    found = list(entries(case.report.findings))
    assert {(e.finding.rule_id, e.finding.fingerprint, e.uri) for e in found} == uris
    assert len(found) == len(uris)


def test_identities_are_unique(case):
    found = [entry.identity() for entry in entries(case.report.findings)]
    assert len(found) == len(set(found))


@settings(max_examples=40, deadline=None)
@given(line=st.integers(2, 999), column=st.integers(1, 99))
def test_an_identity_does_not_move_with_the_line(builders, line, column):
    def only(start_line, start_column, path="a.py", value=b"A" * 20):
        place = builders.at("key_id", path, start_line, start_column)
        found = builders.finding(builders.KEY_ID, {"key_id": Secret(value)}, place)
        (entry,) = entries([found])
        return entry

    first, moved = only(1, 1), only(line, column)
    assert first.identity() == moved.identity()
    assert first.lines != moved.lines
    assert first.identity() != only(1, 1, path="b.py").identity()
    assert first.identity() != only(1, 1, value=b"B" * 20).identity()


def test_a_line_is_one_that_the_file_has(builders):
    def line(**more):
        place = builders.at("key_id", "a.zip", 90)._replace(**more)
        (entry,) = entries([builders.finding(builders.KEY_ID, {}, place)])
        return entry.lines

    assert line() == (90, 90)
    assert line(decoded=("base64",)) == (90, 90)
    assert line(member="inner") == (1, 1)
    assert line(decoded=("gzip",)) == (1, 1)
    assert line(scope="commit-message", object="a" * 40) == (1, 1)


def test_in_a_history_it_is_the_line_of_head(make_case, builders):
    report, _ = make_case("history")
    by_path = {entry.path: entry for entry in entries(report.findings)}
    assert by_path["config/settings.py"].lead.commit == ""  # HEAD itself
    gone = by_path["a/old.py"]
    assert (gone.lead.commit != "", gone.lines[0]) == (True, gone.lead.start_line)
    replaced = report.findings[0]
    places = tuple(each._replace(head=InHead("f" * 40)) for each in replaced.locations)
    assert {entry.lines for entry in entries([replaced._replace(locations=places)])} == {(1, 1)}


def test_the_sentence_is_the_same_on_every_day(make_case):
    """A number of days grows, and a report that changes without a reason looks like news."""
    report, _ = make_case("history")
    older = [
        each._replace(history=each.history._replace(days=each.history.days + 100))
        for each in report.findings
    ]
    assert [described(entry, {}) for entry in entries(older)] == [
        described(entry, {}) for entry in entries(report.findings)
    ]


def test_the_sentence_says_what_and_where(make_case):
    report, view = make_case("two_files")
    rules = {rule.id: rule for rule in view.rules}
    (first, *_) = entries(report.findings)
    sentence = described(first, rules)
    assert sentence.startswith("AWS access key pair AKIA****")
    assert "with the secret access key in " in sentence
    assert described(first, {}).startswith("aws-access-key-pair AKIA****")


def test_a_value_that_shows_nothing_is_left_out(builders):
    place = builders.at("key_id", "a", 1)
    found = builders.finding(builders.KEY_ID, {"key_id": Secret(b"short-1")}, place)
    (entry,) = entries(Report("scan", (found,), builders.tally()).findings)
    assert "****" not in described(entry, {})
