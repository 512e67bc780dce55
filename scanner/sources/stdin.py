"""Standard input and named pipes: content that can be read once, in one process."""

from __future__ import annotations

import os
import sys

from scanner.sources.interface import TooLarge, Unread, Window
from scanner.sources.windows import windows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "<stdin>"


class PipeBlob:
    """A named pipe that the user gave, as the shell does for `<(command)`; read in windows."""

    __slots__ = ("path",)

    object = ""
    shareable = False

    def __init__(self, path: str) -> None:
        """Name a pipe."""
        self.path = path

    def read(self) -> bytes:
        """Ask to be read in windows, since the size is not known."""
        raise TooLarge

    def windows(self) -> Iterator[Window]:
        """Yield what is written to the pipe until its end; raises Unread."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
        except OSError as error:
            raise _unread(error) from None
        try:
            yield from _stream(descriptor)
        finally:
            os.close(descriptor)


class StdinBlob(PipeBlob):
    """What is piped in."""

    __slots__ = ()

    def __init__(self) -> None:
        """Name standard input."""
        super().__init__(PATH)

    def windows(self) -> Iterator[Window]:
        """Yield what arrives on standard input; raises Unread."""
        if sys.stdin is None:
            raise Unread("unreadable", "standard input is closed", hides=True)
        yield from _stream(sys.stdin.fileno())


def _stream(descriptor: int) -> Iterator[Window]:
    try:
        # A read sets memory aside for what it asks for, and a pipe gives 64 KiB at a time.
        yield from windows(lambda number: os.read(descriptor, min(number, 1 << 20)))
    except OSError as error:
        raise _unread(error) from None


def _unread(error: OSError) -> Unread:
    return Unread("unreadable", error.strerror or "cannot be read", hides=True)
