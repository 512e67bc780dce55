"""The scans that can find the credentials of a saved report again: those of the commands.

A report may come from anybody: it says which kind of scan to make, and nothing that is opened. That
is what the user names, and what is listed there.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from scanner.commands.scanning import excluder
from scanner.engine.run import ScanJob, processes, run
from scanner.findings import Tally
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.records import NamedTuple
from scanner.reports.wording import COMMIT_KINDS, HISTORY_KIND, INDEX_KIND
from scanner.sources import tree
from scanner.sources.files import FileBlob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.console import ProgressBar
    from scanner.findings import Finding, Location
    from scanner.rulebook.model import Rule
    from scanner.settings import Settings
    from scanner.sources.interface import Blob

_FILES_KIND: Final = "scan"


class ReportSource(NamedTuple):
    """What is scanned, and how."""

    rules: Sequence[Rule]
    settings: Settings
    directories: Sequence[str] = (".",)
    """Directories or repositories; the first is where the scan of the report was started."""
    is_named: bool = False
    """Whether the user named them."""
    is_watched: bool = False
    """Whether to draw a progress bar where there is a terminal."""
    heed_marks: bool = True
    """As in `scanner.engine.run.Job`."""


class SourceScan(NamedTuple):
    """What came of one scan."""

    findings: Sequence[Finding]
    tally: Tally
    there: frozenset[str]
    """What was there to be scanned: absolute paths of files, or IDs as in `key_of`."""
    excluded: frozenset[str]
    """What the configuration took away: absolute paths of files, fingerprints in a history."""


def source_scans(
    kind: str, source: ReportSource, missing: Mapping[str, Finding]
) -> Iterator[SourceScan]:
    """Yield one scan after the other that can have what is still `missing`.

    Nothing is yielded for a `kind` of report that this version does not know.
    """
    if kind == _FILES_KIND:
        files = _scan_files(source)
        yield files

        # A scan that is given a file or directory which git ignores reads it, and a report does
        # not say what its scan was given.
        if not all(key_of(at) in files.there for at in _locations(missing)):
            yield _scan_ignored(source, files.there)
    elif kind in (INDEX_KIND, *COMMIT_KINDS):
        wanted = [*_locations(missing)]
        for repository in _repositories(source, is_needed=kind == HISTORY_KIND):
            yield _scan_history(source, repository, wanted)

        # A change is also read from files: those of Git LFS, and where there is no repository.
        if kind != HISTORY_KIND:
            yield _scan_files(source)


def _locations(findings: Mapping[str, Finding]) -> Iterator[Location]:
    return (at for finding in findings.values() for at in finding.locations)


def key_of(at: Location) -> str:
    """Return what the source must have to have `at`: an object, a commit or an absolute path.

    An object of git is more than a file that happens to be at its path.
    """
    return at.object or at.commit or os.path.abspath(at.path)


def _scan_files(source: ReportSource) -> SourceScan:
    """Scan the files that `scan` reads."""
    tally = Tally()
    return _scan_listed(source, tree.blobs(source.directories, tally), tally)


def _scan_ignored(source: ReportSource, known: frozenset[str]) -> SourceScan:
    """Scan all other files than the `known` ones, which are absolute paths."""
    tally = Tally()
    paths = [path for each in source.directories for path in tree.walk(each, tally)]
    others = [FileBlob(path) for path in paths if os.path.abspath(path) not in known]
    return _scan_listed(source, others, tally)


def _scan_listed(source: ReportSource, blobs: Sequence[Blob], tally: Tally) -> SourceScan:
    """Scan `blobs`, the listing of which has left its notices in `tally`."""
    is_excluded = excluder(source.settings)
    kept = [blob for blob in blobs if not is_excluded(blob.path)]
    with _progress(source, "files") as bar:
        job = ScanJob(
            source.rules,
            progress=bar,
            heed_marks=source.heed_marks,
            largest=source.settings.decode_limit,
        )
        report = run(_FILES_KIND, kept, tally, job)

    there = frozenset(os.path.abspath(blob.path) for blob in blobs)
    excluded = there - {os.path.abspath(blob.path) for blob in kept}
    return SourceScan(report.findings, tally, there, excluded)


def _repositories(source: ReportSource, *, is_needed: bool) -> list[Repository]:
    """Return the repositories of `source`, each once.

    Raises GitError if there is none and one `is_needed`. For a report of a history a directory that
    the user named stands for the repositories below it, as in `history`.
    """
    opened: dict[str, Repository] = {}
    problem: GitError | None = None
    paths = source.directories
    if is_needed and source.is_named:
        from scanner.commands.history_targets import repositories

        paths = repositories(paths, Tally())
    for path in paths:
        try:
            repository = Repository(path, named=source.is_named)
        except GitError as error:
            problem = problem or error
        else:
            opened.setdefault(os.path.realpath(repository.git_directory), repository)

    if problem and is_needed and not opened:
        raise GitError(f"{problem}; or name the repository of the report with --source")
    return [*opened.values()]


def _scan_history(
    source: ReportSource, repository: Repository, wanted: Sequence[Location]
) -> SourceScan:
    """Scan every object of `repository`, as `history` does.

    Of the objects and commits at the `wanted` locations git is only asked whether they exist.
    """
    # Here: a report about files needs nothing of it.
    from scanner.history.attribution.attribution import attribute
    from scanner.history.attribution.credentials import credentials, without
    from scanner.history.run import HistoryJob, add_large_files, search

    with _progress(source, "parts") as bar:
        job = HistoryJob(
            source.rules, processes(), bar, source.heed_marks, largest=source.settings.decode_limit
        )
        swept = search(repository, job)
        add_large_files(repository, job, swept)
    recall = partial(attribute, repository, jobs=job.jobs, units=swept.units)
    found = credentials(repository, swept.findings, source.rules, job.jobs, swept.tally, recall)
    kept, _ = without(found, excluder(source.settings, source.settings.directory))
    excluded = {each.fingerprint for each in found} - {each.fingerprint for each in kept}

    # Any other form than that of an ID is none: git would look for a revision of that name.
    names = {at.object or at.commit for at in wanted}
    existing = repository.existing(filter(repository.is_name, names))
    # What stands in the name of a reference or file has no ID; all names were looked at.
    nameless = {key_of(at) for at in wanted if not (at.object or at.commit)}
    return SourceScan(kept, swept.tally, frozenset(nameless.union(existing)), frozenset(excluded))


@contextmanager
def _progress(source: ReportSource, noun: str) -> Iterator[ProgressBar | None]:
    from scanner.console import ProgressBar

    bar = ProgressBar(noun=noun) if source.is_watched and ProgressBar.useful() else None
    try:
        yield bar
    finally:
        if bar:
            bar.clear()
