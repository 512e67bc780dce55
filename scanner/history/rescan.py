"""Scanning a history again: only what was added since the scan before is read.

The record of the scan before (`scanner.history.record`) says what was read. Objects in which it
found something, or could not look into something, are read again: so the report is the one of a
scan without a record, and no credential has to be stored. The names of references and of staged
files, and missing objects, are looked for each time.

A record is a shortcut and never an authority: if anything about it or the repository is unexpected,
it is ignored and everything is read. A narrowed scan leaves no record, nor does one that could not
read an object.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from scanner.engine.examine import Examiner
from scanner.git.object_store import Loose, store_of
from scanner.git.pack_index import PackError
from scanner.history.objects.git_fallback import search_with_git
from scanner.history.objects.inventory import ids_in, inventory
from scanner.history.objects.missing_objects import find_missing
from scanner.history.objects.name_search import search_names, search_noted_names
from scanner.history.objects.object_work import ObjectWork
from scanner.history.objects.search_result import SearchResult
from scanner.history.record.changed_objects import RecordUnusableError, changed_objects
from scanner.history.record.recollection import Recollection
from scanner.history.record.record_file import ScanRecord, checksum, load, record_path, save
from scanner.history.record.scan_key import scan_key
from scanner.history.record.share_record import files_digest, reread_of
from scanner.history.run import search, search_work

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from scanner.findings import Finding
    from scanner.git.repository import Repository
    from scanner.history.objects.inventory import Inventory, ObjectIds
    from scanner.history.objects.work_units import WorkUnits
    from scanner.history.record.changed_objects import ChangedObjects
    from scanner.history.record.record_file import Asides
    from scanner.history.record.share_record import ShareRecord
    from scanner.history.run import HistoryJob

_UNUSABLE: Final = (RecordUnusableError, OSError, PackError)


class Rescan:
    """A scan of one repository with its record: what it spares the scan, and what it stores."""

    def __init__(
        self, repository: Repository, job: HistoryJob, shares: ShareRecord | None = None
    ) -> None:
        """Load the record of `repository` if there is one for a scan like `job`.

        `shares` is what was found in all shares of it, and takes the place of the record.
        """
        self._repository = repository
        self._job = job
        self._shares = shares
        self._hash_size = len(repository.zero) // 2
        self.path = record_path(repository)
        """The path of the record's files without their suffixes; empty where there is no cache."""
        self._key = scan_key(
            job.rules, heed_marks=job.heed_marks, hash_size=self._hash_size, largest=job.largest
        )

        self._before = load(self.path, self._key) if self.path else None
        self._after: ScanRecord | None = None
        """What `save` writes, with `_ids`, if those have changed."""
        self._ids: ObjectIds | None = None
        self._recollection: Recollection | None = None
        self._units: WorkUnits | None = None
        self.new = -1
        """The number of objects that the scan before did not know; negative if all were read."""

    def search(self) -> SearchResult:
        """Return what `scanner.history.run.search` returns for the job. Raises GitError."""
        before = self._inventory()
        if before:
            try:
                found = self._search_with_record(before)
            except _UNUSABLE:
                found = None
            if found:
                return found
            self.new = -1
            self._after = self._ids = None

        result = search(self._repository, self._job)
        self._units = result.units
        after = self._inventory()
        # What was added or deleted in between may or may not have been read.
        if before and after and before[:2] == after[:2] and not result.named:
            with suppress(*_UNUSABLE):
                ids = ids_in(after.packs, self._hash_size)
                tally = result.tally
                counts = (tally.blobs, tally.bytes, tally.commits)
                self._after = self._record(after, checksum(ids.packed), result, {}, counts)
                self._ids = ids
        return result

    def recall(self, objects: Collection[str], names: Collection[bytes]) -> Recollection:
        """Return what answers for `attribute`, from the record where it still holds."""
        stored = self._before.attribution if self._before else None
        self._recollection = Recollection(
            self._repository, objects, names, self._job.jobs, stored, self._units
        )
        return self._recollection

    def save(self, findings: Sequence[Finding], spellings: dict[str, str]) -> str:
        """Write the record if it has changed; return why that failed, or nothing.

        `findings` are those of the scan, with history and places, and `spellings` are the values
        that are in names, as the search returned them.
        """
        record = self._after
        if record is None or not self.path:
            return ""
        if self._recollection:
            stored = self._recollection.to_store(findings, spellings)
            record = record._replace(attribution=stored)
        if record == self._before:
            return ""

        try:
            save(self.path, record, self._ids)
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def _inventory(self) -> Inventory | None:
        try:
            return inventory(store_of(self._repository), self._hash_size)
        except OSError:
            return None

    def _search_with_record(self, there: Inventory) -> SearchResult | None:
        """Search what shares or the record do not know; None if there are neither."""
        ids, before = None, self._before
        if self._shares and self._shares.files == files_digest(there):
            ids = ids_in(there.packs, self._hash_size)
            before = self._shares.as_record(self._key, there, checksum(ids.packed))
        else:
            self._shares = None
        if before is None:
            return None

        result = self._search_since(there, before)
        self._ids = self._ids or ids
        return result

    def _record(
        self,
        there: Inventory,
        ids_checksum: str,
        result: SearchResult,
        asides: Mapping[str, Asides],
        counts: tuple[int, int, int],
    ) -> ScanRecord:
        """Return the record of a scan that found `result`, and `asides` in what it did not read.

        Raises RecordUnusableError if there is a notice that a scan with the record would not give
        again, since it is not about an object that is read each time.
        """
        found = reread_of(result)
        return ScanRecord(
            self._key,
            frozenset(there.packs.values()),
            ids_checksum,
            there.loose,
            found.again,
            found.trees,
            {**asides, **found.asides},
            counts,
        )

    def _search_since(self, there: Inventory, before: ScanRecord) -> SearchResult:
        """Search what the record `before` does not know; raises one of `_UNUSABLE`, GitError."""
        change = changed_objects(there, before, self.path, self._hash_size)
        # The only known tree that has a name is gone: another one may have it.
        if not before.trees.isdisjoint(change.gone):
            raise RecordUnusableError

        # The counts of a scan of everything are those of what is new and of what was there.
        examiner = Examiner(
            self._job.rules, heed_marks=self._job.heed_marks, largest=self._job.largest
        )
        result = SearchResult()
        tally = result.tally
        self._search_new(examiner, there, change, result)
        blobs, size, commits = self._counts(change, before)
        counts = (blobs + tally.blobs, size + tally.bytes, commits + tally.commits)

        self._search_again(examiner, before.again - change.gone, before.trees, result)
        tally.blobs, tally.bytes, tally.commits = counts
        search_noted_names(examiner, result)

        asides = {name: each for name, each in before.asides.items() if name not in change.gone}
        ids = change.ids
        ids_checksum = checksum(ids.packed) if ids else before.names
        record = self._record(there, ids_checksum, result, asides, counts)
        for each in asides.values():
            for reason, number in each:
                tally.aside(reason, number)

        result.add(search_names(self._repository, examiner))
        store = store_of(self._repository)
        missing = find_missing(
            self._repository, store, {*map(bytes.fromhex, change.gone), *result.named}
        )
        tally.add(missing)
        if set(store.packs()) != there.packs.keys():  # git has moved objects in the meantime
            raise RecordUnusableError

        # Missing objects are suspected from what has gone since the record: the next scan would not
        # know of them.
        self._after = None if missing.notices else record
        self._ids = ids
        self.new = len(change.new)
        return result

    def _search_new(
        self, examiner: Examiner, there: Inventory, change: ChangedObjects, result: SearchResult
    ) -> None:
        """Search the new objects into `result`; raises RecordUnusableError if they have moved."""
        if not change.new:
            return
        loose = [
            Loose(name, path)
            for name, path in there.paths.items()
            if bytes.fromhex(name) in change.new
        ]
        work = ObjectWork(examiner, change.packs, loose, self._hash_size, only=change.new)
        units = work.units
        if units.problems or units.complaints or units.names() != change.new:
            raise RecordUnusableError
        if search_work(self._repository, examiner, self._job, work, result):
            raise RecordUnusableError  # a scan of everything reads it without its index

    def _search_again(
        self,
        examiner: Examiner,
        names: frozenset[str],
        trees: frozenset[str],
        result: SearchResult,
    ) -> None:
        """Search objects, and `trees` with names, in which something was found into `result`.

        Raises RecordUnusableError if nothing is found in one of them.
        """
        if names or trees:
            asked = dict.fromkeys(sorted(names | trees), "")
            found = search_with_git(self._repository, examiner, asked)
            result.add(found)
            # Shares do not know the names of one another: of several trees that have the same one,
            # only the first is noted.
            needed = names if self._shares else names | trees
            if not needed <= {note.object.hex() for note in found.noted}:
                raise RecordUnusableError

    def _counts(self, change: ChangedObjects, before: ScanRecord) -> tuple[int, int, int]:
        """Return blobs, bytes and commits of the objects that are known and still there."""
        if not change.gone:
            return before.counts

        shown = self._repository.run(
            "cat-file", "--batch-all-objects", "--unordered",
            "--batch-check=%(objectname) %(objecttype) %(objectsize)",
            what="list the objects",
        )  # fmt: skip
        blobs = size = commits = 0
        for line in shown.decode("ascii", "replace").split("\n")[:-1]:
            name, kind, length = line.split(" ")
            if bytes.fromhex(name) not in change.new:
                blobs += kind == "blob"
                commits += kind == "commit"
                size += int(length)
        return blobs, size, commits
