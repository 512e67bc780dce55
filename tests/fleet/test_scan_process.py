"""A scan in a process of its own: what comes back from one that fails, hangs or is ended."""

from __future__ import annotations

import threading
import time

import pytest

from scanner.fleet import scan_process
from scanner.fleet.scan_process import Scans


@pytest.mark.parametrize(
    ("program", "content", "problem"),
    [
        ("print('text'); raise SystemExit(1)", b"text\n", ""),
        ("print('text'); raise SystemExit(3)", b"", "the scan ended with exit code 3"),
        ("pass", b"", "the scan ended with exit code 0"),
        ("import sys; sys.exit('keycatch: a\\nkeycatch: the last')", b"", "the last"),
        ("import os; os.abort()", b"", "the scan ended with signal 6"),
        ("import time; time.sleep(60)", b"", "the scan took more than 1 seconds"),
    ],
)
def test_how_it_ended(
    program: str, content: bytes, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_process, "_PROGRAM", program)
    ended = Scans().run((), 1 if "sleep" in program else 60)
    assert (ended.content, ended.is_late) == (content, "sleep" in program)
    assert ended.problem.startswith(problem)


def test_when_the_run_is_over_all_end_and_none_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_process, "_PROGRAM", "import time; time.sleep(60)")
    scans = Scans()
    thread = threading.Thread(target=scans.run, args=((), 60))
    thread.start()
    while not scans._running:
        time.sleep(0.01)
    scans.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert scans.is_over()
    assert "cannot start a process" in scans.run((), 60).problem
