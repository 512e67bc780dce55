"""The command line: one module per command, imported when it is called."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

import scanner
from scanner.about import NAME
from scanner.console import say
from scanner.errors import KeycatchError, UsageError
from scanner.files import discard
from scanner.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
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
_IN_A_HURRY: Final = "agent-hook"
"""A command that is called for each step of an agent, nearly always with the same arguments."""

_GARBAGE: Final = 10_000
"""Objects after which garbage is collected. By default (700 before Python 3.13) it is 60 times in a
start, which makes none: 6 of 110 million instructions."""
_ENDINGS: Final = {"atexit", "threading"}
"""Modules by which something can ask to be done at the end of the process."""

EXIT_CODES: Final = "Exit codes: 0 clean, 1 findings, 2 wrong usage or a scan that is not complete."
OK, FINDINGS, FAILED = 0, 1, 2
_INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells report a process that it ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (by default the process's arguments) asks for.

    Returns the exit code: 0 clean, 1 findings, 2 usage, configuration or an incomplete scan. Never
    raises an Exception, except in Python's development mode (`python -X dev`).
    """
    if argv is None:  # else a program calls, which decides about these itself
        _end_in_order()
        gc.set_threshold(_GARBAGE)
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
        if sys.flags.inspect:
            # PYTHONINSPECT or -i: Python would run what standard input has and end with 0.
            _leave(code)
    return code


def run_and_leave() -> NoReturn:
    """Run the command line of the process, and end that with its exit code.

    To take the interpreter down costs a tenth of a hook's time. That is left out unless something
    was loaded by which anything can ask to be called at the end.
    """
    code = main()
    if not _ENDINGS & sys.modules.keys():
        _leave(code)
    raise SystemExit(code)


def _leave(code: int) -> NoReturn:
    """End the process without taking the interpreter down; standard output is written already."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
    os._exit(code)


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    try:
        if name in COMMANDS:
            code: int = module_of(name).run(_arguments_of(name, arguments[1:]))
            _say_that_the_search_is_slow()
            return code
        if name in ("-h", "--help"):
            from scanner.commands.parser import overview

            overview().parse_args(arguments)
        if name in ("-V", "--version"):
            is_verbose = not {"-v", "--verbose"}.isdisjoint(arguments)
            return _run(["version", "-v"] if is_verbose else ["version"])
    except SystemExit as end:  # of --help and --version
        if end.code in (OK, None):
            return OK
        raise

    if not name:
        from scanner.commands.parser import overview

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


def _arguments_of(name: str, arguments: list[str]) -> argparse.Namespace:
    """Return what the `arguments` of the command called `name` say; raises UsageError."""
    from scanner.commands.plain import plain

    found = plain(name, arguments)
    if found is None and name == _IN_A_HURRY:
        found = module_of(name).plain(arguments)
    if found is None:
        from scanner.commands.parser import arguments_of

        found = arguments_of(name, arguments)
    return found


def module_of(name: str) -> Any:
    """Return the module of the command called `name`."""
    return import_module(f"{__name__}.{name.replace('-', '_')}")


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
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _terminate)


def _ignore_interrupts() -> None:
    """Let the exit code stand once everything is written.

    While the interpreter ends it has no handler of its own, so a second Ctrl-C, or the one that a
    wrapper such as npm passes on, would end the process by the signal.
    """
    if signal.getsignal(signal.SIGINT) != signal.SIG_DFL:  # else that is what was asked for
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
