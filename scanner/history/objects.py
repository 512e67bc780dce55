"""Searching the objects of a repository, as work that any process can do a share of.

What our reader cannot read is left to git (see `scanner.history.leftovers`), which may have it from
elsewhere; what git cannot read either makes the scan incomplete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.engine.sweep import Swept
from scanner.findings import Notice, Tally
from scanner.git.links import named_by
from scanner.git.object_store import is_named, read_loose
from scanner.git.pack_heads import BLOB, KINDS
from scanner.git.pack_index import PackError
from scanner.git.walk import leads_beyond, out_of_reach, walk
from scanner.history.search import TOO_LARGE, ObjectSearch
from scanner.history.units import Unit, Units, damaged, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from scanner.engine.examine import Examiner
    from scanner.git.object_store import Loose
    from scanner.git.pack import Pack
    from scanner.git.walk import Resolved

UNREAD: Final = "unread-object"
"""The reason of notices about objects that have to be read in another way."""

_MEMORY: Final = 192 << 20
"""Bytes that the bases of deltas may take while they wait, in each process."""
_LARGEST_HELD: Final = 64 << 20
"""Whole objects above this size are read in windows."""


class Objects:
    """The objects of packs and loose ones, in units that any process can search."""

    def __init__(
        self,
        examiner: Examiner,
        packs: Sequence[str],
        loose: Sequence[Loose],
        hash_size: int,
        *,
        only: Collection[bytes] | None = None,
        known: Collection[bytes] = (),
        max_size: int = 0,
        jobs: int = 1,
    ) -> None:
        """Arrange the objects of `packs` (paths) and the `loose` ones; of these `only` some.

        Those whose IDs are `known` have been searched before, and are left out. IDs have
        `hash_size` bytes. Blobs of more than `max_size` bytes are counted and left out; 0 stands
        for no limit. Up to `jobs` processes read what the packs are made of.
        """
        self._units = Units(packs, loose, hash_size, only=only, known=known, jobs=jobs)
        self._examiner = examiner
        self._hash_size = hash_size
        self._max_size = max_size

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self._units)

    @property
    def problems(self) -> list[Notice]:
        """What cannot be read at all."""
        return self._units.problems

    @property
    def is_divided(self) -> bool:
        """Whether the objects are in more than one pack."""
        return self._units.is_divided

    def names(self) -> set[bytes]:
        """Return the binary IDs of all objects that are searched, if they can be read."""
        return self._units.names()

    def scan(self, start: int, end: int) -> Swept:
        """Search the units from `start` to before `end`.

        An object that cannot be read gives a notice for `UNREAD`, whose path is its ID.
        """
        search = ObjectSearch(self._examiner, self._max_size)
        named: set[bytes] = set()
        for unit in self._units.between(start, end):
            if unit.pack < 0:
                self._search_loose(search, unit, named)
            else:
                self._search_pack(search, unit, named)
        search.flush()
        return search.swept._replace(named=named)

    def lost(self, start: int, end: int) -> Swept:
        """Return what is to be reported of units whose worker has ended."""
        from scanner.engine.workers import LOST

        tally = Tally()
        for unit in self._units.between(start, end):
            where = self._units.paths[unit.pack] if unit.pack >= 0 else "loose objects"
            tally.notice(Notice("worker-lost", where, LOST, hides=True))
        return Swept([], tally, {})

    def _search_pack(self, search: ObjectSearch, unit: Unit, named: set[bytes]) -> None:
        try:
            pack, roots, unwanted = self._units.pack_of(unit)
        except (PackError, OSError) as error:
            search.swept.tally.notice(damaged(self._units.paths[unit.pack], error))
            return
        unread = _unread_into(search, pack, unwanted)
        large = [
            root
            for root in roots
            if pack.size(root) > _LARGEST_HELD
            and pack.kinds[root] == BLOB
            and pack.children_of[root] < 0
        ]
        for root in large:
            if root not in unwanted:
                if self._max_size and pack.size(root) > self._max_size:
                    search.swept.tally.skip(TOO_LARGE)
                else:
                    search.add_large(pack.name(root), pack.reader(root))
        if large:
            roots = [root for root in roots if root not in large]
        if unwanted:
            roots = [root for root in roots if leads_beyond(pack, root, unwanted)]
        if not roots:
            return
        search.turn_to(pack.name)
        kind, add = KINDS[pack.kinds[roots[0]]], search.add  # the roots of a unit are of one kind
        children, siblings = pack.children_of, pack.next_to
        walked = walk(pack, roots, _MEMORY, unread)
        if kind == "commit" or (kind == "tag" and self._units.is_divided):
            walked = self._naming(walked, kind, pack, named)
        for entry, base, data, delta in walked:
            if entry not in unwanted:
                # Of a base that was not searched here nothing is known: search all of it.
                new = None if base in unwanted else delta
                has_children, is_last = children[entry] >= 0, siblings[entry] < 0
                add(entry, kind, data, base, new, has_children, is_last)
        search.forget()

    def _naming(
        self, walked: Iterator[Resolved], kind: str, pack: Pack, named: set[bytes]
    ) -> Iterator[Resolved]:
        """Pass on objects of `kind`; add to `named` what they name and what is not among them.

        Of the only pack there is, the parents of commits will do: another pack that was lost had
        some of them.
        """
        first = 0 if self._units.is_divided else 1  # the first that a commit names is its tree
        here: set[bytes] = set()
        found: set[bytes] = set()
        for resolved in walked:
            here.add(pack.name(resolved[0]))
            found.update(named_by(kind, resolved[2], self._hash_size)[first:])
            yield resolved
        named |= found - here

    def _search_loose(self, search: ObjectSearch, unit: Unit, named: set[bytes]) -> None:
        search.turn_to(lambda number: bytes.fromhex(self._units.loose[number].name))
        for number in range(unit.start, unit.end):
            loose = self._units.loose[number]
            try:
                kind, _, data = read_loose(loose.path, _LARGEST_HELD)
                if data is not None and not is_named(loose.name, kind, data):
                    raise PackError("its content is not that of its name")
            except (PackError, OSError) as error:
                notice = Notice(UNREAD, loose.name, reason_of(error), hides=True)
                search.swept.tally.notice(notice)
                continue
            if data is None:
                search.swept.tally.notice(Notice(UNREAD, loose.name, "it is large", hides=True))
            else:
                named.update(named_by(kind, data, self._hash_size))
                search.add(number, kind, data)

    def damaged(self) -> list[Notice]:
        """Return a notice for `UNREAD` for each entry whose head cannot be read."""
        notices: list[Notice] = []
        for pack, unwanted in self._units.packs():
            for entry in out_of_reach(pack):
                if entry not in unwanted:
                    reason = pack.damaged.get(entry, "what its delta is based on is damaged")
                    notices.append(Notice(UNREAD, pack.name(entry).hex(), reason, hides=True))
        return notices


def _unread_into(
    search: ObjectSearch, pack: Pack, unwanted: Collection[int]
) -> Callable[[int, str], None]:
    def unread(entry: int, reason: str) -> None:
        if entry in unwanted:
            return
        search.swept.tally.notice(Notice(UNREAD, pack.name(entry).hex(), reason, hides=True))

    return unread
