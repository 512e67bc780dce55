"""`keycatch help`: how to use keycatch, or one of its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.commands import COMMANDS, main, no_command
from scanner.commands.parser import overview
from scanner.errors import UsageError

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "topic",
        nargs="*",
        metavar="COMMAND",
        help="a command, and one of its actions if it has any; without, all commands are listed",
    )


def run(args: argparse.Namespace) -> int:
    """Print the help that is asked for; return the exit code. Raises UsageError."""
    if not args.topic:
        overview().print_help()
        return 0
    if args.topic[0] not in COMMANDS:
        raise UsageError(no_command(args.topic[0]))
    return main([*args.topic, "--help"])
