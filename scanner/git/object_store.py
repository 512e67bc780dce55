"""Where the objects of a repository are: its own directory, alternates, packs, loose files."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.files import open_regular, read_regular
from scanner.git.inflate import FAILURES, decompressobj
from scanner.git.pack_index import PackError, hash_of_object
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.git.repository import Repository

_MOST_ALTERNATES: Final = 1000
"""Object directories that are followed, whether or not they are there. A forged list can name more
of them without an end."""
LARGEST_LIST: Final = 1 << 20
"""Bytes of a list of alternates: ten thousand of them, and git looks for each object in all."""
_HEAD: Final = re.compile(rb"(blob|tree|commit|tag) (0|[1-9][0-9]{0,18})\0")
# The head of a loose object (git's object-file.c): kind, size without leading zeros, NUL.
_LONGEST_HEAD: Final = 32
"""Bytes in which a head has to end (git's MAX_HEADER_LEN); with 19 digits it has up to 27."""
_STEP: Final = 1 << 20
"""Bytes of a loose object that are read at once."""
_HEX: Final = re.compile(r"[0-9a-f]+")
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\(?:[abfnrtv"\\]|[0-3][0-7]{2}))*"')
_ESCAPES: Final = {
    b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v",
}  # fmt: skip


class FollowedError(PackError):
    """A file holds more than the object that it is for, which git does not notice in each case."""


class Loose(NamedTuple):
    """An object in a file of its own."""

    name: str
    """Its ID, as the path of the file has it."""
    path: str


class ObjectStore:
    """The object directories of a repository, its own first, then its alternates."""

    __slots__ = ("_name_size", "directories", "problems")

    def __init__(self, directory: str, name_size: int, others: str = "") -> None:
        """Follow the alternates of the object `directory`, and `others` from the environment.

        IDs have `name_size` hexadecimal digits. `others` is the value of
        `GIT_ALTERNATE_OBJECT_DIRECTORIES` (git(1)).
        """
        self._name_size = name_size
        self.directories: list[str] = []
        self.problems: list[tuple[str, str]] = []
        """Paths that should hold objects and cannot be read, and why."""
        self._follow(directory)
        for other in _listed(others):
            self._follow(other)

    def _follow(self, directory: str) -> None:
        pending = [directory]
        known = {os.path.realpath(each) for each in self.directories}
        while pending:
            directory = pending.pop()
            if len(known) >= _MOST_ALTERNATES:
                reason = f"more than {_MOST_ALTERNATES} directories of objects are not followed"
                self.problems.append((directory, reason))
                return

            # By its real path, since two directories can be alternates of each other.
            real = os.path.realpath(directory)
            if real in known:
                continue

            known.add(real)
            if not os.path.isdir(directory):
                self.problems.append((directory, "there is no such directory of objects"))
                continue

            self.directories.append(directory)
            pending += self._alternates(directory)

    def _alternates(self, directory: str) -> Iterator[str]:
        path = os.path.join(directory, "info", "alternates")
        try:
            content = read_regular(path, LARGEST_LIST + 1)
        except FileNotFoundError:
            return
        except OSError as error:
            self.problems.append((path, error.strerror or str(error)))
            return

        if len(content) > LARGEST_LIST:
            self.problems.append((path, "it is larger than 1 MiB, too large for a list"))
            return

        for line in content.split(b"\n"):
            if b"\0" in line:
                self.problems.append((path, "a line of it is no path"))
            elif line and not line.startswith(b"#"):
                yield os.path.join(directory, os.fsdecode(_unquoted(line)))

    def packs(self) -> list[str]:
        """Return the paths of all packs, also of those that have no index.

        An index without a pack is added to `problems`.
        """
        found: list[str] = []
        for directory in self.directories:
            names = self._names(os.path.join(directory, "pack"))
            indexed = {name[:-4] for name in names if name.endswith(".idx")}
            packs = {name[:-5] for name in names if name.endswith(".pack")}
            for name in sorted(packs):
                path = os.path.join(directory, "pack", f"{name}.pack")
                # Git writes a pack under another name, or was stopped (builtin/repack.c).
                if name in indexed or not name.startswith(("tmp_", ".tmp-")):
                    found.append(path)

            for name in sorted(indexed - packs):
                path = os.path.join(directory, "pack", f"{name}.idx")
                self.problems.append((path, "the pack of this index is gone"))

        return found

    def loose(self) -> list[Loose]:
        """Return the loose objects, each once, by ascending ID."""
        found: dict[str, str] = {}
        for directory in self.directories:
            for part in self._names(directory):
                if len(part) == 2 and _HEX.fullmatch(part):
                    where = os.path.join(directory, part)
                    for rest in self._names(where):
                        if len(rest) == self._name_size - 2 and _HEX.fullmatch(rest):
                            found.setdefault(part + rest, os.path.join(where, rest))
        return [Loose(*each) for each in sorted(found.items())]

    def _names(self, directory: str) -> list[str]:
        try:
            return os.listdir(directory)
        except FileNotFoundError:
            return []
        except OSError as error:
            self.problems.append((directory, error.strerror or str(error)))
            return []


def store_of(repository: Repository) -> ObjectStore:
    """Return where the objects of `repository` are."""
    others = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    return ObjectStore(repository.objects, len(repository.zero), others)


def read_loose(path: str, largest: int, only: str = "") -> tuple[str, int, bytes | None]:
    """Return (kind, size in bytes, content) of the loose object at `path`.

    The content is None if it has more than `largest` bytes, or is of another kind than `only`.
    Never more is inflated than the head says, and one byte to notice that it is too small. Raises
    PackError, OSError.
    """
    with open_regular(path) as file:
        stored = file.read(_STEP)
        inflating = decompressobj()
        try:
            content = inflating.decompress(stored, _LONGEST_HEAD)
            head = _HEAD.match(content)
            if head is None:
                raise PackError("it does not begin as an object")

            kind, size = head[1].decode(), int(head[2])
            if size > largest or (only and kind != only):
                return kind, size, None

            pieces = [content[head.end() :]]
            total = len(pieces[0])
            pending = inflating.unconsumed_tail
            while not inflating.eof and total <= size:
                stored = pending or file.read(_STEP)
                piece = inflating.decompress(stored, size - total + 1)
                if not piece and not stored:  # at the end it may still hold something back
                    raise PackError("it ends too early")

                pending = inflating.unconsumed_tail
                total += len(piece)
                pieces.append(piece)
            if inflating.eof and (inflating.unused_data or file.read(1)):
                raise FollowedError("bytes that are no part of it follow its end")
        except FAILURES as error:
            raise PackError(f"it cannot be inflated: {error}") from None

    if total != size:
        raise PackError("its inflated size differs from its header")

    return kind, size, b"".join(pieces)


def _listed(others: str) -> list[str]:
    """Return the paths in the value of an environment variable; each may be quoted.

    Source: git's alternates and `parse_alt_odb_entry` in object-file.c. A path that begins with a
    number sign is a comment there.
    """
    separator = re.escape(os.pathsep).encode()
    one = re.compile(
        rb'("(?:[^"\\]|\\.)*")(?:%b|\Z)|([^%b]*)(?:%b|\Z)' % ((separator,) * 3), re.DOTALL
    )
    found = one.finditer(os.fsencode(others))
    paths = [_unquoted(each[1]) if each[1] else each[2] for each in found]
    return [os.fsdecode(path) for path in paths if path and not path.startswith(b"#")]


def is_named(name: str, kind: str, content: bytes) -> bool:
    """Return whether `name` is the ID of an object of `kind` with that `content`."""
    digest = hash_of_object(len(name) // 2, kind, len(content))
    digest.update(content)
    found: str = digest.hexdigest()
    return found == name


def _unquoted(line: bytes) -> bytes:
    """Return a path without the C-style quotes that git accepts around it (quote.c).

    With any escape that git does not know, the quotes are a part of the path, as they are for git.
    """
    if not _QUOTED.fullmatch(line):
        return line

    def plain(found: re.Match[bytes]) -> bytes:
        text = found[1]
        return bytes((int(text, 8),)) if text.isdigit() else _ESCAPES.get(text, text)

    return re.sub(rb"\\([0-3][0-7]{2}|.)", plain, line[1:-1]).partition(b"\0")[0]
