"""Words that several formats share: for reasons, roles, sizes, numbers and what was scanned."""

from __future__ import annotations

from scanner.findings import NO_FILE, REFERENCE_NAME, Confidence, Severity, threshold_name
from scanner.tally import IN_BASELINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Final

    from scanner.findings import (
        BaselineUse,
        Configuration,
        Finding,
        Location,
        Report,
        Threshold,
    )
    from scanner.tally import SetAside

ROLES: Final = {
    "key_id": "access key ID",
    "secret": "secret access key",
    "session_token": "session token",
}

REASONS: Final = {
    # Content that was not read, or not to its end.
    "branch-cut-off": "another branch, cut off by the shallow clone",
    "changed-while-read": "changed while it was read",
    "damaged-archive": "damaged archive",
    "damaged-object": "damaged file of a git object",
    "damaged-pack": "damaged pack of git objects",
    "decoder-limit": "beyond a decoding limit",
    "encrypted-archive": "encrypted archive",
    "encrypted-file": "encrypted file, not opened",
    "excluded-by-configuration": "excluded by configuration",
    "git-directory": ".git directory",
    "git-unavailable": "git did not answer",
    "ignored-by-git": "ignored by git",
    "internal-error": "internal error",
    "larger-than-max-size": "larger than the size limit",
    "left-out": "pack with bytes that are in no index",
    "lfs-pointer": "content in Git LFS",
    "missing": "missing",
    "missing-object": "missing object",
    "moved-unchanged": "moved and not changed",
    "no-repository": "directory without a repository",
    "not-a-file": "not a regular file",
    "organisation-not-listed": "organisation whose repositories are not all known",
    "repository-not-read": "repository that could not be read",
    "rule-timeout": "rule timed out",
    "stored-repository": "repository without a work tree (its HEAD was read)",
    "submodule": "submodule (scan it in its own repository)",
    "submodule-not-checked-out": "submodule, not checked out",
    "unread-object": "object git could not read",
    "unreadable": "unreadable",
    "unsupported-archive": "unsupported archive format",
    "worker-lost": "worker process ended unexpectedly",
    # Values that look like credentials and are not reported.
    "allowed-on-line": "allowed on the line",
    "documentation-example": "documentation example",
    "in-baseline": "in the baseline",
    "placeholder": "placeholder",
    "taken-by-rule": "taken by a rule of the user",
}
"""Names for reasons; one that is not here is shown with spaces in place of hyphens."""

NOT_OPENED: Final = ("damaged-archive", "encrypted-archive")
"""Reasons why content was not opened although the scan counts as complete.

So do all that begin with `not-opened`. What keeps a scan from being complete is said elsewhere.
"""

CANARY_STEPS: Final = (
    "Do not use it, do not deactivate it, do not remove it.",
    "Inform the owner of the canary that the scan has found it.",
)
"""What to do about a canary in place of what its rule says; `respond` says the same.

`rules/response/playbooks.yaml` has the text, and a test compares the two.
"""
CANARIES: Final = {
    "known": "its account is known for canary tokens",
    "configured": "the configuration lists its account as a canary account",
}
"""Why a credential counts as a canary, by `Finding.canary`."""

KEY_ID_RULE: Final = "aws-access-key-id"
"""The rule of a key ID that is found without its secret, which grants nothing alone."""

HISTORY_KIND: Final = "history"
COMMIT_KINDS: Final = ("push", "range", "receive", "ci", HISTORY_KIND)
"""Kinds of scans that go through commits, and say how many even if there are none."""
INDEX_KIND: Final = "staged"
DIGITS: Final = 8
"""Digits of a commit that a person is shown: enough to name it in all but the largest ones."""
DATE: Final = len("2026-05-01")
"""Characters of an ISO 8601 date that are the day."""


def role_name(role: str) -> str:
    """Return what to call the part of a credential that has the role `role`."""
    return ROLES.get(role) or role.replace("_", " ")


def reason_name(reason: str) -> str:
    """Return words for the identifier `reason` of something skipped, set aside or noticed."""
    return REASONS.get(reason) or reason.replace("-", " ")


def is_unopened(reason: str) -> bool:
    """Return whether content that was passed over because of `reason` could not be opened."""
    return reason in NOT_OPENED or reason.startswith("not-opened")


