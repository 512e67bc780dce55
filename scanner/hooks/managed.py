"""Hooks that another tool writes: keycatch is added to the configuration of that tool.

husky, lefthook and simple-git-hooks write their hooks again whenever they are installed, and what
was added to a hook is gone then. What is in their configuration stays, and others get it with the
repository, so no path of this machine is in it: keycatch has to be on the PATH.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.files import open_regular, write_whole
from scanner.hooks.files import HookError
from scanner.hooks.managers import managed_by
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import ExitStack

PLAIN: Final = {
    "pre-commit": "keycatch staged",
    "pre-merge-commit": "keycatch staged",
    "commit-msg": 'keycatch commit-msg "$1"',
    "pre-push": 'keycatch push "$@"',
}
"""What runs keycatch in each hook, as people write it."""
COMMANDS: Final = {name: f"PYTHONPATH= {line}" for name, line in PLAIN.items()}
"""What is added for a shell to run: an entry of the variable that is empty is the work tree, from
which Python would import `sitecustomize` and others before keycatch can take it out."""


class Edit(NamedTuple):
    """What one file is to hold; None where there is none."""

    path: str
    before: str | None
    after: str | None
    is_program: bool = False
    """Whether git runs it itself."""


def owner_of(directory: str, names: Iterable[str]) -> str:
    """Return the tool that owns the hooks in `directory` and has a configuration to add to."""
    if os.path.basename(directory) == "_" and os.path.isfile(os.path.join(directory, "h")):
        return "husky"  # version 9: a hook that is missing there may come with the next one
    found = (managed_by(read(os.path.join(directory, name)) or "") for name in names)
    return next((each for each in found if each in ("lefthook", "simple-git-hooks")), "")


def edits(
    manager: str, directory: str, top: str, names: Sequence[str], *, undo: bool
) -> list[Edit]:
    """Return the edits that add keycatch to the hooks `names` of `manager`, or take it out.

    Files that are as they have to be are left out. Raises HookError before anything is written.
    """
    if manager == "husky":
        from scanner.hooks.managed_husky import edits_of
    elif manager == "lefthook":
        from scanner.hooks.managed_lefthook import edits_of
    else:
        from scanner.hooks.managed_simple import edits_of

    if not undo:
        _refuse_others(manager, directory, names)
    return [each for each in edits_of(directory, top, names, undo) if each.before != each.after]


def _refuse_others(manager: str, directory: str, names: Iterable[str]) -> None:
    if manager == "husky":
        return  # its directory has nothing but its own
    for name in names:
        path = os.path.join(directory, name)
        content = read(path)
        if content is not None and managed_by(content) != manager:
            raise HookError(
                f"{printable(path)} is not a hook of {manager}, which owns others here: move what "
                f"it does into the configuration of {manager}, or install with --force"
            )


def write(changes: Iterable[Edit], undo: ExitStack) -> None:
    """Write the edits; leaving the block of `undo` early takes them back. Raises HookError."""
    for edit in changes:
        undo.callback(_put, edit.path, edit.before, is_program=edit.is_program)
        _put(edit.path, edit.after, is_program=edit.is_program)


def _put(path: str, text: str | None, *, is_program: bool) -> None:
    try:
        if text is None:
            if os.path.lexists(path):
                os.unlink(path)
            return
        content = os.fsencode(text)
        if is_program:
            write_whole(path, [content], 0o777, durable=True)
        elif os.path.exists(path):
            write_whole(path, [content], os.stat(path).st_mode & 0o7777, exact=True, durable=True)
        else:
            write_whole(path, [content], 0o666, durable=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise HookError(f"cannot write {printable(path)}: {reason}; make it writable") from None


def read(path: str) -> str | None:
    """Return the text of the file at `path`, None without one. Raises HookError."""
    if not os.path.isfile(path):
        return None
    try:
        with open_regular(path) as file:
            return os.fsdecode(file.read())
    except OSError as error:
        reason = error.strerror or str(error)
        raise HookError(f"cannot read {printable(path)}: {reason}") from None


def by_hand(path: str, why: str, what: str) -> HookError:
    """Return the error that `path` cannot be edited because of `why`, and `what` to add to it."""
    return HookError(f"{printable(path)} {why}: add {what} by hand; docs/install.md shows how")
