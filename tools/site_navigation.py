"""What is where on the documentation site: the navigation, and the overview of the rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import compile_rules

from scanner.rulebook.loading import shipped_files

if TYPE_CHECKING:
    from collections.abc import Iterator

NAVIGATION: Final[list[tuple[str, Any]]] = [
    ("Home", "index.md"),
    ("First steps", [
        ("Developers", "first-steps/developer.md"),
        ("CI engineers", "first-steps/ci.md"),
        ("Incident responders", "first-steps/responder.md"),
    ]),
    ("Guide", [
        ("Git hooks", [
            ("Install the hooks", "install.md"),
            ("Commits, pushes and ranges", "git.md"),
            ("Pre-receive hook", "receive.md"),
            ("Coding agents", "agents.md"),
            ("Who calls keycatch", "callers.md"),
        ]),
        ("Find and fix leaks", [
            ("Scan a whole history", "history.md"),
            ("Scan a remote repository", "remote.md"),
            ("Scan many repositories", "fleet.md"),
            ("Check what is live", "liveness.md"),
            ("Respond to a leak", "respond.md"),
        ]),
        ("Known and allowed values", [
            ("Baseline", "baseline.md"),
            ("Marks", "ignoring.md"),
            ("Configuration", "configuration.md"),
        ]),
        ("Reports and questions", [
            ("Reports", "reports.md"),
            ("Explain a line", "explain.md"),
            ("Check the installation", "doctor.md"),
        ]),
    ]),
    ("CI", [
        ("Overview", "ci/index.md"),
        ("GitHub Actions", "ci/github.md"),
        ("GitLab CI/CD", "ci/gitlab.md"),
        ("Jenkins", "ci/jenkins.md"),
        ("CircleCI", "ci/circleci.md"),
        ("Azure Pipelines", "ci/azure.md"),
        ("Bitbucket Pipelines", "ci/bitbucket.md"),
        ("Buildkite", "ci/buildkite.md"),
        ("Drone", "ci/drone.md"),
        ("Travis CI", "ci/travis.md"),
        ("AppVeyor", "ci/appveyor.md"),
        ("AWS CodeBuild", "ci/codebuild.md"),
        ("Cirrus CI", "ci/cirrus.md"),
        ("Gitea and Forgejo", "ci/gitea.md"),
        ("Harness CI", "ci/harness.md"),
        ("Semaphore", "ci/semaphore.md"),
        ("TeamCity", "ci/teamcity.md"),
        ("Woodpecker", "ci/woodpecker.md"),
    ]),
    ("Rules", []),
    ("How it works", [
        ("Architecture", "architecture.md"),
        ("Decoders", "decoders.md"),
        ("Randomness", "randomness.md"),
        ("Accuracy", "accuracy.md"),
        ("Real input", "real-input.md"),
        ("Benchmarks", "benchmarks.md"),
        ("Hostile input", "hostile.md"),
        ("Python API", "api.md"),
        ("Write your own rules", "writing-rules.md"),
        ("Files of the shipped rules", "rule-files.md"),
    ]),
    ("Project", [
        ("All pages", "pages.md"),
        ("Contributing", "contributing.md"),
        ("Make a release", "releasing.md"),
        ("Security", "security.md"),
        ("Changelog", "changelog.md"),
        ("License", "license.md"),
    ]),
]  # fmt: skip
RULES: Final = "Rules"
"""The entry of the navigation that is filled with the pages of the rules."""


def rules_navigation() -> list[tuple[str, Any]]:
    """Return the pages of the rules by group, with the overview first."""
    groups: dict[str, list[tuple[str, str]]] = {group: [] for group in compile_rules.GROUPS}
    for _, file in shipped_files():
        groups[file.group].append((file.rule.name, f"rules/{file.rule.id}.md"))
    return [
        ("Overview", "rules/index.md"),
        *((compile_rules.GROUPS[group], sorted(entries)) for group, entries in groups.items()),
    ]


def rules_overview() -> str:
    """Return the page that lists the rules."""
    lines = [
        "# Rules",
        "",
        "`keycatch rules list` prints this list, `keycatch rules show ID` a rule. Each page",
        "describes why the credential matters, how it is recognised and what to do about it.",
    ]
    files = [file for _, file in shipped_files()]
    for group, title in compile_rules.GROUPS.items():
        lines += ["", f"## {title}", "", "| rule | severity | confidence |", "|---|---|---|"]
        for file in sorted(files, key=lambda file: (-file.rule.severity, file.rule.id)):
            rule = file.rule
            if file.group == group:
                lines.append(
                    f"| [{rule.name}]({rule.id}.md) `{rule.id}` | {rule.severity.label} "
                    f"| {rule.confidence.label} |"
                )
    return "\n".join([*lines, ""])


def navigation() -> list[tuple[str, Any]]:
    """Return the navigation with the rules in it."""
    return [(title, rules_navigation() if title == RULES else entry) for title, entry in NAVIGATION]


def pages_of(entries: list[tuple[str, Any]]) -> Iterator[str]:
    """Yield every page of a navigation."""
    for _, entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            yield from pages_of(entry)


def as_toml(entries: list[tuple[str, Any]]) -> str:
    """Return a navigation as an array of inline tables. A string of JSON is one of TOML as well."""
    items = []
    for title, entry in entries:
        value = json.dumps(entry) if isinstance(entry, str) else as_toml(entry)
        items.append(f"{{ {json.dumps(title)} = {value} }}")
    return f"[{', '.join(items)}]"
