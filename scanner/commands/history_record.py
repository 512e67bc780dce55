"""The record that `keycatch history` keeps of each repository, and the options about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.about import NAME
from scanner.commands.history_share import read_shares
from scanner.console import say
from scanner.errors import KeycatchError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scanner.findings import Finding
    from scanner.git.repository import Repository
    from scanner.history.objects.search_result import SearchResult
    from scanner.history.rescan import Rescan
    from scanner.history.run import HistoryJob


def add_record_options(group: argparse._ArgumentGroup) -> None:
    """Add the options that are about the record."""
    group.add_argument(
        "--no-cache",
        action="store_true",
        help="read everything again and keep no record",
    )
    group.add_argument(
        "--clear-cache",
        action="store_true",
        help="delete the record of earlier scans and exit",
    )


def open_record(args: argparse.Namespace, repository: Repository, job: HistoryJob) -> Rescan | None:
    """Return a scan like `job` with its record; None if it is to have none."""
    if args.no_cache or args.verify_removed or job.only is not None or job.max_size:
        return None
    from scanner.history.rescan import Rescan

    return Rescan(repository, job, read_shares(args))


def close_record(
    args: argparse.Namespace, rescan: Rescan, findings: Sequence[Finding], result: SearchResult
) -> None:
    """Write the record; with -v say where it is and how much it has spared."""
    problem = rescan.save(findings, result.spellings)
    if not args.verbose:
        return
    where = rescan.path or "nowhere: there is no directory for caches"
    if rescan.new < 0:
        what = "everything was read"
    else:
        what = f"{rescan.new:,} new object{'' if rescan.new == 1 else 's'} read"
    say(f"{NAME}: {what}; the record is in {where}{f', not written: {problem}' if problem else ''}")


def clear_records(opened: Sequence[tuple[str, Repository]]) -> int:
    """Delete the records of the repositories that were `opened`; return the exit code."""
    from scanner.history.record.record_file import clear, record_path

    for name, repository in opened:
        path = record_path(repository)
        try:
            found = bool(path) and clear(path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise KeycatchError(f"cannot delete {printable(path)}: {reason}") from None
        which = name or "this repository"
        say(f"{NAME}: {which}: " + (f"deleted {path}" if found else "there was no record"))
    return 0
