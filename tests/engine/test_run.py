"""Many blobs in one process or several: the same report, and no process is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scanner.content import Layer
from scanner.engine import forked, workers
from scanner.engine import run as running
from scanner.engine.run import ScanJob, run
from scanner.findings import Tally
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.sources.interface import TooLarge, Unread, Window

RULES = load_rules((), ())
ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and forks")


class MemoryBlob:
    object = ""

    def __init__(self, path, data=b"", error=None, shareable=True):
        self.path, self.data, self.error, self.shareable = path, data, error, shareable

    def read(self):
        if self.error == "die" and os.getpid() != PARENT:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.error == "unread":
            raise Unread("unreadable", f"cannot read {self.path}", hides=True)
        if self.error == "large":
            raise TooLarge
        return self.data

    def windows(self):
        yield Window(Layer(self.data), len(self.data))


PARENT = os.getpid()


def tree(seed: int, number: int = 200) -> list[MemoryBlob]:
    """Return blobs with pairs, copies of them, halves, examples and things that cannot be read."""
    made = Generator(seed)
    pairs = [(made.access_key_id(), made.secret_access_key()) for _ in range(20)]
    blobs = []
    for n in range(number):
        key_id, secret = pairs[n % 20]
        texts = (
            "nothing here\n" * (n % 50),
            f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n",
            f"{key_id}\n",
            f"\n\nsecret: {secret}\n",
            "AKIA" + "IOSFODNN7EXAMPLE\n",
            f"{made.temporary_access_key_id()}:{made.secret_access_key()}\n",
        )
        error = {50: "unread", 51: "unread", 60: "large"}.get(n)
        name = f"d{n % 7}/f{n}" + (f"-{key_id}" if n % 31 == 0 else "")
        blobs.append(MemoryBlob(name, texts[n % len(texts)].encode(), error))
    return blobs


def report(blobs, jobs):
    made = run("scan", blobs, Tally(), ScanJob(RULES, jobs))
    tally = made.tally
    return (made.kind, made.findings, tally.blobs, tally.bytes, dict(sorted(tally.skipped.items())),
            dict(sorted(tally.set_aside.items())), tally.notices)  # fmt: skip


@pytest.fixture
def share_everything(monkeypatch):
    """Share out even a small number of blobs, in short stretches."""
    monkeypatch.setattr(running, "_ALONE_BLOBS", 10)
    monkeypatch.setattr(running, "_STEP", 4)


@linux
@pytest.mark.parametrize("seed", [1, 2])
def test_the_number_of_processes_does_not_change_the_report(share_everything, seed, monkeypatch):
    blobs = tree(seed)
    alone = report(blobs, 1)
    assert len(alone[1]) > 40
    shared = []
    real = workers.share_out
    monkeypatch.setattr(workers, "share_out", lambda *a: shared.append(1) or real(*a))
    for jobs in (2, 3, 7):
        assert report(blobs, jobs) == alone
    assert len(shared) == 3


def test_the_order_of_the_blobs_does_not_change_the_findings():
    blobs = tree(3)
    assert report(blobs[::-1], 1) == report(blobs, 1)


@linux
def test_what_is_not_shareable_is_read_by_the_parent(share_everything):
    class Here(MemoryBlob):
        def read(self):
            assert os.getpid() == PARENT
            return super().read()

    blobs = [Here("<stdin>", Generator(1).access_key_id().encode(), shareable=False), *tree(4)]
    assert not [n for n in report(blobs, 2)[-1] if n.reason == "internal-error"]


@linux
def test_a_lost_worker_is_reported_and_the_others_go_on(share_everything):
    blobs = tree(5, 400)
    blobs[300] = MemoryBlob("killer", error="die")
    *_, notices = made = report(blobs, 2)
    lost = {notice.path for notice in notices if notice.reason == "worker-lost"}
    assert "killer" in lost
    assert all(notice.hides for notice in notices if notice.reason == "worker-lost")
    # It cost one stretch and nothing else: everything was either scanned or is named.
    assert len(lost) <= 400 // (2 * workers._SHARES)
    unreadable = sum(notice.reason == "unreadable" for notice in notices)
    assert made[2] + len(lost) + unreadable == len(blobs)


@linux
def test_all_workers_lost(share_everything):
    blobs = [MemoryBlob(f"f{n}", error="die") for n in range(100)]
    for blob in blobs[:20]:
        blob.error = None
    *_, notices = made = report(blobs, 2)
    assert made[2] + len(notices) == len(blobs)
    assert {notice.reason for notice in notices} == {"worker-lost"}


@linux
def test_a_worker_that_is_lost_before_it_is_told_anything(share_everything, monkeypatch):
    def die(*arguments):
        os._exit(1)

    def start(*arguments):
        worker = forked.Forked(*arguments)
        wait_for(worker.has_ended)
        return worker

    monkeypatch.setattr(workers, "_run", die)
    monkeypatch.setattr(forked, "start", start)
    blobs = tree(5)
    made = run("scan", blobs, Tally(), ScanJob(RULES, 2))
    assert (
        len({n.path for n in made.incomplete if n.reason == "worker-lost"})
        == len(blobs) - made.tally.blobs
    )


@linux
def test_stopping_early_ends_the_workers(share_everything, monkeypatch):
    started = []

    def start(*arguments):
        started.append(forked.Forked(*arguments))
        return started[-1]

    monkeypatch.setattr(forked, "start", start)

    def stop(done, total, size):
        if done > 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("scan", tree(6), Tally(), ScanJob(RULES, 2, progress=stop))
    assert len(started) == 2
    assert all(worker.has_ended() for worker in started)


def test_progress_counts_every_blob():
    seen = []
    blobs = tree(7, 100)
    run("scan", blobs, Tally(), ScanJob(RULES, 1, progress=lambda *counts: seen.append(counts)))
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert seen[-1][:2] == (100, 100)


@linux
def test_a_large_machine_is_not_used_up(monkeypatch):
    for number, used in ((1, 1), (4, 4), (16, 16), (128, 16)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid, n=number: set(range(n)))
        assert running.processes() == used


# -- real processes -------------------------------------------------------------------------------


HELD = """
import os, sys, time
from scanner.engine import run
from scanner.commands import main

