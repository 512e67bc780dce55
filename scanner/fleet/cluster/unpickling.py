"""Keeps this process from running what the other side of a connection sends.

Dask unpickles parts of its messages, and a pickle can call any function that it names. So a worker
that was taken over could run programs on the machine of the client, where the reports are. Nothing
that a client needs is on the list below but numbers, text and exceptions.
"""

from __future__ import annotations

import builtins
import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_HARMLESS: Final = frozenset((
    ("builtins", "bytes"), ("builtins", "int"),
    ("collections", "defaultdict"), ("collections", "deque"),
    # How the scheduler says that a task has failed: an exception, and where it was raised.
    ("distributed.comm.core", "CommClosedError"),
    ("distributed.core", "Status"),
    ("distributed.exceptions", "WorkerStartTimeoutError"),
    ("distributed.scheduler", "KilledWorker"),
    ("distributed.scheduler", "NoValidWorkerError"),
    ("distributed.scheduler", "WorkerState"),
    ("tblib", "Code"), ("tblib", "Frame"), ("tblib", "Traceback"),
    ("tblib.pickling_support", "unpickle_exception"),
    ("tblib.pickling_support", "unpickle_exception_with_attrs"),
    ("tblib.pickling_support", "unpickle_traceback"),
))  # fmt: skip


class Guard:
    """One context in which pickles are looked at."""

    def __init__(self) -> None:
        """Begin with nothing that was refused."""
        self.refused: list[str] = []
        """What a pickle asked for."""


_guards: Final[list[Guard]] = []


@contextmanager
def only_harmless() -> Iterator[Guard]:
    """Refuse every other class and function in a pickle, in all threads, until the context ends."""
    _install()
    guard = Guard()
    _guards.append(guard)
    try:
        yield guard
    finally:
        _guards.remove(guard)


@cache
def _install() -> None:
    sys.addaudithook(_audit)  # which cannot be removed again


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    # Raised before the class is looked up (audit event of `pickle.Unpickler.find_class`).
    if event == "pickle.find_class" and _guards and not _is_harmless(*arguments):
        for guard in _guards:
            guard.refused.append(".".join(map(str, arguments)))
        raise PermissionError("a message has a pickle that could run code")


def _is_harmless(module: str, name: str) -> bool:
    found = getattr(builtins, name, None) if module == "builtins" else None
    return (module, name) in _HARMLESS or (isinstance(found, type) and issubclass(found, Exception))
