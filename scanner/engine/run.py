"""Scanning many blobs: in this process, or shared out over several if there is enough to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from scanner.engine.defects import INTERNAL, describe
from scanner.engine.examine import Examiner
from scanner.engine.masking import Masker
from scanner.engine.merge import merge
from scanner.engine.sweep import Swept, sweep, sweep_names
from scanner.findings import Notice, Report, Tally
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Protocol

    from scanner.engine.judge import LineHash
    from scanner.findings import Finding
    from scanner.rulebook.model import Rule
    from scanner.sources.interface import Blob
else:
    Protocol = object  # it is for type checkers only

_STEP: Final = 32
"""Blobs that this process scans before it decides again whether to share out the rest."""
_ALONE_BLOBS: Final = 1500
"""More blobs than this are shared out from the start.

Starting workers, and importing in each what a precise look needs, costs about 40 ms, in which one
process scans about as many small files.
"""
_ALONE_BYTES: Final = 48 << 20
"""Bytes after which the rest is shared out even if the blobs are few: about as much work."""
_MOST_JOBS: Final = 16
"""Processes that are used at most if the user names no number.

Each takes memory and time to start, and a machine with more processors is often shared.
"""

Progress = Callable[[int, int, int], None]
"""Called with (blobs done, blobs in all, bytes read so far)."""


class Others(Protocol):
    """Contents that are read in another way than blobs are, and searched as they are read."""

    def __len__(self) -> int:
        """Return their number."""

    def search(self, examiner: Examiner, jobs: int) -> Iterator[tuple[int, Swept]]:
        """Search them, in up to `jobs` processes; yield how many, and what is in them."""


class ScanJob(NamedTuple):
    """How to scan: what a run needs besides the blobs."""

    rules: Sequence[Rule]
    jobs: int = 0
    """Processes; 0 for one for each processor."""
    line_hash: LineHash | None = None
    """Given if the report format needs the hash of lines."""
    progress: Progress | None = None
    names: Sequence[str] = ()
    """Names to search besides those of the blobs, such as references."""
    settle: Callable[[Report], Report] | None = None
    """Called on the report before it is concluded and masked, for what needs real paths."""
    heed_marks: bool = True
    """Whether a mark on its line, such as `keycatch:allow`, allows a credential."""
    largest: int = 0
    """How many bytes of a file are decoded at once; 0 for the default."""
    others: Others | None = None
    """What is to be scanned besides the blobs."""


def run(kind: str, blobs: Sequence[Blob], tally: Tally, job: ScanJob) -> Report:
    """Scan `blobs` and return the report.

    `tally` has what the source could not list, and is counted on.
    """
    jobs = job.jobs or processes()
    examiner = Examiner(job.rules, job.line_hash, heed_marks=job.heed_marks, largest=job.largest)
    total = Swept([], tally, {})
    done = 0
    others = len(job.others) if job.others else 0

    def add(number: int, swept: Swept) -> None:
        nonlocal done
        total.findings.extend(swept.findings)
        total.spellings.update(swept.spellings)
        tally.add(swept.tally)
        done += number

        if job.progress:
            job.progress(done, len(blobs) + others, tally.bytes)

    # A file that the source could not read still has a name, which can hold a credential.
    names = dict.fromkeys((*job.names, *sorted(notice.path for notice in tally.notices)))
    sweep_names(examiner, list(names), total)
    if hasattr(blobs, "grow"):
        from scanner.engine.listing import scan_as_listed  # here: most scans are of a few files

        for number, swept in scan_as_listed(examiner, blobs, jobs):  # type: ignore[arg-type]
            add(number, swept)
    else:
        for step in _alone(blobs, jobs, tally):
            add(len(step), sweep(examiner, step))

    if done < len(blobs):
        from scanner.engine.workers import share_out  # here: most scans need no workers

        rest = blobs[done:]
        with closing(share_out(Blobs(examiner, rest), len(rest), jobs)) as shared:
            for number, swept in shared:
                add(number, swept)

    if job.others:
        for number, swept in job.others.search(examiner, jobs):
            add(number, swept)

    report = Report(kind, tuple(merge(total.findings)), tally)
    return concluded(job.settle(report) if job.settle else report, total.spellings)


class Blobs:
    """Blobs as work that can be shared out over processes."""

    def __init__(self, examiner: Examiner, blobs: Sequence[Blob]) -> None:
        """Have `examiner` look at `blobs`."""
        self._examiner = examiner
        self._blobs = blobs

    def scan(self, start: int, end: int) -> Swept:
        """Scan the blobs from `start` to before `end`."""
        return sweep(self._examiner, self._blobs[start:end])

    def lost(self, start: int, end: int) -> Swept:
        """Return what is to be reported of blobs whose worker has ended."""
        return lost(self._blobs[start:end])


def lost(blobs: Sequence[Blob]) -> Swept:
    """Return what is to be reported of `blobs` whose worker has ended."""
    from scanner.engine.workers import LOST

    tally = Tally()
    for blob in blobs:
        tally.notice(Notice("worker-lost", blob.path, LOST, hides=True))
    return Swept([], tally, {})


def concluded(report: Report, spellings: dict[str, str]) -> Report:
    """Return `report` as it leaves a run: with the facts that each value shows, and masked.

    `spellings` are as in `masked`.
    """
    if report.findings:
        report = report._replace(findings=tuple(_with_facts(report.findings, report.tally)))
    return masked(report, spellings)


def _with_facts(findings: Sequence[Finding], tally: Tally) -> Iterator[Finding]:
    from scanner.kinds import tell  # here: a clean scan never needs it

    for finding in findings:
        try:
            yield finding._replace(forensics=tell(finding))
        except Exception as error:  # noqa: BLE001 -- facts must not cost the finding
            path = finding.locations[0].path
            tally.notice(Notice(INTERNAL, path, describe(error), hides=False))
            yield finding


def masked(report: Report, spellings: dict[str, str]) -> Report:
    """Return `report` with found values masked in all names and messages, and notices in order.

    `spellings` are values as names spell them, perhaps encoded, to their redacted forms.
    """
    masker = Masker(report, spellings)
    if masker:
        report = masker.report(report)
    # Workers finish in any order.
    report.tally.notices.sort(key=lambda notice: (notice.path, notice))
    report.tally.settle()
    return report


def _alone(blobs: Sequence[Blob], jobs: int, tally: Tally) -> Iterator[Sequence[Blob]]:
    """Yield the blobs that this process scans itself, and decide again after each step.

    Blobs that no other process can read are always among them.
    """
    at = 0
    while at < len(blobs):
        few = len(blobs) <= _ALONE_BLOBS and tally.bytes <= _ALONE_BYTES
        if jobs > 1 and not few and blobs[at].shareable:
            return
        yield blobs[at : at + _STEP]
        at += _STEP


def processes() -> int:
    """Return how many processes to use by default: one for each processor."""
    # Where the system has it, only the processors that this process may use: in a container or
    # under taskset these are fewer than those of the machine.
    affinity = getattr(os, "sched_getaffinity", None)
    return min(len(affinity(0)) if affinity else os.cpu_count() or 1, _MOST_JOBS)
