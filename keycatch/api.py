"""What `import keycatch` offers. Import it from `keycatch`; this module may move."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from scanner.about import VERSION as __version__  # noqa: N811 -- the customary name
from scanner.errors import KeycatchError, UsageError
from scanner.findings import Confidence, Severity
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from scanner.findings import Finding as InnerFinding
    from scanner.findings import Location as InnerLocation
    from scanner.findings import Report as InnerReport
    from scanner.rulebook.model import Rule
    from scanner.sources.interface import Blob
    from scanner.tally import Tally

__all__ = [
    "Confidence",
    "Finding",
    "KeycatchError",
    "Location",
    "NotRead",
    "Report",
    "Severity",
    "__version__",
    "scan",
]

_BYTES: Final = "<bytes>"
"""What the locations of content without a name say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place of one part of a credential; lines and columns begin with 1."""

    path: str
    """The path as it was given, or the `name` of the content."""
    member: str
    """The path inside the archive `path`; empty elsewhere."""
    part: str
    """Which part of the credential is here: a key of `Finding.values`."""
    line: int
    column: int
    end_line: int
    end_column: int
    decoded: tuple[str, ...]
    """The encodings around it, outermost first; empty for plain text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One credential, with every place where it is."""

    rule_id: str
    title: str
    """What it is: `AWS access key with its secret`."""
    severity: Severity
    confidence: Confidence
    fingerprint: str
    """Stable identity of the credential: it depends on its values only."""
    values: Mapping[str, str]
    """The parts by role, such as `key_id` and `secret`; redacted without `show_secrets`."""
    account_id: str
    """The account of AWS, twelve digits; empty where the credential does not show it."""
    evidence: tuple[str, ...]
    """Why it is believed to be one. Never contains credential material."""
    remediation: tuple[str, ...]
    """What to do, step by step, in Markdown."""
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """Something that was not read, or not to its end."""

    path: str
    reason: str
    """A stable identifier, such as `unreadable` or `decoder-limit`."""
    detail: str
    could_hide_a_credential: bool
    """Whether it makes the report incomplete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The findings, most urgent first, and what the result is based on."""

    findings: tuple[Finding, ...]
    complete: bool
    """Whether everything was read that could hold a credential. If not, see `not_read`."""
    not_read: tuple[NotRead, ...]
    files: int
    """How many contents were read."""
    bytes: int
    """How many bytes were read."""
    skipped: Mapping[str, int]
    """What was passed over, by reason, such as `ignored-by-git`."""
    set_aside: Mapping[str, int]
    """Values that look like credentials and are not reported, by reason, such as
    `documentation-example` and `allowed-on-line`."""
    _render: Callable[[], Iterator[str]] = field(repr=False, compare=False)

    @property
    def clean(self) -> bool:
        """Whether the command would exit with 0: all was read, and nothing was found.

        Findings of low confidence and notes do not count.
        """
        return self.complete and not any(
            finding.severity > Severity.NOTE and finding.confidence >= Confidence.MEDIUM
            for finding in self.findings
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what `keycatch scan --format json` writes (docs/report.schema.json)."""
        found: dict[str, Any] = json.loads("".join(self._render()))
        return found

    def __bool__(self) -> bool:
        """Refuse: it is not plain whether a true report would be one with or without findings."""
        raise TypeError(
            "ask for `report.clean` or `report.findings`: a report is not true or false"
        )


