"""The IDs of many commits in a fifth of the memory that a list and a dictionary of them take.

A text of 40 digits takes 89 bytes, and its entry in a dictionary a hundred more; the ID itself has
20 bytes. Longest histories have millions of commits.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Final, overload

_PREFIXES: Final = 1 << 16
"""Lists of IDs that begin with the same two bytes: of millions of them, each has a few dozen."""
_BYTES: Final = 256


class PackedIds(Sequence[str]):
    """IDs in hexadecimal digits, which are made when they are asked for."""

    __slots__ = ("packed", "size")

    def __init__(self, packed: bytearray, size: int) -> None:
        """Take binary IDs of `size` bytes, one after the other."""
        self.packed = packed
        self.size = size

    def __len__(self) -> int:
        """Return the number of IDs."""
        return len(self.packed) // self.size

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        """Return one of the IDs, or several."""
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        begin = range(len(self))[at] * self.size
        return self.packed[begin : begin + self.size].hex()

    def __iter__(self) -> Iterator[str]:
        """Yield the IDs."""
        packed, size = self.packed, self.size
        return (packed[at : at + size].hex() for at in range(0, len(packed), size))

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same IDs in the same order."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def append(self, name: str) -> None:
        """Add an ID."""
        self.packed += bytes.fromhex(name)


class Places(Mapping[str, int]):
    """Where each of some different IDs is in a sequence of them."""

    __slots__ = ("_begins", "_ids", "_later", "_order")

    def __init__(self, ids: PackedIds) -> None:
        """Arrange `ids`; what is appended to them later has to be set."""
        self._ids = ids
        self._later: dict[str, int] = {}
        packed, size = ids.packed, ids.size
        pairs = zip(packed[::size], packed[1::size], strict=True)
        prefixes = array("H", (first << 8 | second for first, second in pairs))
        counts = array("I", bytes(4 * _PREFIXES))
        for prefix in prefixes:
            counts[prefix] += 1
        self._begins = array("I", accumulate(counts, initial=0))
        self._order = array("I", bytes(4 * len(prefixes)))
        free = array("I", self._begins)
        for at, prefix in enumerate(prefixes):
            self._order[free[prefix]] = at
            free[prefix] += 1

    def __getitem__(self, name: str) -> int:
        """Return where `name` is; raises KeyError."""
        if name in self._later:
            return self._later[name]
        packed, size = self._ids.packed, self._ids.size
        try:
            wanted = bytes.fromhex(name)
        except ValueError:
            raise KeyError(name) from None
        if len(wanted) == size:
            prefix = wanted[0] << 8 | wanted[1]
            for at in self._order[self._begins[prefix] : self._begins[prefix + 1]]:
                if packed[at * size : (at + 1) * size] == wanted:
                    return at
        raise KeyError(name)

    def __setitem__(self, name: str, place: int) -> None:
        """Note where one is that was appended."""
        self._later[name] = place

    def __iter__(self) -> Iterator[str]:
        """Yield the IDs."""
        yield from islice(self._ids, len(self._order))
        yield from self._later

    def __len__(self) -> int:
        """Return the number of IDs."""
        return len(self._order) + len(self._later)


def places_of(wanted: bytes, names: bytes, size: int) -> array[int]:
    """Return where each of `wanted` is among `names`, or -1; both are IDs of `size` bytes.

    Those with the same first byte are compared at a time: a dictionary of all would take a hundred
    bytes for each.
    """
    found = array("i", [-1]) * (len(wanted) // size)
    asked, known = _by_first_byte(wanted, size), _by_first_byte(names, size)
    for some, others in zip(asked, known, strict=True):
        place = {names[at * size : (at + 1) * size]: at for at in others} if some else {}
        for at in some:
            found[at] = place.get(wanted[at * size : (at + 1) * size], -1)
    return found


def _by_first_byte(names: bytes, size: int) -> list[array[int]]:
    parts = [array("I") for _ in range(_BYTES)]
    for at, first in enumerate(names[::size]):
        parts[first].append(at)
    return parts


class Parents(Sequence[tuple[int, ...]]):
    """The parents of commits, by the places of the commits."""

    __slots__ = ("_begins", "_parents")

    def __init__(self) -> None:
        """Begin with no commit."""
        self._begins = array("I", [0])
        self._parents = array("i")

    def __len__(self) -> int:
        """Return the number of commits."""
        return len(self._begins) - 1

    @overload
    def __getitem__(self, at: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[int, ...]]: ...
    def __getitem__(self, at: int | slice) -> tuple[int, ...] | Sequence[tuple[int, ...]]:
        """Return the parents of a commit, or of several."""
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        return tuple(self._parents[self._begins[at] : self._begins[at + 1]])

    def append(self, parents: Sequence[int]) -> None:
        """Add a commit."""
        self._parents.extend(parents)
        self._begins.append(len(self._parents))

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same parents in the same order."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
