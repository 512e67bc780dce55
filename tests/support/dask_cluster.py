"""A scheduler and workers of Dask that speak TLS on loopback, each a process that can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import distributed

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 120
"""Seconds in which a worker comes, also on a machine with a lot to do."""


class Cluster:
    """`options` are those of `keycatch fleet` for it; `folder` has logs and what workers write."""

    def __init__(self, folder: Path, above: int) -> None:
        self.folder = folder
        self._above = above
        self.address = ""
        self.scheduler: Any = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self._where = folder / "scheduler.json"
        (folder / "work").mkdir()
        certificates(folder, "node")
        self._pair = {"cert": str(folder / "node.pem"), "key": str(folder / "node.key")}
        tls = {"ca-file": self._pair["cert"], "scheduler": self._pair, "worker": self._pair}
        settings = {
            "comm": {"require-encryption": True, "tls": tls},
            "scheduler": {"http": {"routes": []}},
            "worker": {"memory": {"target": False, "spill": False}, "http": {"routes": []}},
        }
        (folder / "cluster.yaml").write_text(json.dumps({"distributed": settings}))

    @property
    def options(self) -> list[Any]:
        cert, key = self._pair["cert"], self._pair["key"]
        return [
            "--cluster", self.address, "--cluster-ca", cert, "--cluster-cert", cert,
            "--cluster-key", key, "--divide-above", self._above,
        ]  # fmt: skip

    def start(self, names: Sequence[str] = ("first", "second")) -> None:
        """Begin with a scheduler, at another address than before, and with workers."""
        self._where.unlink(missing_ok=True)
        where = ("--host", "tls://127.0.0.1", "--port", "0", "--scheduler-file", str(self._where))
        self.scheduler = self._begin("scheduler.log", "dask_scheduler", *where)
        self.workers = [self.worker(name) for name in names]
        while not self._where.exists() or b"address" not in self._where.read_bytes():
            assert self.scheduler.poll() is None, (self.folder / "scheduler.log").read_text()
            time.sleep(0.05)
        self.address = json.loads(self._where.read_text())["address"]

    def worker(self, name: str) -> subprocess.Popen[bytes]:
        """Return a worker that looks for the scheduler."""
        return self._begin(
            f"{name}.log", "dask_worker", "--scheduler-file", str(self._where),
            "--nthreads", "1", "--no-nanny", "--name", name,
        )  # fmt: skip

    def until_there_were(self, number: int) -> None:
        """Wait until so many workers have come to the scheduler, with those that are lost."""
        log = self.folder / "scheduler.log"
        until = time.monotonic() + _PATIENCE
        while log.read_text().count("Register worker") < number:
            assert self.scheduler.poll() is None
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _begin(self, log: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        # Not the level of the log that the scanner sets for itself, if it ran in this process.
        inherited = {name: each for name, each in os.environ.items() if "DASK" not in name}
        environment = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(self.folder / "work"),
            "DASK_CONFIG": str(self.folder / "cluster.yaml"),
        }
        with open(self.folder / log, "wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments],
                env=environment, cwd=self.folder / "work", stdout=file, stderr=file,
            )  # fmt: skip


def certificates(folder: Path, name: str) -> None:
    """Write a key and a certificate that is its own CA."""
    made = distributed.Security.temporary()
    (folder / f"{name}.pem").write_text(made.tls_client_cert)
    (folder / f"{name}.key").write_text(made.tls_client_key)


@contextmanager
def started(folder: Path, above: int) -> Iterator[Cluster]:
    """Yield two workers and their scheduler; repositories `above` so many bytes are divided."""
    cluster = Cluster(folder, above)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
