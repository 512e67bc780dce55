"""What the commands that scan have in common: excluding, scanning with a progress bar, changes."""

from __future__ import annotations

import os
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Final

from scanner.commands.options import EXCLUDED, announce, conclude, load_rules, load_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Iterator, Sequence

    from scanner.engine.judge import LineHash
    from scanner.findings import Report, Tally
    from scanner.git.repository import Repository
    from scanner.rulebook.model import Rule
    from scanner.settings import Settings
    from scanner.sources.changes import ChangeSet
    from scanner.sources.interface import Blob

DEEPEN: Final = "fetch more of it with `git fetch --unshallow`"
"""What to do where a clone lacks commits, for the commands of hooks."""


def scan_blobs(
    kind: str, blobs: Sequence[Blob], tally: Tally, args: argparse.Namespace, rules: Sequence[Rule]
) -> Report:
    """Scan `blobs` as the options `args` say, with a progress bar where somebody sees it."""
    from scanner.console import ProgressBar
    from scanner.engine.run import Job, run

    hashing: LineHash | None = None
    if args.format == "sarif":
        from scanner.line_hash import line_hash

        hashing = line_hash
    bar = ProgressBar() if not args.quiet and ProgressBar.useful() else None
    try:
        return run(kind, blobs, tally, Job(rules, args.jobs, hashing, bar))
    finally:
        if bar:
            bar.clear()


def excluder(settings: Settings, root: str = "") -> Callable[[str], bool]:
    """Return a function that tells of a path, relative to `root`, whether it is excluded."""
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
) -> int:
    """Scan the change that `collect` returns, write the report and return the exit code."""
    from scanner.findings import Tally
    from scanner.git.work_tree import find_work_tree

    settings = load_settings(args)
    rules = load_rules(settings)
    tally = Tally()
    root = find_work_tree(".") or ""
    with closing(collect(tally, excluder(settings, root))) as change:
        excluded = tally.skipped.get(EXCLUDED, 0)
        announce(args, settings, excluded, excluded + len(change.blobs))
        report = scan_blobs(kind, change.blobs, tally, args, rules)
    if report.findings:
        from scanner.engine.examine import Examiner
        from scanner.engine.novelty import settle

        examiner = Examiner(rules)
        replaced = partial(_blobs, repository)
        report = settle(report, change.origins, change.removed, examiner, replaced)
    return conclude(report, args, settings, rules)


def _blobs(repository: Repository, names: Collection[str]) -> Iterator[Blob]:
    from scanner.git.objects import ObjectReader
    from scanner.sources.objects import GitBlob

    ordered = sorted(names)
    if ordered:
        with closing(ObjectReader(repository, ordered)) as reader:
            for name in ordered:
                yield GitBlob("", name, reader, repository.git_directory)
