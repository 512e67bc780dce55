"""Scanning many blobs: in this process, or shared out over several when there is enough to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.engine.examine import Examiner
from scanner.engine.merge import merge
from scanner.engine.names import Masker
from scanner.engine.sweep import Swept, sweep, sweep_names
from scanner.findings import Report, Tally

if TYPE_CHECKING:
    from scanner.engine.judge import LineHash
    from scanner.rulebook.model import Rule
    from scanner.sources.interface import Blob

_STEP: Final = 32
"""Blobs that are scanned between two looks at how much work there is."""
_ALONE_BLOBS: Final = 1500
"""More blobs than this are shared out at once; doing so costs about 40 ms."""
_ALONE_BYTES: Final = 48 << 20
"""After this many bytes the rest is shared out even if the blobs are few."""
_MOST_JOBS: Final = 16

Progress = Callable[[int, int, int], None]
"""Called with (blobs done, blobs in all, bytes done)."""


class Job(NamedTuple):
    """How to scan."""

    rules: Sequence[Rule]
    jobs: int = 0
    """Processes; 0 lets the machine decide."""
    line_hash: LineHash | None = None
    progress: Progress | None = None


def run(kind: str, blobs: Sequence[Blob], tally: Tally, job: Job) -> Report:
    """Scan `blobs` and return the report; `tally` brings what the source could not list."""
    jobs = job.jobs or min(_available_processors(), _MOST_JOBS)
    examiner = Examiner(job.rules, job.line_hash)
    total = Swept([], tally, {})
    done = 0

    def add(number: int, swept: Swept) -> None:
        nonlocal done
        total.findings.extend(swept.findings)
        total.spellings.update(swept.spellings)
        tally.add(swept.tally)
        done += number
        if job.progress:
            job.progress(done, len(blobs), tally.bytes)

    # What the source could not list has a name all the same.
    sweep_names(examiner, sorted({notice.path for notice in tally.notices}), total)
    for step in _alone(blobs, jobs, tally):
        add(len(step), sweep(examiner, step))
    if done < len(blobs):
        from scanner.engine.workers import share_out

        with closing(share_out(examiner, blobs[done:], jobs)) as shared:
            for number, swept in shared:
                add(number, swept)
    return _report(kind, total)


def _report(kind: str, total: Swept) -> Report:
    findings, tally = merge(total.findings), total.tally
    masker = Masker(findings, tally.notices, total.spellings)
    if masker:
        findings = [masker.finding(finding) for finding in findings]
        tally.notices = [masker.notice(notice) for notice in tally.notices]
    # Workers finish in any order.
    tally.notices.sort(key=lambda notice: (notice.path, notice))
    return Report(kind, tuple(findings), tally)


def _alone(blobs: Sequence[Blob], jobs: int, tally: Tally) -> Iterator[Sequence[Blob]]:
    """Yield the blobs that this process scans itself, deciding anew after each step."""
    at = 0
    while at < len(blobs):
        few = len(blobs) <= _ALONE_BLOBS and tally.bytes <= _ALONE_BYTES
        if jobs > 1 and not few and blobs[at].shareable:
            return
        yield blobs[at : at + _STEP]
        at += _STEP


def _available_processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
