"""JSON Lines: the JSON report, taken apart line by line."""

from __future__ import annotations

import json

from scanner.reports import json_report
from scanner.reports.jsonl import render


def lines(case):
    return [json.loads(line) for line in "".join(render(*case)).splitlines()]


def test_it_has_what_the_json_report_has(case):
    """Put together again it is that report, which has a schema."""
    head, *findings = lines(case)
    assert (head.pop("record"), {each.pop("record") for each in findings} - {"finding"}) == (
        "scan", set(),
    )  # fmt: skip
    whole = {
        "schema_version": head.pop("schema_version"),
        "tool": head.pop("tool"),
        "scan": head,
        "findings": findings,
    }
    assert whole == json.loads("".join(json_report.render(*case)))


def test_every_line_is_an_object_in_ascii(case):
    text = "".join(render(*case))
    assert text.isascii()
    assert text.count("\n") == 1 + len(case.report.findings)


def test_the_first_line_says_that_a_scan_is_not_complete(make_case):
    head, *_ = lines(make_case("incomplete"))
    assert head["complete"] is False
    assert head["incomplete"]
    head, *findings = lines(make_case("clean"))
    assert (head["complete"], findings) == (True, [])
