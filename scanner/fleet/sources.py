"""Which repositories a fleet has: from addresses, directories, and files that list both."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.files import read_regular
from scanner.records import NamedTuple
from scanner.remote.address import is_remote, parse
from scanner.remote.failure import RemoteError
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.remote.address import Address

_COMMENT: Final = "#"
_MOST_BYTES: Final = 64 << 20
"""Of a list: a million addresses."""


class Target(NamedTuple):
    """One repository."""

    name: str
    """How reports call it: a path as it was given, or an address without user information."""
    path: str = ""
    """Where it is on this machine; empty for an address."""
    address: Address | None = None
    problem: str = ""
    """Why it cannot be scanned at all; mostly empty."""

    @property
    def id(self) -> str:
        """What its files are called: nothing of its name can lead out of a folder."""
        from hashlib import blake2b

        what = f"path:{os.path.realpath(self.path)}" if self.path else f"address:{self.name}"
        return blake2b(os.fsencode(what), digest_size=16).hexdigest()


def targets(
    sources: Iterable[str], below: Callable[[str], list[str]], *, files: bool = False
) -> list[Target]:
    """Return the repositories that `sources` stand for, each once, in their order.

    A file lists addresses and paths, one on each line. `below` returns the repositories at or below
    a directory. With `files` an address may be `file://`. Raises KeycatchError for a file that
    cannot be read.
    """
    found: dict[str, Target] = {}
    for source in sources:
        for entry in [source] if _is_entry(source) else _listed(source):
            for target in _targets(entry, below, files=files):
                found.setdefault(target.id, target)
    return list(found.values())


def _is_entry(source: str) -> bool:
    return is_remote(source) or os.path.isdir(source)


def _listed(path: str) -> Iterator[str]:
    """Yield the entries of the list at `path`; what is relative begins at its directory."""
    try:
        content = read_regular(path, _MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise KeycatchError(
            f"cannot read {printable(path)}: {reason}; a source is an address, a directory, or a "
            "file that lists them"
        ) from None
    if len(content) > _MOST_BYTES:
        raise KeycatchError(f"the list {printable(path)} is larger than {_MOST_BYTES:,} bytes")
    if b"\0" in content:
        raise KeycatchError(f"{printable(path)} is no list: it has zero bytes")
    for line in os.fsdecode(content.removeprefix(b"\xef\xbb\xbf")).split("\n"):
        entry = line.strip()
        if entry and not entry.startswith(_COMMENT):
            here = os.path.dirname(path)
            yield entry if is_remote(entry) else os.path.join(here, os.path.expanduser(entry))


def _targets(entry: str, below: Callable[[str], list[str]], *, files: bool) -> Iterator[Target]:
    if is_remote(entry):
        try:
            address = parse(entry, files=files)
        except RemoteError as error:
            yield Target(error.name, problem=error.reason)
        else:
            yield Target(address.url, address=address)
    elif not os.path.isdir(entry):
        yield Target(entry, entry, problem="there is no such directory")
    else:
        for path in below(entry):
            yield Target(path, path)
