"""Noticing Ctrl-C while STS is asked, so that it ends the requests and not the report."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

SAME: Final = 1.0
"""Seconds in which further interrupts are taken for the same one.

A terminal, a wrapper such as npm and the runner of a CI job each send one. Without this, the second
one would end the report that the first one was meant to leave.
"""


@contextmanager
def noticed() -> Iterator[Callable[[], bool]]:
    """Notice an interrupt in the block without raising; yields a function that says if one came.

    Further interrupts within `SAME` seconds do nothing, even after the block. Later ones raise
    KeyboardInterrupt as before. If another handler than Python's own is installed, or in any thread
    but the main one, where no handler can be installed, nothing changes.
    """
    notice = _Notice()
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    installed = is_main and (before is signal.default_int_handler or isinstance(before, _Notice))

    if installed:
        signal.signal(signal.SIGINT, notice)

    try:
        yield notice.came
    finally:
        notice.is_over = True
        # After an interrupt the handler stays, to ignore those that follow closely.
        if installed and not notice.came():
            signal.signal(signal.SIGINT, signal.default_int_handler)


class _Notice:
    """A handler that remembers the first interrupt; `is_over` is set after the block."""

    __slots__ = ("_first", "is_over")

    def __init__(self) -> None:
        self._first: float | None = None
        self.is_over = False

    def came(self) -> bool:
        return self._first is not None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        # The first one is noticed. One that comes late, or first after the block, is real: Python's
        # own handler is installed again and raises.
        if self._first is None and not self.is_over:
            self._first = monotonic()
        elif self._first is None or monotonic() - self._first > SAME:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.default_int_handler(number, frame)
