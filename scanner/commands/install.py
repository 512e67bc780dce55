"""`keycatch install`: git hooks that run keycatch, and taking them out again."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from scanner.commands.install_undo import undo_everywhere, undo_here
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from scanner.hooks.files import Hook
    from scanner.hooks.location import HooksLocation, HooksPath

_HOOKS: Final = ("pre-commit", "pre-merge-commit", "pre-push")
"""What is installed unless others are chosen."""
_CHOICES: Final = ("pre-commit", "pre-merge-commit", "commit-msg", "pre-push")
"""In git's order. A commit would take longer with commit-msg; a push reads the messages anyway."""
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
        choices=_CHOICES,
        metavar="NAME",
        help=f"only these of {', '.join(_CHOICES)} (default: all but commit-msg)",
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

    every = (*_CHOICES, _SERVER) if args.undo else _HOOKS
    chosen = (_SERVER,) if args.server else args.hooks or every
    names = [name for name in (*_CHOICES, _SERVER) if name in chosen]  # in git's order, each once
    if args.undo:
        if args.everywhere:
            return undo_everywhere(names, chosen=bool(args.hooks))
        return undo_here(names)
    return _install_everywhere(args, names) if args.everywhere else _install_here(args, names)


def _install_here(args: argparse.Namespace, names: Sequence[str]) -> int:
    from scanner.hooks import location
    from scanner.hooks.program import installed

    place = location.here()
    _refuse_kind(place, args)
    directory, setting = place.directory, place.setting
    _refuse_no_directory(directory, setting)
    if setting and setting.is_one_for_all:
        ours = location.is_same(setting.value, location.directory_for_all())
        if not (ours and args.server):
            return _installed_for_all(setting, names, ours=ours)
        directory = place.own  # whose hooks those for all repositories run
    if not (args.force or args.server):
        from scanner.commands.install_managed import install_managed, manager_here

        if manager := manager_here(place, names):
            return install_managed(place, manager, names)
    if place.is_tracked and os.path.basename(place.directory) == ".husky":
        raise UsageError(
            f"{printable(place.directory)} has the hooks of husky, for everybody: add `keycatch "
            'staged` to .husky/pre-commit and `keycatch push "$@"` to .husky/pre-push; see '
            "docs/install.md"
        )
    if place.is_tracked and not args.force:
        raise UsageError(
            f"core.hooksPath puts hooks into {printable(place.directory)}, where git tracks them: "
            "add `keycatch staged` to its hooks by hand, or write there with --force"
        )

    # A path of this machine is of no use to others who get the hook with the repository.
    program = "" if place.is_tracked else installed()
    _write_chaining(directory, names, program, force=args.force)
    print(f"undo     keycatch install{' --server' if args.server else ''} --undo")
    _propose(names)
    return 0


def _refuse_kind(place: HooksLocation, args: argparse.Namespace) -> None:
    if place.is_bare and not place.has_work_trees and not args.server:
        raise UsageError(
            "this is a bare repository, where nobody commits: `keycatch install --server` checks "
            "what is pushed to it"
        )
    if args.server and not place.is_bare and not args.force:
        raise UsageError(
            f"a {_SERVER} hook is for a repository that is pushed to, and this one has a work "
            "tree: run it in the bare repository, or write the hook here with --force"
        )


def _refuse_no_directory(directory: str, setting: HooksPath | None) -> None:
    if not os.path.lexists(directory) or os.path.isdir(directory):
        return
    if setting:
        raise UsageError(
            f"core.hooksPath in {setting.origin} is {printable(setting.value)}, which is no "
            f"directory, so git runs no hooks: {_take_out(setting)}"
        )
    raise UsageError(
        f"{printable(directory)} is not a directory, so git runs no hooks: move it away"
    )


def _take_out(setting: HooksPath) -> str:
    return f"take it out with `git config --{setting.scope} --unset core.hooksPath`"


def _installed_for_all(setting: HooksPath, names: Sequence[str], *, ours: bool) -> int:
    """Say that the hooks for all repositories do it; UsageError where they do not."""
    from scanner.hooks.files import look
    from scanner.hooks.script import CALLS, HookKind

    # One of another version does as well, as long as it runs the command of that hook.
    found = [look(setting.value, name) for name in names]
    calls = [f" {CALLS[name]}".encode() for name in names]
    if not all(
        hook.kind is HookKind.OURS and call in hook.content and os.access(hook.path, os.X_OK)
        for hook, call in zip(found, calls, strict=True)
    ):
        raise UsageError(
            f"core.hooksPath in {setting.origin} makes git run the hooks of all repositories from "
            f"{printable(setting.value)}: `keycatch install --global` "
            f"{'writes them again' if ours else 'adds to those'}"
        )
    print("keycatch is installed for all repositories, this one too; nothing was written")
    print("undo     keycatch install --global --undo")
    _propose(names)
    return 0


