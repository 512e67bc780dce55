"""Holds back a second Ctrl-C, or a second request to end, while something is cleaned up."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDING: Final = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@contextmanager
def held_back() -> Iterator[None]:
    """Let signals that end the program come through only at the end of the context."""
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:  # Windows
        yield
        return
    before = mask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)
