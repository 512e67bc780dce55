"""Whether the pack reader of keycatch and git read the same of every object of a repository.

Git is asked for every object with `git cat-file --batch --batch-all-objects`, and the hash of what
it gives is compared with the name it gives it. Then every pack is walked and every loose object
read with the code that scans use, the hash of those bytes is computed too, and name, kind and size
are compared with what git has said. Contents go by one at a time: only names, kinds and sizes are
kept. What the reader leaves to git, because it is damaged or too large, counts as disagreement.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.errors import KeycatchError
from scanner.git.object_store import ObjectStore, read_loose
from scanner.git.pack import Pack
from scanner.git.pack_heads import BLOB, KINDS
from scanner.git.pack_index import PackError, hash_of_object
from scanner.git.repository import Repository
from scanner.git.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

_SHOWN: Final = 20
_STEP: Final = 1 << 20
_MEMORY: Final = 192 << 20
_LARGEST_HELD: Final = 64 << 20
"""Both as in `scanner.history.objects.object_work`."""


class Object(NamedTuple):
    """An object as one side reads it."""

    name: bytes
    kind: str
    size: int
    digest: bytes
    """The hash of kind, size and content; empty where it could not be read."""
    problem: str = ""
    """Why it could not be read."""


class Agreement(NamedTuple):
    """What a comparison came to."""

    objects: int
    """Different ones, as git counts them."""
    read: int
    """By keycatch: an object that is in two packs counts twice."""
    bytes: int
    """Of contents, read by keycatch."""
    kinds: dict[str, int]
    disagreements: list[str]
    """A sentence for each."""


def run(repositories: Sequence[str]) -> int:
    """Compare in each of `repositories`; print what that came to, and return 1 if any disagrees."""
    code = 0
    for given in repositories:
        found = compare(given)
        kinds = ", ".join(f"{number:,} {kind}s" for kind, number in sorted(found.kinds.items()))
        print(
            f"{given}: {found.objects:,} objects ({kinds}), {found.bytes / 1e6:,.1f} MB:"
            f" {len(found.disagreements):,} disagreements"
        )
        for sentence in found.disagreements[:_SHOWN]:
            print(f"  {sentence}")
        if len(found.disagreements) > _SHOWN:
            print(f"  and {len(found.disagreements) - _SHOWN:,} more")
        sys.stdout.flush()
        code |= bool(found.disagreements)
    return code


def compare(given: str) -> Agreement:
    """Compare the two readers on the repository at the path `given`; raises KeycatchError."""
    repository = Repository(given, named=True)
    digits = len(repository.zero)
    store = ObjectStore(repository.object_directory(), digits)
    expected: dict[bytes, tuple[str, int]] = {}
    wrong: list[str] = []
    for each in _by_git(repository):
        expected[each.name] = (each.kind, each.size)
        if each.digest != each.name:
            wrong.append(f"{each.name.hex()}: what git reads has another hash")
    left = set(expected)
    read = size = 0
    for each in _by_us(store, digits // 2):
        left.discard(each.name)
        read += 1
        size += each.size
        complaint = _compared(each, expected.get(each.name))
        if complaint:
            wrong.append(f"{each.name.hex()}: {complaint}")
    wrong += [f"{path}: {reason}" for path, reason in store.problems]
    wrong += [f"{name.hex()}: git has it and keycatch does not" for name in sorted(left)]
    kinds = Counter(kind for kind, _ in expected.values())
    return Agreement(len(expected), read, size, dict(kinds), wrong)


def _compared(ours: Object, theirs: tuple[str, int] | None) -> str:
    """Return what is not as it should be with `ours`, empty if nothing."""
    if theirs is None:
        return "keycatch has it and git does not"
    if ours.problem:
        return f"keycatch does not read it: {ours.problem}"
    if (ours.kind, ours.size) != theirs:
        return f"a {ours.kind} of {ours.size} bytes; git: a {theirs[0]} of {theirs[1]} bytes"
    if ours.digest != ours.name:
        return f"what keycatch reads has another hash, {ours.digest.hex()}"
    return ""


def _by_git(repository: Repository) -> Iterator[Object]:
    process = repository.start("cat-file", "--batch", "--batch-all-objects", "--unordered")
    if process.stdin is None or process.stdout is None:
        raise KeycatchError("git has no pipes")
    process.stdin.close()
    hash_size = len(repository.zero) // 2
    with process.stdout as pipe:
        while head := pipe.readline().split():
            if len(head) != 3:
                raise KeycatchError(f"git cannot read {head[0].decode('ascii', 'replace')}")
            name, kind, size = bytes.fromhex(head[0].decode()), head[1].decode(), int(head[2])
            digest = _digest(hash_size, kind, size, _pieces(pipe, size))
            pipe.read(1)
            yield Object(name, kind, size, digest)
    if process.wait():
        raise KeycatchError("git stopped before it had read everything: run `git fsck`")


def _pieces(pipe: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        piece = pipe.read(min(size, _STEP))
        if not piece:
            raise KeycatchError("git stopped while it was reading an object: run `git fsck`")
        size -= len(piece)
        yield piece


def _by_us(store: ObjectStore, hash_size: int) -> Iterator[Object]:
    for path in store.packs():
        try:
            pack = Pack(path, hash_size)
        except (PackError, OSError) as error:
            raise KeycatchError(f"keycatch cannot read {path}: {error}") from None
        yield from _of_pack(pack, hash_size)
    for name, path in store.loose():
        binary = bytes.fromhex(name)
        try:
            # All of it: how large an object may be that is held is a matter of scanning.
            kind, size, data = read_loose(path, 1 << 62)
        except (PackError, OSError) as error:
            yield Object(binary, "", 0, b"", str(error))
            continue
        yield Object(binary, kind, size, _digest(hash_size, kind, size, (data or b"",)))


def _of_pack(pack: Pack, hash_size: int) -> Iterator[Object]:
    """Read a pack as a scan does: large whole objects in pieces, the others along their deltas."""
    unread: list[tuple[int, str]] = []
    reached = bytearray(pack.number)
    roots: list[int] = []
    for root in pack.roots():
        is_large = pack.size(root) > _LARGEST_HELD
        if not is_large or pack.kinds[root] != BLOB or pack.children_of[root] >= 0:
            roots.append(root)
            continue
        reached[root] = 1
        kind, size = KINDS[pack.kinds[root]], pack.size(root)
        try:
            digest = _digest(hash_size, kind, size, pack.windows(root, _STEP))
        except PackError as error:
            unread.append((root, str(error)))
            continue
        yield Object(pack.name(root), kind, size, digest)
    note = unread.append
    for entry, _, data, _ in walk(pack, roots, _MEMORY, lambda each, why: note((each, why))):
        reached[entry] = 1
        kind, size = KINDS[pack.kinds[entry]], len(data)
        yield Object(pack.name(entry), kind, size, _digest(hash_size, kind, size, (data,)))
    for entry, reason in unread:
        reached[entry] = 1
        yield Object(pack.name(entry), "", 0, b"", reason)
    for entry in range(pack.number):
        if not reached[entry]:
            reason = pack.damaged.get(entry, "what its delta is based on is damaged")
            yield Object(pack.name(entry), "", 0, b"", reason)


def _digest(hash_size: int, kind: str, size: int, pieces: Iterable[bytes]) -> bytes:
    digest = hash_of_object(hash_size, kind, size)
    for piece in pieces:
        digest.update(piece)
    found: bytes = digest.digest()
    return found