scan = run.Blobs.scan

def held(blobs, start, end):
    while not os.path.exists("go-on"):
        time.sleep(0.01)
    return scan(blobs, start, end)

run._ALONE_BLOBS = 0
run.Blobs.scan = held
raise SystemExit(main(["scan", "--no-config", "--jobs", "2", "."]))
"""
"""The command with two workers, which do not scan their first files before the test says so."""


@pytest.fixture
def big_tree(tmp_path):
    """A directory with work for two processes."""
    made = Generator(8)
    for number in range(40):
        text = f"{made.access_key_id()}:{made.secret_access_key()}\n"
        (tmp_path / f"f{number}").write_text(text)
    return tmp_path


def start(directory: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", HELD],
        cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


def children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition, seconds: float = 60) -> None:
    for _ in range(int(seconds * 50)):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen")


@linux
def test_an_interrupt_leaves_no_process_and_no_traceback(big_tree):
    process = start(big_tree)
    wait_for(lambda: len(children(process.pid)) >= 2)
    workers_then = children(process.pid)
    # As a terminal does: to the whole group, twice, since people press it twice.
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.01)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert b"Traceback" not in err
    assert out == b""
    assert process.returncode in (130, -signal.SIGINT)
    wait_for(lambda: not [pid for pid in workers_then if alive(pid)])


@linux
def test_one_interrupt_is_told_in_one_line(big_tree):
    process = start(big_tree)
    wait_for(lambda: len(children(process.pid)) >= 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (out, err.decode()) == (b"", "keycatch: interrupted; nothing was reported\n")
    assert process.returncode == 130


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_parent(big_tree, how):
    process = start(big_tree)
    wait_for(lambda: len(children(process.pid)) >= 2)
    left = children(process.pid)
    process.send_signal(how)
    process.wait(timeout=60)
    # A parent that is killed ends no worker: they notice it when they have scanned their files.
    (big_tree / "go-on").touch()
    process.communicate(timeout=60)  # each worker has its output open as well
    wait_for(lambda: not [pid for pid in left if alive(pid)])


@linux
def test_a_killed_worker_is_told_by_the_command(big_tree):
    process = start(big_tree)
    wait_for(lambda: len(children(process.pid)) >= 2)
    for pid in children(process.pid):
        os.kill(pid, signal.SIGKILL)
    (big_tree / "go-on").touch()
    _, err = process.communicate(timeout=120)
    assert b"Traceback" not in err
    assert process.returncode in (1, 2)


# -- what each credential tells by itself -------------------------------------------------------


def test_only_what_is_reported_is_read_for_what_it_tells(monkeypatch):
    read = []
    monkeypatch.setattr(
        "scanner.kinds.tell", lambda finding: read.append(finding.fingerprint) or None
    )
    report = run("scan", tree(5), Tally(), ScanJob(RULES, 1))
    assert read == [finding.fingerprint for finding in report.findings]
    assert read


def test_what_is_told_is_the_same_however_the_work_is_shared():
    alone, shared = (run("scan", tree(6), Tally(), ScanJob(RULES, jobs)) for jobs in (1, 2))
    assert [finding.forensics for finding in alone.findings] == [
        finding.forensics for finding in shared.findings
    ]
    assert all(finding.forensics for finding in alone.findings)


def test_a_defect_of_a_reader_costs_what_it_would_have_told_and_no_more(monkeypatch):
    whole = run("scan", tree(7), Tally(), ScanJob(RULES, 1))

    def fail(finding):
        raise ZeroDivisionError(finding.values["key_id"].reveal())

    monkeypatch.setattr("scanner.kinds.tell", fail)
    report = run("scan", tree(7), Tally(), ScanJob(RULES, 1))
    assert report.findings == tuple(each._replace(forensics=None) for each in whole.findings)
    told = [notice for notice in report.tally.notices if notice.reason == "internal-error"]
    assert len(told) == len(report.findings)
    assert not any(notice.hides for notice in told)
    assert {notice.detail.partition(" at ")[0] for notice in told} == {"ZeroDivisionError"}
    assert "AKIA" not in "".join(notice.detail for notice in told)
    assert report.incomplete == whole.incomplete
