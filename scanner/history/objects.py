"""Every object of a repository as work that can be shared out: packs, loose objects, the rest.

Objects that are in several packs are searched once. What our reader cannot read is left to git (see
`scanner.history.leftovers`), which may have it from elsewhere; what git cannot read either makes
the scan incomplete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.engine.sweep import Swept
from scanner.findings import Notice, Tally
from scanner.git.links import named_by
from scanner.git.object_store import Loose, is_named, read_loose
from scanner.git.pack import Pack
from scanner.git.pack_heads import BLOB, COMMIT, KINDS, TAG, TREE
from scanner.git.pack_index import PackError
from scanner.git.walk import leads_beyond, out_of_reach, walk
from scanner.history.search import TOO_LARGE, ObjectSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from scanner.engine.examine import Examiner
    from scanner.git.walk import Resolved

UNREAD: Final = "unread-object"
"""The reason of notices about objects that have to be read in another way."""

_MEMORY: Final = 192 << 20
"""Bytes that the bases of deltas may take while they wait, in each process."""
_LARGEST_HELD: Final = 64 << 20
"""Whole objects above this size are read in windows."""
_ROOTS: Final = {BLOB: 32, TREE: 64, TAG: 2048, COMMIT: 2048}
"""Roots of delta trees in one unit of work. Blobs, which take longest, come first."""
_LOOSE: Final = 512


class Unit(NamedTuple):
    """A share of the work: roots of a pack, or loose objects."""

    pack: int
    """The number of the pack; negative for loose objects."""
    start: int
    end: int


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
        self.problems: list[Notice] = []
        """What cannot be read at all."""
        self._examiner = examiner
        self._hash_size = hash_size
        self._paths: list[str] = []
        self._packs: list[Pack | None] = []
        self._checksums: list[bytes] = []
        self._roots: list[list[int]] = []
        self._unwanted: list[frozenset[int]] = []
        self._units: list[Unit] = []
        self._max_size = max_size
        found = set(known)
        opened = self._open(packs, jobs)
        # Git writes no pack without all that its objects name, or that is there already: only where
        # there is more than one pack something can be gone.
        self._is_divided = len(opened) > 1 or bool(loose or known)
        for pack in opened:
            self._take(pack, found, only, is_only=not self._is_divided)
        self._loose = [
            each
            for each in loose
            if (name := bytes.fromhex(each.name)) not in found and (only is None or name in only)
        ]
        self._units += _units(-1, len(self._loose), _LOOSE)

    def __getstate__(self) -> dict[str, object]:
        """Leave out the open packs: a process that is started anew opens them itself."""
        return {**self.__dict__, "_packs": [None] * len(self._packs)}

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self._units)

    def names(self) -> set[bytes]:
        """Return the binary IDs of all objects that are searched, if they can be read."""
        found = {bytes.fromhex(each.name) for each in self._loose}
        for pack, unwanted in zip(self._packs, self._unwanted, strict=True):
            if pack is not None:
                wanted = (entry for entry in range(pack.number) if entry not in unwanted)
                found.update(pack.name(entry) for entry in wanted)
        return found

    def _open(self, paths: Sequence[str], jobs: int) -> list[Pack]:
        packs: list[Pack] = []
        for path in paths:
            try:
                packs.append(Pack(path, self._hash_size, jobs))
            except (PackError, OSError) as error:
                self.problems.append(_damaged(path, error))
        return sorted(packs, key=lambda pack: -pack.number)

    def _take(
        self, pack: Pack, known: set[bytes], only: Collection[bytes] | None, *, is_only: bool
    ) -> None:
        unwanted: set[int] = set()
        if only is not None or not is_only:
            for entry in range(pack.number):
                name = pack.name(entry)
                if name in known or (only is not None and name not in only):
                    unwanted.add(entry)
                else:
                    known.add(name)
        number = len(self._packs)
        by_kind: dict[int, list[int]] = {kind: [] for kind in _ROOTS}
        for root in pack.roots():
            by_kind[pack.kinds[root]].append(root)
        roots: list[int] = []
        for kind, of_kind in by_kind.items():
            start = len(roots)
            roots += of_kind
            self._units += [
                Unit(number, start + unit.start, start + unit.end)
                for unit in _units(number, len(of_kind), _ROOTS[kind])
            ]
        self._paths.append(pack.path)
        self._packs.append(pack)
        self._checksums.append(pack.checksum)
        self._roots.append(roots)
        self._unwanted.append(frozenset(unwanted))

    def scan(self, start: int, end: int) -> Swept:
        """Search the units from `start` to before `end`.

        An object that cannot be read gives a notice for `UNREAD`, whose path is its ID.
        """
        search = ObjectSearch(self._examiner, self._max_size)
        named: set[bytes] = set()
        for unit in self._units[start:end]:
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
        for unit in self._units[start:end]:
            where = self._paths[unit.pack] if unit.pack >= 0 else "loose objects"
            tally.notice(Notice("worker-lost", where, LOST, hides=True))
        return Swept([], tally, {})

    def _search_pack(self, search: ObjectSearch, unit: Unit, named: set[bytes]) -> None:
        pack = self._packs[unit.pack]
        if pack is None:
            try:
                pack = self._reopened(unit.pack)
            except (PackError, OSError) as error:
                search.swept.tally.notice(_damaged(self._paths[unit.pack], error))
                return
        unwanted = self._unwanted[unit.pack]
        unread = _unread_into(search, pack, unwanted)
        roots = self._roots[unit.pack][unit.start : unit.end]
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
        if self._is_divided and kind in ("commit", "tag"):
            walked = self._naming(walked, kind, named)
        for entry, base, data, delta in walked:
            if entry not in unwanted:
                # Of a base that was not searched here nothing is known: search all of it.
                new = None if base in unwanted else delta
                has_children, is_last = children[entry] >= 0, siblings[entry] < 0
                add(entry, kind, data, base, new, has_children, is_last)
        search.forget()

    def _naming(
        self, walked: Iterator[Resolved], kind: str, named: set[bytes]
    ) -> Iterator[Resolved]:
        """Pass on objects of `kind`, and add what they name to `named`."""
        for resolved in walked:
            named.update(named_by(kind, resolved[2], self._hash_size))
            yield resolved

    def _reopened(self, number: int) -> Pack:
        pack = Pack(self._paths[number], self._hash_size)
        if pack.checksum != self._checksums[number]:
            raise PackError("it has been replaced while it was read: scan once more")
        self._packs[number] = pack
        return pack

    def _search_loose(self, search: ObjectSearch, unit: Unit, named: set[bytes]) -> None:
        search.turn_to(lambda number: bytes.fromhex(self._loose[number].name))
        for number in range(unit.start, unit.end):
            loose = self._loose[number]
            try:
                kind, _, data = read_loose(loose.path, _LARGEST_HELD)
                if data is not None and not is_named(loose.name, kind, data):
                    raise PackError("its content is not that of its name")
            except (PackError, OSError) as error:
                notice = Notice(UNREAD, loose.name, _reason(error), hides=True)
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
        for pack, unwanted in zip(self._packs, self._unwanted, strict=True):
            if pack is not None:
                for entry in out_of_reach(pack):
                    if entry not in unwanted:
                        reason = pack.damaged.get(entry, "what its delta is based on is damaged")
                        notices.append(Notice(UNREAD, pack.name(entry).hex(), reason, hides=True))
        return notices


def _damaged(path: str, error: PackError | OSError) -> Notice:
    return Notice("damaged-pack", path, _reason(error), hides=True)


def _reason(error: PackError | OSError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _units(pack: int, number: int, size: int) -> list[Unit]:
    return [Unit(pack, at, min(at + size, number)) for at in range(0, number, size)]


def _unread_into(
    search: ObjectSearch, pack: Pack, unwanted: Collection[int]
) -> Callable[[int, str], None]:
    def unread(entry: int, reason: str) -> None:
        if entry in unwanted:
            return
        search.swept.tally.notice(Notice(UNREAD, pack.name(entry).hex(), reason, hides=True))

    return unread
