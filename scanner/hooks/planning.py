"""Decides what installing and undoing do to each hook, before anything is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from scanner.hooks.files import Hook, HookError, is_copy, look
from scanner.hooks.managers import objection
from scanner.hooks.script import KEPT, Kind
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Step(NamedTuple):
    """What is to be written to the place of a hook."""

    hook: Hook
    content: bytes

    @property
    def is_done(self) -> bool:
        """Tell whether it is there already."""
        same = self.hook.kind is Kind.OURS and self.hook.content == self.content
        return same and os.access(self.hook.path, os.X_OK)

    @property
    def chains(self) -> bool:
        """Tell whether a hook from before is, or will be, kept beside it."""
        return self.hook.has_kept or self.hook.kind is Kind.FOREIGN


def steps(
    directory: str, contents: Mapping[str, bytes], *, chain: bool = True, force: bool = False
) -> list[Step]:
    """Return what to do so that the hooks in `directory` have `contents`, by name.

    With `chain` hooks that are there are kept and run; without, they are in the way. HookError
    names the first that has to be left alone; `force` is less strict about it.
    """
    found = [Step(look(directory, name), content) for name, content in contents.items()]
    for hook, _ in found:
        _check(hook, chain=chain, force=force)
    return found


def _check(hook: Hook, *, chain: bool, force: bool) -> None:
    path = printable(hook.path)
    if hook.kind is Kind.EDITED:
        raise HookError(
            f"{path} was changed since keycatch wrote it: take your lines to {path}{KEPT}, remove "
            f"{path}, and install again"
        )
    if hook.kind is not Kind.FOREIGN:
        return
    if not chain:
        raise HookError(f"{path} is not keycatch's: move it away")
    reason = objection(hook.path, hook.content, force=force)
    if reason:
        raise HookError(f"{path} {reason}")
    if hook.has_kept and not is_copy(hook):
        raise HookError(
            f"{path} took the place of keycatch's hook, and {printable(hook.kept)} is there from "
            "before: remove one of them, and install again"
        )


def removals(directory: str, names: Iterable[str]) -> list[Hook]:
    """Return those of the hooks `names` in `directory` that undoing has to remove.

    HookError names the first that was changed meanwhile.
    """
    found = []
    for name in names:
        hook = look(directory, name)
        path = printable(hook.path)
        if hook.kind is Kind.EDITED:
            raise HookError(
                f"{path} was changed since keycatch wrote it, so nothing was removed: save your "
                "lines and remove it by hand"
            )
        if hook.kind is Kind.FOREIGN and hook.has_kept and not is_copy(hook):
            raise HookError(
                f"{path} took the place of keycatch's hook, so nothing was removed: the one from "
                f"before is {printable(hook.kept)}"
            )
        if hook.kind is Kind.OURS or hook.has_kept:
            found.append(hook)
    return found
