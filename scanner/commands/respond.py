"""`keycatch respond`: what to do about what a report found. Nothing is executed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scanner.commands.asking_again import add_asking_options, answered, noted
from scanner.commands.saved_report import read_report
from scanner.response.formats import FORMATS

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "report",
        metavar="REPORT",
        help="a report that a command has written with --format json; - for standard input",
    )
    group = parser.add_argument_group("output")
    group.add_argument("--format", choices=tuple(FORMATS), default="text", help="default: text")
    group.add_argument("--output", metavar="FILE", help="write the plan there, whole or not at all")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"
    )
    group.add_argument("-q", "--quiet", action="store_true", help="print the plan and errors only")
    add_asking_options(parser)


def run(args: argparse.Namespace) -> int:
    """Write the plan for the report that `args` names; returns 0. Raises KeycatchError."""
    from datetime import UTC, datetime

    from scanner.console import wants_color
    from scanner.reports.output import write
    from scanner.response.formats import load
    from scanner.response.plan import respond

    answer = answered(read_report(args.report), args)
    plan = noted(respond(answer.report, datetime.now(UTC)), answer)
    to_terminal = args.output in (None, "-")
    color = wants_color(args.color, sys.stdout) if to_terminal else args.color == "always"
    write(load(args.format)(plan, color), args.output)
    return 0
