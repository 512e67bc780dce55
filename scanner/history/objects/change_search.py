"""Searching the contents of a change: those in packs, and after them what git has to read.

As in a history, only what a delta adds is searched (`scanner.history.objects.search`), if what it
is a delta on belongs to the change as well. What was there before is not searched.

Each content is judged by its path, so that the same bytes can be a finding at one path and nothing
at another: no place is settled by a look at another version.
"""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Final

from scanner.engine.sweep import Swept, of_object, sweep, sweep_names
from scanner.findings import Tally
from scanner.git.lfs import LARGEST_POINTER, POINTER_HEAD
from scanner.git.pack_heads import BLOB
from scanner.git.walk import walk
from scanner.history.objects.search import ObjectSearch
from scanner.records import NamedTuple
from scanner.sources.interface import WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.engine.anchors import Spots
    from scanner.engine.examine import Examiner
    from scanner.sources.packed import PackedContents

_ROOTS: Final = 64
"""Roots of delta trees in one unit of work."""
_FOR_EACH: Final = 1000
"""Contents for which a process is worth its start, which takes as long as a third of them."""
_STEP: Final = 32
"""Contents from git between two steps of progress."""
_MEMORY: Final = 192 << 20
"""Bytes of bases that wait for their deltas, as in `scanner.history.objects.object_work`."""


class Searched(NamedTuple):
    """What some of the contents hold."""

    number: int
    """How many they are."""
    swept: Swept
    left: list[str]
    """The IDs of those that git has to read; they are not among the number."""


class _Unit(NamedTuple):
    """A share of the work."""

    pack: int
    roots: list[int]


class ChangeSearch:
    """Searches the contents of a change. See `scanner.engine.run.Others`."""

    def __init__(self, contents: PackedContents) -> None:
        """Take the `contents`."""
        self._contents = contents

    def __len__(self) -> int:
        """Return the number of contents."""
        return len(self._contents)

    def search(self, examiner: Examiner, jobs: int) -> Iterator[tuple[int, Swept]]:
        """Search them, in up to `jobs` processes; yield how many, and what is in them."""
        work = _Work(examiner, self._contents)
        left = set(self._contents.elsewhere)
        for searched in work.results(min(jobs, len(self) // _FOR_EACH)):
            left.update(searched.left)
            yield searched.number, searched.swept

        with closing(self._contents.read_by_git(left)) as blobs:
            for at in range(0, len(left), _STEP):  # not as lists: each is read before the next one
                yield min(_STEP, len(left) - at), sweep(examiner, islice(blobs, _STEP))


class _Work:
    """Packed contents as units that any process can search.

    See `scanner.engine.workers.Work`.
    """

    def __init__(self, examiner: Examiner, contents: PackedContents) -> None:
        self._examiner = examiner
        self._packs = contents.packs
        self._files = contents.files
        self._paths = {**contents.messages, **contents.files}
        self._units: list[_Unit] = []
        for number, pack in enumerate(self._packs):
            roots = pack.roots()
            self._units += (
                _Unit(number, roots[at : at + _ROOTS]) for at in range(0, len(roots), _ROOTS)
            )

    def results(self, jobs: int) -> Iterator[Searched]:
        """Search all units, in up to `jobs` processes."""
        if jobs > 1:
            from scanner.engine.workers import FORKS, share_out

            # A process that is started otherwise would have to look for everything again.
            if FORKS:
                with closing(share_out(self, len(self._units), jobs)) as shared:
                    for _, searched in shared:
                        yield searched
                return

        for unit in range(len(self._units)):
            yield self.scan(unit, unit + 1)

    def scan(self, start: int, end: int) -> Searched:
        """Search the units from `start` to before `end`."""
        search = _Search(self._examiner, self._paths)
        left: list[str] = []
        for unit in self._units[start:end]:
            self._search_unit(search, unit, left)
        search.flush()

        found = search.found
        swept = Swept(found.findings, found.tally, found.spellings)
        sweep_names(self._examiner, search.read, swept)
        return Searched(len(search.read), swept, left)

    def lost(self, start: int, end: int) -> Searched:
        """Leave the units whose worker has ended to git."""
        left: list[str] = []
        for unit in self._units[start:end]:
            pack, pending = self._packs[unit.pack], list(unit.roots)
            while pending:
                entry = pending.pop()
                pending += pack.children(entry)
                left += [pack.name(entry).hex()] if pack.name(entry) else []
        return Searched(0, Swept([], Tally(), {}), left)

    def _search_unit(self, search: _Search, unit: _Unit, left: list[str]) -> None:
        """Search the objects of `unit`; add to `left` the IDs of those that git has to read."""
        pack = self._packs[unit.pack]
        name_of, children, siblings = pack.name, pack.children_of, pack.next_to

        def leave(entry: int, _reason: str) -> None:
            if name := name_of(entry):
                left.append(name.hex())

        search.turn_to(name_of)
        searched: set[int] = set()
        for entry, base, data, delta in walk(pack, unit.roots, _MEMORY, leave):
            name = name_of(entry).hex()
            if not name:  # something of the change is a delta on it
                continue
            if len(data) > WINDOW or self._is_special(name, pack.kinds[entry], data):
                left.append(name)
                continue

            searched.add(entry)
            search.read.append(self._paths[name])
            new = delta if base in searched else None
            search.add(entry, "blob", data, base, new, children[entry] >= 0, siblings[entry] < 0)
        search.forget()

    def _is_special(self, name: str, kind: int, data: bytes) -> bool:
        """Return whether the object called `name` is a pointer of Git LFS, or no file at all."""
        if kind == BLOB and not data.startswith(POINTER_HEAD):
            return False
        return name in self._files and (kind != BLOB or len(data) < LARGEST_POINTER)


class _Search(ObjectSearch):
    """Searches contents at their paths. Commits and tags count as blobs, as everywhere in a change.

    Call `add` for each, and add its path to `read`.
    """

    __slots__ = ("_paths", "read")

    def __init__(self, examiner: Examiner, paths: Mapping[str, str]) -> None:
        """Let `examiner` look at what is at `paths`, by the ID of the object."""
        super().__init__(examiner)
        self._paths = paths
        self.read: list[str] = []
        """The paths of what was added."""

    def _look(self, key: int, _kind: str, data: bytes, spots: Spots) -> Spots:
        self._look_at_all(key, data, spots)
        return spots

    def _look_at_all(self, key: int, data: bytes, spots: Spots) -> None:
        name = self._name_of(key).hex()
        examined = self._examiner.examine(self._paths[name], data, spots)
        self.found.add(of_object(name, examined))
