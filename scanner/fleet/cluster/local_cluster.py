"""A cluster of processes on this machine, for as long as a run takes."""

from __future__ import annotations

import logging
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scanner.errors import KeycatchError
from scanner.fleet.cluster.library import INSTALL, files_in, library
from scanner.remote.leftovers import temporary_directory

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def local_cluster(processes: int) -> Iterator[tuple[str, Any]]:
    """Start a scheduler in this process and workers in `processes`; yield address and `Security`.

    Raises KeycatchError. They listen on the loopback interface, to which every user of the machine
    can connect, and who can connect to a worker can run programs with it. So they speak TLS with a
    key that is made now and is in no file that others can read: nobody else has it.
    """
    distributed = library()
    try:
        security = distributed.Security.temporary()
    except ImportError as error:
        raise KeycatchError(
            f"--cluster local:N makes certificates with a library that is missing: {error}: run "
            f"`{INSTALL}`"
        ) from None
    with (
        temporary_directory("keycatch-") as scratch,
        files_in(scratch),
        distributed.LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            memory_limit=0,  # of a process that waits for a scan, which has a limit of its own
            host="127.0.0.1",
            protocol="tls://",
            security=security,
            dashboard_address="127.0.0.1:0",
            preload=[__name__],
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster.scheduler_address, security


def dask_setup(worker: object) -> None:
    """Ignore Ctrl-C in a `worker`, which calls this when it starts (`preload`).

    It is for the process that started it, and ends it; this one would print a traceback.
    """
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