def plural(number: int, noun: str, many: str = "") -> str:
    """Return `number` with thousands separated and `noun` in singular or plural.

    The plural is `many`, or else the noun with an `s`.
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {many or f'{noun}s'}"


def contents(report: Report) -> str:
    """Return how many contents of what sort were scanned, and in how many commits."""
    tally = report.tally
    if not tally.commits and report.kind not in COMMIT_KINDS:
        return plural(tally.blobs, "staged file" if report.kind == INDEX_KIND else "file")
    noun = "file"
    if report.kind == HISTORY_KIND:
        noun = "object"
    elif report.kind in (INDEX_KIND, *COMMIT_KINDS):
        # pre-commit runs the hook that reads the index on a range of commits too.
        noun = "changed file"
    return f"{plural(tally.blobs, noun)} in {plural(tally.commits, 'commit')}"


def places(report: Report) -> list[SetAside]:
    """Return where values were set aside, as far as it is known; a history only counts most.

    Its objects have many paths or none, and what a record of earlier scans holds are numbers. What
    the baseline accepts was a finding until the end, with all of its places.
    """
    if report.kind != HISTORY_KIND:
        return report.tally.places
    return [each for each in report.tally.places if each.reason == IN_BASELINE]


def credentials(report: Report, threshold: Threshold | None = None) -> str:
    """Return how many credentials were found, in words that end in "found".

    With a `threshold`, what is below it is only possible and does not count.
    """
    findings = report.findings if threshold is None else listed(report, threshold)
    return f"{credential_count(findings)} found"


def credential_count(findings: Collection[Finding]) -> str:
    """Return how many credentials `findings` are; a key ID without its secret is none."""
    ids = sum(finding.rule_id == KEY_ID_RULE for finding in findings)
    others = len(findings) - ids
    if not findings:
        return "no AWS credentials"
    counted = [plural(others, "AWS credential")] if others else []
    if ids:
        counted.append(plural(ids, "access key ID" if others else "AWS access key ID"))
    return " and ".join(counted)


def listed(report: Report, threshold: Threshold) -> list[Finding]:
    """Return the findings that count as credentials: those that are not below `threshold`."""
    return [finding for finding in report.findings if not finding.is_below(threshold)]


def possible(number: int, fail_on: Threshold) -> str:
    """Return words for `number` findings that are below the threshold `fail_on`."""
    return f"{plural(number, 'possible credential')} below --fail-on {threshold_name(fail_on)}"


def origin(location: Location) -> str:
    """Return the commit and the day of what is at `location`; empty where none is known."""
    if not location.commit:
        return ""
    commit = f"commit {location.commit[:DIGITS]}"
    return ", ".join(filter(None, (commit, location.author_date[:DATE])))


def whence(location: Location) -> str:
    """Return where what is at `location` can be read: in HEAD, or else its `origin`."""
    return "HEAD" if location.head.start_line else origin(location)


def is_in_file(location: Location) -> bool:
    """Return whether `location` is in a file whose path is known.

    A message is not a file, nor is the name of a reference, nor an object that nothing names.
    """
    return location.scope not in NO_FILE and not _is_nameless(location)


def _is_nameless(location: Location) -> bool:
    # With several repositories, the path of such an object is its repository and a slash.
    return bool(location.object) and (not location.path or location.path.endswith("/"))


def no_file(location: Location) -> str:
    """Return words for where `location` is, which is in no file."""
    if location.scope == REFERENCE_NAME:
        return f"reference name {location.path}"
    if _is_nameless(location):
        of = f" of {location.path[:-1]}" if location.path else ""
        return f"object {location.object[:DIGITS]}{of}, line {location.start_line}"
    return f"{location.path} of {location.object[:DIGITS]}, line {location.start_line}"


def effects(configuration: Configuration | None, total: int = 0) -> str:
    """Return what `configuration` takes away from a scan, or an empty string for nothing.

    `total` is the number of contents with the excluded ones, where it is known.
    """
    if configuration is None:
        return ""

    found = []
    if configuration.excluded:
        of = f"{configuration.excluded:,} of " if total else ""
        found.append(f"excludes {of}{plural(total or configuration.excluded, 'file')}")
    if configuration.disabled:
        found.append(f"disables {', '.join(configuration.disabled)}")
    # Only a threshold above the default, medium confidence, takes something away.
    level = configuration.fail_on
    if level is Confidence.HIGH or (isinstance(level, Severity) and level > Severity.LOW):
        found.append(f"sets fail-on to {threshold_name(level)}")
    return ", ".join(found)


def baseline_effect(use: BaselineUse) -> str:
    """Return what a baseline does, for a sentence that begins with its name; empty for nothing."""
    said = [f"accepts {plural(use.accepted, 'credential')}"] if use.accepted else []
    if use.expired:
        said.append(f"has expired for {plural(use.expired, 'credential')}")
    return " and ".join(said)


def human_size(size: int) -> str:
    """Return a number of bytes with a decimal unit and at most three digits before it."""
    if size < 1000:
        return plural(size, "byte")
    value, unit = size / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
