"""What each scanner found, from its report, with the values: on made-up credentials only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from bench.process import Command, last_line, run
from bench.scoring import Found
from bench.tools import REPORT, Target
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.installed import Scanner
    from bench.process import Cost, Surroundings


def scan(
    scanner: Scanner, root: Path, place: Surroundings, limit: float = 0
) -> tuple[list[Found], Cost]:
    """Return what `scanner` finds in the directory `root`, and what that cost.

    A scan that is stopped after `limit` seconds has found nothing. Raises KeycatchError if it fails
    or writes no report.
    """
    report, output = place.home / "report.json", place.home / "output.txt"
    command = scanner.command(Target.LABELLED, str(root), jobs=place.jobs)
    if scanner.tool.prepare:
        run(Command(scanner.name, (*scanner.start, *scanner.tool.prepare)), place)
    words = (str(report) if word == REPORT else word for word in scanner.tool.found_report)
    command = command._replace(argv=(*command.argv, *words), limit=limit)
    cost = run(command, place, output=output)
    if cost.stopped:
        report.unlink(missing_ok=True)
        return [], cost
    messages = output.read_text("utf-8", "replace")
    if cost.exit_code not in command.exits:
        raise KeycatchError(f"{scanner.name} ended with {cost.exit_code}: {last_line(messages)}")
    text = report.read_text("utf-8", "replace") if report.exists() else messages
    report.unlink(missing_ok=True)
    return READERS[scanner.tool.name](text), cost


def _read_keycatch(text: str) -> list[Found]:
    findings = []
    for each in json.loads(text)["findings"]:
        values = each["values"]
        # Several paths: the same value in several cases.
        paths = dict.fromkeys(place["path"] for place in each["locations"])
        for path in paths:
            places = tuple(
                (values.get(place["role"], ""), place["start_line"], place["start_column"])
                for place in each["locations"]
                if place["path"] == path
            )
            shown = tuple(values.values())
            findings.append(Found(path, shown, places, each["rule_id"], each["confidence"]))
    return findings


def _read_gitleaks(text: str) -> list[Found]:
    return [
        Found(
            each["File"], (each["Secret"],),
            (("", each["StartLine"], each["StartColumn"]),), each["RuleID"],
        )
        for each in json.loads(text) or ()
    ]  # fmt: skip


def _read_betterleaks(text: str) -> list[Found]:
    findings = []
    for each in json.loads(text)["findings"]:
        parts = [each]
        for group in each.get("component_sets") or ():
            parts += group["components"]
        values = tuple(part["match"]["value"] for part in parts)
        places = tuple(
            (value, part["location"]["start_line"], part["location"]["start_column"])
            for value, part in zip(values, parts, strict=True)
        )
        findings.append(Found(each["location"]["path"], values, places, each["rule_id"]))
    return findings


def _read_kingfisher(text: str) -> list[Found]:
    findings = []
    for each in json.loads(text)["findings"]:
        found = each["finding"]
        values = (found["snippet"], *(found.get("dependent_captures") or {}).values())
        # Only the first value has a place.
        places = ((found["snippet"], found["line"], found["column_start"]),)
        findings.append(Found(found["path"], values, places, each["rule"]["id"]))
    return findings


def _read_detect_secrets(text: str) -> list[Found]:
    return [
        Found(path, (each["hashed_secret"],), (("", each["line_number"], None),), each["type"],
              digest=True)
        for path, group in json.loads(text)["results"].items()
        for each in group
    ]  # fmt: skip


def _read_credsweeper(text: str) -> list[Found]:
    findings = []
    for each in json.loads(text):
        lines = each["line_data_list"]
        values = tuple(line["value"] for line in lines)
        places = tuple((line["value"], line["line_num"], line["value_start"] + 1) for line in lines)
        findings.append(Found(lines[0]["path"], values, places, each["rule"]))
    return findings


def _read_secretlint(text: str) -> list[Found]:
    findings = []
    for file in json.loads(text):
        for each in file["messages"]:
            start, end = each["range"]
            at = each["loc"]["start"]
            # The range of a secret access key begins with its line, so that it is cut.
            value = (each.get("data") or {}).get("KEY") or file["sourceContent"][start:end]
            places = (("", at["line"], at["column"] + 1),)
            findings.append(Found(file["filePath"], (value,), places, each["ruleId"]))
    return findings


def _read_git_secrets(text: str) -> list[Found]:
    findings = []
    for line in text.splitlines():
        path, _, rest = line.partition(":")
        number, _, content = rest.partition(":")
        if number.isdigit():
            findings.append(Found(path, (content,), (("", int(number), None),)))
    return findings


READERS: Final[dict[str, Callable[[str], list[Found]]]] = {
    "keycatch": _read_keycatch,
    "gitleaks": _read_gitleaks,
    "betterleaks": _read_betterleaks,
    "kingfisher": _read_kingfisher,
    "detect-secrets": _read_detect_secrets,
    "credsweeper": _read_credsweeper,
    "secretlint": _read_secretlint,
    "git-secrets": _read_git_secrets,
}
"""By the name of the tool."""
