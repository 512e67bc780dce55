"""How results that are in no file of HEAD survive their consumers."""

from __future__ import annotations

import json

import pytest

from scanner.findings import Report
from scanner.reports.sarif import render


def run_of(case):
    (run,) = json.loads("".join(render(*case)))["runs"]
    return run


def by_uri(case):
    found = {}
    for result in run_of(case)["results"]:
        place = result["locations"][0]["physicalLocation"]
        found.setdefault(place["artifactLocation"]["uri"], (result, place["region"]))
    return found


def test_one_result_for_each_credential_and_path(make_case):
    uris = list(by_uri(make_case("history")))
    assert uris[:2] == ["config/settings.py", "deploy/old%20name.env"]
    assert len(uris) == 13  # two objects have no path
    assert len(run_of(make_case("history"))["results"]) == 14


def test_a_line_of_head_is_pointed_at(make_case):
    """An editor opens that line; one beyond the end of the file would cost the result."""
    result, region = by_uri(make_case("history"))["config/settings.py"]
    assert region == {"startLine": 40, "startColumn": 5, "endLine": 40, "endColumn": 25}
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["region"]["startLine"] == 41
    assert result["message"]["text"].endswith(
        " was committed in '88888888' on 2026-05-03 at line 12, with the secret access key on "
        "[line 13](1), and is still in HEAD, now at line 40. It has been pushed."
    )


def test_a_file_with_other_content_is_pointed_at_its_first_line(make_case):
    result, region = by_uri(make_case("history"))["README.md"]
    top = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    assert region == top
    assert result["relatedLocations"][0]["physicalLocation"]["region"] == top
    properties = result["properties"]
    assert (properties["path"], properties["line"], properties["column"]) == ("README.md", 12, 22)
    assert " at line 12, with " in result["message"]["text"]
    assert result["message"]["text"].endswith(
        ", and is still in HEAD, but not at this path. It has been pushed. The file in HEAD has "
        "other content, so the result points at its first line."
    )


def test_a_path_that_is_gone_keeps_its_line(make_case):
    result, region = by_uri(make_case("history"))["b.py"]
    assert region == {"startLine": 7, "startColumn": 3, "endLine": 7, "endColumn": 43}
    assert result["message"]["text"].endswith(
        "was committed in '99999999' on 2026-05-04 at line 7, and is no longer in HEAD. It has "
        "been pushed."
    )
    local, _ = by_uri(make_case("history"))["c.py"]
    assert local["message"]["text"].endswith(" at line 7, and is not in HEAD.")
    same, _ = by_uri(make_case("history"))["d.py"]
    assert same["message"]["text"].endswith(" at line 7, and is still in HEAD.")


def test_an_object_that_no_commit_has(make_case):
    result, region = by_uri(make_case("history"))["_history"]
    assert region["startLine"] == 1
    assert "path" not in result["properties"]
    texts = [each["message"]["text"] for each in run_of(make_case("history"))["results"]]
    (held,) = (text for text in texts if "No branch" in text)
    assert held.endswith(
        " can be read in the 'object 33333333, line 7', and is not in HEAD. No branch or tag has "
        "it, but 'dangling, reflog of main, stash@%7B0%7D, z' does."
    )


@pytest.mark.parametrize("known", [{"branches": ("main",)}, {"tags": ("v1",)}])
def test_what_else_holds_it_matters_where_no_branch_or_tag_does(builders, known):
    found = builders.finding(
        builders.KEY_ID, {"key_id": builders.Maker().key_id()},
        builders.at("key_id", "a.py", 1, **builders.of_history(1)),
        history=builders.past(1, held_by=("stash@{0}",), **known),
    )  # fmt: skip
    (result,) = run_of((Report("history", (found,), builders.tally()), builders.view()))["results"]
    assert "stash" not in result["message"]["text"]


