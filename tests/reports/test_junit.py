"""JUnit: read by real parsers, and by the rules by which GitLab recognises a test case."""

from __future__ import annotations

import io
import os
import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

from scanner.findings import Confidence, Finding, Notice, Report, Severity
from scanner.reports.junit import READ, render

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can have, not even as a reference: XML 1.0, 2.2, Char."""
NASTY = st.text(
    st.sampled_from(
        "<>&\"'\n\r\t\0\x08\x1b\x85\u2028\ufffe\uffff\udcff\ud800]:# a\u00fc\U0001f600"
    ),
    max_size=20,
)
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"classname", "name", "file"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
}
"""What the schema of Jenkins has (junit-10.xsd of its xUnit plug-in), and `file`, for GitLab.

`tools/validate_junit.py` has the published schema decide.
"""


def document(report, view):
    return "".join(render(report, view))


def suite_of(report, view):
    parsed = JUnitXml.fromroot(ElementTree.fromstring(document(report, view).encode()))
    (suite,) = parsed
    return parsed, suite


def test_elements_and_attributes_are_those_of_the_schema(case):
    def check(element):
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        for child in element:
            check(child)

    root = ElementTree.fromstring(document(*case))
    assert root.tag == "testsuites"
    check(root)


def test_the_counts_are_those_of_the_cases(case):
    parsed, suite = suite_of(*case)
    cases = list(suite)
    kinds = [type(result) for each in cases for result in each.result]
    for counted in (parsed, suite):
        assert counted.tests == len(cases) > 0
        assert counted.failures == kinds.count(Failure)
        assert counted.errors == kinds.count(Error)
    assert suite.skipped == kinds.count(Skipped)


def test_a_case_has_a_key_of_its_own(case):
    """GitLab's is suite, class name and name: it drops all but the first with the same."""
    _, suite = suite_of(*case)
    keys = [(each.classname, each.name) for each in suite]
    assert len(keys) == len(set(keys))


def test_a_failure_has_a_text(case):
    """GitLab shows that, and not the message."""
    _, suite = suite_of(*case)
    for each in suite:
        for result in each.result:
            if isinstance(result, Failure | Error):
                assert result.text.strip()
                assert result.message in result.text


def test_no_name_has_a_line_in_it(make_case):
    """A case that moves would be a new test, and the old one a test that was fixed."""
    report, view = make_case("pair")
    moved = [
        each._replace(
            locations=tuple(
                at._replace(start_line=at.start_line + 7, end_line=at.end_line + 7)
                for at in each.locations
            )
        )
        for each in report.findings
    ]
    _, before = suite_of(report, view)
    _, after = suite_of(report._replace(findings=tuple(moved)), view)
    assert [each.name for each in before] == [each.name for each in after]
    assert document(report, view) != document(report._replace(findings=tuple(moved)), view)


def test_a_clean_scan_is_one_test_that_passes(make_case):
    _, suite = suite_of(*make_case("clean"))
    (only,) = suite
    assert (only.name, only.is_passed) == (READ, True)


def test_a_scan_that_is_not_complete_is_an_error(make_case):
    _, suite = suite_of(*make_case("incomplete_clean"))
    (only,) = suite
    (error,) = only.result
    assert isinstance(error, Error)
    assert "private.db" in error.text


def test_what_does_not_fail_the_command_fails_no_test(builders, make_case):
    report, view = make_case("pair")
    (pair,) = report.findings

    def outcome(finding: Finding, fail_on: Confidence):
        _, suite = suite_of(report._replace(findings=(finding,)), view._replace(fail_on=fail_on))
        (result,) = list(suite)[1].result
        return result

    assert isinstance(outcome(pair, Confidence.HIGH), Failure)
    low = outcome(pair._replace(confidence=Confidence.LOW), Confidence.MEDIUM)
    assert isinstance(low, Skipped)
    assert low.message.startswith("below --fail-on medium: ")
    note = outcome(pair._replace(severity=Severity.NOTE), Confidence.LOW)
    assert isinstance(note, Skipped)
    assert note.message.startswith("a note: ")


@settings(max_examples=settings().max_examples * 3 // 2, deadline=None)
@given(name=NASTY, other=NASTY)
@example(name="", other=":")
@example(name=":", other="x")
def test_hostile_names_stay_what_they_are(builders, name, other):
    path = (name or "x").replace("\0", "")
    rule = builders.KEY_ID._replace(name=f"n{other}")
    place = builders.at("key_id", path or "x", 1, member=other)
    found = builders.finding(rule, {}, place)._replace(evidence=(other,))
    tally = builders.tally()
    tally.notice(Notice("unreadable", other, name, True))
    view = builders.view()._replace(rules=(rule,))
    text = document(Report("scan", (found,), tally, narrowed=(name,)), view)
    assert not FORBIDDEN.search(text)
    root = ElementTree.fromstring(text.encode())
    assert [each.tag for each in root.iter()].count("testcase") == 2
    # No line of the document begins with what the repository chose: a runner reads commands there.
    assert not re.search(r"^(::|.*##\w*\[)", text, re.MULTILINE)


@given(name=st.binary(min_size=1).filter(lambda name: b"\0" not in name).map(os.fsdecode))
def test_any_file_name_can_be_read_back(builders, name):
    found = builders.finding(builders.KEY_ID, {}, builders.at("key_id", name, 3))
    report = Report("scan", (found,), builders.tally())
    text = document(report, builders.view())
    parsed = JUnitXml.fromroot(ElementTree.parse(io.StringIO(text)).getroot())
    (suite,) = parsed
    assert len(list(suite)) == 2


@pytest.mark.parametrize("name", ["history", "history_of_messages"])
def test_only_what_is_in_a_file_names_one(make_case, name):
    text = document(*make_case(name))
    assert not re.search(r'file="_(history|commit-message|reference-name)"', text)
    assert ' file="' in text
