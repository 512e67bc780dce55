"""What a worker of the cluster does: the only functions that the client names to it."""

from __future__ import annotations

import json
import os
import platform
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scanner.about import VERSION
from scanner.errors import KeycatchError
from scanner.files import write_whole
from scanner.fleet.cluster.library import spills
from scanner.fleet.cluster.messages import Order, Terms, read_order, written_done
from scanner.fleet.cluster.program import program
from scanner.fleet.outcome import State
from scanner.fleet.scan_process import Scans
from scanner.fleet.work import Done, Place, Work, perform
from scanner.remote.git_python import library
from scanner.remote.leftovers import temporary_directory
from scanner.remote.login import Tokens, login
from scanner.remote.mirror import Access
from scanner.remote.watch import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator


def describe() -> bytes:
    """Return what the client has to know about this worker before it sends work."""
    fields = {
        "host": platform.node(),
        "version": VERSION,
        "program": program(),
        "spills": spills(),
    }
    return json.dumps(fields).encode()


def carry_out(content: bytes) -> bytes:
    """Do the work that the order `content` asks for; never raises an error.

    Mirrors are in the worker's directory for temporary files, and removed at the end.
    """
    try:
        order = read_order(content)
        done = _carry_out(order)
    except (KeycatchError, OSError, ValueError) as error:
        done = Done(state=State.FAILED, problem=f"on the worker {platform.node()}: {error}")
    return written_done(done)


def _carry_out(order: Order) -> Done:
    work, terms = order.work, order.terms
    if terms.program != program():
        raise KeycatchError(
            f"its version {VERSION} or its rules are not those of the machine that asks: install "
            "the same keycatch on both"
        )
    if spills():
        raise KeycatchError(
            "Dask writes results to files there: set distributed.worker.memory.target and "
            "distributed.worker.memory.spill to false"
        )
    if work.address:
        library()  # before any other thread reads the environment, which it changes
    elif not os.path.isdir(work.path):
        raise KeycatchError("there is no such directory: the workers need the same disk")

    return _perform(work, terms)


def _perform(work: Work, terms: Terms) -> Done:
    limits = Limits(terms.clone_size, terms.clone_seconds, terms.stall)
    with _directory_with(terms.files) as directory:
        place = Place(
            lambda address: Access(login(address, Tokens(terms.tokens), os.environ), "", limits),
            "",
            lambda _: None,
            Scans(directory),
        )
        return perform(work, place)


@contextmanager
def _directory_with(files: dict[str, str]) -> Iterator[str | None]:
    """Yield a directory that has `files`, by name; None if there are none."""
    if not files:
        yield None
        return
    with temporary_directory("keycatch-") as directory:
        for name, text in files.items():
            path = os.path.join(directory, os.path.basename(name))
            write_whole(path, [text.encode()], 0o600, only_new=True)
        yield directory
