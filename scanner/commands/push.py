"""`keycatch push`: every commit that a push publishes, in a pre-push hook."""

from __future__ import annotations

import os
from functools import partial

from scanner.about import NAME
from scanner.commands.options import add_report_options, add_scan_options
from scanner.commands.outgoing_push import describe
from scanner.commands.scanning import DEEPEN, scan_change
from scanner.console import say
from scanner.secret import printable
from scanner.settings import PUBLISHED_ON, may_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Mapping, Sequence

    from scanner.commands.outgoing_push import OutgoingPush
    from scanner.findings import Finding, Tally
    from scanner.git.repository import Repository
    from scanner.reports.interface import Stop
    from scanner.sources.changes import ChangeSet


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = (
        "Run it as git's pre-push hook: it takes the name of the remote and its URL, and reads one "
        "line per reference on standard input. Under the pre-commit framework it reads the "
        "PRE_COMMIT_* variables. Without either it scans every commit of a branch or tag that the "
        "remote is not known to have."
    )
    parser.add_argument("remote", nargs="?", default="", metavar="REMOTE", help="its name")
    parser.add_argument("url", nargs="?", default="", metavar="URL", help="its address")
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan what the commits of the push add, write the report and return the exit code."""
    from scanner.git.repository import Repository
    from scanner.sources import changes

    repository = Repository()
    push = describe(os.environ, args.remote, args.url, repository)
    if push.published_on or args.config is not None or may_set(PUBLISHED_ON):
        from scanner.commands.published_on import leave_out

        push = leave_out(args, repository, push)
    if push.is_guess and not args.quiet:
        say(f"{NAME}: {_guess(args.remote)}")

    def collect(tally: Tally, is_excluded: Callable[[str], bool]) -> ChangeSet:
        found = changes.of_range(
            repository, push.include, push.exclude, DEEPEN, tally, is_excluded,
            names=push.names, perhaps=push.perhaps,
        )  # fmt: skip
        return found._replace(known=partial(_reasons, repository, push))

    def stopped(findings: Sequence[Finding]) -> Stop | None:
        from scanner.commands.outgoing_branch import PushedRef  # here: only with findings
        from scanner.commands.stopped_push import stop_of_push

        refs = [PushedRef(*each) for each in push.refs]
        return stop_of_push(repository, refs, push, findings)

    return scan_change("push", args, repository, collect, stopped)


def _reasons(
    repository: Repository, push: OutgoingPush, commits: Collection[str]
) -> Mapping[str, str]:
    from scanner.commands.published_on import reasons  # here: only with findings

    return reasons(repository, push, commits)


def _guess(remote: str) -> str:
    there = printable(remote) if remote else "the remote"
    return (
        "the list of pushed references did not arrive on standard input, so every commit that "
        f"{there} is not known to have is scanned"
    )
