"""`keycatch history`: everything that repositories store, and who added what is found there."""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from scanner.commands.history_record import (
    add_record_options,
    clear_records,
    close_record,
    open_record,
)
from scanner.commands.history_remote import add_remote_options, scan_each, split
from scanner.commands.history_removal import (
    add_removal_options,
    check_options,
    read_earlier,
    report_removed,
    write_replacements,
)
from scanner.commands.history_share import add_share_options, print_share
from scanner.commands.history_targets import UNREAD_REPOSITORY, not_read, open_each, repositories
from scanner.commands.options import (
    EXCLUDED,
    add_report_options,
    add_scan_options,
    announce,
    conclude,
    load_rules,
    load_settings,
    size_of,
    threshold,
)
from scanner.commands.scanning import excluder
from scanner.errors import KeycatchError
from scanner.secret import printable
from scanner.settings import Settings
from scanner.tally import REPOSITORY

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scanner.commands.history_removal import Source
    from scanner.findings import Finding, Head, Tally
    from scanner.git.repository import Repository
    from scanner.history.narrowing import Narrowing
    from scanner.history.run import HistoryJob
    from scanner.rulebook.model import Rule
    from scanner.saved.report import SavedReport


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = (
        "Reads every object of each repository once, reachable or not: all references, reflogs, "
        "the stash, notes, dangling objects and the index, with messages, names and people."
    )
    parser.add_argument(
        "repositories",
        nargs="*",
        metavar="REPO",
        help="repositories, bare or not, directories that hold some, or addresses of remote ones: "
        "https://HOST/PATH, USER@HOST:PATH (default: the repository around the current directory)",
    )

    group = parser.add_argument_group("history")
    group.add_argument(
        "--branch",
        action="append",
        default=[],
        metavar="REV",
        help="only content that commits of this branch added; may be given more than once",
    )
    group.add_argument(
        "--since",
        metavar="DATE",
        help="only content that commits with a later committer date added",
    )
    group.add_argument(
        "--until",
        metavar="DATE",
        help="only content that commits with an earlier committer date added",
    )
    group.add_argument(
        "--max-size",
        type=size_of,
        metavar="SIZE",
        help="skip contents larger than this, such as 10M",
    )
    group.add_argument(
        "--allow-shallow",
        action="store_true",
        help="scan a shallow clone, which has only a part of its history",
    )
    add_record_options(group)
    add_share_options(group)
    add_removal_options(group)
    add_remote_options(parser)
    add_scan_options(parser)
    add_report_options(parser)


class Outcome:
    """What has been found in the repositories so far."""

    __slots__ = ("findings", "heads", "sources", "spellings", "tally")

    def __init__(self, tally: Tally) -> None:
        """Begin with an empty `tally`."""
        self.findings: list[Finding] = []
        self.tally = tally
        self.spellings: dict[str, str] = {}
        self.heads: list[Head] = []
        self.sources: list[Source] = []


def run(args: argparse.Namespace) -> int:
    """Scan the repositories, write the report and return the exit code."""
    from scanner.findings import Tally
    from scanner.history.narrowing import Narrowing, checked_date

    check_options(args)
    settings = load_settings(args)
    rules = load_rules(settings)
    earlier = read_earlier(args.verify_removed, rules) if args.verify_removed else None
    since, until = checked_date(args.since), checked_date(args.until)
    narrowing = Narrowing(tuple(args.branch), since, until)
    outcome = Outcome(Tally())
    paths, addresses = split(args)
    names = repositories(paths, outcome.tally) or ([] if addresses else [""])
    opened = open_each(names, partial(_open, args=args), outcome.tally, len(args.repositories))
    if args.clear_cache:
        return clear_records(opened)
    if args.share:
        return print_share(opened, _job(args, rules), args.share)

    def scan(repository: Repository, prefix: str, args: argparse.Namespace) -> int:
        before = len(outcome.findings)
        _scan(repository, prefix, _job(args, rules), narrowing, outcome, settings, args)
        return len(outcome.findings) - before

    # The paths begin with where each repository is, unless it was the only one that was named.
    several = bool(addresses) or len(names) > 1 or names[0] not in ("", *args.repositories)
    for name, repository in opened:
        try:
            scan(repository, os.path.join(name, "") if several else "", args)
        except KeycatchError as error:
            if not several:
                raise
            outcome.tally.notice(not_read(name, error))

    with ExitStack() as mirrors:
        if addresses:
            opened += scan_each(addresses, scan, args, outcome.tally, mirrors)
        if several:
            from scanner.merging import merge_findings  # here: most scans are of one repository

            outcome.findings = merge_findings(outcome.findings)
        return _reported(args, outcome, narrowing, opened, earlier, settings, rules)


