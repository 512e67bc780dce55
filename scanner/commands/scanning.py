"""What the commands that scan have in common: excluding, scanning with a progress bar, changes."""

from __future__ import annotations

import os
from contextlib import closing
from functools import partial

from scanner.commands.options import EXCLUDED, announce, conclude, load_rules, load_settings
from scanner.commands.outputs import chosen
from scanner.reports import load
from scanner.tally import ALLOWED

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import Final

    from scanner.engine.judge import LineHash
    from scanner.engine.run import Others
    from scanner.findings import Finding, Report, Tally
    from scanner.git.repository import Repository
    from scanner.reports.interface import Stop
    from scanner.rulebook.model import Rule
    from scanner.settings import Settings
    from scanner.sources.changes import ChangeSet
    from scanner.sources.interface import Blob

DEEPEN: Final = "fetch more of it with `git fetch --unshallow`"
"""What to do where a clone lacks commits, for the commands of hooks."""
_LOOK_UP: Final = "check its name, or fetch the branch or tag that has it"

_REVIEWED: Final = ("ci", "range", "receive")
"""Commands that a change goes through before it is merged: they show the marks that it adds."""


def remedy(repository: Repository, deepen: str = DEEPEN) -> str:
    """Return what to do about a revision that is not in `repository`.

    It is `deepen` in a shallow clone only: in another git refuses `--unshallow`.
    """
    return deepen if repository.is_shallow else _LOOK_UP


def scan_blobs(
    kind: str,
    blobs: Sequence[Blob],
    tally: Tally,
    args: argparse.Namespace,
    rules: Sequence[Rule],
    names: Sequence[str] = (),
    settle: Callable[[Report], Report] | None = None,
    others: Others | None = None,
) -> Report:
    """Scan `blobs` as the options `args` say, with a progress bar where somebody sees it.

    `names`, `settle` and `others` are as in `scanner.engine.run.ScanJob`.
    """
    from scanner.console import ProgressBar
    from scanner.engine.run import ScanJob, run

    hashing: LineHash | None = None
    if any(load(output.format).needs_line_hash for output in chosen(args)):
        from scanner.line_hash import line_hash

        hashing = line_hash
    bar = ProgressBar() if not args.quiet and ProgressBar.useful() else None
    try:
        job = ScanJob(
            rules, args.jobs, hashing, bar, names, settle, _heeds_marks(args), args.decode_limit,
            others,
        )  # fmt: skip
        return run(kind, blobs, tally, job)
    finally:
        if bar:
            bar.clear()


def _heeds_marks(args: argparse.Namespace) -> bool:
    return not args.no_marks


def excluder(settings: Settings, root: str = "") -> Callable[[str], bool]:
    """Return a function that returns whether a path, relative to `root`, is excluded."""
    if not settings.exclude:
        return lambda _path: False
    from scanner.settings import Exclusion

    excluded = Exclusion(settings)
    return lambda path: os.path.join(root, path) in excluded


def scan_change(
    kind: str,
    args: argparse.Namespace,
    repository: Repository,
    collect: Callable[[Tally, Callable[[str], bool]], ChangeSet],
    stopped: Callable[[Sequence[Finding]], Stop | None] | None = None,
    ends: tuple[Sequence[str], Sequence[str]] | None = None,
) -> int:
    """Scan the change that `collect` returns, write the report and return the exit code.

    `stopped` is as in `scanner.commands.options.conclude`. With the `ends` of a range, the commits
    to include and to exclude, the configuration and the baseline are those of the commit that the
    change is based on, and not its own.
    """
    if ends is None:
        settings = load_settings(args)
        rules = load_rules(settings)
        report = examine_change(kind, args, repository, collect, settings, rules)
        return conclude(report, args, settings, rules, stopped)

    from scanner.commands.base_commit import altered, base_of, rules_at, settings_at
    from scanner.git.work_tree import find_work_tree

    base = base_of(repository, *ends)
    settings = settings_at(args, base, find_work_tree(".") or "")
    rules = rules_at(settings)
    report = examine_change(kind, args, repository, collect, settings, rules)
    remarks = altered(repository, base, ends[0], settings, args)
    report = report._replace(remarks=(*report.remarks, *remarks))
    return conclude(report, args, settings, rules, stopped)


def examine_change(
    kind: str,
    args: argparse.Namespace,
    repository: Repository,
    collect: Callable[[Tally, Callable[[str], bool]], ChangeSet],
    settings: Settings,
    rules: Sequence[Rule],
) -> Report:
    """Scan the change that `collect` returns; return the report about what it adds."""
    from scanner.findings import Tally
    from scanner.git.work_tree import find_work_tree

    tally = Tally()
    # The paths of a change are relative to the work tree, wherever in it the command runs.
    root = find_work_tree(".") or ""
    with closing(collect(tally, excluder(settings, root))) as change:
        excluded = tally.skipped.get(EXCLUDED, 0)
        announce(args, settings, excluded, excluded + change.number - change.messages)
        # The other names are searched with the contents.
        names = change.names.keys() - {blob.path for blob in change.blobs}
        others: Others | None = None
        if change.packed:
            from scanner.history.objects.change_search import ChangeSearch

            others = ChangeSearch(change.packed)
            names -= {*change.packed.files.values()}
        settle = partial(_settle, repository, rules, change, args)
        report = scan_blobs(kind, change.blobs, tally, args, rules, sorted(names), settle, others)
        if kind in _REVIEWED and ALLOWED in tally.set_aside:
            from scanner.commands.new_marks import with_new_marks

            strict = args.strict or settings.strict
            read = partial(_blobs, repository)
            report = with_new_marks(report, change, read, rules, strict, args.decode_limit)
    tally.blobs -= change.messages  # the report counts them as commits
    return report


def _settle(
    repository: Repository,
    rules: Sequence[Rule],
    change: ChangeSet,
    args: argparse.Namespace,
    report: Report,
) -> Report:
    if not report.findings:
        return report
    from scanner.engine.examine import Examiner
    from scanner.engine.novelty import Provenance, settle

    found = Provenance(
        change.origins, change.names, change.removed, change.doubtful, change.sides, change.known
    )
    examiner = Examiner(rules, heed_marks=_heeds_marks(args), largest=args.decode_limit)
    return settle(report, found, examiner, partial(_blobs, repository))


def _blobs(repository: Repository, names: Collection[str]) -> Iterator[Blob]:
    from scanner.git.lfs import Storage
    from scanner.git.objects import ObjectReader
    from scanner.sources.objects import GitBlob

    # In one order every time, so that a report about several is the same every time.
    ordered = sorted(names)
    if ordered:
        lfs = Storage(repository)
        # A forged content from before would make a new credential one that was there.
        with closing(ObjectReader(repository, ordered, verify=True)) as reader:
            for name in ordered:
                yield GitBlob("", name, reader, lfs)
