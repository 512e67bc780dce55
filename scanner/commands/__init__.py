"""The command line: one module per command, imported when it is called."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from importlib import import_module

import scanner
from scanner.about import NAME
from scanner.console import say
from scanner.errors import KeycatchError, UsageError
from scanner.files import discard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final, NoReturn

COMMANDS: Final = {
    "scan": "find credentials in files, directories or standard input",
    "staged": "find credentials in what is about to be committed",
    "commit-msg": "find credentials in the message of the commit to be made",
    "push": "find credentials in what is about to be pushed",
    "receive": "find credentials in a push to a server",
    "range": "find credentials that a range of commits adds",
    "ci": "find credentials that the change in a CI job adds",
    "history": "find credentials in everything that a repository stores",
    "fleet": "find credentials in the histories of many repositories",
    "baseline": "accept the credentials that a project knows; report new ones only",
    "respond": "write a response plan for the credentials of a report",
    "explain": "show why a line is reported, or why it is not",
    "rules": "show and test the rules",
    "doctor": "find problems of hooks, clone, configuration and libraries",
    "install": "install git hooks that run keycatch, and remove them",
    "agent": "install hooks of coding agents that run keycatch, and remove them",
    "agent-hook": "find credentials in what a coding agent is about to do",
    "completion": "print a completion script for bash, zsh or fish",
    "help": "show how to use a command",
    "version": "show the version, and with -v those of what it uses",
}
"""Name of each command, which is also that of its module here, to what it does."""

_ASKING: Final = {"rules", "completion", "help", "version"}
"""Commands that scan nothing: their reader may have seen enough."""
_OPERANDS: Final = {"scan": "paths", "history": "repositories", "fleet": "sources"}
"""Commands whose options may be before, between and after their operands, to the operands."""

_IN_A_HURRY: Final = "agent-hook"
"""A command that is called for each step of an agent, nearly always with the same arguments."""

EXIT_CODES: Final = "Exit codes: 0 clean, 1 findings, 2 wrong usage or a scan that is not complete."
OK, FINDINGS, FAILED = 0, 1, 2
_COLUMNS: Final = 80
"""Width of help, wherever it is shown: the same text in every terminal and in the tests."""
_INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells report a process that it ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (by default the process's arguments) asks for.

    Returns the exit code: 0 clean, 1 findings, 2 usage, configuration or an incomplete scan. Never
    raises an Exception, except in Python's development mode (`python -X dev`).
    """
    if argv is None:  # else a program calls, which decides about signals itself
        _end_in_order()
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments[0] if arguments else ""

    try:
        code = _run(arguments)
    except KeycatchError as error:
        say(f"{NAME}: {error}")
        code = FAILED
    except KeyboardInterrupt:
        say(f"{NAME}: interrupted; nothing was reported")
        code = _INTERRUPTED
    except BrokenPipeError:
        # The reader of a list or of help has seen enough. A report deals with its reader itself,
        # so in a command that scans the pipe was another one, and not everything was read.
        asks = name in _ASKING or not {"-h", "--help"}.isdisjoint(arguments)
        scans = name in COMMANDS and not asks
        code = FAILED if scans else OK
        if scans:
            say(f"{NAME}: a scan process ended unexpectedly; nothing was reported")
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        say(f"{NAME}: {_unexpected(error)}")
        code = FAILED

    code = code if _flushed() else FAILED
    if argv is None:
        _ignore_interrupts()
        if name == _IN_A_HURRY:
            # Everything is written, and to take the interpreter down costs a tenth of a call.
            os._exit(code)
        if sys.flags.inspect:
            # PYTHONINSPECT or -i: Python would run what standard input has and end with 0.
            sys.stderr.flush()
            os._exit(code)
    return code


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    try:
        if name == _IN_A_HURRY and (plain := _module_of(name).plain(arguments[1:])):
            answered: int = _module_of(name).run(plain)
            return answered
        if name in COMMANDS:
            args = _parse(parser_of(name), arguments[1:], _OPERANDS.get(name, ""))
            code: int = _module_of(name).run(args)
            _say_that_the_search_is_slow()
            return code
        if name in ("-h", "--help"):
            overview().parse_args(arguments)
        if name in ("-V", "--version"):
            is_verbose = not {"-v", "--verbose"}.isdisjoint(arguments)
            return _run(["version", "-v"] if is_verbose else ["version"])
    except SystemExit as end:  # of --help and --version
        if end.code in (OK, None):
            return OK
        raise

    if not name:
        overview().print_help(sys.stderr)
        return FAILED
    if name.startswith("-"):
        raise UsageError(f"put '{name}' after a command; see {NAME} --help")
    raise UsageError(no_command(name))


def _say_that_the_search_is_slow() -> None:
    kernel = getattr(scanner, "kernel", None)  # only if something was searched
    problem = getattr(kernel, "problem", "")
    if problem:
        say(f"{NAME}: the compiled search cannot be loaded, so this took longer: {problem}")


def parser_of(name: str) -> _Parser:
    """Return the parser of the command called `name`."""
    parser = _Parser(prog=f"{NAME} {name}", description=_sentence(COMMANDS[name]))
    _module_of(name).configure(parser)
    return parser


def _module_of(name: str) -> Any:
    return import_module(f"{__name__}.{name.replace('-', '_')}")


class _Parser(argparse.ArgumentParser):
    """Raises UsageError: what argparse prints itself repeats arguments unescaped."""

    def __init__(self, **options: Any) -> None:
        # With a width of its own a formatter need not import what asks the terminal for one.
        style = options.pop("formatter_class", argparse.HelpFormatter)
        options["formatter_class"] = partial(style, width=_COLUMNS)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
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


def overview() -> _Parser:
    """Return the parser of the command line before any command."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    parser = _Parser(
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


def _parse(parser: _Parser, arguments: list[str], operands: str) -> argparse.Namespace:
    args: argparse.Namespace
    if not operands:
        args = parser.parse_args(arguments)
        return args
    # What follows `--` is taken out first: argparse mistakes it in an intermixed line.
    end = arguments.index("--") if "--" in arguments else len(arguments)
    args = parser.parse_intermixed_args(arguments[:end])
    getattr(args, operands).extend(arguments[end + 1 :])
    return args


def no_command(name: str) -> str:
    """Return the message for a command that does not exist, with what may have been meant."""
    if os.path.exists(name):
        hint = f"; to scan it: {NAME} scan {name}"
    else:
        from scanner.commands.suggestions import for_command

        hint = for_command(name, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
    return f"there is no command '{name}'{hint}"


def _unexpected(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"cannot continue: {where}{error.strerror}"
    from scanner.engine.defects import describe

    return describe(error)


def _end_in_order() -> None:
    """Make a request to terminate end worker processes and remove temporary files."""
    import signal

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)


def _ignore_interrupts() -> None:
    """Let the exit code stand once everything is written.

    While the interpreter ends it has no handler of its own, so a second Ctrl-C, or the one that a
    wrapper such as npm passes on, would end the process by the signal.
    """
    import signal

    if signal.getsignal(signal.SIGINT) is not signal.SIG_DFL:  # else that is what was asked for
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _terminate(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _flushed() -> bool:
    if sys.stdout is None:
        return True
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
    except (OSError, ValueError) as error:
        discard(sys.stdout)
        reason = getattr(error, "strerror", None) or error
        say(f"{NAME}: cannot write to standard output: {reason}")
        return False
    return True


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
