"""`keycatch respond`: what to do about what a report found. Nothing is executed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from scanner.commands.asking_again import add_asking_options, answered, noted
from scanner.errors import KeycatchError
from scanner.response.formats import FORMATS
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse

    from scanner.response.saved import SavedReport

_LARGEST: Final = 1 << 30
"""Bytes of a report that are read."""
_STDIN: Final = "-"


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


def read_report(path: str) -> SavedReport:
    """Return the report at `path`, `-` for standard input; raises KeycatchError."""
    from scanner.response.saved import NoReportError, read

    shown = "on standard input" if path == _STDIN else printable(path)
    try:
        return read(_content(path))
    except OSError as error:
        reason = error.strerror or str(error)
        raise KeycatchError(f"cannot read the report {shown}: {reason}") from None
    except NoReportError as error:
        remedy = "give one that a command of keycatch has written with --format json"
        raise KeycatchError(f"cannot use the report {shown}: {error}; {remedy}") from None


def _content(path: str) -> bytes:
    if path == _STDIN:
        if sys.stdin is None:
            raise KeycatchError("standard input is closed; name a file with the report")
        content = sys.stdin.buffer.read(_LARGEST + 1)
    else:
        with open(path, "rb") as file:
            content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise KeycatchError(
            f"the report {printable(path)} is larger than {_LARGEST:,} bytes: scan less at once"
        )
    return content
