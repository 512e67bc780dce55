"""What a scan of a history leaves behind for the next one, and where.

Two files for each repository, in a directory of the user's cache that nobody else may read:
`.state`, and `.names` with the names of all objects in packs, which is loaded only when packs have
changed or objects were added. There are no credentials in them: names of objects, checksums and
numbers are all there is, and for the objects with credentials paths, authors and branches, unless
one of those holds a credential itself.

A file that is damaged, made under other rules or by another version, or that others could have
written, is none. Files are replaced whole: of two scans at once one loses its record, and the next
scan reads more than it had to.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from scanner.about import NAME
from scanner.history.inventory import Names, PackMark

if TYPE_CHECKING:
    from scanner.git.repository import Repository
    from scanner.history.inventory import LooseMark

FORMAT: Final = 1
_HEAD: Final = re.compile(rb"keycatch history (\d+) ([0-9a-f]{64})\n")
_HEX: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_REASON: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LARGEST: Final = 1 << 30
STATE, NAMES = ".state", ".names"

Asides = tuple[tuple[str, int], ...]


class State(NamedTuple):
    """What was read, and what it came to."""

    key: str
    """Under what rules it was read, and by what: see `scanner.history.conditions`."""
    packs: frozenset[PackMark]
    """Those whose objects were all read."""
    names: str
    """The checksum of the names of their objects."""
    loose: dict[str, LooseMark]
    """The loose objects, which were all read."""
    again: frozenset[str]
    """Objects with findings or notices: they are read again, since none of that is stored."""
    trees: frozenset[str]
    """For each name of a file with anything in it a tree that has it."""
    asides: dict[str, Asides]
    """Objects in which values were set aside and nothing else, to how many for which reason."""
    counts: tuple[int, int, int]
    """Blobs, bytes, commits."""
    attribution: dict[str, Any] | None = None
    """See `scanner.history.recollection`."""


def directory() -> str:
    """Return where the files are; empty where the system names no place for caches."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(os.path.expanduser("~"), "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # the specification asks for it to be ignored then
            base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, NAME, "history") if os.path.isabs(base) else ""


def place(repository: Repository) -> str:
    """Return the path of the files of `repository` without their ends; empty without a place."""
    from hashlib import blake2b

    where = directory()
    real = os.fsencode(os.path.realpath(repository.git_directory))
    return os.path.join(where, blake2b(real, digest_size=16).hexdigest()) if where else ""


def checksum(data: bytes) -> str:
    """Return what identifies `data`: 64 hexadecimal digits."""
    from hashlib import blake2b

    return blake2b(data, digest_size=32).hexdigest()


def load(path: str, key: str) -> State | None:
    """Return the state at `path` (without its end), if it is there and has that `key`."""
    content = _read(path + STATE)
    head = _HEAD.match(content)
    if head is None or int(head[1]) != FORMAT:
        return None
    body = content[head.end() :]
    if checksum(body).encode() != head[2]:
        return None
    try:
        state = _parse(json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return state if state.key == key else None


def load_names(path: str, state: State, hash_size: int) -> Names | None:
    """Return the names that belong to `state`; None if they are not there."""
    content = _read(path + NAMES)
    if checksum(content) != state.names or len(content) % hash_size:
        return None
    return Names(content, hash_size)


def save(path: str, state: State, names: Names | None) -> None:
    """Write `state`, and `names` if they are given; raises OSError."""
    _make_private(os.path.dirname(path))
    if names is not None:
        _replace(path + NAMES, names.packed)
    body = json.dumps(_plain(state), separators=(",", ":"), sort_keys=True).encode("ascii")
    _replace(path + STATE, b"keycatch history %d %s\n" % (FORMAT, checksum(body).encode()) + body)


def clear(path: str) -> bool:
    """Delete the files at `path`; tell whether there were any. Raises OSError."""
    found = False
    for end in (STATE, NAMES):
        try:
            os.unlink(path + end)
        except FileNotFoundError:
            continue
        found = True
    return found


def _parse(found: dict[str, Any]) -> State:
    """Return the state that `found` is; raises ValueError, TypeError, KeyError."""
    blobs, size, commits = map(_number, found["counts"])
    attribution = found["attribution"]
    if attribution is not None and not isinstance(attribution, dict):
        raise TypeError
    return State(
        _text(found["key"]),
        frozenset(
            PackMark(_text(checksums), *map(_number, numbers))
            for checksums, *numbers in found["packs"]
        ),
        _text(found["names"]),
        {_hex(name): (_number(length), _number(time)) for name, length, time in found["loose"]},
        frozenset(map(_hex, found["again"])),
        frozenset(map(_hex, found["trees"])),
        {
            _hex(name): tuple((_reason(reason), _number(count)) for reason, count in asides)
            for asides, names in found["asides"]
            for name in names
        },
        (blobs, size, commits),
        attribution,
    )


def _plain(state: State) -> dict[str, Any]:
    by_asides: dict[Asides, list[str]] = {}
    for name, asides in sorted(state.asides.items()):
        by_asides.setdefault(asides, []).append(name)
    return {
        **state._asdict(),
        "packs": sorted(state.packs),
        "loose": [[name, *mark] for name, mark in sorted(state.loose.items())],
        "again": sorted(state.again),
        "trees": sorted(state.trees),
        "asides": sorted(by_asides.items()),
    }


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _hex(value: object) -> str:
    if not _HEX.fullmatch(_text(value)):
        raise ValueError
    return _text(value)


def _reason(value: object) -> str:
    if not _REASON.fullmatch(_text(value)):
        raise ValueError
    return _text(value)


# -- files --------------------------------------------------------------------------------------


def _read(path: str) -> bytes:
    """Return the content of a file that nobody but its owner can have written, else nothing."""
    try:
        handle = os.open(path, os.O_RDONLY | _flags("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"))
    except OSError:
        return b""
    with open(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST or not _is_private(found):
            return b""
        try:
            return file.read()
        except OSError:
            return b""


def _is_private(found: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True  # the directory of a user is closed to others there
    return found.st_uid == os.getuid() and not found.st_mode & 0o077


def _make_private(path: str) -> None:
    """Make the directory of the cache, and the one above it; raises OSError if others have it."""
    above = os.path.dirname(path)
    os.makedirs(os.path.dirname(above), 0o700, exist_ok=True)
    for each in (above, path):
        try:
            os.mkdir(each, 0o700)
        except FileExistsError:
            found = os.lstat(each)
            if not stat.S_ISDIR(found.st_mode) or not _is_private(found):
                raise PermissionError(0, "others can read it, or it is no directory") from None


def _replace(path: str, content: bytes) -> None:
    temporary = os.path.join(os.path.dirname(path), f".{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _flags("O_BINARY")
    handle = os.open(temporary, flags, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _flags(*names: str) -> int:
    found = 0
    for name in names:
        found |= getattr(os, name, 0)
    return found
