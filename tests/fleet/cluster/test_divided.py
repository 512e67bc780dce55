"""A large repository in shares, with workers that answer as they are told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from scanner.fleet.cluster.divided import DividingWorkers
from scanner.fleet.outcome import State
from scanner.fleet.scan_process import Scans
from scanner.fleet.unchanged import scan_digest
from scanner.fleet.work import Done, Place, Work, perform
from scanner.git.repository import Repository

Answer = Callable[[Work], Done]
OPTIONS = ("--format=json", "--quiet", "--jobs=1", "--no-baseline", "--exit-zero")
CONDITIONS = "0" * 64


class Workers:
    """Three of a cluster, which do what they get as soon as somebody waits for them."""

    threads = 3

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Work] = []
        self.dropped = 0
        self._work: dict[Future[Any], Work] = {}

    def submit(self, work: Work) -> Future[Any]:
        future: Future[Any] = Future()
        self._work[future] = work
        return future

    def wait(self, running: Collection[Future[Any]]) -> Collection[Future[Any]]:
        for future in running:
            if not future.done():
                self.asked.append(self._work[future])
                future.set_result(self.answer(self._work[future]))
        return running

    def done(self, future: Future[Any]) -> Any:
        return future.result()

    def drop(self, _: Future[Any]) -> None:
        self.dropped += 1


@pytest.fixture
def path(make_repository: Callable[..., Any], plant: Any) -> str:
    repository = make_repository()
    repository.write("config", plant.pair())
    repository.commit()
    return str(repository.root)


def scan(work: Work) -> Done:
    return perform(work, Place(lambda _: None, "", lambda _: None, Scans()))  # type: ignore[arg-type,return-value]


def run(path: str, answer: Answer, above: int = 0, before: str = "") -> tuple[Done, Workers]:
    workers = Workers(answer)
    dividing = DividingWorkers(workers, above)  # type: ignore[arg-type]
    future = dividing.submit(Work(path, None, OPTIONS, CONDITIONS, before, 60))
    running = [future]
    assert list(dividing.wait(running)) == running
    return dividing.done(future), workers


def test_shares_are_searched_and_one_worker_ends_the_scan(path: str) -> None:
    whole, workers = run(path, scan, above=1 << 30)
    assert len(workers.asked) == 1
    done, workers = run(path, scan)
    assert done == whole
    assert b'"rule_id": "aws-access-key-pair"' in done.content
    *shares, last = workers.asked
    assert [work.share for work in shares] == [(0, 3), (1, 3), (2, 3)]
    assert last.share is None
    assert last.found
    assert len(last.found.reread.again) == 1
    assert {work.expected for work in workers.asked} == {done.key}

    unchanged, workers = run(path, scan, before=done.key)
    assert unchanged == Done(done.key, is_unchanged=True)
    assert not workers.asked


@pytest.mark.parametrize("content", [b"", b"{}", b'{"schema_version": 1}'])
def test_if_a_share_cannot_be_searched_one_worker_searches_everything(
    path: str, content: bytes
) -> None:
    ended = Done("1" * 64, b"the report of everything", is_scanned=True)

    def answer(work: Work) -> Done:
        if work.share is None:
            return ended
        return Done(state=State.FAILED, problem="lost") if not content else Done("", content)

    done, workers = run(path, answer)
    assert done == ended
    assert workers.asked[-1].found is None
    assert workers.dropped == 2
    key = scan_digest(Repository(path, named=True), CONDITIONS)
    assert workers.asked[-1].expected == key


def test_a_share_that_takes_too_long_is_the_answer(path: str) -> None:
    late = Done(state=State.TIMED_OUT, problem="too long", is_scanned=True)
    done, workers = run(path, lambda work: late if work.share else scan(work))
    assert done == late
    assert all(work.share for work in workers.asked)


def test_what_is_damaged_or_gone_is_not_divided(path: str, tmp_path: Path) -> None:
    failed = Done(state=State.FAILED, problem="as any other")
    assert run(str(tmp_path / "gone"), lambda _: failed)[0] == failed
    (Path(path) / ".git/objects/pack/pack-1.idx").write_bytes(b"no index")
    done, workers = run(path, lambda _: failed)
    assert done == failed
    assert [work.share for work in workers.asked] == [None]
