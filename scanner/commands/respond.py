"""`keycatch respond`: what to do about the findings of a report. Nothing is executed."""

from __future__ import annotations

import stat
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.commands.respond_liveness import (
    add_respond_liveness_options,
    check_respond_options,
    with_new_answers,
    with_owners,
)
from scanner.commands.saved_report import read_report
from scanner.findings import Confidence
from scanner.response.formats import FORMATS

if TYPE_CHECKING:
    import argparse


_EPILOG: Final = f"""\
A report is made with --format json by any command that scans:

  {NAME} history --format json --output report.json
  {NAME} respond report.json

Nothing is executed. Exit codes: 0 the plan was written, whatever is in it; 2
wrong usage, or a report that cannot be used; 130 interrupted, 143 terminated."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    import argparse

    parser.epilog = _EPILOG
    parser.formatter_class = partial(argparse.RawDescriptionHelpFormatter, width=80)
    parser.add_argument(
        "report",
        metavar="REPORT",
        help="a report written with --format json; - is standard input",
    )
    group = parser.add_argument_group("output")
    group.add_argument("--format", choices=tuple(FORMATS), default="text", help="default: text")
    group.add_argument("--output", metavar="FILE", help="write the plan to this file")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"
    )
    group.add_argument(
        "--min-confidence",
        choices=[level.label for level in Confidence],
        default=Confidence.MEDIUM.label,
        help="leave out findings below this confidence and count them (default: medium)",
    )
    group.add_argument("-q", "--quiet", action="store_true", help="print the plan and errors only")
    add_respond_liveness_options(parser)


def run(args: argparse.Namespace) -> int:
    """Write the plan for the report that `args` names; returns 0. Raises KeycatchError."""
    from datetime import UTC, datetime

    from scanner.console import wants_color
    from scanner.reports.output import write
    from scanner.response.formats import load
    from scanner.response.plan import certain, respond, with_left_out

    _refuse_to_overwrite(args)
    report = read_report(args.report)
    check_respond_options(args)
    least = Confidence[args.min_confidence.upper()]
    if args.check_liveness:
        from scanner.commands.new_answers import with_notes

        answered = with_new_answers(report, args)
        answered = answered._replace(report=certain(answered.report, least))
        plan = with_notes(respond(answered.report, datetime.now(UTC)), answered)
    else:
        plan = respond(certain(with_owners(report, args), least), datetime.now(UTC))
    plan = with_left_out(plan, len(report.findings) - len(plan.report.findings), least)

    to_terminal = args.output in (None, "-")
    color = wants_color(args.color, sys.stdout) if to_terminal else args.color == "always"
    write(load(args.format)(plan, color), args.output, what="plan")
    return 0


def _refuse_to_overwrite(args: argparse.Namespace) -> None:
    """Raise UsageError if the plan would take the place of the report, by whatever name."""
    import os

    from scanner.errors import UsageError
    from scanner.secret import printable

    if args.output in (None, "-"):
        return

    try:
        output = os.stat(args.output)
        report = os.fstat(sys.stdin.fileno()) if args.report == "-" else os.stat(args.report)
    except (OSError, ValueError, AttributeError):
        return  # one of them does not exist, or is not a file: nothing is lost

    if stat.S_ISREG(report.st_mode) and os.path.samestat(report, output):
        raise UsageError(f"--output {printable(args.output)} is the report: name another file")
