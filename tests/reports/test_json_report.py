from __future__ import annotations

import json
import random
from pathlib import Path

import jsonschema_rs
import pytest

from scanner.findings import Report
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
        lambda report: report["findings"][0]["locations"][0].update(commit=""),
        lambda report: report["findings"][0]["locations"][0].update(object="a" * 39),
        lambda report: report["scan"].pop("configuration"),
        lambda report: report["scan"].update(configuration={}),
        lambda report: report["scan"].pop("narrowed"),
        lambda report: report["scan"].update(narrowed=[""]),
        lambda report: report["scan"].update(heads=[{"repository": "a"}]),
        lambda report: report["findings"][0].pop("history"),
        lambda report: report["findings"][0].update(history={}),
        lambda report: report["findings"][0]["locations"][0].update(head={}),
        lambda report: report["findings"][0]["locations"][0].update(
            head={"object": "a" * 40, "start_line": 1}
        ),
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


def test_what_a_configuration_did(make_case):
    assert json.loads(output(*make_case("pair")))["scan"]["configuration"] is None
    assert json.loads(output(*make_case("configured")))["scan"]["configuration"] == {
        "file": ".keycatch.toml", "excluded": 3,
        "disabled": ["aws-eks-token", "aws-unnamed-secret"], "fail_on": "high",
    }  # fmt: skip
    replaced = json.loads(output(*make_case("configured_findings")))["scan"]["configuration"]
    assert replaced["fail_on"] is None


@pytest.mark.parametrize(
    ("kind", "commits", "shown"),
    [("scan", 0, None), ("scan", 2, 2), ("history", 9, 9), ("staged", 0, 0), ("push", 0, 0),
     ("range", 3, 3), ("receive", 0, 0), ("ci", 0, 0)],
)  # fmt: skip
def test_commits_are_counted_where_there_can_be_some(builders, kind, commits, shown):
    report = Report(kind, (), builders.tally(commits=commits))
    assert json.loads(output(report, builders.view()))["scan"]["counts"].get("commits") == shown


def test_a_location_of_git_has_its_commit(make_case):
    found = json.loads(output(*make_case("commits")))["findings"]
    place = found[1]["locations"][0]
    assert {key: place[key] for key in ("commit", "author_date", "object", "scope")} == {
        "commit": "9" * 40, "author_date": "2026-05-04T12:00:00+02:00", "object": "4" * 40,
        "scope": "added",
    }  # fmt: skip
    (found,) = json.loads(output(*make_case("pair")))["findings"]
    git_only = {"commit", "author_date", "object", "scope"}
    assert all(not git_only & set(place) for place in found["locations"])


@pytest.mark.parametrize("name", ["##[stop-commands]x", "##vso[a]", "a\\##[b]", "###[", '"##['])
def test_no_name_is_a_command_for_the_runner_of_a_job(builders, name):
    found = builders.finding(
        builders.KEY_ID, {"key_id": builders.Maker().key_id()}, builders.at("key_id", name, 1)
    )
    text = output(Report("scan", (found,), builders.tally()), builders.view())
    assert "##[" not in text
    assert "##vso[" not in text
    assert json.loads(text)["findings"][0]["locations"][0]["path"] == name


def test_account_is_null_where_unknown(make_case):
    (found,) = json.loads(output(*make_case("pair")))["findings"]
    assert (found["account_id"], found["liveness"]) == ("123456789012", None)
    found = json.loads(output(*make_case("two_files")))["findings"][0]
    assert found["account_id"] is None


def test_a_history_is_told_whole(make_case):
    report = json.loads(output(*make_case("history")))
    assert report["scan"]["narrowed"] == [
        "only what `main` reaches (--branch)", "no commit before 2026-01-01 (--since)",
    ]  # fmt: skip
    assert report["scan"]["heads"] == [{"repository": "", "commit": "f" * 40}]
    first, gone = report["findings"][:2]
    assert first["history"] == {
        "first": {
            "commit": "6" * 40, "author": "Ada Lovelace <ada@example.com>",
            "author_date": "2026-05-01T12:00:00+02:00",
        },
        "last": {
            "commit": "e" * 40, "author": "Ada Lovelace <ada@example.com>",
            "author_date": "2026-05-09T12:00:00+02:00",
        },
        "removed": None, "in_head": True, "pushed": True, "days": 30,
        "branches": ["dev", "feature/a", "main", "origin/main"], "tags": ["v1.0"], "held_by": [],
        "copies": 11,
    }  # fmt: skip
    removed = gone["history"]["removed"]
    assert removed["author"].startswith("na\\xefve ")
    assert removed["author_bytes"].startswith("na%EFve%20")
    lost = [each["history"] for each in report["findings"] if each["history"]["first"] is None]
    assert [each["held_by"] for each in lost] == [
        [], ["dangling", "reflog of main", "stash@{0}", "z"],
    ]  # fmt: skip


def test_what_became_of_a_file_in_head(make_case):
    (found,) = (
        each for each in json.loads(output(*make_case("history")))["findings"]
        if each["severity"] == "critical"
    )  # fmt: skip
    heads = {
        place["path"]: place.get("head")
        for place in found["locations"]
        if place["role"] == "secret"
    }
    assert heads["config/settings.py"] == {
        "object": "e" * 40, "start_line": 41, "start_column": 5, "end_line": 41, "end_column": 45,
    }  # fmt: skip
    assert heads["README.md"] == {"object": "d" * 40}
    assert heads["deploy/old name.env"] is None


@pytest.mark.parametrize("name", ["pair", "commits", "triple"])
def test_other_commands_have_no_history(make_case, name):
    report = json.loads(output(*make_case(name)))
    assert [each["history"] for each in report["findings"]] == [None] * len(report["findings"])
    assert (report["scan"]["narrowed"], report["scan"]["heads"]) == ([], [])


def test_worst_first_and_then_most_exposed(make_case):
    found = json.loads(output(*make_case("history")))["findings"]
    places = [(each["severity"], each["locations"][0]["path"]) for each in found]
    assert places == [
        ("critical", "README.md"), ("high", "b.py"), ("high", "c.py"), ("high", ""),
        ("medium", "a/old.py"), ("medium", "a/new.py"), ("medium", ""), ("medium", "d.py"),
        ("note", "e.py"),
    ]  # fmt: skip


def test_names_of_branches_that_are_not_unicode(builders):
    known = builders.past(1, branches=("z", "na\udcefve"), tags=("##[x]",))
    found = builders.finding(
        builders.KEY_ID, {"key_id": builders.Maker().key_id()}, builders.at("key_id", "a", 1),
        history=known,
    )  # fmt: skip
    text = output(Report("history", (found,), builders.tally()), builders.view())
    (read,) = json.loads(text)["findings"]
    assert read["history"]["branches"] == ["na\\xefve", "z"]
    assert read["history"]["tags"] == ["##[x]"]
    assert "##[" not in text
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(json.loads(text))