def _reported(
    args: argparse.Namespace,
    outcome: Outcome,
    narrowing: Narrowing,
    opened: Sequence[tuple[str, Repository]],
    earlier: SavedReport | None,
    settings: Settings,
    rules: Sequence[Rule],
) -> int:
    """Write the report and return the exit code."""
    from scanner.engine.run import concluded, masked
    from scanner.findings import Report

    if earlier:
        report = masked(
            Report("history", tuple(outcome.findings), outcome.tally), outcome.spellings
        )
        return report_removed(args, report, earlier, [repository for _, repository in opened])

    announce(args, settings, outcome.tally.skipped.get(EXCLUDED, 0), 0)
    report = Report(
        "history",
        tuple(outcome.findings),
        outcome.tally,
        narrowed=tuple(_narrowed(args, narrowing, opened)),
        heads=tuple(outcome.heads),
    )
    report = concluded(report, outcome.spellings)
    code = conclude(report, args, settings, rules)
    if args.replacements:
        fail_on = threshold(args, settings)
        write_replacements(args, report, outcome.sources, rules, fail_on)
    # A repository that was asked for and not read is no part of the answer, whatever others hold.
    return 2 if UNREAD_REPOSITORY in outcome.tally.skipped else code


def _open(name: str, args: argparse.Namespace) -> Repository:
    from scanner.git.repository import Repository

    repository = Repository(name or ".", named=bool(name))
    if repository.is_shallow and not args.allow_shallow:
        where = f"{printable(name)} is" if name else "this is"
        remedy = "fetch the rest with `git fetch --unshallow`, or use --allow-shallow"
        raise KeycatchError(f"{where} a shallow clone, which lacks the older commits: {remedy}")
    return repository


def _job(args: argparse.Namespace, rules: Sequence[Rule]) -> HistoryJob:
    from scanner.console import ProgressBar
    from scanner.engine.run import processes
    from scanner.history.run import HistoryJob

    bar = ProgressBar(noun="parts") if not args.quiet and ProgressBar.useful() else None
    jobs = args.jobs or processes()
    # A credential on a line with an allow mark has been committed all the same, and may be one of
    # those to be verified.
    heed_marks = not (args.verify_removed or args.no_marks)
    return HistoryJob(
        rules, jobs, bar, heed_marks, max_size=args.max_size or 0, largest=args.decode_limit
    )


def _scan(
    repository: Repository,
    prefix: str,
    job: HistoryJob,
    narrowing: Narrowing,
    outcome: Outcome,
    settings: Settings,
    args: argparse.Namespace,
) -> None:
    """Scan one repository into `outcome`; `prefix` goes before its paths."""
    from scanner.findings import Head
    from scanner.history.attribution.attribution import attribute
    from scanner.history.attribution.credentials import credentials, without
    from scanner.history.narrowing import objects
    from scanner.history.run import add_large_files, search

    if narrowing:
        job = job._replace(only=objects(repository, narrowing))
    rescan = open_record(args, repository, job)
    try:
        result = rescan.search() if rescan else search(repository, job)
        add_large_files(repository, job, result)
    finally:
        if job.progress:
            job.progress.clear()

    opened = partial(attribute, repository, jobs=job.jobs, units=result.units)
    recall = rescan.recall if rescan else opened
    findings = credentials(repository, result.findings, job.rules, job.jobs, result.tally, recall)
    if rescan:
        close_record(args, rescan, findings, result)

    outcome.sources.append((repository, result.findings))
    excluding = Settings() if args.verify_removed else settings
    kept, excluded = without(findings, excluder(excluding, settings.directory))
    if excluded:  # files in which something was found: all other files were read
        outcome.tally.skip(EXCLUDED, len(excluded))
    if prefix:
        from scanner.merging import in_repository  # here: most scans are of one repository

        kept = list(in_repository(kept, prefix.rstrip(os.sep)))
    outcome.findings += kept

    result.tally.notices = [
        each._replace(path=_prefixed(each.path, prefix, repository))
        for each in result.tally.notices
    ]
    outcome.tally.add(result.tally)
    outcome.spellings.update(result.spellings)

    head = repository.head_commit()
    if head:
        outcome.heads.append(Head(prefix.rstrip(os.sep), head, repository.remote()))


def _prefixed(path: str, prefix: str, repository: Repository) -> str:
    """Return the `path` of a notice after the `prefix`, which those of git's own files have."""
    inside = os.path.join(repository.directory, "")
    if prefix and path == REPOSITORY:
        return prefix.rstrip(os.sep)
    if not path.startswith(inside):
        return prefix + path
    # A mirror may be gone by the time that the report is read.
    return path if prefix in ("", inside) or "://" not in prefix else prefix + path[len(inside) :]


def _narrowed(
    args: argparse.Namespace, narrowing: Narrowing, opened: Sequence[tuple[str, Repository]]
) -> list[str]:
    """Return what was left out, in sentences for the report."""
    said = narrowing.sentences()
    if args.max_size:
        said.append(f"no contents of more than {args.max_size:,} bytes")
    said += [
        f"{printable(name) or 'the repository'} is a shallow clone: no commits before its first"
        for name, repository in opened
        if repository.is_shallow
    ]
    return said
