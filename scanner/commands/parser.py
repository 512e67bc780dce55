"""The parsers of the command line, made where the arguments are more than plain operands."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from scanner.about import NAME
from scanner.commands import COMMANDS, EXIT_CODES, module_of
from scanner.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final, NoReturn

_COLUMNS: Final = 80
"""Width of help, wherever it is shown: the same text in every terminal and in the tests."""
_OPERANDS: Final = {"scan": "paths", "history": "repositories", "fleet": "sources"}
"""Commands whose options may be before, between and after their operands, to the operands."""


class Parser(argparse.ArgumentParser):
    """Raises UsageError: what argparse prints itself repeats arguments unescaped."""

    def __init__(self, **options: Any) -> None:
        """Make a parser as `argparse` does with the same `options`."""
        # With a width of its own a formatter need not import what asks the terminal for one.
        style = options.pop("formatter_class", argparse.HelpFormatter)
        options["formatter_class"] = partial(style, width=_COLUMNS)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the `message`."""
        raise UsageError(f"{message}; see {self.prog} --help")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return what the arguments say; raises UsageError, with what may have been meant."""
        found, unknown = self.parse_known_args(args, namespace)
        return self._known(found, unknown)

    def parse_intermixed_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Do the same where options may be between operands."""
        found, unknown = self.parse_known_intermixed_args(args, namespace)
        return self._known(found, unknown)

    def _known(self, found: Any, unknown: Sequence[str]) -> Any:
        if unknown:
            from scanner.commands.suggestions import for_unknown

            hint = for_unknown(unknown, self, getattr(found, "action", None))
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return found

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            from scanner.commands.suggestions import for_choice

            error.message += for_choice(value, action)
            raise

    def format_help(self) -> str:
        """Return the help with examples after it."""
        from scanner.commands.examples import section

        return super().format_help() + section(self.prog)

    def _print_message(self, message: str, file: Any = None) -> None:
        # Unlike argparse's own it does not hide that help or version could not be written.
        stream = file or sys.stdout
        if stream is not None:
            stream.write(message)


def overview() -> Parser:
    """Return the parser of the command line before any command."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog=NAME,
        usage=f"{NAME} [-h] [--version] COMMAND ...",
        description=f"Keeps AWS credentials out of git.\n\ncommands:\n{commands}",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-V", "--version", action="store_true", help="show the version, and with -v all versions"
    )
    return parser


def parser_of(name: str) -> Parser:
    """Return the parser of the command called `name`."""
    parser = Parser(prog=f"{NAME} {name}", description=_sentence(COMMANDS[name]))
    module_of(name).configure(parser)
    return parser


def arguments_of(name: str, arguments: list[str]) -> argparse.Namespace:
    """Return what the `arguments` of the command called `name` say; raises UsageError."""
    parser = parser_of(name)
    args: argparse.Namespace
    operands = _OPERANDS.get(name, "")
    if not operands:
        args = parser.parse_args(arguments)
        return args
    # What follows `--` is taken out first: argparse mistakes it in an intermixed line.
    end = arguments.index("--") if "--" in arguments else len(arguments)
    args = parser.parse_intermixed_args(arguments[:end])
    getattr(args, operands).extend(arguments[end + 1 :])
    return args


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
