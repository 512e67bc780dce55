"""GitLab's secret detection report, judged by its schema in our own words and by its readers."""

from __future__ import annotations

import json
import re
from datetime import datetime

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scanner.findings import Head, Report, Severity
from scanner.reports.gitlab import NO_COMMIT, SEVERITIES, render
from scanner.reports.interface import Revision
from scanner.secret import Secret

TEXT = {"type": "string", "minLength": 1}


def closed(required, **properties):
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
TOOL = closed("id name version vendor", id=TEXT, name=TEXT, version=TEXT,
              vendor=closed("name", name=TEXT))  # fmt: skip
LINE = {"type": "integer", "minimum": 1}
ROW = {
    "oneOf": [
        closed("name type value", name=TEXT, type={"const": "text"}, value={"type": "string"}),
        closed("name type items", name=TEXT, type={"const": "list"}, items={
            "type": "array",
            "items": closed("type value", type={"const": "text"}, value={"type": "string"}),
        }),
    ]
}  # fmt: skip
SCHEMA = closed(
    "version schema scan vulnerabilities",
    version={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
    schema={"type": "string", "pattern": "^https?://.+"},
    scan=closed(
        "analyzer end_time scanner start_time status type",
        analyzer=TOOL,
        scanner=TOOL,
        start_time=TIME,
        end_time=TIME,
        status={"enum": ["success", "failure"]},
        type={"const": "secret_detection"},
        messages={
            "type": "array",
            "items": closed("level value", level={"enum": ["info", "warn", "fatal"]}, value=TEXT),
        },
        partial_scan=closed("mode", mode={"const": "differential"}),
    ),
    vulnerabilities={
        "type": "array",
        "items": closed(
            "id name description severity identifiers location tracking details",
            id={"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
            name={"type": "string", "minLength": 1, "maxLength": 255},
            description={"type": "string", "minLength": 1, "maxLength": 1048576},
            severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
            solution={"type": "string", "minLength": 1, "maxLength": 7000},
            identifiers={
                "type": "array",
                "minItems": 1,
                "items": closed(
                    "type name value", type=TEXT, name=TEXT, value=TEXT,
                    url={"type": "string", "pattern": "^(https?|ftp)://.+"},
                ),
            },
            links={
                "type": "array",
                "items": closed("url", url={"type": "string", "pattern": "^(https?|ftp)://.+"}),
            },
            details={"type": "object", "additionalProperties": ROW},
            tracking=closed(
                "type items",
                type={"const": "source"},
                items={
                    "type": "array",
                    "minItems": 1,
                    "items": closed(
                        "signatures", file=TEXT, start_line=LINE, end_line=LINE,
                        signatures={
                            "type": "array",
                            "minItems": 1,
                            "items": closed(
                                "algorithm value", algorithm={"const": "hash"}, value=TEXT
                            ),
                        },
                    ),
                },
            ),
            location=closed(
                "commit start_line end_line",
                file={"type": "string", "pattern": "^(?!/|[.][.]?/)."},
                start_line=LINE,
                end_line=LINE,
                commit=closed("sha", sha=TEXT, date=TEXT),
            ),
        ),
    },
)  # fmt: skip
"""What the schema 15.2.4 of GitLab's security-report-schemas asks for, in our own words.

It is closed: of what is optional there it has what we write, without `raw_source_code_extract`.
"""
VALIDATOR = jsonschema_rs.Draft7Validator(SCHEMA)


def written(report, view):
    return json.loads("".join(render(report, view)))


def test_valid(case):
    found = written(*case)
    assert [f"{e.instance_path}: {e.message}" for e in VALIDATOR.iter_errors(found)] == []
    assert "".join(render(*case)).isascii()


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report["scan"].update(end_time="2026-05-01T12:00:00Z"),
        lambda report: report["scan"].update(status="partial"),
        lambda report: report["vulnerabilities"][0]["location"].pop("commit"),
        lambda report: report["vulnerabilities"][0].update(identifiers=[]),
        lambda report: report["vulnerabilities"][0].update(severity="Note"),
        lambda report: report["vulnerabilities"][0].update(raw_source_code_extract="x"),
        lambda report: report["vulnerabilities"][0]["location"].update(start_line=0),
    ],
)
def test_the_schema_refuses(make_case, change):
    found = written(*make_case("pair"))
    change(found)
    assert not VALIDATOR.is_valid(found)


