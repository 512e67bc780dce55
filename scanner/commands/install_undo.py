"""`keycatch install --undo`: removes keycatch's hooks and puts back what was there before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.commands.install_managed import undo_managed
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def undo_here(names: Sequence[str]) -> int:
    """Remove the hooks `names` from the repository of the current directory; returns 0.

    Raises GitError without one, and HookError where a hook was changed meanwhile.
    """
    from scanner.hooks import location

    place = location.here()
    was_managed = undo_managed(place, names)
    directories = [place.own]
    # Hooks that were installed before core.hooksPath was set are where git looked then.
    is_shared = place.setting is not None and place.setting.is_one_for_all
    if not is_shared and not location.is_same(place.directory, place.own):
        directories.insert(0, place.directory)
    return _remove(dict.fromkeys(directories, names), is_silent=was_managed)


def undo_everywhere(names: Sequence[str], *, chosen: bool) -> int:
    """Remove the hooks for all repositories; returns 0. Raises GitError and HookError.

    keycatch's own directory is removed whole, so `names` must not have been `chosen`; from another
    one that core.hooksPath names, those are removed.
    """
    from scanner.hooks import location, script
    from scanner.hooks.files import remove_empty

    setting = location.for_all()
    directory = location.directory_for_all()
    is_used = setting is not None and location.is_same(setting.value, directory)
    others = {}
    if setting and not is_used and os.path.isabs(setting.value):
        others[setting.value] = names
    elif chosen:
        raise UsageError(
            "one of the hooks for all repositories cannot be taken out alone: install again with "
            "the --hooks that are to stay"
        )

    def use_no_more() -> None:
        if is_used:
            location.use_no_more()
            print("unset    core.hooksPath of the user")

    # First the setting: from then on git runs the repositories' own hooks.
    code = _remove({**others, directory: script.OTHERS}, before=use_no_more)
    for each in (directory, os.path.dirname(directory)):
        remove_empty(each)
    return code


def _remove(
    places: Mapping[str, Sequence[str]],
    before: Callable[[], None] | None = None,
    *,
    is_silent: bool = False,
) -> int:
    """Remove the hooks that `places` names for each directory, or none of them; returns 0.

    `before` is called when nothing speaks against it any more. Where nothing is found, that is said
    unless `is_silent`.
    """
    from scanner.hooks.files import remove, to_remove

    found = [hook for directory, names in places.items() for hook in to_remove(directory, names)]
    if before:
        before()
    for hook in found:
        restored = remove(hook)
        print(f"{'restored' if restored else 'removed':<9}{printable(hook.path)}")
    if not (found or is_silent):
        print("there are no hooks of keycatch here; nothing was removed")
    return 0
