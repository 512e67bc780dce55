"""Files that are scanned while they are listed: the report is that of a scan after the listing."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from scanner.engine import listing
from scanner.engine.run import ScanJob, run
from scanner.findings import Notice, Tally
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.sources.listed import Files, GrowingFiles

RULES = load_rules((), ())
linux = pytest.mark.skipif(sys.platform != "linux", reason="forks")


@pytest.fixture
def names(tmp_path):
    """Files with key IDs, some of which are gone."""
    made = Generator(6)
    found = []
    for number in range(600):
        name = tmp_path / f"f{number:03}"
        if number % 100 != 7:
            name.write_text(f"{made.access_key_id()}\n" if number % 50 == 3 else "nothing\n")
        found.append(str(name))
    return found


def growing(names, at_first=20, late=None):
    late = Tally() if late is None else late
    return GrowingFiles(names[:at_first], iter(names[at_first:]), late)


def shape(report):
    tally = report.tally
    return report.findings, tally.blobs, tally.bytes, sorted(tally.skipped.items()), tally.notices


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=linux), pytest.param(5, marks=linux)])
@pytest.mark.parametrize("at_first", [1, 300, 600])
def test_the_report_is_the_same(names, jobs, at_first):
    expected = shape(run("scan", Files(names), Tally(), ScanJob(RULES, 1)))
    assert len(expected[0]) == 12
    assert shape(run("scan", growing(names, at_first), Tally(), ScanJob(RULES, jobs))) == expected


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=linux)])
def test_what_could_not_be_listed_is_in_the_report_and_its_name_is_searched(names, jobs):
    key_id = Generator(7).access_key_id()
    late = Tally()

    def further():
        yield from names[20:]
        late.notice(Notice("unreadable", f"locked/{key_id}", "Permission denied", hides=True))
        late.skip("git-directory")

    files = GrowingFiles(names[:20], further(), late)
    report = run("scan", files, Tally(), ScanJob(RULES, jobs))
    [notice] = report.incomplete
    assert notice.path == f"locked/AKIA****{key_id[-4:]}"
    assert report.tally.skipped == {"missing": 6, "unreadable": 1, "git-directory": 1}
    assert len(report.findings) == 13


@linux
def test_workers_scan_while_further_files_are_listed(names):
    """Each answer comes before the listing goes on, which it does not have to wait for."""
    listed = []
    seen = []

    def further():
        for name in names[20:]:
            listed.append(name)
            yield name

    def progress(done, total, size):
        seen.append((done, total, len(listed)))

    files = GrowingFiles(names[:20], further(), Tally())
    run("scan", files, Tally(), ScanJob(RULES, 2, progress=progress))
    assert seen[-1][:2] == (600, 600)
    # The first unit is taken when as many files as it has are known, and not all of them.
    units = listing._Units(growing(names), 2)
    (first,) = units.take()
    assert len(first) == 256
    assert units.prepare()


@pytest.mark.parametrize("number", [0, 1, 20, 256, 257, 600])
@pytest.mark.parametrize("jobs", [1, 2, 16])
def test_every_file_is_in_one_unit(names, number, jobs):
    units = listing._Units(growing(names[:number], 1), jobs)
    found = []
    while (unit := units.take()) is not None:
        found.append(unit[0].names)
    assert [name for each in found for name in each] == names[:number]
    assert all(found)
    assert units.take() is None
    # The last ones are small, so that no worker waits long for another.
    assert not found or len(found[-1]) <= max(listing._FEWEST, 256 // jobs)


@linux
def test_a_lost_worker_costs_its_unit(names, monkeypatch):
    parent = os.getpid()
    scan = listing._Work.scan

    def dying(work, blobs):
        if os.getpid() != parent and names[300] in blobs.names:
            os.kill(os.getpid(), signal.SIGKILL)
        return scan(work, blobs)

    monkeypatch.setattr(listing._Work, "scan", dying)
    report = run("scan", growing(names), Tally(), ScanJob(RULES, 2))
    lost = [notice.path for notice in report.incomplete if notice.reason == "worker-lost"]
    assert names[300] in lost
    assert len(lost) <= 256
    assert report.tally.blobs + len(lost) + report.tally.skipped["missing"] >= len(names)


@linux
def test_all_workers_lost(names, monkeypatch):
    """Everything is named, also what nobody has asked for yet."""
    parent = os.getpid()

    def dying(work, blobs):
        assert os.getpid() != parent
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(listing._Work, "scan", dying)
    report = run("scan", growing(names), Tally(), ScanJob(RULES, 2))
    assert {notice.path for notice in report.incomplete} == set(names)
    assert report.tally.blobs == 0
