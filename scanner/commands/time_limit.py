"""A limit on how long something may take, whatever it is waiting for.

A deadline that is checked between steps cannot end the wait for another process that hangs. So a
thread watches the clock and wakes the main thread with a signal, in which an exception
then ends the scan: processes are ended by the code that started them. Where there are no
signals between threads (Windows) the exception comes as soon as the main thread runs Python code.
"""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Final

MOST: Final = 86_400
"""The longest limit, in seconds: a day."""
GRACE: Final = 5.0
"""Seconds for ending git and removing temporary files once the time is up."""
_AGAIN: Final = 0.1
"""Seconds between two signals: one can come right before the main thread begins to wait, which it
then does not interrupt."""

_STARTERS: Final = frozenset(("subprocess", "scanner.git.spawn"))
"""The modules whose constructors start processes."""

if sys.platform == "win32":
    _SIGNAL: Final = signal.SIGINT
else:
    _SIGNAL: Final = signal.SIGALRM


class TimeUp(BaseException):
    """The time is up. It is no Exception, so that no handler of errors of one blob goes on."""


@contextmanager
def time_limit(seconds: float, give_up: Callable[[], None]) -> Iterator[None]:
    """Raise TimeUp in the block when it has taken `seconds`; 0 stands for no limit.

    For the main thread only. `give_up` is called, in another thread, if the block has not ended
    `GRACE` seconds after that: it is to end the process.
    """
    if not seconds:
        yield
        return

    over, due = threading.Event(), threading.Event()
    raised = False

    def awake(number: int, frame: FrameType | None) -> None:
        nonlocal raised
        if not due.is_set():  # somebody else's signal
            if callable(before):
                before(number, frame)
        elif not raised and not over.is_set() and not _is_starting(frame):
            raised = True
            raise TimeUp

    def watch() -> None:
        if over.wait(seconds):
            return
        due.set()
        for _ in range(round(GRACE / _AGAIN)):
            _wake(main)
            if over.wait(_AGAIN):
                return
        give_up()

    main = threading.main_thread().ident or 0
    before = signal.signal(_SIGNAL, awake)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        try:
            yield
        finally:
            over.set()
    finally:  # again, since TimeUp may be raised at the first `over.set()`
        over.set()
        watcher.join()
        signal.signal(_SIGNAL, before)


def _is_starting(frame: FrameType | None) -> bool:
    """Return whether a process is being started in `frame`.

    An exception in there would leave it running, with nobody who knows of it. The next signal
    comes soon.
    """
    while frame is not None:
        if frame.f_code.co_name == "__init__" and frame.f_globals.get("__name__") in _STARTERS:
            return True
        frame = frame.f_back
    return False


def _wake(thread: int) -> None:
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main(_SIGNAL)
    else:
        signal.pthread_kill(thread, _SIGNAL)
