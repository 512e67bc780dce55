"""Objects of a walk, on their way to the search of what is new in them.

A history has a million objects, and for nearly all of them nothing is to be decided: no signature,
no pointer, nothing known about their bases. Compiled code (`scanner/kernel/feed.c`) puts these into
their batch, and gives back any other one. `ObjectSearch.add` does the same for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.engine.catalogue import END
from scanner.git import delta as deltas
from scanner.git.lfs import LARGEST_POINTER, POINTER_HEAD
from scanner.sources.interface import WINDOW

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import TypeAlias

    from scanner.engine.catalogue import Catalogue

    Waiting: TypeAlias = tuple[int, str, bytes, int, bytes | None, bool, bool]
    """The arguments of `ObjectSearch.add`. Not a named tuple, which takes several times as long to
    make: one is made for each object of a history, and few are looked at again."""

_POINTER_START: Final = POINTER_HEAD[:8]
"""Compared first, since most contents do not begin with it."""


def may_be_pointer(data: bytes) -> bool:
    """Return whether the head and the size of `data` are those of a pointer of Git LFS."""
    return data[:8] == _POINTER_START and len(data) < LARGEST_POINTER


def limits_of(
    catalogue: Catalogue,
    max_size: int,
    margin: int,
    dense: int,
    alone: int,
    full: int,
    held: int,
) -> Any:
    """Return what the compiled feed decides by; None where nothing is compiled.

    A content of more than `max_size` bytes (0 means no limit), one of more than `alone` that is
    searched whole, and one that may have to be decoded are given back. `margin` and `dense` are
    those of the search; a batch is left at `full` bytes of it, and at `held` bytes of contents.
    """
    if not deltas.packs:
        return None

    def is_special(data: bytes) -> bool:
        return catalogue.is_encoded(data) or may_be_pointer(data)

    marks = (*catalogue.signatures(), (0, _POINTER_START))
    largest = min(max_size or WINDOW, WINDOW)
    return deltas.packs.limits(marks, is_special, (largest, END, alone, full, held, dense, margin))


def based_on(waiting: Sequence[Waiting], known: Collection[int], start: int, end: int) -> int:
    """Return the first position from `start` to before `end` whose base is `known`, or `end`."""
    if not known:
        return end
    if deltas.packs:
        position: int = deltas.packs.based_on(waiting, known, start, end)
        return position
    return next((at for at in range(start, end) if waiting[at][3] in known), end)
