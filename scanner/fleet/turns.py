"""How many clones ask one server at once: a fleet has many repositories, and often one server."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST: Final = 4
"""For each clone the server counts and packs objects, on a processor that others need as well."""
_EVERY: Final = 0.5
"""Seconds between two looks whether the run is over."""


class Turns:
    """Lets so many threads talk to a server; the others wait."""

    def __init__(self) -> None:
        """Begin with none."""
        self._busy: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def at(self, server: str, is_over: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn at `server`, and keep it until the context ends.

        Raises RemoteError when the run `is_over`.
        """
        with self._changed:
            while self._busy[server] >= MOST:
                self._changed.wait(_EVERY)
                if is_over():
                    raise RemoteError(State.FAILED, "the run is over")
            self._busy[server] += 1
        try:
            yield
        finally:
            with self._changed:
                self._busy[server] -= 1
                self._changed.notify_all()
