"""Code quality of GitLab, judged by what GitLab reads."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.findings import Notice, Severity
from scanner.reports.codequality import NARROWED, NOT_READ, SEVERITIES, TAKEN_AWAY, render

# Our own words for GitLab Docs, "Code Quality report format", and for what GitLab requires of an
# entry before it stops reading (`codeclimate.json` and `code_climate.rb` of gitlabhq). Closed,
# which GitLab's is not.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": [
            "type", "check_name", "categories", "description", "fingerprint", "severity", "location"
        ],
        "properties": {
            "type": {"const": "issue"},
            "check_name": {"type": "string", "minLength": 1},
            "categories": {"const": ["Security"]},
            "description": {"type": "string", "minLength": 1, "pattern": "^[^\n]*$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "pattern": "^(?!/|[.][.]?/)"},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin", "end"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def items(report, view):
    return json.loads("".join(render(report, view)))


def test_valid(case):
    found = items(*case)
    assert [error.message for error in VALIDATOR.iter_errors(found)] == []
    assert "".join(render(*case)).isascii()


@pytest.mark.parametrize(
    "change",
    [
        lambda item: item.pop("fingerprint"),
        lambda item: item.update(severity="high"),
        lambda item: item["location"].update(path="/etc/passwd"),
        lambda item: item["location"].update(path="../a"),
        lambda item: item["location"]["lines"].update(begin=0),
    ],
)
def test_the_schema_refuses(make_case, change):
    found = items(*make_case("pair"))
    change(found[0])
    assert not VALIDATOR.is_valid(found)


def test_fingerprints_are_unique(case):
    """Of entries with the same one GitLab keeps the first."""
    found = [item["fingerprint"] for item in items(*case)]
    assert len(found) == len(set(found))


def test_every_severity_has_a_word():
    assert set(SEVERITIES) == set(Severity)


def test_a_clean_scan_is_an_empty_array(make_case):
    """Only then does GitLab close what an earlier report had."""
    assert items(*make_case("clean")) == []


def test_what_was_not_read_is_an_entry(make_case):
    found = items(*make_case("incomplete_clean"))
    assert {item["check_name"] for item in found} == {NOT_READ}
    assert "The scan is incomplete" in found[0]["description"]
    assert len(found) == len(set(make_case("incomplete_clean").report.incomplete))


def test_what_was_taken_away_is_an_entry(make_case):
    (only,) = items(*make_case("configured"))
    assert (only["check_name"], only["severity"]) == (TAKEN_AWAY, "info")
    assert only["location"]["path"] == ".keycatch.toml"
    assert {item["check_name"] for item in items(*make_case("history_clean"))} == {NARROWED}


@settings(max_examples=60, deadline=None)
@given(path=st.text(max_size=12), reason=st.sampled_from(["unreadable", "new-reason"]))
def test_any_notice_is_valid(builders, path, reason):
    report, view = builders.CASES["clean"](builders.Maker())
    report.tally.notice(Notice(reason, path, "detail", True))
    assert VALIDATOR.is_valid(items(report, view))
