"""Which objects have been added to a repository, and which have gone, since a record was made.

An object that was read before and is in another file now, such as a pack that git has made of
several, is not read again: its new file is compared with its checksum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.history.objects.inventory import ids_in, is_whole_loose, is_whole_pack
from scanner.history.record.record_file import load_ids
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    from scanner.history.objects.inventory import Inventory, ObjectIds
    from scanner.history.record.record_file import ScanRecord

# IDs above which a set of all known ones is faster than a binary search for each.
_MANY: Final = 10_000


class RecordUnusableError(Exception):
    """Something is not as it was when the record was made: everything has to be read."""


class ChangedObjects(NamedTuple):
    """How a repository differs from a record."""

    packs: list[str]
    """Paths of the packs that the record does not have."""
    new: frozenset[bytes]
    """Binary IDs of objects that were not there before."""
    gone: frozenset[str]
    """IDs of objects that are no longer there."""
    ids: ObjectIds | None
    """The IDs of all objects in packs, if packs have changed."""


def changed_objects(
    there: Inventory, record: ScanRecord, path: str, hash_size: int
) -> ChangedObjects:
    """Compare what is `there` with the `record` at `path`.

    IDs have `hash_size` bytes. Raises RecordUnusableError, PackError, OSError.
    """
    new_packs = [each for each, mark in there.packs.items() if mark not in record.packs]
    gone_packs = record.packs - set(there.packs.values())
    touched = {name for name, mark in there.loose.items() if record.loose.get(name) != mark}
    gone = record.loose.keys() - there.loose.keys()
    if not (new_packs or gone_packs or touched or gone):
        return ChangedObjects([], frozenset(), frozenset(), None)

    known = load_ids(path, record, hash_size)
    if known is None or not all(is_whole_pack(each, hash_size) for each in new_packs):
        raise RecordUnusableError
    ids = ids_in(there.packs, hash_size) if new_packs or gone_packs else None
    present: Collection[bytes] = known if ids is None else ids

    if gone_packs:
        before, now = set(known), set(present)
        before.update(map(bytes.fromhex, record.loose))
        now.update(map(bytes.fromhex, there.loose))
        new, lost = now - before, before - now
    else:
        # Without a set of all objects: usually a few are new in a repository of a million.
        candidates = [bytes.fromhex(name) for name in touched - record.loose.keys()]
        candidates += ids_in(new_packs, hash_size) if new_packs else ()
        held = set(known) if len(candidates) > _MANY else known
        were_loose = {bytes.fromhex(name) for name in record.loose}
        new = {name for name in candidates if name not in held and name not in were_loose}
        lost = {name for name in map(bytes.fromhex, gone) if name not in present}

    for name in touched:
        # It was read from another file and is not read again: this file must hold the same.
        if bytes.fromhex(name) not in new and not is_whole_loose(name, there.paths[name]):
            raise RecordUnusableError
    return ChangedObjects(new_packs, frozenset(new), frozenset(each.hex() for each in lost), ids)
