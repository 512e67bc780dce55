"""`keycatch install`: git hooks that run keycatch, and taking them out again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.commands.uninstalling import undo_everywhere, undo_here
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from scanner.hooks.location import Place, Setting
    from scanner.hooks.planning import Step

_HOOKS: Final = ("pre-commit", "pre-merge-commit", "pre-push")
_SERVER: Final = "pre-receive"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = (
        "The hooks check every commit, merge and push. Hooks that are there are kept and run as "
        "well."
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--global",
        dest="everywhere",
        action="store_true",
        help="for all repositories of the user, those that exist and those to come",
    )
    where.add_argument(
        "--server",
        action="store_true",
        help=f"write a {_SERVER} hook into a bare repository that is pushed to",
    )
    parser.add_argument(
        "--hooks",
        nargs="+",
        choices=_HOOKS,
        metavar="NAME",
        help=f"only these of {', '.join(_HOOKS)}",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="also where hooks are tracked by git, or looked after by another tool",
    )
    parser.add_argument(
        "--undo", action="store_true", help="take the hooks out and put back what was there"
    )


def run(args: argparse.Namespace) -> int:
    """Install or take out what is asked for, say what was done, and return the exit code."""
    if args.server and args.hooks:
        raise UsageError(f"--server writes a {_SERVER} hook, so leave out --hooks")
    every = (*_HOOKS, _SERVER) if args.undo else _HOOKS
    chosen = (_SERVER,) if args.server else args.hooks or every
    names = [name for name in (*_HOOKS, _SERVER) if name in chosen]  # in git's order, each once
    if args.undo:
        if args.everywhere:
            return undo_everywhere(names, chosen=bool(args.hooks))
        return undo_here(names)
    return _install_everywhere(args, names) if args.everywhere else _install_here(args, names)


def _install_here(args: argparse.Namespace, names: Sequence[str]) -> int:
    from scanner.hooks import location, script
    from scanner.hooks.program import installed

    place = location.here()
    _refuse_kind(place, args)
    setting = place.setting
    _refuse_no_directory(place.directory, setting)
    directory = place.directory
    if setting and setting.is_wide and os.path.isabs(setting.value):
        ours = location.is_same(setting.value, location.directory_for_all())
        if not (ours and args.server):
            return _installed_for_all(setting, names)
        directory = place.own  # whose hooks those for all repositories run
    if place.is_tracked and not args.force:
        raise UsageError(
            f"core.hooksPath puts hooks into {printable(place.directory)}, where git tracks them: "
            "add `keycatch staged` to its hooks by hand, or write there with --force"
        )
    # A path of this machine is of no use to others who get the hook with the repository.
    program = "" if place.is_tracked else installed()
    contents = {name: script.beside(name, program) for name in names}
    _write_beside(directory, contents, setting, program, args)
    print(f"undo     keycatch install{' --server' if args.server else ''} --undo")
    return 0


def _installed_for_all(setting: Setting, names: Sequence[str]) -> int:
    """Say that the hooks for all repositories do it; UsageError where they do not."""
    from scanner.hooks import location
    from scanner.hooks.files import look
    from scanner.hooks.script import CALLS, Kind

    found = [look(setting.value, name) for name in names]
    calls = [f" {CALLS[name]}".encode() for name in names]
    if not all(
        hook.kind is Kind.OURS and call in hook.content and os.access(hook.path, os.X_OK)
        for hook, call in zip(found, calls, strict=True)
    ):
        own = location.is_same(setting.value, location.directory_for_all())
        raise UsageError(
            f"core.hooksPath in {setting.origin} makes git run the hooks of all repositories from "
            f"{printable(setting.value)}: `keycatch install --global` "
            f"{'writes them again' if own else 'adds to those'}"
        )
    print("keycatch is installed for all repositories, this one too; nothing was written")
    print("undo     keycatch install --global --undo")
    return 0


def _refuse_kind(place: Place, args: argparse.Namespace) -> None:
    if place.is_bare and not args.server:
        raise UsageError(
            "this is a bare repository, where nobody commits: `keycatch install --server` checks "
            "what is pushed to it"
        )
    if args.server and not place.is_bare and not args.force:
        raise UsageError(
            f"a {_SERVER} hook is for a repository that is pushed to, and this one has a work "
            "tree: run it in the bare repository, or write the hook here with --force"
        )


def _write_beside(
    directory: str,
    contents: dict[str, bytes],
    setting: Setting | None,
    program: str,
    args: argparse.Namespace,
) -> None:
    """Write hooks that chain what is beside them, try them, and tell about it."""
    from scanner.hooks.files import Changes
    from scanner.hooks.planning import steps
    from scanner.hooks.proof import prove

    _refuse_no_directory(directory, setting)
    todo = steps(directory, contents, force=args.force)
    with Changes() as changes:
        changes.make_directory(directory)
        for step in todo:
            if not step.is_done:
                changes.write(step.hook, step.content)
        prove(list(contents), contents)
    _tell(todo)
    _tell_program(program, contents)


def _refuse_no_directory(directory: str, setting: Setting | None) -> None:
    if os.path.lexists(directory) and not os.path.isdir(directory):
        if setting:
            raise UsageError(
                f"core.hooksPath in {setting.origin} is {printable(setting.value)}, which is no "
                "directory, so git runs no hooks: take it out with "
                f"`git config --{setting.scope} --unset core.hooksPath`"
            )
        raise UsageError(
            f"{printable(directory)} is no directory, so git runs no hooks: move it away"
        )


def _install_everywhere(args: argparse.Namespace, names: Sequence[str]) -> int:
    from scanner.hooks import location, script
    from scanner.hooks.program import installed

    program = installed()
    setting = location.for_all()
    directory = location.directory_for_all()
    if setting and not location.is_same(setting.value, directory):
        if not os.path.isabs(setting.value):
            raise UsageError(
                f"core.hooksPath in {setting.origin} is {printable(setting.value)}, another place "
                "in each repository: run `keycatch install` in each, or take it out with "
                f"`git config --{setting.scope} --unset core.hooksPath`"
            )
        contents = {name: script.beside(name, program) for name in names}
        _write_beside(setting.value, contents, setting, program, args)
        print(f"because  core.hooksPath in {setting.origin} is {printable(setting.value)}")
    else:
        _write_everywhere(directory, names, program, is_used=setting is not None)
    _tell_of_local(location.settings())
    print("undo     keycatch install --global --undo")
    return 0


def _write_everywhere(directory: str, names: Sequence[str], program: str, *, is_used: bool) -> None:
    """Write hooks for all repositories, have git use them, try them, and tell about it."""
    from scanner.hooks import location, script
    from scanner.hooks.files import Changes
    from scanner.hooks.planning import steps
    from scanner.hooks.proof import prove

    contents = {name: script.passing(name) for name in script.OTHERS}
    contents |= {name: script.everywhere(name, program) for name in names}
    todo = steps(directory, contents, chain=False)
    with Changes() as changes:
        changes.make_directory(directory)
        for step in todo:
            if not step.is_done:
                changes.write(step.hook, step.content)
        if not is_used:
            location.use_for_all(directory)
            changes.undo_with(location.use_no_more)
        prove(names, None)
    _tell([step for step in todo if os.path.basename(step.hook.path) in names])
    print(f"         and {len(contents) - len(names)} that only run the repository's own hooks")
    print(f"{'current' if is_used else 'set':<9}core.hooksPath of the user: {printable(directory)}")
    print("chains   in each repository the hooks of its own .git/hooks")
    _tell_program(program, names)


def _tell(todo: Iterable[Step]) -> None:
    from scanner.hooks.script import Kind

    for step in todo:
        hook = step.hook
        what = "current" if step.is_done else "updated" if hook.kind is Kind.OURS else "wrote"
        print(f"{what:<9}{printable(hook.path)}")
        if step.chains:
            runs = os.access(hook.kept, os.X_OK)
            note = "" if runs else ", which is not executable, so git did not run it either"
            print(f"chains   {printable(hook.kept)}{note}")


def _tell_program(program: str, names: Iterable[str]) -> None:
    first = f"{printable(program)}, or else the one" if program else "the program"
    print(f"runs     {first} on the PATH")
    print(
        f"tried    {', '.join(names)}: each stopped a made-up credential in a temporary repository"
    )


def _tell_of_local(values: Sequence[Setting]) -> None:
    if values and not values[-1].is_wide:
        print(
            f"but      core.hooksPath in {values[-1].origin} is for this repository alone: run "
            "`keycatch install` here too"
        )
