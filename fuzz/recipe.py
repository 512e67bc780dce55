"""Reading an input as a recipe: numbers and pieces, which a fuzzer changes one by one."""

from __future__ import annotations


class Recipe:
    """Bytes that are taken from the front; at their end every number is 0, every piece empty."""

    def __init__(self, data: bytes) -> None:
        """Read from the start of `data`."""
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        """Return whether anything is left."""
        return self._at < len(self._data)

    def number(self, below: int = 256) -> int:
        """Return a number from 0 to `below` - 1, which is at most 65,535."""
        size = 1 if below <= 256 else 2
        taken = int.from_bytes(self.piece(size), "big")
        return taken % below

    def piece(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end."""
        taken = self._data[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def rest(self) -> bytes:
        """Return everything that is left."""
        return self.piece(len(self._data))
