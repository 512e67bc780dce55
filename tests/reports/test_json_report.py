from __future__ import annotations

import json
import random
from pathlib import Path

import jsonschema_rs
import pytest

from scanner.reports.json_report import render

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8")
)


def output(report, view):
    return "".join(render(report, view))


def test_valid(case):
    text = output(case.report, case.view)
    assert text.isascii()
    assert text.endswith("}\n")
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(json.loads(text))


def objects(schema, path="$"):
    if isinstance(schema, dict):
        if "properties" in schema and path.rpartition(".")[2] not in ("if", "then", "else"):
            yield path, schema
        for key, value in schema.items():
            yield from objects(value, f"{path}.{key}")


@pytest.mark.parametrize(("path", "schema"), list(objects(SCHEMA)))
def test_the_schema_is_closed(path, schema):
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.update(extra=1),
        lambda report: report.update(schema_version=2),
        lambda report: report["scan"].update(complete=True),
        lambda report: report["scan"].update(incomplete=[]),
        lambda report: report["scan"]["counts"].pop("set_aside"),
        lambda report: report["findings"][0].update(severity="fatal"),
        lambda report: report["findings"][0].update(fingerprint="1"),
        lambda report: report["findings"][0].update(locations=[]),
        lambda report: report["findings"][0]["locations"][0].update(start_line=0),
        lambda report: report["findings"][0]["locations"][0].update(line_hash="1:1"),
        lambda report: report["findings"][0].update(account_id=""),
    ],
)
def test_the_schema_refuses(make_case, change):
    report = json.loads(output(*make_case("incomplete")))
    change(report)
    assert not jsonschema_rs.Draft202012Validator(SCHEMA).is_valid(report)


def test_the_same_bytes_whatever_order_the_findings_came_in(case):
    found, tally = list(case.report.findings), case.report.tally
    expected = output(*case)
    random.Random(1).shuffle(found)
    mixed = [each._replace(locations=tuple(reversed(each.locations))) for each in found]
    tally.notices.reverse()
    tally.skipped = dict(reversed(tally.skipped.items()))
    tally.set_aside = dict(reversed(tally.set_aside.items()))
    assert output(case.report._replace(findings=tuple(mixed)), case.view) == expected


def test_names_are_exact_or_come_with_their_bytes(make_case, builders):
    report = json.loads(output(*make_case("odd_names")))
    places = [finding["locations"][0] for finding in report["findings"]]
    exact = {place["path"] for place in places if "path_bytes" not in place}
    unicode_names = {name for name in builders.ODD_NAMES if "\udcef" not in name}
    assert exact == unicode_names
    (other,) = (place for place in places if "path_bytes" in place)
    assert other["path"] == "na\\xefve/caf\\xe9.txt"
    assert other["path_bytes"] == "na%EFve/caf%E9.txt"


def test_values_are_shown_only_when_asked_for(make_case):
    report, view = make_case("triple")
    (found,) = report.findings
    (shown,) = json.loads(output(report, view._replace(show_secrets=True)))["findings"]
    (hidden,) = json.loads(output(report, view))["findings"]
    for role, value in found.values.items():
        assert shown["values"][role] == value.reveal().decode()
        assert hidden["values"][role] == value.redacted() != shown["values"][role]


def test_account_is_null_where_unknown(make_case):
    (found,) = json.loads(output(*make_case("pair")))["findings"]
    assert (found["account_id"], found["liveness"]) == ("123456789012", None)
    found = json.loads(output(*make_case("two_files")))["findings"][0]
    assert found["account_id"] is None
