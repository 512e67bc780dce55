"""Which repositories a fleet has: from addresses, directories, and files that list both.

What owners have is listed by their servers (`scanner.fleet.forges`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.files import read_regular
from scanner.fleet.forges import PUBLIC
from scanner.git.layout import places, shared
from scanner.records import NamedTuple
from scanner.remote.address import is_remote, parse
from scanner.remote.failure import RemoteError
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.fleet.forges.listing import Found
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
    label: str = ""
    """What patterns of names are for: without the server, or the folder that was named."""
    facts: Found | None = None
    """What the server says of it that lists it."""
    owner: str = ""
    """The owner that it was listed for, now or in an earlier run."""
    remark: str = ""
    """What a person has to know who reads why it could not be scanned."""
    known_id: str = ""
    """Its `id` in an earlier run, if that cannot be known from what is there now."""

    @property
    def folds_case(self) -> bool:
        """Whether upper and lower case are the same in its name."""
        return bool(self.owner) or (self.address is not None and self.address.server in PUBLIC)

    @property
    def id(self) -> str:
        """What its files are called: nothing of its name can lead out of a folder."""
        if self.known_id:
            return self.known_id
        from hashlib import blake2b

        # Work trees of one repository have the same history.
        own = places(self.path, {})[0] if self.path else ""
        path = os.path.realpath(shared(own) if own else self.path)
        what = f"path:{path}" if self.path else f"address:{self.name}"
        return blake2b(os.fsencode(what), digest_size=16).hexdigest()


def entries(sources: Iterable[str]) -> Iterator[str]:
    """Yield what `sources` name: addresses, owners and directories, also those that files list.

    Raises KeycatchError for a file that cannot be read.
    """
    for source in sources:
        yield from [source] if _is_entry(source) else _listed(source)


def targets(entry: str, below: Callable[[str], list[str]], *, files: bool = False) -> list[Target]:
    """Return the repositories that `entry`, which is no owner, stands for, in their order.

    `below` returns the repositories at or below a directory. With `files` an address may be
    `file://`.
    """
    if is_remote(entry):
        return [of_address(entry, files=files)]
    if not os.path.isdir(entry):
        return [Target(entry, entry, problem="there is no such directory", label=entry)]
    return [Target(path, path, label=label_in(entry, path)) for path in below(entry)]


def of_address(text: str, *, files: bool = False) -> Target:
    """Return the repository at the address `text`, which may be refused."""
    try:
        address = parse(text, files=files)
    except RemoteError as error:
        return Target(error.name, problem=error.reason, label=error.name)
    return Target(address.url, address=address, label=_path_of(address))


def each_once(targets: Iterable[Target]) -> list[Target]:
    """Return the `targets` without those that are in the list before."""
    found: dict[str, Target] = {}
    for target in targets:
        found.setdefault(target.id, target)
    return list(found.values())


def _path_of(address: Address) -> str:
    return address.path.strip("/").removesuffix(".git")


def label_in(folder: str, path: str) -> str:
    """Return what patterns of names are for, if the repository at `path` is in `folder`."""
    label = os.path.relpath(path, folder)
    if label == os.curdir:
        label = os.path.basename(os.path.abspath(path))
    return label.replace(os.sep, "/")


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
