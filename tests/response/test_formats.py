"""Whole responses in every format: golden files, and names that somebody has chosen to do harm.

After a change that is meant to change the output, run this file with KEYCATCH_UPDATE_GOLDEN=1 in
the environment and read the difference before committing it.
"""

from __future__ import annotations

import json
import os
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scanner.response.formats import FORMATS, load
from scanner.response.missing import Missing
from scanner.response.playbook import names

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("KEYCATCH_UPDATE_GOLDEN") == "1"
ENDINGS = {"text": "txt", "markdown": "md", "json": "json", "html": "html"}
DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "response.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)
MARKDOWN = MarkdownIt("commonmark")


def rendered(plan: Any, name: str, color: bool = False) -> str:
    return "".join(load(name)(plan, color))


def plan_of(builders: Any, name: str) -> Any:
    kinds, states = [*builders.KINDS.values()], [*builders.STATES.values()]
    plans = {
        "kinds": lambda: builders.plan(*kinds),
        "states": lambda: builders.plan(*states, kind="history"),
        "one": lambda: builders.plan(builders.STATES["live"], kind="history"),
        "incomplete": lambda: builders.plan(
            builders.KINDS["user-access-key"], kind="history", complete=False,
            incomplete=["missing-object"], narrowed=["only the branch main"],
        ),
        "staged": lambda: builders.plan(builders.KINDS["user-access-key"], kind="staged"),
        "empty": lambda: builders.plan(),
    }  # fmt: skip
    return plans[name]()


def compare(name: str, output: str) -> None:
    file = GOLDEN / name
    if UPDATE:
        file.write_text(output, encoding="utf-8", newline="\n")
    assert output == file.read_text(encoding="utf-8"), f"see the docstring of {Path(__file__).name}"


NAMES = ("kinds", "states", "one", "incomplete", "staged", "empty")


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_output(builders: Any, name: str, format_name: str) -> None:
    compare(f"{name}.{ENDINGS[format_name]}", rendered(plan_of(builders, name), format_name))


def test_output_in_colour(builders: Any) -> None:
    plan = plan_of(builders, "one")
    output = rendered(plan, "text", color=True)
    compare("one.color.txt", output)
    assert re.sub(r"\x1b\[[0-9;]*m", "", output) == rendered(plan, "text")


def test_every_golden_file_is_used() -> None:
    used = {f"{name}.{ending}" for name in NAMES for ending in ENDINGS.values()}
    assert {file.name for file in GOLDEN.iterdir()} == {*used, "one.color.txt"}
    assert ENDINGS.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_json_is_as_the_schema_says(builders: Any, name: str) -> None:
    output = rendered(plan_of(builders, name), "json")
    VALIDATOR.validate(json.loads(output))
    assert output.isascii()
    assert output.endswith("}\n")


def test_the_schema_knows_every_kind_and_playbook() -> None:
    known = SCHEMA["$defs"]["credential"]["properties"]
    form = re.compile(known["kind"]["pattern"])
    assert all(map(form.search, names()))
    assert known["playbook"]["$ref"] == "#/$defs/credential/properties/kind"


def test_the_schema_knows_every_answer_and_why_there_is_none() -> None:
    known = SCHEMA["$defs"]["credential"]["properties"]
    assert known["not_found_again"]["enum"] == [*sorted(map(str, Missing)), None]
    report = json.loads((DOCS / "report.schema.json").read_text("utf-8"))
    assert SCHEMA["$defs"]["liveness"] == report["$defs"]["liveness"]


@pytest.mark.parametrize("reason", [None, *Missing])
def test_why_it_was_not_found_again_is_a_word_of_its_own(
    builders: Any, reason: Missing | None
) -> None:
    plan = builders.plan(builders.pair())
    plan = plan._replace(entries=(plan.entries[0]._replace(missing=reason),))
    told = json.loads(rendered(plan, "json"))
    VALIDATOR.validate(told)
    assert told["credentials"][0]["not_found_again"] == (reason and str(reason))


def test_what_sts_said_is_told_as_the_report_has_it(builders: Any) -> None:
    for name, found in builders.ALL.items():
        (told,) = json.loads(rendered(builders.plan(found), "json"))["credentials"]
        before = found["liveness"]
        assert told["state"] == (before and before["state"]), name
        if before is None:
            assert told["liveness"] is None
            continue
        told["liveness"].pop("summary")
        assert told["liveness"] == {key: before[key] for key in told["liveness"]}, name


def test_an_arn_is_made_harmless(builders: Any) -> None:
    arn = f"arn:aws:iam::{builders.ACCOUNT}:user/a\x1b[31m ::error::"
    told = rendered(builders.plan(builders.pair(liveness=builders.live(arn))), "json")
    shown = json.loads(told)["credentials"][0]["liveness"]["arn"]
    assert "\x1b" not in shown
    assert "::error" not in shown


