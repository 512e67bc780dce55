"""Searching the objects of a repository, as work of which any process can do a share.

What our own reader cannot read is left to git (`scanner.history.objects.git_fallback`), which may
have another copy; what git cannot read either makes the scan incomplete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import Notice, Tally
from scanner.git import delta as deltas
from scanner.git.entry_end import ends_in_place
from scanner.git.links import named_by
from scanner.git.object_store import FollowedError, is_named, read_loose
from scanner.git.pack_heads import BLOB, KINDS
from scanner.git.pack_index import PackError
from scanner.git.reindex import NOT_ALL
from scanner.git.walk import leads_beyond, out_of_reach, walk
from scanner.history.objects.commit_rows import CommitReader
from scanner.history.objects.naming import Naming
from scanner.history.objects.search import TOO_LARGE, ObjectSearch
from scanner.history.objects.search_result import SearchResult
from scanner.history.objects.surroundings import Surroundings
from scanner.history.objects.work_units import WorkUnit, WorkUnits, damaged, reason_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from scanner.engine.examine import Examiner
    from scanner.git.object_store import Loose
    from scanner.git.pack import Pack
    from scanner.git.walk import Resolved
    from scanner.history.objects.tree_search import TreeSearch

UNREAD: Final = "unread-object"
"""The reason of notices about objects that have to be read in another way; their path is the ID."""
LEFT_OUT: Final = "left-out"
"""The reason of notices about packs with bytes that are in no entry which can be read; their path
is that of the pack."""

# Bytes that the bases of deltas may take while they wait, in each process. Beyond it the oldest
# base is dropped and resolved again when its turn comes (`scanner.git.walk`): slower, never wrong.
_MEMORY: Final = 192 << 20

# Whole objects above this size are read in windows, and loose ones are left to git.
_LARGEST_HELD: Final = 64 << 20


class ObjectWork:
    """The objects of packs and loose ones, in units that any process can search.

    See `scanner.engine.workers.Work`.
    """

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
        reasons: Mapping[str, str] | None = None,
    ) -> None:
        """Arrange the objects of `packs` (paths) and the `loose` ones; if given, `only` these IDs.

        Objects whose IDs are `known` have been searched before, and are left out. IDs have
        `hash_size` bytes. Blobs of more than `max_size` bytes are counted and left out; 0 means no
        limit. Up to `jobs` processes read the heads of the entries of the packs, and those with
        `reasons` for it are read without their index.
        """
        if deltas.packs:
            deltas.packs.keep_freed()  # here, so that the processes that are forked do as well
        self.units = WorkUnits(
            packs, loose, hash_size, only=only, known=known, jobs=jobs, reasons=reasons
        )
        self._examiner = examiner
        self._surroundings = Surroundings(examiner.catalogue)
        self._hash_size = hash_size
        self._is_narrowed = only is not None
        self._max_size = max_size
        self.trees: TreeSearch | None = None
        """Looks for what was found before in the trees that are searched from now on."""

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self.units)

    def scan(self, start: int, end: int) -> SearchResult:
        """Search the units from `start` to before `end`.

        An object that cannot be read becomes a notice for `UNREAD`.
        """
        search = ObjectSearch(self._examiner, self._max_size, self._surroundings)
        for number, unit in enumerate(self.units.between(start, end), start):
            if unit.pack < 0:
                self._search_loose(search, unit)
            else:
                self._search_pack(search, unit, number)
        search.flush()
        return search.found

    def lost(self, start: int, end: int) -> SearchResult:
        """Return the notices about units whose worker has ended before it answered."""
        from scanner.engine.workers import LOST

        result = SearchResult()
        for unit in self.units.between(start, end):
            where = self.units.paths[unit.pack] if unit.pack >= 0 else "loose objects"
            result.tally.notice(Notice("worker-lost", where, LOST, hides=True))
        return result

    def damaged(self) -> list[Notice]:
        """Return a notice for `UNREAD` for each entry of a pack whose head cannot be read."""
        return [
            _unread(pack, entry, pack.damaged.get(entry, "the base of its delta is damaged"))
            for pack, unwanted in self.units.packs()
            for entry in out_of_reach(pack)
            if entry not in unwanted
        ]

    def left_out(self) -> list[Notice]:
        """Return a notice for `LEFT_OUT` for each entry that is not searched and ends too early.

        These are damaged, or also in another place, so that nothing else reads them. None if only
        some objects are wanted.
        """
        tally = Tally()
        if self._is_narrowed:
            return []
        for pack, unwanted in self.units.packs():
            for entry in sorted({*out_of_reach(pack), *unwanted}):
                _note_left_out(pack, entry, tally)
        return tally.notices

    def _search_pack(self, search: ObjectSearch, unit: WorkUnit, number: int) -> None:
        tally = search.found.tally
        try:
            pack, roots, unwanted = self.units.pack_of(unit)
        except (PackError, OSError) as error:
            tally.notice(damaged(self.units.paths[unit.pack], error))
            return

        roots = self._search_large(search, pack, roots, unwanted)
        if unwanted:
            roots = [root for root in roots if leads_beyond(pack, root, unwanted)]
        if not roots:
            return

        is_whole = True

        def unread(entry: int, reason: str) -> None:
            nonlocal is_whole
            is_whole = False
            if entry not in unwanted:
                tally.notice(_unread(pack, entry, reason))
                _note_left_out(pack, entry, tally)

        search.turn_to(pack.name)
        kind = KINDS[pack.kinds[roots[0]]]  # the roots of a unit are of one kind
        walked = walk(pack, roots, _MEMORY, unread)
        naming = None
        if kind == "commit" or (kind == "tag" and self.units.is_divided):
            naming = Naming(kind, pack.name, self._hash_size)
            if unwanted:  # they are read even so
                walked = naming.passing(walked)

        children, siblings = pack.children_of, pack.next_to
        trees = self.trees if kind == "tree" else None
        if trees:
            walked = trees.passing(walked, pack.name, lambda at: children[at] >= 0)
        take = naming.take if naming and not unwanted else None
        search.add_walked(_wanted(walked, unwanted), kind, children, siblings, take)
        search.forget()
        if naming:
            naming.add_to(search.found, is_divided=self.units.is_divided)
        traced = trees.take() if trees else None
        if traced and is_whole:
            search.found.traced[number] = traced

    def _search_large(
        self, search: ObjectSearch, pack: Pack, roots: Sequence[int], unwanted: Collection[int]
    ) -> Sequence[int]:
        """Search the large blobs among `roots` in windows; return the other roots.

        A blob on which deltas are based is not among them: its content is needed whole.
        """
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
                    search.found.tally.skip(TOO_LARGE)
                else:
                    notices = len(search.found.tally.notices)
                    search.add_large(pack.name(root), pack.reader(root))
                    if len(search.found.tally.notices) > notices:  # it may not have been read
                        _note_left_out(pack, root, search.found.tally)
        return [root for root in roots if root not in large] if large else roots

    def _search_loose(self, search: ObjectSearch, unit: WorkUnit) -> None:
        result, all_loose = search.found, self.units.loose
        search.turn_to(lambda number: bytes.fromhex(all_loose[number].name))
        commits = CommitReader(self._hash_size)

        for number in range(unit.start, unit.end):
            name, path = all_loose[number]
            try:
                kind, _, data = read_loose(path, _LARGEST_HELD)
                # A loose object has no checksum but its name.
                if data is not None and not is_named(name, kind, data):
                    raise PackError("its content does not match its object ID")
            except (PackError, OSError) as error:
                result.tally.notice(Notice(UNREAD, name, reason_of(error), hides=True))
                if isinstance(error, FollowedError):  # git may read the object, and nothing else
                    said = f"{error}: look at them, and delete the file"
                    result.tally.notice(Notice("damaged-object", path, said, hides=True))
                continue

            if data is None:
                result.tally.notice(Notice(UNREAD, name, "it is large", hides=True))
            else:
                result.named.update(named_by(kind, data, self._hash_size))
                if kind == "commit":
                    commits.read(bytes.fromhex(name), data)
                search.add(number, kind, data)
        result.commits.extend(commits.rows())


def _wanted(walked: Iterator[Resolved], unwanted: Collection[int]) -> Iterator[Resolved]:
    """Return the objects of a walk without those `unwanted`."""
    if not unwanted:
        return walked
    # Nothing is known about a base that was not searched here: all of the object is.
    return (
        (entry, base, data, None if base in unwanted else delta)
        for entry, base, data, delta in walked
        if entry not in unwanted
    )


def _unread(pack: Pack, entry: int, reason: str) -> Notice:
    return Notice(UNREAD, pack.name(entry).hex(), reason, hides=True)


def _note_left_out(pack: Pack, entry: int, tally: Tally) -> None:
    # One that was opened without its index has all that can be read.
    if not pack.complaint and not ends_in_place(pack, entry):
        tally.notice(Notice(LEFT_OUT, pack.path, NOT_ALL, hides=True))
