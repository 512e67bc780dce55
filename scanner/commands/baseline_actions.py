"""What `keycatch baseline create`, `update` and `check` do."""

from __future__ import annotations

import os
import sys
from contextlib import chdir
from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.baseline.baseline_file import Baseline, added, read, render
from scanner.baseline.entry import Entry, entry_of
from scanner.baseline.matching import sort
from scanner.commands.baseline_use import shown_name, today
from scanner.commands.options import load_rules, read_settings
from scanner.commands.source_scans import ReportSource, source_scans
from scanner.console import say
from scanner.engine.examine import Examiner
from scanner.engine.merge import merge
from scanner.errors import KeycatchError, UsageError
from scanner.files import read_regular, write_whole
from scanner.findings import Severity, Tally
from scanner.git.work_tree import find_work_tree
from scanner.records import NamedTuple
from scanner.reports.wording import HISTORY_KIND, is_in_file, plural
from scanner.secret import printable
from scanner.settings import BASELINE_NAME

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from scanner.findings import Finding, Location
    from scanner.rulebook.model import Rule

_LONGEST: Final = 500
"""Characters of a path that an entry has: longer ones are left out."""
OK, TO_DO, FAILED = 0, 1, 2
"""Exit codes: those of the commands that scan."""


class Project(NamedTuple):
    """What is there, and where its baseline is."""

    root: str
    file: str
    """The path of the baseline, whether or not it exists."""
    rules: Sequence[Rule]
    findings: list[Finding]
    """Each credential once, at paths from the root."""
    tally: Tally
    largest: int = 0
    """As in `Examiner`."""

    @property
    def shown(self) -> str:
        """The path of the baseline as a person is shown it."""
        return printable(shown_name(self.file))


def scanned(args: argparse.Namespace) -> Project:
    """Scan the project as the options `args` say; raises KeycatchError."""
    root = find_work_tree(".") or os.getcwd()
    settings = read_settings(args)
    rules = load_rules(settings)
    file = os.path.abspath(args.baseline or settings.baseline or os.path.join(root, BASELINE_NAME))
    if os.path.lexists(file) and not os.path.isfile(file):
        raise KeycatchError(f"cannot use the baseline {printable(shown_name(file))}: not a file")

    source = ReportSource(rules, settings, is_watched=not args.quiet, heed_marks=not args.no_marks)
    tally = Tally()
    found: list[Finding] = []
    with chdir(root):  # paths and exclusions are from there
        for kind in ("scan", HISTORY_KIND) if args.history else ("scan",):
            for scan in source_scans(kind, source, {}):
                found += scan.findings
                tally.add(scan.tally)
    return Project(root, file, rules, merge(found), tally, settings.decode_limit)


def create(args: argparse.Namespace) -> int:
    """Write a baseline of all that is found; return the exit code."""
    project = scanned(args)
    if os.path.exists(project.file) and not args.force:
        raise UsageError(
            f"{project.shown} exists: `{NAME} baseline update` adds what is new, and "
            f"`{NAME} baseline create --force` writes it again without its notes"
        )
    if not project.findings:
        _print(args, "no credentials found: nothing to accept, and no file was written")
        return end(project)

    baseline = added(Baseline(), entries(project.findings, project.rules, args))
    write(project, baseline)
    _print(args, f"wrote {project.shown}: {_counted(project.findings)}")
    _next_steps(args, project)
    return end(project)


def update(args: argparse.Namespace) -> int:
    """Add what is new, remove what is gone if asked to; return the exit code."""
    project = scanned(args)
    baseline = known(project)
    found = sort(project.findings, baseline.entries, today())
    new = entries(found.new, project.rules, args)
    changed = added(baseline, new)

    removed = 0
    is_partial = any(notice.hides for notice in project.tally.notices)
    if args.prune and not is_partial:
        kept = found.used | {entry.fingerprint for entry in new}
        lines = tuple(line for line in changed.lines if line.entry.fingerprint in kept)
        removed = len(changed.lines) - len(lines)
        changed = changed._replace(lines=lines)

    if write(project, changed):
        _print(args, f"{project.shown}: {len(new):,} added, {removed:,} removed, "
               f"{plural(len(changed.lines), 'credential')} in all")  # fmt: skip
    else:
        _print(args, f"{project.shown} is up to date: {plural(len(changed.lines), 'credential')}")
    if args.prune and is_partial:
        say(f"{NAME}: nothing was removed, since not everything could be read")
    _list(args, f"{len(found.expired):,} expired: set another date, or remove them and run "
          f"`{NAME} baseline update --prune`", found.expired)  # fmt: skip
    return end(project)


