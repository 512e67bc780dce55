"""`keycatch fleet --cluster` against a scheduler and two workers that speak TLS, on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dask_cluster import ROOT, Cluster, certificates, started

from scanner.fleet.cluster import client, messages
from scanner.fleet.cluster.client import ClusterWorkers

Run = Callable[..., Any]
LARGE = 100_000
"""Bytes above which a repository is divided."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    certificates(folder, "foreign")
    with started(folder, LARGE) as cluster:
        yield cluster


@pytest.fixture
def clones(whole_clones: Path) -> Path:
    """Return a folder with a clean clone, two that share a key, and one that is broken.

    The last one is large enough to be divided.
    """
    (whole_clones / "two/large").write_bytes(os.urandom(LARGE))
    for arguments in (("add", "large"), ("commit", "-q", "-m", "large")):
        subprocess.run(["git", "-C", whole_clones / "two", *arguments], check=True)
    (whole_clones / "broken/.git").mkdir(parents=True)
    return whole_clones


@pytest.fixture
def fleet(keycatch: Run, clones: Path, tmp_path: Path) -> Run:
    """Run `fleet` over the clones; what stays the same is how Dask itself is configured."""

    def run(*arguments: Any, state: str = "state") -> Any:
        return keycatch("fleet", clones, "--state", tmp_path / state, "-f", "json", *arguments)

    return run


