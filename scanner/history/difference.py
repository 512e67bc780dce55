"""What has come and gone in a repository since a record was made.

Whatever was read before and stands in another file now, such as a pack that git has made of
several, is compared with its checksum, and not read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.history.inventory import is_whole_loose, is_whole_pack, names_in
from scanner.history.state import load_names

if TYPE_CHECKING:
    from collections.abc import Collection

    from scanner.history.inventory import Inventory, Names
    from scanner.history.state import State

_MANY: Final = 10_000
"""Names above which a set of all that are known pays."""


class Change(NamedTuple):
    """What is different from what a record tells."""

    packs: list[str]
    """Paths of those with new objects, or old ones in another order."""
    new: frozenset[bytes]
    """Objects that were not there before."""
    gone: frozenset[str]
    """Objects that are no longer there."""
    names: Names | None
    """Of all objects in packs, where packs have changed."""


def compare(there: Inventory, state: State, path: str, size: int) -> Change | None:
    """Compare what is `there` with the `state` at `path`; None if any of it is not as it was.

    IDs have `size` bytes. Raises PackError, OSError.
    """
    new_packs = [each for each, mark in there.packs.items() if mark not in state.packs]
    gone_packs = state.packs - set(there.packs.values())
    other = {name for name, mark in there.loose.items() if state.loose.get(name) != mark}
    gone = state.loose.keys() - there.loose.keys()
    if not (new_packs or gone_packs or other or gone):
        return Change([], frozenset(), frozenset(), None)
    if not all(is_whole_pack(each, size) for each in new_packs):
        return None
    known = load_names(path, state, size)
    if known is None:
        return None
    names: Names | None = None
    present: Collection[bytes] = known
    if new_packs or gone_packs:
        present = names = names_in(there.packs, size)
    if gone_packs:
        before, now = set(known), set(present)
        before.update(map(bytes.fromhex, state.loose))
        now.update(map(bytes.fromhex, there.loose))
        new, lost = now - before, before - now
    else:
        candidates = [bytes.fromhex(name) for name in other - state.loose.keys()]
        candidates += names_in(new_packs, size) if new_packs else ()
        held = set(known) if len(candidates) > _MANY else known
        of_loose = {bytes.fromhex(name) for name in state.loose}
        new = {name for name in candidates if name not in held and name not in of_loose}
        lost = {name for name in map(bytes.fromhex, gone) if name not in present}
    for name in other:
        # What was read before, from another file, is not read again: this one has to be it.
        if bytes.fromhex(name) not in new and not is_whole_loose(name, there.paths[name]):
            return None
    return Change(new_packs, frozenset(new), frozenset(each.hex() for each in lost), names)
