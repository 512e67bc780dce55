"""Noticing Ctrl-C while STS is asked, so that it ends the asking and not the report."""

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

A terminal, a wrapper such as npm and the runner of a CI job each send theirs. Without this the
second one would end the report that the first one has asked for.
"""


@contextmanager
def noticed() -> Iterator[Callable[[], bool]]:
    """Have an interrupt in the block noticed and not raised; yields what tells whether one came.

    Interrupts that follow within `SAME` seconds do nothing, also behind the block. Later ones do
    what they did before it. Where somebody else deals with interrupts, or none can come (in another
    thread than the main one), nothing changes.
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
        if installed and not notice.came():
            signal.signal(signal.SIGINT, signal.default_int_handler)


class _Notice:
    """A handler of interrupts that keeps the first one in mind."""

    __slots__ = ("_first", "is_over")

    def __init__(self) -> None:
        self._first: float | None = None
        self.is_over = False

    def came(self) -> bool:
        return self._first is not None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._first is None and not self.is_over:
            self._first = monotonic()
        elif self._first is None or monotonic() - self._first > SAME:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.default_int_handler(number, frame)
