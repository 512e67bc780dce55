"""What a fuzz target is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class BrokenPromiseError(AssertionError):
    """What a target raises: an input with which keycatch does not do what it promises."""


class Target(NamedTuple):
    """One reader of bytes that anybody may have written."""

    name: str
    about: str
    """What is promised of it, in one line of the help."""
    one: Callable[[bytes], None]
    """Give it one input; raises BrokenPromiseError, or whatever the reader itself raises."""
    seeds: Callable[[], Iterable[bytes]]
    """Inputs to begin with, made when they are asked for: no file has a credential in it."""
    longest: int = 4096
    """Bytes of an input. What is longer is slower and seldom finds more."""


def require(holds: bool, promise: str) -> None:
    """Raise BrokenPromiseError unless the `promise` holds."""
    if not holds:
        raise BrokenPromiseError(promise)