def test_what_defectdojo_reads(case):
    """A missing member is an error in its parser, `gitlab_secret_detection_report`."""
    found = written(*case)
    datetime.strptime(found["scan"]["end_time"], "%Y-%m-%dT%H:%M:%S")
    ids = set()
    for each in found["vulnerabilities"]:
        assert each["severity"] in ("Critical", "High", "Medium", "Low", "Info")
        assert each["name"]
        assert each["description"]
        assert int(each["location"]["start_line"]) > 0
        ids.add(each["id"])
    assert len(ids) == len(found["vulnerabilities"])


def test_gitlab_tells_all_findings_apart(case):
    """It knows one by the first identifier and the signature (`common.rb` of gitlabhq)."""
    found = [
        (each["identifiers"][0]["value"], each["tracking"]["items"][0]["signatures"][0]["value"])
        for each in written(*case)["vulnerabilities"]
    ]
    assert len(found) == len(set(found))


def test_severity_is_ours():
    assert set(SEVERITIES) == set(Severity)
    assert SEVERITIES[Severity.NOTE] == "Info"


def test_the_time_is_that_of_head(make_case):
    report, view = make_case("pair")
    head = Revision("c" * 40, "2026-05-01T12:34:56Z")
    found = written(report, view._replace(head=head))
    assert found["scan"]["start_time"] == found["scan"]["end_time"] == "2026-05-01T12:34:56"
    (only,) = found["vulnerabilities"]
    assert only["location"]["commit"] == {"sha": "c" * 40}
    (only,) = written(report, view)["vulnerabilities"]
    assert only["location"]["commit"] == {"sha": NO_COMMIT}


def test_a_place_names_the_commit_that_has_it(make_case):
    report, view = make_case("history")
    found = written(report, view)["vulnerabilities"]
    commits = {each["location"].get("file"): each["location"]["commit"] for each in found}
    assert commits["config/settings.py"] == {"sha": report.heads[0].commit}
    assert re.fullmatch("[0-9a-f]{40}", commits["a/old.py"]["sha"])
    assert commits["a/old.py"]["sha"] != report.heads[0].commit
    assert commits["a/old.py"]["date"].startswith("2026-")


def test_of_several_repositories_the_right_one(builders):
    heads = (Head("app", "a" * 40), Head("app2", "b" * 40))
    found = [
        builders.finding(builders.KEY_ID, {}, builders.at("key_id", path, 1))
        for path in ("app2/x", "app/x")
    ]
    report = Report("history", tuple(found), builders.tally(), heads=heads)
    shas = {
        each["location"]["file"]: each["location"]["commit"]["sha"]
        for each in written(report, builders.view())["vulnerabilities"]
    }
    assert shas == {"app2/x": "b" * 40, "app/x": "a" * 40}


@pytest.mark.parametrize("kind", ["scan", "history", "staged", "push", "range", "receive", "ci"])
def test_a_scan_of_a_change_resolves_nothing(make_case, kind):
    report, view = make_case("clean")
    scan = written(report._replace(kind=kind), view)["scan"]
    assert ("partial_scan" in scan) == (kind not in ("scan", "history"))


def test_an_incomplete_scan_is_a_failure_with_messages(make_case):
    scan = written(*make_case("incomplete_clean"))["scan"]
    assert scan["status"] == "failure"
    assert any("private.db" in message["value"] for message in scan["messages"])
    assert {message["level"] for message in scan["messages"]} == {"warn"}


def test_what_was_taken_away_is_a_message(make_case):
    for name in ("configured", "history_clean"):
        scan = written(*make_case(name))["scan"]
        assert scan["status"] == "success"
        assert scan["messages"][0]["level"] == "info"


def test_a_canary_has_its_own_solution(make_case):
    found = written(*make_case("canary"))["vulnerabilities"]
    solutions = {each["solution"] for each in found if "canary" in each["description"]}
    assert len(solutions) == 1
    assert "do not deactivate" in solutions.pop()


@settings(max_examples=80, deadline=None)
@given(name=st.text(st.sampled_from("`*_[]()<>!@#~|\\ \n&:/a."), min_size=1, max_size=20))
def test_a_name_means_nothing_in_markdown(builders, name):
    """The description is Markdown, where `@name` calls people and `![](...)` loads a picture."""
    place = builders.at("key_id", name, 1, member=name)
    found = builders.finding(builders.KEY_ID, {"key_id": Secret(b"A" * 20)}, place)
    report = Report("scan", (found,), builders.tally())
    (only,) = written(report, builders.view())["vulnerabilities"]
    (_, inline, _) = MarkdownIt("gfm-like", {"linkify": False}).parse(only["description"])
    assert {token.type for token in inline.children} <= {"text", "code_inline"}
    text = "".join(token.content for token in inline.children if token.type == "text")
    assert not set("`*_[]<>!@#~|\\&") & set(text)