def test_each_credential_is_told_in_each_format(builders: Any) -> None:
    plan = plan_of(builders, "kinds")
    text, markdown = rendered(plan, "text"), rendered(plan, "markdown")
    page = rendered(plan, "html")
    for entry in plan.entries:
        assert f"\n{entry.number}. {entry.title}: " in text
        assert f"\n## {entry.number}. {entry.title}: " in markdown
        assert f"<b>{entry.number}. {entry.title}</b>" in page
    assert [each["fingerprint"] for each in json.loads(rendered(plan, "json"))["credentials"]] == [
        entry.leak.finding.fingerprint for entry in plan.entries
    ]


def test_commands_can_be_copied_from_each_format(builders: Any, all_plans: Any) -> None:
    for plan in all_plans:

        def flat(text: str) -> str:
            return re.sub(r"\s+", " ", text.replace("\\\n", ""))

        text, markdown, page = (flat(rendered(plan, name)) for name in ("text", "markdown", "html"))
        page = unescape(page)
        for entry in plan.entries:
            for command in (*entry.setup, *(c for step in entry.steps for c in step.commands)):
                assert flat(command) in text
                assert flat(command) in markdown
                assert flat(command) in page


def test_lines_of_text_fit_a_terminal(builders: Any) -> None:
    plan = rendered(plan_of(builders, "kinds"), "text")
    for line in plan[plan.index("Before you begin") :].split("\n"):
        is_command = line.startswith("         ") or "****" in line
        assert len(line) <= 80 or is_command, line
        assert line == line.rstrip()


@pytest.mark.parametrize("name", NAMES)
def test_parts_of_text_stand_one_empty_line_apart(builders: Any, name: str) -> None:
    for color in (True, False):
        output = rendered(plan_of(builders, name), "text", color)
        assert "\n\n\n" not in output
        assert not output.startswith("\n")


