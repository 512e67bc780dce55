"""`keycatch agent`: hooks of coding agents that run keycatch, and taking them out again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.agents import AGENTS, load
from scanner.agents.configuration import (
    AgentError,
    command_for,
    is_switched_off,
    new_text,
    with_hooks,
    without_hooks,
)
from scanner.agents.status import MISSING, path_of, read, status_of
from scanner.errors import UsageError
from scanner.files import write_whole
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_ACTIONS: Final = ("install", "uninstall", "status")


class _Names(tuple[str, ...]):
    """Names to choose from, or none of them: argparse asks whether an empty list is a choice."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return name == [] or super().__contains__(name)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "action",
        metavar="ACTION",
        choices=_ACTIONS,
        help="install, uninstall, or status, which shows what is there",
    )
    parser.add_argument(
        "agents",
        nargs="*",
        metavar="AGENT",
        choices=_Names(AGENTS),
        help=f"the tools: {', '.join(AGENTS)}",
    )
    level = parser.add_mutually_exclusive_group()
    level.add_argument(
        "--user", action="store_true", help="for all projects of the user, by the path of keycatch"
    )
    level.add_argument(
        "--project",
        action="store_true",
        help="for this project, to be committed, by keycatch on the PATH (default)",
    )
    parser.add_argument(
        "--print",
        dest="shows",
        action="store_true",
        help="with install: print what would be in a new file, and write nothing",
    )
    parser.epilog = (
        "The hooks check prompts, edits, commands and what tools return, and stop those that "
        "carry a credential. Everything else in the configuration of the tool stays as it is."
    )


def run(args: argparse.Namespace) -> int:
    """Do what is asked for, say what was done, and return the exit code."""
    if args.action == "status":
        return _status(args)
    if not args.agents:
        raise UsageError(f"name at least one of {', '.join(AGENTS)} after {args.action}")
    if args.shows and args.action != "install":
        raise UsageError("--print goes with install")

    names = list(dict.fromkeys(args.agents))
    if args.action == "uninstall":
        return _uninstall(names, is_user=args.user)
    return _install(names, is_user=args.user, shows=args.shows)


def _install(names: Sequence[str], *, is_user: bool, shows: bool) -> int:
    from scanner.hooks.program import installed

    # A path of this machine is of no use to others who get the file with the repository.
    program = installed() if is_user else ""
    if shows:
        for name in names:
            print(new_text(load(name), command_for(name, program)), end="")
        return 0

    # All are looked at before the first is written: an error leaves everything as it was.
    edits = []
    for name in names:
        agent, path = load(name), path_of(name, is_user=is_user)
        before = read(path)
        after = with_hooks(agent, path, before, command_for(name, program))
        edits.append((name, path, before, after))

    for name, path, before, after in edits:
        if before == after:
            print(f"unchanged  {printable(path)}")
        else:
            _write(path, after)
            print(f"{'wrote' if before is None else 'added to':<9}  {printable(path)}")
        if is_switched_off(after):
            print("off        disableAllHooks in it keeps every hook from running: take it out")
        if load(name).afterwards:
            print(f"next       {load(name).afterwards}")
    level = " --user" if is_user else ""
    print(f"undo       keycatch agent uninstall {' '.join(names)}{level}")
    return 0


def _uninstall(names: Sequence[str], *, is_user: bool) -> int:
    edits = []
    for name in names:
        path = path_of(name, is_user=is_user)
        before = read(path)
        after = None if before is None else without_hooks(load(name), path, before)
        edits.append((path, before, after))

    for path, before, after in edits:
        if before == after:
            print(f"not there  {printable(path)}")
        elif after is None:
            _remove(path)
            print(f"removed    {printable(path)}")
        else:
            _write(path, after)
            print(f"taken out  {printable(path)}")
    return 0


def _status(args: argparse.Namespace) -> int:
    levels = (True,) if args.user else (False,) if args.project else (False, True)
    code = 0
    for name in args.agents or AGENTS:
        for is_user in levels:
            level = "user" if is_user else "project"
            try:
                found = status_of(name, is_user=is_user)
            except AgentError as error:
                code = 2
                print(f"{name:<8} {level:<8} {'not read':<13} {error}")
                continue
            detail = "" if found.state == MISSING else printable(found.path)
            detail += f": {found.reason}" if found.reason else ""
            print(f"{name:<8} {level:<8} {found.state:<13} {detail}".rstrip())
    return code


def _write(path: str, text: str) -> None:
    path = os.path.realpath(path)  # the file may be a link into a directory of dotfiles
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            mode = os.stat(path).st_mode & 0o7777
            write_whole(path, [text.encode()], mode, exact=True, durable=True)
        else:
            write_whole(path, [text.encode()], durable=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise AgentError(f"cannot write {printable(path)}: {reason}; make it writable") from None


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise AgentError(f"cannot remove {printable(path)}: {reason}") from None
