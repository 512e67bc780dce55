"""Scanning a whole history: every object, then who brought in what was found, when and where."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from scanner.engine.examine import Examiner
from scanner.engine.sweep import Swept
from scanner.findings import Notice, Tally
from scanner.git.object_store import ObjectStore
from scanner.history.gaps import absent, search_gaps
from scanner.history.leftovers import search_leftovers
from scanner.history.names import search_names
from scanner.history.noted import look_at_names
from scanner.history.objects import UNREAD, Objects

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scanner.git.repository import Repository
    from scanner.rulebook.model import Rule

_FEW: Final = 4
"""Units of work that are not worth another process."""
_ROUNDS: Final = 4
"""How often packs are listed. What comes after that many is not from moving objects about."""


class Progress(Protocol):
    """Shows how far a scan has come."""

    def __call__(self, done: int, total: int, size: int) -> None:
        """Be told of `done` of `total` units of work, and the bytes in them."""
        ...

    def clear(self) -> None:
        """Leave nothing behind."""
        ...


class Job(NamedTuple):
    """How to scan."""

    rules: Sequence[Rule]
    jobs: int = 1
    """Processes."""
    progress: Progress | None = None
    heed_marks: bool = True
    only: Collection[bytes] | None = None
    """Binary IDs of the objects that are to be searched; None for all there are, and all names."""
    max_size: int = 0
    """Bytes of the largest blob that is searched; 0 for no limit."""


def search(repository: Repository, job: Job) -> Swept:
    """Search every object of `repository`, the names of its files and those of its references.

    Locations have the ID of the object and no path. `named` is what is not there of what objects
    name; whether it is needed is told by notices. Raises GitError.
    """
    examiner = Examiner(job.rules, heed_marks=job.heed_marks)
    total = Swept([], Tally(), {}, [], set())
    store = _search_objects(repository, examiner, job, total)
    look_at_names(examiner, total)
    if job.only is None:
        for swept in search_names(repository, examiner):
            add(total, swept)
        total.tally.add(search_gaps(repository, store, total.named or ()))
    return total


def _search_objects(
    repository: Repository, examiner: Examiner, job: Job, total: Swept
) -> ObjectStore:
    """Search packs and loose objects into `total`; return where they were at last.

    Git may be moving objects to another pack at the same time (`git gc`, a fetch), so that one that
    was listed is gone before it is opened. As long as there are packs that have not been there
    before, what is new in those is searched as well.
    """
    packs: set[str] = set()
    searched: list[Objects] = []
    problems: dict[str, Notice] = {}
    for _ in range(_ROUNDS):
        store = object_store(repository)
        new = [path for path in store.packs() if path not in packs]
        if searched and not new:
            break
        objects = Objects(
            examiner,
            new,
            store.loose(),
            len(repository.zero) // 2,
            only=job.only,
            known=set().union(*(each.names() for each in searched)),
            max_size=job.max_size,
            jobs=job.jobs,
        )
        unreadable = [
            (path, Notice("damaged-pack", path, reason, hides=True))
            for path, reason in store.problems
        ]
        if searched:  # what was in a pack that has been taken away is in one of the new ones
            problems = {path: each for path, each in problems.items() if os.path.exists(path)}
        problems |= {notice.path: notice for notice in objects.problems}
        search_listed(repository, examiner, job, objects, total)
        packs.update(new)
        searched.append(objects)
    problems |= unreadable
    for notice in problems.values():
        total.tally.notice(notice)
    if job.only is not None or any(each.is_divided for each in searched):
        there = set().union(*(each.names() for each in searched))
        if job.only is not None:
            total.tally.add(absent(repository, store, set(job.only) - there))
        elif total.named:
            total.named.difference_update(there)
    if total.named and repository.is_shallow:
        total.named.clear()  # the parents behind the cut are gone on purpose
    if total.named and job.only is None:
        found = repository.existing(name.hex() for name in total.named)
        total.named.difference_update(map(bytes.fromhex, found))
    return store


def object_store(repository: Repository) -> ObjectStore:
    """Return where the objects of `repository` are. Raises GitError."""
    others = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    return ObjectStore(repository.object_directory(), len(repository.zero), others)


def search_listed(
    repository: Repository, examiner: Examiner, job: Job, objects: Objects, total: Swept
) -> None:
    """Search `objects` into `total`, and have git read those that we cannot. Raises GitError."""
    swept = Swept([], Tally(), {}, [], set())
    for share in _shares(objects, job.jobs, job.progress):
        add(swept, share)
    unread = {notice.path: notice.detail for notice in objects.damaged()}
    unread |= _take_unread(swept.tally)
    add(total, swept)
    if unread:
        add(total, search_leftovers(repository, examiner, unread, job.max_size))


def _shares(objects: Objects, jobs: int, progress: Progress | None) -> list[Swept]:
    shares: list[Swept] = []
    done = size = 0

    def add(number: int, swept: Swept) -> None:
        nonlocal done, size
        shares.append(swept)
        done += number
        size += swept.tally.bytes
        if progress:
            progress(done, len(objects), size)

    if jobs == 1 or len(objects) <= _FEW:
        for unit in range(len(objects)):
            add(1, objects.scan(unit, unit + 1))
    else:
        from scanner.engine.workers import share_out

        with closing(share_out(objects, len(objects), jobs)) as shared:
            for number, swept in shared:
                add(number, swept)
    return shares


def _take_unread(tally: Tally) -> dict[str, str]:
    """Take the notices about objects that have to be read in another way out of `tally`."""
    unread = {notice.path: notice.detail for notice in tally.notices if notice.reason == UNREAD}
    tally.notices = [notice for notice in tally.notices if notice.reason != UNREAD]
    tally.skipped.pop(UNREAD, None)
    return unread


def add(total: Swept, swept: Swept) -> None:
    """Add what `swept` holds to `total`."""
    total.findings.extend(swept.findings)
    total.spellings.update(swept.spellings)
    total.tally.add(swept.tally)
    if total.noted is not None:
        total.noted.extend(swept.noted or ())
    if total.named is not None:
        total.named.update(swept.named or ())
