"""Words that several formats share: for reasons, roles, sizes, numbers and what was scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import Confidence

if TYPE_CHECKING:
    from scanner.findings import Configuration, Location, Report

ROLES: Final = {
    "key_id": "access key ID",
    "secret": "secret access key",
    "session_token": "session token",
}

REASONS: Final = {
    # Content that was not read, or not to its end.
    "changed-while-read": "changed while it was read",
    "damaged-archive": "damaged archive",
    "decoder-limit": "beyond a decoding limit",
    "encrypted-archive": "encrypted archive",
    "excluded-by-configuration": "excluded by configuration",
    "git-directory": "directory of git",
    "git-unavailable": "git did not answer",
    "internal-error": "defect of keycatch",
    "lfs-pointer": "content in Git LFS",
    "missing": "missing",
    "missing-object": "object that the repository lacks",
    "moved-unchanged": "moved and not changed",
    "not-a-file": "no regular file",
    "rule-timeout": "rule out of time",
    "submodule": "submodule, a repository of its own",
    "submodule-not-checked-out": "submodule that is not checked out",
    "unreadable": "unreadable",
    "worker-lost": "worker process lost",
    # Values that look like credentials and are not reported.
    "allowed-on-line": "allowed on the line",
    "documentation-example": "documentation example",
    "placeholder": "placeholder",
}
"""Names for reasons; one that is not here is shown with spaces in place of hyphens."""

COMMIT_KINDS: Final = ("push", "range", "receive", "ci")
"""Kinds of scans that go through commits, and tell how many even if there are none."""
INDEX_KIND: Final = "staged"
_DIGITS: Final = 8
"""Digits of a commit that a person is shown."""
_DATE: Final = len("2026-05-01")


def role_name(role: str) -> str:
    """Return what to call the part of a credential that has the role `role`."""
    return ROLES.get(role) or role.replace("_", " ")


def reason_name(reason: str) -> str:
    """Return words for the identifier `reason` of something skipped, set aside or noticed."""
    return REASONS.get(reason) or reason.replace("-", " ")


def plural(number: int, noun: str) -> str:
    """Return `number` with thousands separated and `noun` in singular or plural."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def contents(report: Report) -> str:
    """Return how many contents of what sort were scanned, and in how many commits."""
    tally = report.tally
    if not tally.commits and report.kind not in COMMIT_KINDS:
        return plural(tally.blobs, "staged file" if report.kind == INDEX_KIND else "file")
    # A hook that reads the index also stands for one that is given a range of commits.
    noun = "changed file" if report.kind in (INDEX_KIND, *COMMIT_KINDS) else "file"
    return f"{plural(tally.blobs, noun)} in {plural(tally.commits, 'commit')}"


def credentials(report: Report) -> str:
    """Return how many credentials were found, in words that end in "found"."""
    number = len(report.findings)
    return f"{plural(number, 'AWS credential') if number else 'no AWS credentials'} found"


def origin(location: Location) -> str:
    """Return the commit and the day of what stands at `location`; empty where none is known."""
    if not location.commit:
        return ""
    commit = f"commit {location.commit[:_DIGITS]}"
    return ", ".join(filter(None, (commit, location.author_date[:_DATE])))


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
    if configuration.fail_on is Confidence.HIGH:
        found.append(f"sets fail-on to {configuration.fail_on.label}")
    return ", ".join(found)


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