def check(args: argparse.Namespace) -> int:
    """Say what differs between the baseline and what is found; return the exit code."""
    project = scanned(args)
    if not os.path.exists(project.file):
        raise UsageError(f"there is no {project.shown}: write one with `{NAME} baseline create`")
    baseline = known(project)
    found = sort(project.findings, baseline.entries, today())
    unused = [entry for entry in baseline.entries if entry.fingerprint not in found.used]

    counts = (
        plural(len(baseline.entries), "entry", "entries"),
        f"{len(found.accepted):,} found",
        f"{len(found.new):,} new",
        f"{len(found.expired):,} expired",
        f"{len(unused):,} not used",
    )
    _print(args, f"{project.shown}: {', '.join(counts)}")
    _list(args, f"new, add with `{NAME} baseline update`", [(each, None) for each in found.new])
    _list(args, "expired, still there", found.expired)
    if unused and not args.quiet:
        where = "" if args.history else " in the files (with --history in the history as well)"
        print(f"not found{where}, remove with `{NAME} baseline update --prune`")
        for entry in unused:
            path = f" {printable(entry.path)}" if entry.path else ""
            print(f"  {entry.fingerprint} {entry.rule_id}{path}")
    if found.new or found.expired or (args.strict and unused):
        return TO_DO
    return end(project)


# -- shared with the import ---------------------------------------------------------------------


def known(project: Project) -> Baseline:
    """Return the baseline of `project`, empty if there is none; raises ConfigError."""
    if not os.path.exists(project.file):
        return Baseline()
    return read(project.file, shown_name(project.file))


def entries(
    findings: Iterable[Finding], rules: Sequence[Rule], args: argparse.Namespace
) -> list[Entry]:
    """Return entries for `findings`, with the notes that `args` give for new ones."""
    paths = _Paths(rules)
    return [
        entry_of(finding, paths.first(finding.locations))._replace(
            owner=args.owner or "", expires=args.expires or "", reason=args.reason or ""
        )
        for finding in findings
    ]


class _Paths:
    """Paths of findings that can be shown in the file."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._examiner = Examiner(rules)
        self._clean: dict[str, bool] = {}

    def first(self, locations: Iterable[Location]) -> str:
        """Return the first path that can be shown, percent-encoded; empty without one."""
        from urllib.parse import quote_from_bytes

        for at in locations:
            path = f"{at.path}!/{at.member}" if at.member else at.path
            if is_in_file(at) and len(path) <= _LONGEST and self._is_clean(path):
                return quote_from_bytes(os.fsencode(path.replace(os.sep, "/")), safe="/@+,:!")
        return ""

    def _is_clean(self, path: str) -> bool:
        """Return whether `path` says nothing of this machine and holds no credential itself."""
        if path not in self._clean:
            named = self._examiner.examine_name(path)
            holds = bool(named.findings or named.tally.set_aside)
            self._clean[path] = not (holds or os.path.isabs(path))
        return self._clean[path]


def write(project: Project, baseline: Baseline) -> bool:
    """Write `baseline`, whole or not at all; return whether the file is another one now.

    Raises KeycatchError.
    """
    content = render(baseline).encode("utf-8", "backslashreplace")
    try:
        if read_regular(project.file, len(content) + 1) == content:
            return False
    except OSError:
        pass  # it is not there yet
    try:
        write_whole(os.path.realpath(project.file), [content])
    except OSError as error:
        reason = error.strerror or str(error)
        raise KeycatchError(
            f"cannot write the baseline {project.shown}: {reason}; name another with --baseline"
        ) from None
    return True


def end(project: Project) -> int:
    """Return the exit code where nothing is to do: not 0 if something was not read."""
    hidden = [notice for notice in project.tally.notices if notice.hides]
    if not hidden:
        return OK
    first = min(hidden, key=lambda notice: (notice.path, notice))
    more = f"; and {len(hidden) - 1:,} more" if len(hidden) > 1 else ""
    say(f"{NAME}: the scan is incomplete: {first.path}: {first.detail}{more}")
    return FAILED


def _next_steps(args: argparse.Namespace, project: Project) -> None:
    commit = f", then `git add {project.shown}` and commit it" if find_work_tree(".") else ""
    leaked = (
        "This credential is still leaked: revoke it, then remove its line"
        if len(project.findings) == 1
        else "These credentials are still leaked: revoke them, then remove their lines"
    )
    _print(args, f"next: review it{commit}\n{leaked} with `{NAME} baseline update --prune`.")


def _counted(findings: Sequence[Finding]) -> str:
    counts = []
    for severity in sorted(Severity, reverse=True):
        number = sum(finding.severity is severity for finding in findings)
        if number:
            counts.append(f"{number:,} {severity.label}")
    return f"{plural(len(findings), 'credential')} ({', '.join(counts)})"


def _list(
    args: argparse.Namespace, title: str, found: Sequence[tuple[Finding, Entry | None]]
) -> None:
    if not found or args.quiet:
        return
    print(title)
    for finding, entry in found:
        at = finding.locations[0]
        since = f", until {entry.expires}" if entry and entry.expires else ""
        owner = f", owner {printable(entry.owner)}" if entry and entry.owner else ""
        place = f"{printable(at.path)}:{at.start_line}"
        print(f"  {place}: {finding.rule_id}, {finding.severity.label}{since}{owner}")


def _print(args: argparse.Namespace, text: str) -> None:
    if not args.quiet:
        print(text, file=sys.stdout)