def _propose(names: Sequence[str]) -> None:
    """Print the setting for a fork with its upstream, which is for the user to decide about."""
    from scanner.commands.published_on import proposal
    from scanner.git.process import GitError
    from scanner.git.repository import Repository

    try:
        proposed = proposal(Repository()) if "pre-push" in names else None
    except GitError:  # a bare repository that only some commands take; the hooks are there
        return
    if proposed:
        sentence, command = proposed
        print(f"fork     {sentence}")
        print(f"         {command}")


def _install_everywhere(args: argparse.Namespace, names: Sequence[str]) -> int:
    from scanner.hooks import location
    from scanner.hooks.program import installed

    program = installed()
    setting = location.for_all()
    directory = location.directory_for_all()
    if setting and not location.is_same(setting.value, directory):
        where = f"core.hooksPath in {setting.origin} is {printable(setting.value)}"
        if not os.path.isabs(setting.value):
            raise UsageError(
                f"{where}, another place in each repository: run `keycatch install` in each, or "
                f"{_take_out(setting)}"
            )
        _refuse_no_directory(setting.value, setting)
        _write_chaining(setting.value, names, program, force=args.force)
        print(f"because  {where}")
    else:
        _write_for_all(directory, names, program, is_used=setting is not None)

    values = location.settings()
    if values and not values[-1].is_wide:
        print(
            f"but      core.hooksPath in {values[-1].origin} is for this repository alone: run "
            "`keycatch install` here too"
        )
    print("undo     keycatch install --global --undo")
    return 0


def _write_chaining(directory: str, names: Sequence[str], program: str, *, force: bool) -> None:
    """Write hooks that chain what is next to them, try them, and say so."""
    from scanner.hooks import files, proof, script

    contents = {name: script.repository_hook(name, program) for name in names}
    hooks = files.to_write(directory, contents, force=force)
    with ExitStack() as undo:
        _write(directory, hooks, undo)
        proof.prove(names, contents)
        undo.pop_all()

    _print_hooks(hooks)
    _print_program(program, names)


def _write_for_all(directory: str, names: Sequence[str], program: str, *, is_used: bool) -> None:
    """Write hooks for all repositories, have git use them, try them, and say so."""
    from scanner.hooks import files, location, proof, script

    contents = {name: script.passing_hook(name) for name in script.OTHERS}
    contents |= {name: script.user_hook(name, program) for name in names}
    # Only keycatch writes to its own directory: a foreign hook there has no business.
    hooks = files.to_write(directory, contents, chain=False)
    with ExitStack() as undo:
        _write(directory, hooks, undo)
        # Last of what is written: until now git ran the hooks of each repository.
        if not is_used:
            location.use_for_all(directory)
            undo.callback(location.use_no_more)
        proof.prove(names, None)
        undo.pop_all()

    _print_hooks([each for each in hooks if os.path.basename(each[0].path) in names])
    print(f"         and {len(contents) - len(names)} that only run the repository's own hooks")
    print(f"{'current' if is_used else 'set':<9}core.hooksPath of the user: {printable(directory)}")
    print("chains   in each repository the hooks of its own .git/hooks")
    _print_program(program, names)


def _write(directory: str, hooks: Iterable[tuple[Hook, bytes]], undo: ExitStack) -> None:
    from scanner.hooks import files

    files.make_directory(directory, undo)
    for hook, content in hooks:
        if not hook.is_current(content):
            files.write(hook, content, undo)


def _print_hooks(hooks: Iterable[tuple[Hook, bytes]]) -> None:
    """Print what was done, given the hooks as they were before."""
    from scanner.hooks.script import HookKind

    for hook, content in hooks:
        what = "updated" if hook.kind is HookKind.OURS else "wrote"
        print(f"{'current' if hook.is_current(content) else what:<9}{printable(hook.path)}")
        if hook.chains:
            runs = os.access(hook.kept, os.X_OK)
            note = "" if runs else ", which is not executable, so git did not run it either"
            print(f"chains   {printable(hook.kept)}{note}")


def _print_program(program: str, names: Iterable[str]) -> None:
    first = f"{printable(program)}, or else the one" if program else "the program"
    print(f"runs     {first} on the PATH")
    print(
        f"tried    {', '.join(names)}: each stopped a made-up credential in a temporary repository"
    )