def test_a_cluster_reports_the_same_and_nothing_in_it_has_a_value(
    cluster: Cluster, fleet: Run, clones: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cluster.until_there_were(2)
    sent: list[bytes] = []

    def written(order: messages.Order) -> bytes:
        sent.append(messages.written_order(order))
        return sent[-1]

    def read(content: object) -> Any:
        done = messages.read_done(content)
        sent.append(done.content)
        return done

    monkeypatch.setattr(client, "written_order", written)
    monkeypatch.setattr(client, "read_done", read)
    monkeypatch.setenv("GITHUB_TOKEN", "a-token-of-the-client")
    on_cluster = fleet(*cluster.options)
    assert on_cluster.returncode == 2
    assert "4 repositories: 1 clean, 2 with findings, 1 failed; 3 scanned now" in on_cluster.stderr
    here = fleet(state="other")
    assert on_cluster.stdout == here.stdout
    assert "0 scanned now" in fleet(*cluster.options).stderr
    assert "0 scanned now" in fleet().stderr  # the key of a path is the same here and there

    secret = (clones / "one/config").read_text().split()[-1].encode()
    logs = [path.read_bytes() for path in cluster.folder.rglob("*") if path.is_file()]
    kept = [path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert len(sent) > 12
    found = [json.loads(content) for content in sent if content.startswith(b'{"files"')]
    assert len(found) == 2
    assert sum(len(each["again"]) for each in found) == 1
    for content in (*sent, *logs, *kept):
        assert secret not in content
        assert b"a-token-of-the-client" not in content
    # Nothing of a scan stays where a worker ran.
    assert not list((cluster.folder / "work").rglob("keycatch-*"))


def test_without_a_certificate_of_the_ca_nobody_takes_part(cluster: Cluster, fleet: Run) -> None:
    ca, *_ = cluster.options[3:4]
    foreign = [cluster.folder / f"foreign.{end}" for end in ("pem", "key")]
    for options, said in (
        (["--cluster-ca", ca, "--cluster-cert", foreign[0], "--cluster-key", foreign[1]],
         "certificates of both"),
        (["--cluster-ca", foreign[0], *cluster.options[4:]], "certificates of both"),
        (["--cluster-ca", ca], "name the file with --cluster-cert"),
        ([], "name the file with --cluster-ca"),
        ([*cluster.options[2:4], "--cluster-cert", __file__], f"cannot use {__file__}"),
    ):  # fmt: skip
        done = fleet("--cluster", cluster.address, *options)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    plain = fleet("--cluster", cluster.address.replace("tls", "tcp"))
    assert "--allow-tcp" in plain.stderr
    plain = fleet("--cluster", cluster.address.replace("tls", "tcp"), "--allow-tcp")
    assert "cannot connect to the scheduler" in plain.stderr

    # A worker is a connection like any other: with no certificate, and with a foreign one.
    host, port = cluster.address.removeprefix("tls://").split(":")
    for shown in ((), foreign):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(ca)
        if shown:
            context.load_cert_chain(*shown)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            talk(context, host, int(port))


def talk(context: ssl.SSLContext, host: str, port: int) -> None:
    """Send and receive something; raises what ends the connection."""
    with (
        socket.create_connection((host, port)) as plain,
        context.wrap_socket(plain) as connection,
    ):
        connection.send(b"\0" * 8)
        # With TLS 1.3 the alert comes after the handshake.
        if not connection.recv(1):
            raise ConnectionResetError


def test_what_a_worker_returns_is_not_run_and_an_error_is_of_one_repository(
    cluster: Cluster, fleet: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(client, "carry_out", eval)
    monkeypatch.setattr(client, "written_order", lambda _: b"1 / 0")
    done = fleet(*cluster.options)
    assert done.returncode == 2
    assert done.stdout.count("failed: division by zero") == 3
    assert "4 failed" in done.stderr

    monkeypatch.setattr(client, "written_order", lambda _: b"b'no answer'")
    assert "no answer that can be read" in fleet(*cluster.options).stdout

    monkeypatch.setattr(client, "_LOOK", 0.1)
    monkeypatch.setattr(client, "written_order", lambda _: b"__import__('subprocess').Popen")
    done = fleet(*cluster.options)
    assert done.returncode == 2
    assert "a message that could run code on this machine" in done.stderr


def test_another_program_is_refused_by_name(
    cluster: Cluster, fleet: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(client, "describe", exec)  # as where there is no keycatch, it fails
        done = fleet(*cluster.options)
    assert done.returncode == 2
    assert f"the scheduler {cluster.address} cannot use keycatch (exec" in done.stderr
    monkeypatch.setattr(client, "program", lambda: "0" * 64)
    done = fleet(*cluster.options)
    assert done.returncode == 2
    assert "the worker tls://127.0.0.1:" in done.stderr
    assert "other code or rules than this machine" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be stopped for a while there")
def test_lost_workers_and_a_lost_scheduler_lose_nothing(
    cluster: Cluster, fleet: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = ClusterWorkers.submit
    submitted: list[Any] = []

    def lose_a_worker(workers: ClusterWorkers, work: Any) -> Any:
        """Stop one before it gets work, and kill it when all work was handed out."""
        if not submitted:
            cluster.workers[0].send_signal(signal.SIGSTOP)
        submitted.append(submit(workers, work))
        if len(submitted) == 4:
            cluster.workers[0].kill()
        return submitted[-1]

    monkeypatch.setattr(ClusterWorkers, "submit", lose_a_worker)
    done = fleet(*cluster.options)
    assert "3 scanned now" in done.stderr
    assert done.stdout == fleet(state="other").stdout

    def lose_the_scheduler(workers: ClusterWorkers, work: Any) -> Any:
        cluster.scheduler.kill()
        cluster.scheduler.wait()
        return submit(workers, work)

    monkeypatch.setattr(ClusterWorkers, "submit", lose_the_scheduler)
    monkeypatch.setattr(client, "_LOOK", 0.1)
    lost = fleet(*cluster.options, state="new")
    assert lost.returncode == 2
    assert "is lost" in lost.stderr
    assert lost.stderr.count("\n") == 1
    assert fleet(state="new").stdout == done.stdout


def test_local_starts_workers_of_its_own(keycatch: Run, clones: Path, tmp_path: Path) -> None:
    arguments = ("fleet", clones / "one", "--state", tmp_path / "state", "--cluster", "local:1")
    done = keycatch(*arguments)
    assert done.returncode == 1
    assert "1 with findings; 1 scanned now" in done.stderr


def test_one_sentence_says_how_to_install_what_is_missing(
    fleet: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = fleet("--cluster", "local:2")
    assert done.returncode == 2
    assert "run `pip install 'keycatch[cluster]'`" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "state").exists()


def test_without_a_cluster_or_an_address_no_library_for_them_is_imported(
    clones: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; from scanner.commands import main; clone, state = sys.argv[1:]; "
        "main(['history', clone]), main(['fleet', clone, '--state', state]); "
        "print(sorted({'git', 'dask', 'distributed'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, clones / "clean", tmp_path / "state"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
