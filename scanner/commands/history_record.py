"""The record that `keycatch history` keeps of each repository, as options have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.about import NAME
from scanner.console import say
from scanner.errors import KeycatchError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scanner.engine.sweep import Swept
    from scanner.findings import Finding
    from scanner.git.repository import Repository
    from scanner.history.cache import Cache
    from scanner.history.run import Job


def add_record_options(group: argparse._ArgumentGroup) -> None:
    """Add the options that are about the record."""
    group.add_argument(
        "--no-cache",
        action="store_true",
        help="read everything, whatever the scan before has read, and keep no record",
    )
    group.add_argument(
        "--clear-cache",
        action="store_true",
        help="delete the record of what was read, and do nothing else",
    )


def open_record(args: argparse.Namespace, repository: Repository, job: Job) -> Cache | None:
    """Return the record for a scan like `job`; None where it is to have none."""
    if args.no_cache or args.verify_removed or job.only is not None or job.max_size:
        return None
    from scanner.history.cache import Cache

    return Cache(repository, job)


def close_record(
    args: argparse.Namespace, record: Cache, findings: Sequence[Finding], swept: Swept
) -> None:
    """Write the record; with -v say where it is and what it has spared."""
    problem = record.save(findings, swept.spellings)
    if not args.verbose:
        return
    where = record.path or "nowhere: there is no directory for caches"
    if record.new < 0:
        what = "everything was read"
    else:
        what = f"{record.new:,} new object{'' if record.new == 1 else 's'} read"
    say(f"{NAME}: {what}; the record is in {where}{f', not written: {problem}' if problem else ''}")


def clear_records(opened: Sequence[tuple[str, Repository]]) -> int:
    """Delete the records of the repositories that were `opened`; return the exit code."""
    from scanner.history.state import clear, place

    for name, repository in opened:
        path = place(repository)
        try:
            found = bool(path) and clear(path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise KeycatchError(f"cannot delete {printable(path)}: {reason}") from None
        which = name or "this repository"
        say(f"{NAME}: {which}: " + (f"deleted {path}" if found else "there was no record"))
    return 0
