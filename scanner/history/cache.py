"""Scanning a history again: only what has come since the scan before is read.

What the scan before read is known from its record (`scanner.history.state`). Objects in which it
found something, or could not look into something, are read again, so that the report is the one of
a scan without a record, and no credential has to be stored. The names of references and of staged
files, and what is missing, are looked for anew each time.

A record is a shortcut and never an authority: whatever is odd about it or about the repository
makes it be put aside and everything be read. A scan that was narrowed leaves none, nor one that
could not read an object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.engine.examine import Examiner
from scanner.engine.sweep import Swept
from scanner.findings import Tally
from scanner.git.object_store import Loose
from scanner.git.pack_index import PackError
from scanner.history.conditions import key_of
from scanner.history.difference import compare
from scanner.history.gaps import search_gaps
from scanner.history.inventory import Inventory, Names, inventory, names_in
from scanner.history.leftovers import search_leftovers
from scanner.history.names import search_names
from scanner.history.noted import look_at_names
from scanner.history.objects import Objects
from scanner.history.recollection import Recollection
from scanner.history.run import add, object_store, search, search_listed
from scanner.history.state import State, checksum, load, place, save

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from scanner.engine.sweep import Noted
    from scanner.findings import Finding
    from scanner.git.repository import Repository
    from scanner.history.difference import Change
    from scanner.history.run import Job

_ODD: Final = (OSError, PackError)


class Cache:
    """The record of one repository: what it spares a scan, and what the scan adds to it."""

    def __init__(self, repository: Repository, job: Job) -> None:
        """Load the record of `repository` if there is one for a scan like `job`."""
        self._repository = repository
        self._job = job
        self._hash_size = len(repository.zero) // 2
        self.path = place(repository)
        """Of the files without their ends; empty where the system has no place for them."""
        self._key = key_of(job, self._hash_size)
        self._before = load(self.path, self._key) if self.path else None
        self._after: State | None = None
        self._names: Names | None = None
        """What is to be written anew."""
        self._recollection: Recollection | None = None
        self.new = -1
        """How many objects were read that the scan before did not know; negative for all."""

    def search(self) -> Swept:
        """Return what `scanner.history.run.search` returns for the job. Raises GitError."""
        before = self._inventory()
        if before and self._before:
            try:
                swept = self._go_on(before, self._before)
            except _ODD:
                swept = None
            if swept is not None:
                return swept
        self.new = -1
        self._after = self._names = None
        swept = search(self._repository, self._job)
        after = self._inventory()
        # What came or went in between may or may not have been read.
        if before and after and before[:2] == after[:2]:
            try:
                self._record(after, swept)
            except _ODD:
                self._after = None
        return swept

    def recall(self, objects: Collection[str], names: Collection[bytes]) -> Recollection:
        """Return what answers for `attribute`, from the record as far as it can."""
        stored = self._before.attribution if self._before else None
        self._recollection = Recollection(self._repository, objects, names, self._job.jobs, stored)
        return self._recollection

    def save(self, findings: Sequence[Finding], spellings: dict[str, str]) -> str:
        """Write the record, unless it is as it was; return what is in the way, if anything is.

        `findings` are those of the scan, with history and places, and `spellings` what stands in
        names, as the search gave them.
        """
        state = self._after
        if state is None or not self.path:
            return ""
        if self._recollection:
            stored = self._recollection.to_store(findings, spellings)
            state = state._replace(attribution=stored)
        if state == self._before:
            return ""
        try:
            save(self.path, state, self._names)
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def _inventory(self) -> Inventory | None:
        try:
            return inventory(object_store(self._repository), self._hash_size)
        except OSError:
            return None

    def _record(self, found: Inventory, swept: Swept) -> None:
        """Note what a scan of everything has read, if it has; raises PackError, OSError."""
        notes = _Notes(swept.noted or ())
        if swept.named or not notes.explain(swept.tally):
            return
        self._names = names_in(found.packs, self._hash_size)
        tally = swept.tally
        self._after = State(
            self._key,
            frozenset(found.packs.values()),
            checksum(self._names.packed),
            found.loose,
            notes.again,
            notes.trees,
            notes.asides,
            (tally.blobs, tally.bytes, tally.commits),
        )

    # -- going on from a record -----------------------------------------------------------------

    def _go_on(self, there: Inventory, state: State) -> Swept | None:
        """Search what `state` does not know; None for anything odd. Raises PackError, OSError."""
        change = compare(there, state, self.path, self._hash_size)
        if change is None or not state.trees.isdisjoint(change.gone):
            return None
        job = self._job
        examiner = Examiner(job.rules, heed_marks=job.heed_marks)
        total = Swept([], Tally(), {}, [], set())
        if not self._search_new(examiner, there, change, total):
            return None
        tally = total.tally
        blobs, size, commits = self._counts(change, state)
        counts = (blobs + tally.blobs, size + tally.bytes, commits + tally.commits)
        if not self._search_again(examiner, (state.again | state.trees) - change.gone, total):
            return None
        tally.blobs, tally.bytes, tally.commits = counts
        look_at_names(examiner, total)
        notes = _Notes(total.noted or ())
        if not notes.explain(tally):
            return None
        asides = {name: each for name, each in state.asides.items() if name not in change.gone}
        for each in asides.values():
            for reason, number in each:
                tally.aside(reason, number)
        self._after = State(
            self._key,
            frozenset(there.packs.values()),
            checksum(change.names.packed) if change.names else state.names,
            there.loose,
            notes.again,
            notes.trees,
            asides | notes.asides,
            counts,
        )
        self._names = change.names
        self.new = len(change.new)
        suspected = {*map(bytes.fromhex, change.gone), *(total.named or ())}
        return self._finish(there, examiner, total, suspected)

    def _search_new(
        self, examiner: Examiner, there: Inventory, change: Change, total: Swept
    ) -> bool:
        """Search what was not there before into `total`; False if that is not what was listed."""
        if not change.new:
            return True
        loose = [
            Loose(name, path)
            for name, path in there.paths.items()
            if bytes.fromhex(name) in change.new
        ]
        objects = Objects(examiner, change.packs, loose, self._hash_size, only=change.new)
        if objects.problems or objects.names() != change.new:
            return False
        search_listed(self._repository, examiner, self._job, objects, total)
        return True

    def _search_again(self, examiner: Examiner, names: frozenset[str], total: Swept) -> bool:
        """Search objects that are known to come to something; False if one does not."""
        if not names:
            return True
        swept = search_leftovers(self._repository, examiner, dict.fromkeys(sorted(names), ""))
        add(total, swept)
        return names <= {note.object.hex() for note in swept.noted or ()}

    def _counts(self, change: Change, state: State) -> tuple[int, int, int]:
        """Return blobs, bytes and commits of what is known and still there."""
        if not change.gone:
            return state.counts
        shown = self._repository.run(
            "cat-file", "--batch-all-objects", "--unordered",
            "--batch-check=%(objectname) %(objecttype) %(objectsize)",
            what="list the objects",
        )  # fmt: skip
        blobs = size = commits = 0
        for line in shown.decode("ascii", "replace").splitlines():
            name, kind, length = line.split(" ")
            if bytes.fromhex(name) not in change.new:
                blobs += kind == "blob"
                commits += kind == "commit"
                size += int(length)
        return blobs, size, commits

    def _finish(
        self, there: Inventory, examiner: Examiner, total: Swept, suspected: Collection[bytes]
    ) -> Swept | None:
        """Add what is looked for anew each time, if the objects are still where they were."""
        store = object_store(self._repository)
        for swept in search_names(self._repository, examiner):
            add(total, swept)
        gaps = search_gaps(self._repository, store, suspected)
        total.tally.add(gaps)
        if gaps.notices:  # what is missed is known from what has gone since the record
            self._after = None
        return total if set(store.packs()) == there.packs.keys() else None


class _Notes:
    """What a search has noted, arranged for a record."""

    __slots__ = ("again", "asides", "trees")

    def __init__(self, notes: Iterable[Noted]) -> None:
        """Arrange `notes`."""
        notes = list(notes)
        self.trees = frozenset(note.object.hex() for note in notes if note.name)
        self.asides = {note.object.hex(): note.asides for note in notes if note.asides}
        self.again = frozenset(
            note.object.hex() for note in notes if not (note.name or note.asides)
        )

    def explain(self, tally: Tally) -> bool:
        """Tell whether each notice is about an object that was read, and will be read again."""
        return all(notice.path.rpartition(" ")[2] in self.again for notice in tally.notices)
