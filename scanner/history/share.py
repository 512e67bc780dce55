"""Searching one share of a repository, for a scan whose shares are searched on several machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.engine.examine import Examiner
from scanner.git.object_store import Loose, store_of
from scanner.git.pack_index import PackError
from scanner.history.objects.inventory import inventory
from scanner.history.objects.name_search import search_noted_names
from scanner.history.objects.object_work import ObjectWork
from scanner.history.objects.search_result import SearchResult
from scanner.history.record.changed_objects import RecordUnusableError
from scanner.history.record.share_record import ShareRecord, files_digest, reread_of
from scanner.history.run import drop_existing, search_work

if TYPE_CHECKING:
    from scanner.git.repository import Repository
    from scanner.history.record.share_record import Share
    from scanner.history.run import HistoryJob


def search_share(repository: Repository, job: HistoryJob, share: Share) -> ShareRecord:
    """Search one `share` of the objects of `repository`.

    Raises GitError, and RecordUnusableError for a repository of which something cannot be read, is
    missing or changes: one scan has to read all of it, since a share cannot say so.
    """
    hash_size = len(repository.zero) // 2
    examiner = Examiner(job.rules, heed_marks=job.heed_marks, largest=job.largest)
    try:
        there = inventory(store_of(repository), hash_size)
        if there is None:
            raise RecordUnusableError
        loose = [Loose(name, path) for name, path in there.paths.items()]
        work = ObjectWork(examiner, list(there.packs), loose, hash_size)
        if work.units.problems or work.units.complaints or work.damaged():
            raise RecordUnusableError

        result = SearchResult()
        if search_work(repository, examiner, job, work, result, share):
            raise RecordUnusableError
        search_noted_names(examiner, result)
        drop_existing(repository, [work], result.named)
        if result.named or inventory(store_of(repository), hash_size) != there:
            raise RecordUnusableError
    except (OSError, PackError):
        raise RecordUnusableError from None
    tally = result.tally
    counts = (tally.blobs, tally.bytes, tally.commits)
    return ShareRecord(files_digest(there), reread_of(result), counts)