def test_the_example_of_the_documentation_is_what_is_written(builders: Any) -> None:
    """It is shortened: what is left out is a line with three full stops."""
    page = (DOCS / "respond.md").read_text("utf-8")
    (example,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    rest = rendered(plan_of(builders, "one"), "text")
    for part in re.split(r"(?m)^ *\.\.\.\n", example):
        before, found, rest = rest.partition(part)
        assert found, part
        assert not before or part is not example


def test_where_the_scan_was_incomplete_it_is_said_at_the_top(builders: Any) -> None:
    plan = plan_of(builders, "incomplete")
    for name in ("text", "markdown", "html"):
        output = rendered(plan, name)
        head = re.sub(r"\s+", " ", output[output.find("<body>") + 1 :][:900])
        assert "The scan was incomplete" in head
        assert "Options limited the scan" in head
    told = json.loads(rendered(plan, "json"))
    assert told["report"]["incomplete"] == ["missing-object"]
    assert len(told["warnings"]) == 3


def text_of(builders: Any, found: dict[str, Any], kind: str = "history") -> str:
    return rendered(builders.plan(found, kind=kind), "text")


def test_places_are_told_up_to_three(builders: Any) -> None:
    found = builders.finding("aws-access-key-id", {"key_id": builders.shown()})
    for number, more in ((3, ""), (4, "and 1 more place"), (6, "and 3 more places")):
        found["locations"] = [builders.location("key_id", f"a{each}") for each in range(number)]
        text = text_of(builders, found)
        assert "a2:1:5" in text
        assert "a3:1:5" not in text
        assert "more place" in text if more else "more place" not in text
        assert more in text


def test_a_place_is_that_in_head_if_it_is_still_there(builders: Any) -> None:
    head = {"object": builders.COMMIT, "start_line": 7, "start_column": 2, "end_line": 7,
            "end_column": 22}  # fmt: skip
    date = "2026-05-01T10:00:00+02:00"
    place = builders.location("key_id", commit=builders.COMMIT, author_date=date, head=head)
    found = {
        **builders.finding("aws-access-key-id", {"key_id": builders.shown()}),
        "locations": [place], "history": builders.history(),
    }  # fmt: skip
    assert "deploy.env:7:2, in HEAD\n" in text_of(builders, found)
    del place["head"]
    assert "deploy.env:1:5, commit 01234567, 2026-05-01\n" in text_of(builders, found)


def test_a_note_of_a_change_was_there_before(builders: Any) -> None:
    said = "It was there before the change that was scanned."
    for kind, note, expected in (("push", "note", True), ("push", "high", False),
                                 ("scan", "note", False)):  # fmt: skip
        assert (said in text_of(builders, builders.pair(severity=note), kind)) is expected


def test_what_was_only_staged_has_not_leaked_through_git(builders: Any) -> None:
    plan = plan_of(builders, "staged")
    assert "was never committed" in rendered(plan, "text")
    assert [step.id for step in plan.afterwards] == ["remove", "prevent"]


def test_no_findings(builders: Any) -> None:
    plan = plan_of(builders, "empty")
    assert rendered(plan, "text").startswith("Nothing to do: the report has no findings\n")
    assert plan.afterwards == plan.before == ()


# What somebody else has chosen

HOSTILE = st.sampled_from(
    [
        "a\nb", "$(touch /tmp/x)", "`id`", "```\n# x\n", "[x](https://example.com)", "![x](y)",
        "<b>x</b>", "<!-- x", "&lt;", "\x1b[31mred", "::error::x", "##[command]x", "##vso[x]y",
        "a\u202eb", "\u00a0", "|x|", "* x", "1. x", "https://example.com/x", "~~~", "\r", "\t",
        "'; rm -rf ~; '", "\\", "-" * 8, "#", ">", "{{x}}", "\udc80", "\x00", "é",
    ]
)  # fmt: skip
CHOSEN = st.lists(HOSTILE | st.text(max_size=8), min_size=1, max_size=3).map("".join).filter(bool)


def hostile(builders: Any, chosen: str) -> Any:
    """Return a report in which everything that is free text is what somebody has chosen."""
    moment = {"commit": builders.COMMIT, "author": chosen, "author_date": chosen}
    found = builders.finding(
        chosen, {"key_id": chosen, "token": chosen}, account_id=builders.ACCOUNT,
        evidence=[chosen], owner="ours",
        locations=[
            builders.location("key_id", path=chosen, member=chosen, decoded=[chosen]),
            builders.location("token", path=chosen, scope=chosen, object=builders.COMMIT,
                              commit=builders.COMMIT, author_date=chosen),
        ],
        history=builders.history(
            first=moment, last=moment, branches=[chosen], tags=[chosen], held_by=[chosen]
        ),
        liveness=builders.live(
            f"arn:aws:iam::{builders.ACCOUNT}:user/{chosen}".replace("\n", " "),
            summary=f"live: {chosen}",
        ),
        forensics=builders.forensics(
            kind=chosen, region=chosen, expires=chosen, impossible=chosen, issued=chosen,
            user=chosen, signed_by=chosen,
        ),
    )  # fmt: skip
    return builders.plan(
        found, builders.pair(path=chosen), kind=chosen, complete=False, incomplete=[chosen],
        narrowed=[chosen],
    )  # fmt: skip


def elements(page: str) -> list[str]:
    """Return the elements of a page with the names of their attributes, in their order."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, *(name for name, _ in attrs)))
    parser.feed(page)
    # Two paths in different folders make a line more in the summary.
    return sorted(set(found))


def tokens(markdown: str) -> list[str]:
    return [
        found.type
        for token in MARKDOWN.parse(markdown)
        for found in (token, *(token.children or ()))
        if found.type not in ("text", "softbreak")
    ]


@settings(max_examples=50)
@given(chosen=CHOSEN)
def test_no_name_is_markup_or_a_command_anywhere(builders: Any, chosen: str) -> None:
    plan, plain = hostile(builders, chosen), hostile(builders, "plain")
    markdown = rendered(plan, "markdown")
    assert tokens(markdown) == tokens(rendered(plain, "markdown"))
    assert elements(rendered(plan, "html")) == elements(rendered(plain, "html"))
    text = rendered(plan, "text")
    for output in (text, markdown, rendered(plan, "html")):
        assert all(line.isprintable() for line in output.split("\n"))
        assert "::error" not in re.sub(r"\S::", "", output)
        assert "##[" not in output
        assert "##vso[" not in output
    told = json.loads(rendered(plan, "json"))
    VALIDATOR.validate(told)
    commands = [
        each["command"] for found in told["credentials"] for step in found["steps"]
        for each in step["commands"]
    ] + [line for found in told["credentials"] for line in found["setup"]]  # fmt: skip
    expected = json.loads(rendered(plain, "json"))
    fixed = {
        each["command"] for found in expected["credentials"] for step in found["steps"]
        for each in step["commands"]
    }  # fmt: skip
    variable = re.compile(r"(?:KEY_ID|USER_NAME|ROLE_NAME|REGION)=[^\s'\"`$;|&<>()\\]*")
    fixed.add("unset USER_NAME ROLE_NAME")
    for command in commands:
        if command not in fixed and not command.startswith(("export AWS_REGION=", "KEY_ID='")):
            assert variable.fullmatch(command), command


def test_the_tokens_of_markup_are_seen(builders: Any) -> None:
    for markup in ("[x](https://example.com)", "<b>x</b>", "![x](y)", "# x", "```\nx\n```"):
        assert {*tokens(markup)} & {
            "link_open", "html_inline", "image", "heading_open", "fence",
        }  # fmt: skip


@given(
    value=st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=9).map(
        "Zq9~{}".format  # nothing that a plan says by itself
    )
)
def test_a_secret_that_the_report_shows_is_shown_nowhere(builders: Any, value: str) -> None:
    found = builders.finding("aws-access-key-pair", {"key_id": builders.key_id(), "secret": value})
    plan = builders.plan(found)
    key_id = found["values"]["key_id"]
    lone = builders.finding("aws-secret-access-key", {"secret": value})
    for name in FORMATS:
        assert f"KEY_ID={key_id}" in rendered(plan, name)
        output = rendered(plan, name) + rendered(builders.plan(lone, found), name)
        assert value not in output
        assert json.dumps(value)[1:-1] not in output