def test_properties(make_case):
    result, _ = by_uri(make_case("history"))["deploy/old%20name.env"]
    expected = {
        "inHead": True, "inHeadHere": False, "pushed": True, "commit": "6" * 40,
        "commitDate": "2026-05-01T12:00:00+02:00", "object": "1" * 40,
        "path": "deploy/old name.env", "line": 12, "copies": 11,
    }  # fmt: skip
    assert {key: result["properties"][key] for key in expected} == expected
    here = {
        uri: result["properties"]["inHeadHere"]
        for uri, (result, _) in by_uri(make_case("history")).items()
    }
    assert [uri for uri, is_here in here.items() if is_here] == ["config/settings.py", "d.py"]
    other = run_of(make_case("commits"))["results"][0]["properties"]
    assert not {"inHead", "pushed", "commitDate", "path"} & set(other)


def test_no_names_of_people_and_nothing_that_changes_from_day_to_day(make_case):
    report, view = make_case("history")
    text = "".join(render(report, view))
    for word in ("Ada", "example.com>", "debug", ":password", "bot:"):
        assert word not in text
    later = tuple(
        each._replace(history=each.history._replace(days=each.history.days + 1))
        for each in report.findings
    )
    assert "".join(render(report._replace(findings=later), view)) == text


def test_the_credential_identifies_a_result(make_case):
    """The lines of a history come and go: an alert must not come back as another one."""
    for result in run_of(make_case("history"))["results"]:
        prints = result["partialFingerprints"]
        assert prints["primaryLocationLineHash"] == prints["keycatchCredential/v1"][:16] + ":1"


def test_a_part_in_another_version_of_the_file(builders):
    make = builders.Maker()
    values = {"key_id": make.key_id(), "secret": make.secret()}
    places = [
        builders.at(role, "a.py", number, **builders.of_history(number))
        for number, role in enumerate(values, 1)
    ]
    found = builders.finding(builders.PAIR, values, *places, history=builders.past(1, removed=None))
    case = Report("history", (found,), builders.tally()), builders.view()
    (result,) = run_of(case)["results"]
    assert "with the secret access key in [another version](1), and is" in result["message"]["text"]
    assert [each["id"] for each in result["relatedLocations"]] == [1]


def test_which_commit_was_head(make_case):
    (own,) = run_of(make_case("history"))["versionControlProvenance"]
    assert own == {
        "repositoryUri": "https://git.example.com:8443/team/app.git", "revisionId": "f" * 40,
        "mappedTo": {"uriBaseId": "SRCROOT"},
    }  # fmt: skip
    # Of the others one is on this machine and one is outside the directory of the scan.
    (app,) = run_of(make_case("history_of_messages"))["versionControlProvenance"]
    assert app == {
        "repositoryUri": "ssh://git.example.com/team/app.git", "revisionId": "a" * 40,
        "mappedTo": {"uriBaseId": "SRCROOT", "uri": "app/"},
    }  # fmt: skip
    assert "versionControlProvenance" not in run_of(make_case("commits"))


def test_what_the_options_left_out_is_told(make_case):
    assert run_of(make_case("history"))["properties"] == {
        "narrowed": [
            "only what `main` reaches (--branch)", "no commit before 2026-01-01 (--since)",
        ],
    }  # fmt: skip
    assert run_of(make_case("history_clean"))["properties"]["narrowed"]
    assert "properties" not in run_of(make_case("history_of_messages"))


def test_a_category_of_its_own(make_case):
    assert run_of(make_case("history"))["automationDetails"]["id"] == "keycatch/history/"


@pytest.mark.parametrize("name", ["history", "history_of_messages"])
def test_lines_of_head_are_within_its_file(make_case, name):
    """Every region is one of HEAD's file, of a path that HEAD lacks, or the first line."""
    report, _ = make_case(name)
    heads = {at.path: at.head for found in report.findings for at in found.locations}
    for uri, (_, region) in by_uri(make_case(name)).items():
        head = heads.get(uri)
        if head and head.object:
            assert region["startLine"] in (1, head.start_line, head.start_line - 1)
