"""All repositories of a fleet, whoever does the work."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from scanner.findings import Confidence
from scanner.fleet.outcome import Outcome, State
from scanner.fleet.run import merged, scan_all
from scanner.fleet.sources import Target
from scanner.fleet.state_folder import StateFolder
from scanner.fleet.task import Plan
from scanner.fleet.work import Done, Work

PLAN = Plan((), "conditions", Confidence.MEDIUM, 60)


class OneByOne:
    """Workers with room for two, the last of which is always done first."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.most = 0
        self.left = False

    def __enter__(self) -> OneByOne:
        return self

    def __exit__(self, *_: object) -> None:
        self.left = True

    def room(self) -> int:
        return 2

    def submit(self, work: Work) -> Future[Any]:
        self.asked.append(work.path)
        future: Future[Any] = Future()
        future.set_result(Done(state=State.FAILED, problem=work.path, is_scanned=True))
        return future

    def wait(self, running: Any) -> Any:
        self.most = max(self.most, len(running))
        return [list(running)[-1]]

    def done(self, future: Future[Any]) -> Done:
        done: Done = future.result()
        if done.problem == "/stop":
            raise KeyboardInterrupt
        return done


def test_all_are_kept_in_their_order(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path / "state"), is_new=True)
    targets = [Target(name, f"/{name}") for name in "abcd"]
    targets.insert(2, Target("bad", problem="refused"))
    workers, progress = OneByOne(), []
    fleet = scan_all(targets, PLAN, folder, progress.append, workers)
    assert [each.name for each in fleet.outcomes] == ["a", "b", "bad", "c", "d"]
    assert [each.detail for each in fleet.outcomes] == ["/a", "/b", "refused", "/c", "/d"]
    assert (fleet.scanned, workers.asked, workers.most) == (4, ["/a", "/b", "/c", "/d"], 2)
    assert progress[-1] == 5
    assert len(folder.names()) == 5

    report = merged(fleet.outcomes, folder, "reason")
    assert [each.path for each in report.tally.notices] == ["a", "b", "bad", "c", "d"]
    assert report.incomplete


def test_an_interrupt_ends_the_workers_and_keeps_what_was_done(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path / "state"), is_new=True)
    targets = [Target(name, f"/{name}") for name in ("a", "b", "stop")]
    workers = OneByOne()
    with pytest.raises(KeyboardInterrupt):
        scan_all(targets, PLAN, folder, lambda number: None, workers)
    assert workers.left
    kept = [folder.outcome(target.id) for target in targets]
    assert [each and each.state for each in kept] == [None, State.FAILED, None]


def test_a_report_of_another_version_is_named(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path / "state"), is_new=True)
    outcome = folder.save("0" * 32, Outcome("a", State.CLEAN), b"{}")
    (notice,) = merged([outcome], folder, "reason").tally.notices
    assert "its report in the state folder cannot be used" in notice.detail
