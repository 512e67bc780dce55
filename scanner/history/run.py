"""Searching a whole history: every object, every name, and what is missing."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Final, Protocol

from scanner.engine.examine import Examiner
from scanner.findings import Notice
from scanner.git.object_store import store_of
from scanner.git.reindex import NOT_ALL
from scanner.history.objects.git_fallback import search_with_git
from scanner.history.objects.missing_objects import absent, find_missing
from scanner.history.objects.name_search import search_names, search_noted_names
from scanner.history.objects.object_work import LEFT_OUT, UNREAD, ObjectWork
from scanner.history.objects.search_result import SearchResult
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from scanner.findings import Tally
    from scanner.git.object_store import ObjectStore
    from scanner.git.repository import Repository
    from scanner.history.record.share_record import Share
    from scanner.rulebook.model import Rule

_FEW: Final = 4
"""Units of work that are not worth another process."""

# How often packs are listed. Git takes seconds to repack even a small repository, so what is new
# after that many times is not from moving objects about.
_ROUNDS: Final = 4


class Progress(Protocol):
    """Shows how far a scan has come."""

    def __call__(self, done: int, total: int, size: int) -> None:
        """Show that `done` of `total` units of work have been searched, with `size` bytes."""
        ...

    def clear(self) -> None:
        """Take away what has been shown."""
        ...


class HistoryJob(NamedTuple):
    """How to scan."""

    rules: Sequence[Rule]
    jobs: int = 1
    """Processes."""
    progress: Progress | None = None
    heed_marks: bool = True
    only: Collection[bytes] | None = None
    """Binary IDs of the objects that are searched; None for all there are, and all names."""
    max_size: int = 0
    """Bytes of the largest blob that is searched; 0 for no limit."""
    largest: int = 0
    """How many bytes of a blob are decoded at once; 0 for the default."""


def search(repository: Repository, job: HistoryJob) -> SearchResult:
    """Search every object of `repository`, the names of its files and those of its references.

    Locations have the ID of an object and no path. `named` of the result has the IDs that objects
    name and that are not there; notices say which of those are needed. Raises GitError.
    """
    examiner = Examiner(job.rules, heed_marks=job.heed_marks, largest=job.largest)
    result = SearchResult()
    store = _search_objects(repository, examiner, job, result)

    search_noted_names(examiner, result)
    if job.only is None:
        result.add(search_names(repository, examiner))
        result.tally.add(find_missing(repository, store, result.named))
    return result


def add_large_files(repository: Repository, job: HistoryJob, result: SearchResult) -> None:
    """Search the files in Git LFS that the pointers of `result` are for, and add what is found.

    Without a narrowed job also those of the local store to which nothing points any more.
    """
    from scanner.history.objects.large_files import search_large_files

    examiner = Examiner(job.rules, heed_marks=job.heed_marks, largest=job.largest)
    everything = job.only is None
    found = search_large_files(
        repository, examiner, result.pointers, everything=everything, max_size=job.max_size
    )
    result.add(found)


def _search_objects(
    repository: Repository, examiner: Examiner, job: HistoryJob, result: SearchResult
) -> ObjectStore:
    """Search packs and loose objects into `result`; return where they were at the end.

    Git may be moving objects to another pack at the same time (`git gc`, a fetch), so that a pack
    that was listed is gone before it is opened. As long as there are packs that were not there
    before, what is new in them is searched as well.
    """
    packs: set[str] = set()
    searched: list[ObjectWork] = []
    problems: dict[str, Notice] = {}
    unreadable: dict[str, Notice] = {}
    for _ in range(_ROUNDS):
        store = store_of(repository)
        new = [path for path in store.packs() if path not in packs]
        if searched and not new:
            break

        work = ObjectWork(
            examiner,
            new,
            store.loose(),
            len(repository.zero) // 2,
            only=job.only,
            known=_ids_in(searched),
            max_size=job.max_size,
            jobs=job.jobs,
        )
        unreadable = {
            path: Notice("damaged-pack", path, reason, hides=True)
            for path, reason in store.problems
        }
        if searched:  # the objects of a pack that is gone by now are in one of the new ones
            problems = {path: each for path, each in problems.items() if os.path.exists(path)}
        told = work.units.problems + work.units.complaints
        problems |= {notice.path: notice for notice in told}

        left_out = search_work(repository, examiner, job, work, result)
        packs.update(new)
        searched.append(work)
        if left_out and job.only is None:
            again = _search_left_out(repository, examiner, job, searched, left_out, result)
            problems |= {notice.path: notice for notice in again.units.complaints}
            searched.append(again)

    for notice in (problems | unreadable).values():
        result.tally.notice(notice)
    if job.only is not None:
        missing = set(job.only) - _ids_in(searched)
        result.tally.add(absent(repository, store, missing))
    else:
        if len(searched) == 1:
            result.units = searched[0].units
            result.units.commits = result.commits
        drop_existing(repository, searched, result.named)
    return store


def _search_left_out(
    repository: Repository,
    examiner: Examiner,
    job: HistoryJob,
    searched: Sequence[ObjectWork],
    packs: Collection[str],
    result: SearchResult,
) -> ObjectWork:
    """Search what `packs` have beside the entries of their indexes into `result`; return the work.

    What was `searched` before is not searched again.
    """
    work = ObjectWork(
        examiner,
        sorted(packs),
        (),
        len(repository.zero) // 2,
        known=_ids_in(searched),
        max_size=job.max_size,
        jobs=job.jobs,
        reasons=dict.fromkeys(packs, NOT_ALL),
    )
    search_work(repository, examiner, job, work, result)
    for notice in work.units.problems:
        result.tally.notice(notice)
    return work


def _ids_in(works: Iterable[ObjectWork]) -> set[bytes]:
    return set().union(*(work.units.names() for work in works))


def drop_existing(
    repository: Repository, searched: Iterable[ObjectWork], named: set[bytes]
) -> None:
    """Remove from the IDs that objects have `named` those that were `searched`, or are there."""
    # In a single pack `ObjectWork` names few: git answers for those faster than all IDs are listed.
    if any(work.units.is_divided for work in searched):
        named -= _ids_in(searched)
    if repository.is_shallow:
        named.clear()  # the parents of its first commits are missing on purpose
    if named:
        found = repository.existing(name.hex() for name in named)
        named.difference_update(map(bytes.fromhex, found))


def search_work(
    repository: Repository,
    examiner: Examiner,
    job: HistoryJob,
    work: ObjectWork,
    result: SearchResult,
    share: Share | None = None,
) -> set[str]:
    """Search `work` into `result`, with git as the reader of what we cannot. Raises GitError.

    If a `share` is given, only that one is searched. Returns the packs with bytes that are in no
    entry which could be read.
    """
    found = _search_share(work, share) if share else _search_units(work, job)
    unread = {notice.path: notice.detail for notice in work.damaged()}
    unread |= _take(UNREAD, found.tally)
    left_out = {*_take(LEFT_OUT, found.tally), *(notice.path for notice in work.left_out())}
    result.add(found)
    if unread:
        result.add(search_with_git(repository, examiner, unread, job.max_size))
    return left_out


def _search_units(work: ObjectWork, job: HistoryJob) -> SearchResult:
    """Search all units of `work`, in several processes where that is worth it.

    What was found before trees are searched is looked for in them: who added it will be asked.
    """
    result = SearchResult()
    done = 0

    def add(number: int, found: SearchResult) -> None:
        nonlocal done
        done += number
        result.add(found)
        if job.progress:
            job.progress(done, len(work), result.tally.bytes)

    def search(stage: range) -> None:
        if job.jobs == 1 or len(stage) <= _FEW:
            for unit in stage:
                add(1, work.scan(unit, unit + 1))
        else:
            from scanner.engine.workers import share_out

            with closing(share_out(work, stage.stop, job.jobs, stage.start)) as shared:
                for number, found in shared:
                    add(number, found)

    search(range(work.units.first_tree))
    blobs = _objects_with_findings(result)
    if blobs and job.only is None:
        from scanner.history.attribution.tree_stages import search_trees

        search_trees(work, result, blobs, search, job.jobs)
    else:
        search(range(work.units.first_tree, len(work)))
    return result


def _search_share(work: ObjectWork, share: Share) -> SearchResult:
    """Search the units of `work` that are in `share`, in this process."""
    result = SearchResult()
    # Neighbours take about the same time: so all shares do.
    for unit in range(share.number, len(work), share.of):
        result.add(work.scan(unit, unit + 1))
    return result


def _objects_with_findings(result: SearchResult) -> set[bytes]:
    names = {at.object for each in result.findings for at in each.locations}
    return {bytes.fromhex(name) for name in names if name}


def _take(reason: str, tally: Tally) -> dict[str, str]:
    """Remove the notices with a `reason` from `tally`; return their paths and details."""
    taken = {notice.path: notice.detail for notice in tally.notices if notice.reason == reason}
    tally.notices = [notice for notice in tally.notices if notice.reason != reason]
    tally.skipped.pop(reason, None)
    return taken
