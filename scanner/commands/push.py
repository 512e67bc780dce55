"""`keycatch push`: every commit that a push publishes, in a pre-push hook."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from scanner.commands.options import add_report_options, add_scan_options
from scanner.commands.scanning import DEEPEN, scan_change
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from scanner.findings import Finding
    from scanner.git.repository import Repository
    from scanner.reports.interface import Stop


class OutgoingPush(NamedTuple):
    """What a push publishes."""

    include: list[str]
    """Commits or tags that references of the remote are to point to."""
    exclude: list[str]
    """What the remote has: commits, and options of rev-list for its tracking branches."""
    names: list[str]
    """References that the remote lacks."""
    refs: Sequence[tuple[str, str]] = ()
    """What the person pushes, by the name that git gives it, and the ID of its commit or tag."""
    perhaps: Sequence[str] = ()
    """Commits that may be part of the push: the framework does not name every reference."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = (
        "Run it as git's pre-push hook: it takes the name of the remote and its URL, and reads one "
        "line per reference on standard input. Under the pre-commit framework it reads the "
        "PRE_COMMIT_* variables instead."
    )
    parser.add_argument("remote", nargs="?", default="", metavar="REMOTE", help="its name")
    parser.add_argument("url", nargs="?", default="", metavar="URL", help="not used")
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan what the commits of the push add, write the report and return the exit code."""
    from scanner.git.repository import Repository
    from scanner.sources import changes

    repository = Repository()
    if os.environ.get("PRE_COMMIT") == "1":
        push = of_framework(os.environ, repository)
    else:
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError(
                "push reads the standard input of a pre-push hook; see keycatch push --help"
            )
        push = of_hook(sys.stdin.buffer.read(), args.remote, repository)
    collect = partial(
        changes.of_range, repository, push.include, push.exclude, DEEPEN,
        names=push.names, perhaps=push.perhaps,
    )  # fmt: skip

    def stopped(findings: Sequence[Finding]) -> Stop | None:
        from scanner.commands.stopped_push import PushedRef, stop_of_push  # only with findings

        refs = [PushedRef(*each) for each in push.refs]
        return stop_of_push(repository, refs, push.exclude, findings)

    return scan_change("push", args, repository, collect, stopped)


def of_hook(lines: bytes, remote: str, repository: Repository) -> OutgoingPush:
    """Return the push that the `lines` on the standard input of a pre-push hook describe.

    Each holds the local reference and its object, the remote one and its object (githooks(5)). A
    deletion publishes nothing. Objects of the remote that this clone lacks cannot be left out.
    Raises UsageError for other lines.
    """
    refs: list[tuple[str, str]] = []
    there: list[str] = []
    names: list[str] = []
    for line in filter(None, lines.split(b"\n")):
        fields = line.decode("utf-8", "surrogateescape").rsplit(" ", 3)
        if len(fields) != 4 or not all(map(repository.is_name, fields[1::2])):
            raise UsageError("standard input is not that of a pre-push hook")

        ours, local, name, theirs = fields
        if local != repository.zero:
            refs.append((ours, local))
        if theirs != repository.zero:
            there.append(theirs)
        else:
            names.append(name)

    known = [*repository.existing(there), *_tracking(remote)]
    return OutgoingPush([local for _, local in refs], known, names, refs)


def of_framework(environ: Mapping[str, str], repository: Repository) -> OutgoingPush:
    """Return the push that the variables of the pre-commit framework describe.

    It names the first reference of a push only, and for the first push of a whole history no ends
    (_pre_push_ns in pre-commit's hook_impl.py). The others can be any of the local branches.
    """
    until = environ.get("PRE_COMMIT_TO_REF") or environ.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD"
    since = environ.get("PRE_COMMIT_FROM_REF", "")
    known = repository.resolve(since) if since else None
    exclude = [known] if known else []
    exclude += _tracking(environ.get("PRE_COMMIT_REMOTE_NAME", ""))

    commit = repository.required(until, DEEPEN)
    # The message of an annotated tag is published too, so it is the tag and not its commit.
    named = ("rev-parse", "--quiet", "--verify", until)
    tip = repository.run(*named, what=f"find {printable(until)}").decode().strip()

    heads = ("for-each-ref", "--format=%(objectname)", "refs/heads")
    local = repository.run(*heads, what="list the branches").decode().split()
    perhaps = [name for name in dict.fromkeys(local) if name != commit]
    refs = [(environ.get("PRE_COMMIT_LOCAL_BRANCH", ""), tip)]
    return OutgoingPush([tip], exclude, _new_name(environ, repository), refs, perhaps)


def _new_name(environ: Mapping[str, str], repository: Repository) -> list[str]:
    name, remote = environ.get("PRE_COMMIT_REMOTE_BRANCH"), environ.get("PRE_COMMIT_REMOTE_NAME")
    if not name:
        return []
    tracking = f"refs/remotes/{remote}/{name.removeprefix('refs/heads/')}"
    return [] if repository.resolve(tracking) else [name]


def _tracking(remote: str) -> list[str]:
    # A push to an address has that in the place of a name, and no tracking branches. `*?[` would
    # be a pattern for --remotes.
    is_name = bool(remote) and not any(mark in remote for mark in "*?[\\:\n\0")
    return [f"--remotes={remote}"] if is_name else []
