"""Rules as SARIF describes them: everything that a consumer shows with a result."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from scanner.about import rule_page
from scanner.findings import Confidence, Finding, Severity
from scanner.records import NamedTuple
from scanner.reports.markdown import plain
from scanner.reports.wording import CANARY_STEPS
from scanner.rulebook.model import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# SARIF has three levels. GitHub and GitLab go by the score below, SonarQube and Jenkins by these.
LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NOTE: "note",
}
SCORES: Final = {
    # GitHub, "SARIF support for code scanning", `security-severity`: critical above 9.0, high from
    # 7.0, medium from 4.0, low below.
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.NOTE: "1.0",
}
_PRECISION: Final = {
    Confidence.HIGH: "high",
    Confidence.MEDIUM: "medium",
    Confidence.LOW: "low",
}
_DESCRIPTION: Final = 1024
"""Characters that GitHub keeps of a description ("SARIF support for code scanning")."""


class Described(NamedTuple):
    """A rule as its findings of one severity have it."""

    rule: Rule
    """With that severity; one that is not the rule's own is part of the id too."""
    origin: Rule
    """The rule itself."""
    findings: list[Finding]


def all_rules(rules: Iterable[Rule], findings: Iterable[Finding]) -> list[Described]:
    """Return the rules by id, each with its findings.

    Findings of another severity than their rule's have a rule of their own: GitHub, GitLab and
    DefectDojo take the severity from there, and would show a note as critical. A finding whose rule
    is not among `rules` gets one made up from it.
    """
    by_id = {rule.id: rule for rule in rules}
    own: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.rule_id, _unknown(finding))
        own.setdefault((finding.rule_id, finding.severity), []).append(finding)

    found = [
        Described(rule, rule, own.pop((rule.id, rule.severity), [])) for rule in by_id.values()
    ]
    for (rule_id, severity), those in own.items():
        rule_of_its_own = f"{rule_id}-{severity.label}"
        while rule_of_its_own in by_id:  # a rule of the user's own can have any id
            rule_of_its_own += "-severity"
        origin = by_id[rule_id]
        found.append(
            Described(origin._replace(id=rule_of_its_own, severity=severity), origin, those)
        )
    return sorted(found, key=lambda each: each.rule.id)


def _unknown(finding: Finding) -> Rule:
    name = finding.rule_id.replace("-", " ")
    return Rule(
        id=finding.rule_id, name=name, summary=f"{name}.", why="", severity=finding.severity,
        confidence=finding.confidence, role="", kind="", anchors=(), pattern="", options={},
        cwe=(), remediation=(), references=(), origin="unknown",
    )  # fmt: skip


def descriptor(described: Described) -> dict[str, Any]:
    """Return `described` as a `reportingDescriptor`.

    The help is shown with each of them. A canary among them must not be deactivated, so the help
    says that first, and has nothing else where all of them are canaries.
    """
    rule = described.rule
    decoys = [bool(finding.canary) for finding in described.findings]
    steps = _steps(rule, any_canary=any(decoys), all_canaries=any(decoys) and all(decoys))
    found: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in re.findall(r"[A-Za-z0-9]+", rule.id)),
        "shortDescription": {"text": _sentence(rule.name or rule.id)},
        "fullDescription": {"text": _sentence(plain(rule.summary or rule.name or rule.id))},
        "help": {"text": _help_text(rule, steps), "markdown": _help_markdown(rule, steps)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "security-severity": SCORES[rule.severity],
            "precision": _PRECISION[rule.confidence],
            # GitHub keeps ten tags, and takes those of this form for weaknesses.
            "tags": ["security", *map(_weakness, rule.cwe)][:10],
        },
    }

    address = _help_uri(described.origin)
    if address:
        found["helpUri"] = address
    return found


def _sentence(text: str) -> str:
    text = " ".join(text.split())[: _DESCRIPTION - 1].rstrip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _weakness(cwe: str) -> str:
    return f"external/cwe/cwe-{cwe.lower().removeprefix('cwe-')}"


def _help_uri(rule: Rule) -> str:
    """Return the page of a shipped rule if pages are published, else the rule's first reference."""
    page = "" if rule.origin else rule_page(rule.id)
    if page:
        return page
    return next((each for each in rule.references if each.startswith(("https:", "http:"))), "")


def _steps(rule: Rule, *, any_canary: bool, all_canaries: bool) -> tuple[str, ...]:
    """Return what to do about the findings of `rule`."""
    if all_canaries:
        return CANARY_STEPS
    if any_canary:
        return (f"A result that says canary: {' '.join(CANARY_STEPS)}", *rule.remediation)
    return rule.remediation


def _help_text(rule: Rule, remediation: Sequence[str]) -> str:
    steps = [f"{number}. {plain(step)}" for number, step in enumerate(remediation, 1)]
    parts = [plain(rule.summary or rule.name or rule.id), plain(rule.why)]
    if steps:
        parts.append("\n".join(["What to do:", *steps]))
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _help_markdown(rule: Rule, remediation: Sequence[str]) -> str:
    parts = [rule.summary or rule.name or rule.id, rule.why]
    if remediation:
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(remediation, 1))
        parts.append(f"## What to do\n\n{steps}")
    if rule.references:
        links = "\n".join(f"- <{each}>" for each in rule.references)
        parts.append(f"## References\n\n{links}")
    return "\n\n".join(part.strip() for part in parts if part.strip())
