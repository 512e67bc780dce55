"""`keycatch receive`: every commit that a push brings to a server, in its pre-receive hook."""

from __future__ import annotations

import argparse
import os
import re
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.commands import receive_outcome
from scanner.commands.liveness_check import ask, check_options
from scanner.commands.options import (
    accept_known,
    add_report_options,
    add_review_options,
    add_scan_options,
    conclude,
    exit_code,
    failing,
    load_rules,
    load_settings,
    threshold,
    with_options,
)
from scanner.commands.outputs import chosen
from scanner.commands.scanning import examine_change
from scanner.commands.time_limit import MOST, TimeUp, time_limit
from scanner.console import say
from scanner.errors import ConfigError, KeycatchError, RuleError, UsageError
from scanner.records import NamedTuple
from scanner.reports import load

if TYPE_CHECKING:
    from scanner.findings import Report
    from scanner.git.repository import Repository
    from scanner.rulebook.model import Rule
    from scanner.settings import Settings

_SECONDS: Final = 60.0
"""git sets a hook no limit. Somebody waits for the push, and the server has others to serve."""
_REMEDY: Final = "the repository on the server must be completed"


class IncomingPush(NamedTuple):
    """What a push brings."""

    include: list[str]
    """Commits, tags or other objects that references are to point to."""
    names: list[str]
    """References that are new."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = (
        "Run it as git's pre-receive hook: it reads one line per reference on standard input, and "
        "no configuration except --config. It prints nothing about a push without findings, unless "
        "-v is given."
    )
    group = parser.add_argument_group("server")
    group.add_argument(
        "--time-limit",
        type=_seconds,
        default=_SECONDS,
        metavar="SECONDS",
        help=f"how long a scan may take (default: {_SECONDS:g}; 0 for no limit)",
    )
    group.add_argument(
        "--on-time-limit",
        choices=("reject", "accept"),
        default="reject",
        help="what to do with a push if the scan takes longer (default: reject)",
    )
    group.add_argument(
        "--allow-push-option",
        metavar="NAME",
        help="accept every push with the push option NAME (default: no such option)",
    )
    group.add_argument(
        "--trial",
        action="store_true",
        help="report only: accept every push, even if it could not be scanned",
    )
    group.add_argument(
        "--contact",
        metavar="WHOM",
        default="the administrator of this server",
        help="who to ask when a scan fails (default: %(default)s)",
    )
    add_review_options(parser)
    add_scan_options(parser)
    add_report_options(parser)


def _seconds(text: str) -> float:
    number = float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text, re.ASCII) else -1.0
    if not 0 <= number <= MOST:
        raise argparse.ArgumentTypeError(f"must be seconds from 0 to {MOST}, not {text!r}")
    return number


def run(args: argparse.Namespace) -> int:
    """Scan what the push brings, print what its author has to know and return the exit code."""
    try:
        return _run(args)
    except TimeUp:
        return receive_outcome.on_time_up(args)
    except Exception as error:
        if sys.flags.dev_mode and not isinstance(error, KeycatchError):
            raise
        return receive_outcome.on_failure(args, error)


def _run(args: argparse.Namespace) -> int:
    # A scan that cannot be ended, such as one in compiled code, ends with the process.
    with time_limit(args.time_limit, lambda: os._exit(receive_outcome.on_time_up(args))):
        report, settings, rules = _scan(args)
    is_refused = any(remark.is_refused for remark in report.remarks)
    if not (report.findings or report.incomplete or is_refused or args.verbose) and _is_printed(
        args
    ):
        return receive_outcome.ACCEPTED
    conclude(report, args, settings, rules)
    fail_on = threshold(args, settings)
    if exit_code(report, fail_on, exit_zero=args.exit_zero) == receive_outcome.FAILED:
        return receive_outcome.on_incomplete(args)
    if exit_code(report, fail_on, exit_zero=False) == receive_outcome.REJECTED:
        failed = failing(report, fail_on)
        if not failed:
            return receive_outcome.on_marks(args)
        return receive_outcome.on_findings(args, failed)
    return receive_outcome.ACCEPTED


def _is_printed(args: argparse.Namespace) -> bool:
    return all(output.is_stdout and load(output.format).for_people for output in chosen(args))


def _scan(args: argparse.Namespace) -> tuple[Report, Settings, tuple[Rule, ...]]:
    from scanner.git.repository import Repository
    from scanner.sources import changes

    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("receive reads the standard input of a pre-receive hook; see its --help")

    # What a push can put into a work tree must not decide how it is scanned.
    check_options(args)
    chosen(args)
    repository = Repository()
    settings, rules = _policy(args, repository)
    settings = settings._replace(origin=os.path.basename(settings.origin))
    push = of_hook(sys.stdin.buffer.read(), repository)
    # In the hook the references still are what they were before the push (githooks(5)).
    collect = partial(
        changes.of_range, repository, push.include, ["--all"], _REMEDY, names=push.names
    )
    # Quiet: the author of a push cannot change what the server's configuration takes away.
    silent = argparse.Namespace(**{**vars(args), "quiet": True})
    report = examine_change("receive", silent, repository, collect, settings, rules)
    report.tally.notices = [
        notice._replace(detail=receive_outcome.without_directories(notice.detail, args.config))
        for notice in report.tally.notices
    ]
    report = _accept_known(report, args, settings)
    return ask(report, args, settings), settings, rules  # within the time limit


def _accept_known(report: Report, args: argparse.Namespace, settings: Settings) -> Report:
    """Return `report` without what the baseline accepts, unless that cannot be used."""
    if not (args.baseline or settings.commit):
        args.no_baseline = True  # before the first push there is no default branch
        return report
    try:
        return accept_known(report, args, settings)
    except ConfigError as error:
        if args.baseline:
            raise
        say(f"{NAME}: the baseline of the default branch is not used: {error}")
        args.no_baseline = True  # nor is it looked for again
        return report


def _policy(args: argparse.Namespace, repository: Repository) -> tuple[Settings, tuple[Rule, ...]]:
    """Return what decides about the scan of a push: options, and what the default branch has.

    A branch that anybody can push to must not have a say: one push would bring what lets the next
    one pass. So it is HEAD of the repository on the server, as it is before the push.
    """
    from scanner.commands.base_commit import rules_at, settings_at
    from scanner.settings import Settings

    base = repository.resolve("HEAD")
    is_ours = args.no_config or args.config is not None
    if base is None or is_ours:
        settings = load_settings(args) if is_ours else with_options(args, Settings())
        return settings._replace(commit=base or ""), load_rules(settings)
    try:
        settings = settings_at(args, base)
        return settings, rules_at(settings)
    except (ConfigError, RuleError) as error:
        # Nothing could be pushed any more, not even what mends it. Without it more is reported.
        say(f"{NAME}: the configuration of the default branch is not used: {error}")
        settings = with_options(args, Settings(commit=base))
        return settings, load_rules(settings)


def of_hook(lines: bytes, repository: Repository) -> IncomingPush:
    """Return the push that the `lines` on the standard input of a pre-receive hook describe.

    Each holds the old object of a reference, the new one and its name (githooks(5)). A deletion
    brings nothing. No line at all is an error: every push would pass where another hook has read
    them before.
    Raises UsageError.
    """
    include: list[str] = []
    names: list[str] = []

    found = [line for line in lines.split(b"\n") if line]
    if not found:
        raise UsageError(
            "standard input names no reference: a pre-receive hook gets one line for each"
        )
    for line in found:
        fields = line.decode("utf-8", "surrogateescape").split(" ", 2)
        if len(fields) != 3 or not all(map(repository.is_name, fields[:2])):
            raise UsageError("standard input is not that of a pre-receive hook")

        old, new, name = fields
        if new != repository.zero:
            include.append(new)
            if old == repository.zero:
                names.append(name)

    return IncomingPush(list(dict.fromkeys(include)), names)