def scan(
    source: bytes | bytearray | memoryview | str | os.PathLike[str],
    *,
    name: str = "",
    rules: Sequence[str | os.PathLike[str]] = (),
    disable: Collection[str] = (),
    heed_marks: bool = True,
    include_ignored: bool = False,
    show_secrets: bool = False,
) -> Report:
    """Scan content (`bytes`), or the file or directory at a path (`str` or `os.PathLike`).

    Text is scanned as `text.encode()`: a `str` is always a path. A directory means what it means
    to `keycatch scan`: in a git work tree the tracked files and the untracked ones that are not
    ignored, with `include_ignored` all. No configuration and no baseline is read, no process
    but git is started, and nothing is sent anywhere.

    Args:
        source: What to scan.
        name: What locations in content call it. It is judged like the name of a file.
        rules: Rule files (docs/writing-rules.md) to apply besides the shipped ones.
        disable: IDs of rules that are not applied.
        heed_marks: Whether `keycatch:allow` and the marks of other scanners allow a value.
        include_ignored: Whether a directory includes what git ignores.
        show_secrets: Whether values are given in full. Take care where they end up.

    Raises:
        KeycatchError: The path does not exist, a directory has no file, or a rule cannot be used.
        TypeError: `source` is of another type, or `name` was given for a path.
    """
    from scanner.engine.run import ScanJob, run
    from scanner.rulebook import load_rules
    from scanner.tally import Tally

    chosen = load_rules([os.fspath(each) for each in rules], disable)
    tally = Tally()
    blobs = _blobs(source, name, tally, include_ignored=include_ignored)
    # One process: a fork is not safe in a program that may have threads.
    report = run("scan", blobs, tally, ScanJob(chosen, 1, heed_marks=heed_marks))
    return _published(report, chosen, show_secrets=show_secrets)


def _blobs(source: Any, name: str, tally: Tally, *, include_ignored: bool) -> Sequence[Blob]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        from scanner.sources.memory import MemoryBlob

        return [MemoryBlob(name or _BYTES, bytes(source))]
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"scan takes bytes or a path, not {type(source).__name__}")
    if name:
        raise TypeError("`name` is for content in bytes: a path has its own")
    from scanner.sources import tree

    path = os.fspath(source)
    if not isinstance(path, str):
        raise TypeError("a path has to be text: use os.fsdecode, or read the file for its bytes")
    # Standard input is nothing that a program means by a path.
    found = tree.blobs([path if path != tree.STDIN else f"./{path}"], tally, include_ignored)
    if not found and not tally.notices:
        raise UsageError(f"nothing to scan in {printable(path)}: there is no file")
    return found


def _published(report: InnerReport, rules: tuple[Rule, ...], *, show_secrets: bool) -> Report:
    from scanner.reports.arrange import ordered
    from scanner.reports.interface import View
    from scanner.reports.json_report import render

    view = View(show_secrets, False, 0, Confidence.MEDIUM, rules, 0)
    by_id = {rule.id: rule for rule in rules}
    tally = report.tally
    return Report(
        findings=tuple(
            _finding(each, by_id[each.rule_id], show_secrets) for each in ordered(report.findings)
        ),
        complete=not report.incomplete,
        not_read=tuple(
            NotRead(
                path=each.path,
                reason=each.reason,
                detail=printable(each.detail),
                could_hide_a_credential=each.hides,
            )
            for each in sorted(set(tally.notices), key=lambda notice: (notice.path, notice))
        ),
        files=tally.blobs,
        bytes=tally.bytes,
        skipped=dict(sorted(tally.skipped.items())),
        set_aside=dict(sorted(tally.set_aside.items())),
        _render=partial(render, report, view),
    )


def _finding(finding: InnerFinding, rule: Rule, show_secrets: bool) -> Finding:
    from scanner.reports.arrange import locations

    return Finding(
        rule_id=finding.rule_id,
        title=rule.name,
        severity=finding.severity,
        confidence=finding.confidence,
        fingerprint=finding.fingerprint,
        values={role: value.shown(show_secrets) for role, value in sorted(finding.values.items())},
        account_id=finding.account_id,
        evidence=tuple(printable(each) for each in finding.evidence),
        remediation=rule.remediation,
        locations=tuple(map(_location, locations(finding))),
    )


def _location(location: InnerLocation) -> Location:
    return Location(
        path=location.path,
        member=location.member,
        part=location.role,
        line=location.start_line,
        column=location.start_column,
        end_line=location.end_line,
        end_column=location.end_column,
        decoded=tuple(location.decoded),
    )
