"""Whatever is killed while a repository is searched in shares, the report is the same in the end.

`KEYCATCH_KILLS=20` kills so often, at other moments than in the tests.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from dask_cluster import ROOT, Cluster, started

pytestmark = pytest.mark.skipif(os.name == "nt", reason="it has no SIGKILL")

PROGRAM = """\
import os, signal, sys, time
from scanner.fleet.cluster.client import ClusterWorkers

moment, victim, pause = int(sys.argv.pop(1)), int(sys.argv.pop(1)), float(sys.argv.pop(1))
moments = 0

def counted(function):
    def run(*arguments):
        global moments
        moments += 1
        if moments == moment:
            time.sleep(pause)
            os.kill(victim or os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return run

ClusterWorkers.submit = counted(ClusterWorkers.submit)
ClusterWorkers.done = counted(ClusterWorkers.done)
from scanner.commands import main
code = main()
assert moment < 1 or moments >= moment
raise SystemExit(code)
"""
"""Runs keycatch and kills: `moment` counts the shares and the last scan, when they are sent and
when they are answered."""
LAST = 6
"""Of the moments: two workers get two shares, and one of them the scan after them."""


class Kill(NamedTuple):
    victim: str
    moment: int
    pause: float = 0
    """Seconds at that moment, in which the workers go on."""


def kills() -> list[Kill]:
    number = int(os.environ.get("KEYCATCH_KILLS", "0"))
    chance = random.Random(number)
    victims = ("client", "first", "second", "scheduler")
    found = [
        Kill(victims[each % 4], chance.randint(1, LAST), chance.uniform(0, 1.5))
        for each in range(number)
    ]
    return found or [Kill("client", 4), Kill("first", 3), Kill("scheduler", 5)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with started(tmp_path_factory.mktemp("cluster"), above=1000) as cluster:
        yield cluster


@pytest.fixture
def secrets(plant: Any) -> list[str]:
    return [plant.pair() for _ in range(3)]


@pytest.fixture
def path(make_repository: Callable[..., Any], secrets: list[str], tmp_path: Path) -> Path:
    """Return a repository with a pack for each of its commits, and loose objects."""
    repository = make_repository("large")
    for number, pair in enumerate(secrets):
        repository.write(f"config{number}", pair)
        repository.write(f"data{number}", random.Random(number).randbytes(20_000).hex())
        repository.commit()
        if number < len(secrets) - 1:
            repository.git("repack", "-d", "-q")
    return Path(repository.root)


def run(cluster: Cluster, path: Path, state: Path, kill: Kill) -> subprocess.CompletedProcess[str]:
    pids = {"client": 0, "scheduler": cluster.scheduler.pid}
    pids |= {
        name: each.pid for name, each in zip(("first", "second"), cluster.workers, strict=True)
    }
    return subprocess.run(
        [
            sys.executable, "-c", PROGRAM, str(kill.moment), str(pids[kill.victim]),
            str(kill.pause), "fleet", path, "--state", state, "-f", "json",
            *map(str, cluster.options),
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def files(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def test_the_report_is_the_same_and_no_value_is_left(
    cluster: Cluster, path: Path, secrets: list[str], keycatch: Any, tmp_path: Path
) -> None:
    here = keycatch("fleet", path, "--state", tmp_path / "here", "-f", "json")
    assert len(here.report()["findings"]) == len(secrets)
    came = 2
    cluster.until_there_were(came)
    for number, kill in enumerate(kills()):
        state = tmp_path / f"state{number}"
        done = run(cluster, path, state, kill)
        if kill.victim == "client":
            assert done.returncode == -9
        elif kill.victim == "scheduler":
            assert done.returncode in (1, 2)
            cluster.stop()
            cluster.start()
            came = 2
        else:  # the other one goes on alone
            assert (done.stdout, done.returncode) == (here.stdout, here.returncode), done.stderr
            lost = ("first", "second").index(kill.victim)
            cluster.workers[lost].wait()
            cluster.workers[lost] = cluster.worker(kill.victim)
            came += 1
        cluster.until_there_were(came)

        again = run(cluster, path, state, Kill("client", 0))
        assert (again.stdout, again.returncode) == (here.stdout, here.returncode), again.stderr
        assert files(state) == files(tmp_path / "here")
        assert not list((cluster.folder / "work").glob("keycatch*"))

    values = [line.partition(" = ")[2].encode() for pair in secrets for line in pair.splitlines()]
    written = [each for root in (tmp_path, cluster.folder) for each in root.rglob("*")]
    for each in written:
        if each.is_file() and path not in each.parents:
            content = each.read_bytes()
            assert not any(value in content for value in values), each
