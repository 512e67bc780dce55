"""What a scan of a history leaves for the next one, and where.

Two files for each repository, in a directory of the user's cache that nobody else may read:
`.state`, and `.names` with the IDs of all objects in packs, which is loaded only when packs have
changed or objects were added. They contain no credentials: only IDs of objects, checksums and
numbers, and for the objects with credentials paths, authors and branches, unless one of those
contains a credential itself.

A file that is damaged, was made under other rules or by another version, or could have been written
by others is ignored. Files are replaced whole: if two scans end at once, one loses its record, and
the next scan reads more than it had to.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME
from scanner.files import write_whole
from scanner.history.objects.inventory import ObjectIds, PackMark
from scanner.history.record.json_shape import has_shape
from scanner.history.record.private_file import make_private_directories, read_private
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from scanner.git.repository import Repository
    from scanner.history.objects.inventory import LooseMark
    from scanner.history.record.json_shape import Shape

STATE, NAMES = ".state", ".names"

FORMAT: Final = 1
_HEAD: Final = re.compile(rb"keycatch history (\d+) ([0-9a-f]{64})\n")
"""The first line of a state: the format, and the checksum of what follows."""

ID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
REASON: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHAPE: Final[Shape] = {
    "key": str,
    "packs": [(str, int, int, int)],
    "names": str,
    "loose": [(ID, int, int)],
    "again": [ID],
    "trees": [ID],
    "asides": [([(REASON, int)], [ID])],
    "counts": (int, int, int),
    "attribution": lambda value: value is None or isinstance(value, dict),
}

Asides = tuple[tuple[str, int], ...]
"""How many values were set aside, by reason."""


class ScanRecord(NamedTuple):
    """What was read, and what was found."""

    key: str
    """Under which rules it was read, and by which program (`scanner.history.record.scan_key`)."""
    packs: frozenset[PackMark]
    """The packs whose objects were all read."""
    names: str
    """The checksum of the IDs of their objects."""
    loose: dict[str, LooseMark]
    """The loose objects, which were all read, by ID."""
    again: frozenset[str]
    """IDs of objects with findings or notices: they are read again, as neither is stored."""
    trees: frozenset[str]
    """For each name of a file in which something was found, the ID of a tree that has it."""
    asides: dict[str, Asides]
    """IDs of objects in which values were set aside and nothing else was found."""
    counts: tuple[int, int, int]
    """Blobs, bytes, commits."""
    attribution: dict[str, Any] | None = None
    """See `scanner.history.record.recollection`, which checks it."""


def record_path(repository: Repository) -> str:
    """Return the path of the files of `repository` without their suffixes; empty if there is none.

    The same repository has the same path from each of its work trees.
    """
    from hashlib import blake2b

    directory = _directory()
    real = os.fsencode(os.path.realpath(repository.git_directory))
    digest = blake2b(real, digest_size=16).hexdigest()
    return os.path.join(directory, digest) if directory else ""


def _directory() -> str:
    """Return where the files are; empty where the system names no place for caches."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(os.path.expanduser("~"), "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        # "If an implementation encounters a relative path [...] it should consider the path invalid
        # and ignore it." (XDG Base Directory Specification)
        if not os.path.isabs(base):
            base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, NAME, "history") if os.path.isabs(base) else ""


def checksum(data: bytes) -> str:
    """Return what identifies `data`: 64 hexadecimal digits."""
    from hashlib import blake2b

    return blake2b(data, digest_size=32).hexdigest()


def load(path: str, key: str) -> ScanRecord | None:
    """Return the record at `path` if it can be used by a scan with this `key`, else None."""
    content = read_private(path + STATE)
    head = _HEAD.match(content)
    if head is None or int(head[1]) != FORMAT:
        return None
    body = content[head.end() :]
    if checksum(body).encode() != head[2]:
        return None

    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not has_shape(found, _SHAPE) or found["key"] != key:
        return None

    return ScanRecord(
        key,
        frozenset(PackMark(*row) for row in found["packs"]),
        found["names"],
        {name: (size, time) for name, size, time in found["loose"]},
        frozenset(found["again"]),
        frozenset(found["trees"]),
        {
            name: tuple((reason, number) for reason, number in asides)
            for asides, names in found["asides"]
            for name in names
        },
        tuple(found["counts"]),
        found["attribution"],
    )


def load_ids(path: str, record: ScanRecord, hash_size: int) -> ObjectIds | None:
    """Return the IDs of the objects in the packs of `record`; None if they are not there."""
    content = read_private(path + NAMES)
    if checksum(content) != record.names or len(content) % hash_size:
        return None
    return ObjectIds(content, hash_size)


def save(path: str, record: ScanRecord, ids: ObjectIds | None) -> None:
    """Write `record`, and `ids` if they have changed; raises OSError."""
    make_private_directories(os.path.dirname(path))
    if ids is not None:
        write_whole(path + NAMES, [ids.packed], 0o600)

    # Most objects with asides have the same ones: each kind is written once, with its objects.
    by_asides: dict[Asides, list[str]] = {}
    for name, asides in sorted(record.asides.items()):
        by_asides.setdefault(asides, []).append(name)
    plain = {
        **record._asdict(),
        "packs": sorted(record.packs),
        "loose": [[name, *mark] for name, mark in sorted(record.loose.items())],
        "again": sorted(record.again),
        "trees": sorted(record.trees),
        "asides": sorted(by_asides.items()),
    }
    body = json.dumps(plain, separators=(",", ":"), sort_keys=True).encode("ascii")
    head = b"keycatch history %d %s\n" % (FORMAT, checksum(body).encode())
    write_whole(path + STATE, [head, body], 0o600)


def clear(path: str) -> bool:
    """Delete the files at `path`; return whether there were any. Raises OSError."""
    found = False
    for suffix in (STATE, NAMES):
        try:
            os.unlink(path + suffix)
        except FileNotFoundError:
            continue
        found = True
    return found
