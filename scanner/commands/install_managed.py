"""`keycatch install` where another tool owns the hooks: keycatch goes into its configuration."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

from scanner.about import NAME
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.hooks.location import HooksLocation


def manager_here(place: HooksLocation, names: Sequence[str]) -> str:
    """Return the tool that owns the hooks at `place`; empty for none that keycatch can add to."""
    from scanner.hooks.managed import owner_of

    return "" if place.is_bare else owner_of(place.directory, names)


def install_managed(place: HooksLocation, manager: str, names: Sequence[str]) -> int:
    """Add keycatch to the configuration of `manager`, say so, and return 0. Raises HookError."""
    from scanner.hooks import managed

    changes = managed.edits(manager, place.directory, place.top, names, undo=False)
    with ExitStack() as undo:
        managed.write(changes, undo)
        undo.pop_all()

    for edit in changes:
        print(f"{'wrote' if edit.before is None else 'updated':<9}{printable(edit.path)}")
    if not changes:
        print(f"current  the configuration of {manager}")
    print(f"because  {manager} owns the hooks here, and writes them from its configuration")
    print(f"runs     {NAME} on the PATH of everybody who commits here")
    if shutil.which(NAME) is None:
        print(f"but      {NAME} is not on your PATH: until it is, every commit fails")
    print("undo     keycatch install --undo")
    return 0


def undo_managed(place: HooksLocation, names: Sequence[str]) -> bool:
    """Take keycatch out of the configuration of the tool that owns the hooks, if it is there.

    Return whether anything was changed. Raises HookError.
    """
    from scanner.hooks import managed
    from scanner.hooks.files import HookError

    manager = manager_here(place, names)
    if not manager:
        return False
    own = [name for name in names if name in managed.COMMANDS]
    try:
        changes = managed.edits(manager, place.directory, place.top, own, undo=True)
    except HookError:
        if any(os.path.lexists(os.path.join(place.own, f"{name}.before-keycatch")) for name in own):
            return False  # installed with --force, next to the hooks of the tool
        raise
    with ExitStack() as undo:
        managed.write(changes, undo)
        undo.pop_all()
    for edit in changes:
        print(f"{'removed' if edit.after is None else 'restored':<9}{printable(edit.path)}")
    return bool(changes)
