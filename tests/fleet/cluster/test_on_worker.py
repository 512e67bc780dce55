"""What a worker does with an order, without a cluster around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.about import VERSION
from scanner.fleet.cluster import on_worker
from scanner.fleet.cluster.client import Cluster, ClusterWorkers
from scanner.fleet.cluster.messages import Order, Terms, read_done, written_order
from scanner.fleet.cluster.on_worker import carry_out, describe
from scanner.fleet.cluster.program import program
from scanner.fleet.outcome import State
from scanner.fleet.work import Done, Work
from scanner.remote.address import parse

Run = Callable[..., Any]
OPTIONS = ("--format=json", "--quiet", "--jobs=1", "--no-baseline", "--exit-zero")


@pytest.fixture(autouse=True)
def nothing_is_spilled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_worker, "spills", lambda: False)


def ask(path: Path | str = "", url: str = "", before: str = "", **terms: Any) -> Done:
    address = parse(url, files=True) if url else None
    work = Work(str(path), address, OPTIONS, "0" * 64, before, 60)
    whole = Terms(program(), {}, 0, 60, 60, {})._replace(**terms)
    return read_done(carry_out(written_order(Order(work, whole))))


def test_an_address_is_cloned_scanned_removed_and_only_asked_the_next_time(
    make_repository: Run, plant: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = make_repository()
    repository.write("config", plant.pair())
    repository.commit()
    repository.git("tag", "-a", "-m", "a tag", "v1")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    url = f"file://{repository.root}"
    done = ask(url=url)
    assert done.is_scanned
    (finding,) = json.loads(done.content)["findings"]
    assert "****" in finding["values"]["key_id"]
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / "cache").exists()  # nobody would read a record of that clone

    assert ask(url=url, before=done.key) == Done(done.key, is_unchanged=True)
    repository.git("tag", "v2")
    again = ask(url=url, before=done.key)
    assert again.is_scanned
    assert again.key != done.key
    assert ask(url=f"{url}-gone", before=done.key).state is State.UNREACHABLE


def test_a_token_is_that_of_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask(url="https://127.0.0.1:1/app", tokens={"127.0.0.1:1": "NOT_SET_HERE"})
    assert asked.state is State.FAILED
    assert "the variable NOT_SET_HERE is not set" in asked.problem


def test_the_configuration_of_the_client_is_that_of_the_scan(
    make_repository: Run, plant: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = make_repository()
    repository.write("config", plant.pair())
    repository.commit()
    (tmp_path / ".keycatch.toml").write_text("no such key = 1")
    monkeypatch.chdir(tmp_path)  # of the worker: it does not count
    rule = 'disable = ["aws-access-key-pair"]\n'
    done = ask(repository.root, files={".keycatch.toml": rule})
    report = json.loads(done.content)
    assert "aws-access-key-pair" not in {each["rule_id"] for each in report["findings"]}
    assert report["scan"]["configuration"]["file"] == ".keycatch.toml"


def test_what_a_worker_does_not_scan_has_a_reason(
    make_repository: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for done, said in (
        (ask(tmp_path / "gone"), "there is no such directory: the workers need the same disk"),
        (ask(tmp_path, program="f" * 64), f"its version {VERSION} or its rules are not those"),
        (read_done(carry_out(b"[]")), "it is not an object"),
    ):
        assert done.state is State.FAILED
        assert said in done.problem
        assert not done.is_scanned

    repository = make_repository()
    repository.commit("file")
    work = Work(str(repository.root), None, OPTIONS, "0" * 64, "", 60, expected="e" * 64)
    order = Order(work, Terms(program(), {}, 0, 60, 60, {}))
    assert (
        "another one for the worker than for the machine that asks"
        in read_done(carry_out(written_order(order))).problem
    )

    monkeypatch.setattr(on_worker, "spills", lambda: True)
    assert "writes results to files" in ask(repository.root).problem


def test_a_damaged_repository_is_scanned_by_a_worker_that_sees_the_same(
    make_repository: Run, plant: Any
) -> None:
    repository = make_repository()
    repository.write("config", plant.pair())
    repository.commit()
    (repository.root / ".git/objects/pack/pack-1.idx").write_bytes(b"an index without a pack")
    terms = Terms(program(), {}, 0, 60, 60, {})
    workers = ClusterWorkers(Cluster("tls://a-scheduler:1", 0), terms, 0)
    order = workers._order(Work(str(repository.root), None, OPTIONS, "0" * 64, "", 60))
    done = read_done(carry_out(order))
    assert not done.key
    assert len(json.loads(done.content)["findings"]) == 1
    assert not json.loads(done.content)["scan"]["complete"]

    repository.write(".git/objects/pack/pack-2.idx", "another one")
    assert "is another one for the worker" in read_done(carry_out(order)).problem


def test_a_worker_describes_itself() -> None:
    fields = json.loads(describe())
    assert fields["version"] == VERSION
    assert fields["program"] == program()
    assert fields["spills"] is False
