"""Whether the pack reader of keycatch and git read the same of every object of a repository.

Git is asked for every object with `git cat-file --batch --batch-all-objects`, and the hash of kind,
size and content that it returns is compared with the name of the object. Then every pack is walked
and every loose object read with the code that scans use, and the hash of those bytes is compared
with the name, too. Contents go by one at a time: only names and kinds are kept. An object that the
reader leaves to git, because it is damaged or too large, counts as a disagreement.
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

_SHOWN: Final = 20
_STEP: Final = 1 << 20
_MEMORY: Final = 192 << 20
_LARGEST_HELD: Final = 64 << 20
"""Both as in `scanner.history.objects.object_work`."""
_ANY_SIZE: Final = 1 << 62
"""For loose objects: how large one may be that is held in memory is a matter of scanning."""


class Object(NamedTuple):
    """An object as one side reads it."""

    name: bytes
    kind: str
    size: int
    digest: bytes
    """The hash of kind, size and content, which is the name if all three are right."""


class Unreadable(NamedTuple):
    """An object that keycatch leaves to git."""

    name: bytes
    reason: str


def run(repositories: Sequence[str]) -> int:
    """Compare in each of `repositories`, print the result, and return 1 if any disagrees."""
    code = 0
    for given in repositories:
        wrong = _compare(given)
        for sentence in wrong[:_SHOWN]:
            print(f"  {sentence}")
        if len(wrong) > _SHOWN:
            print(f"  and {len(wrong) - _SHOWN:,} more")
        # A large history takes minutes: the others are not waited for.
        sys.stdout.flush()
        code |= bool(wrong)
    return code


def _compare(given: str) -> list[str]:
    """Print what was compared in the repository at the path `given`; return the disagreements.

    Each is a sentence. Raises KeycatchError where either side cannot read the repository at all.
    """
    repository = Repository(given, named=True)
    digits = len(repository.zero)
    store = ObjectStore(repository.objects, digits)

    kinds: dict[bytes, str] = {}
    wrong: list[str] = []
    for each in _by_git(repository):
        kinds[each.name] = each.kind
        if each.digest != each.name:
            wrong.append(f"{each.name.hex()}: what git reads has another hash")

    left = set(kinds)
    size = 0
    for read in _by_keycatch(store, digits // 2):
        left.discard(read.name)
        name = read.name.hex()
        if read.name not in kinds:
            wrong.append(f"{name}: keycatch has it and git does not")
        elif isinstance(read, Unreadable):
            wrong.append(f"{name}: keycatch does not read it: {read.reason}")
        elif read.digest != read.name:
            wrong.append(f"{name}: what keycatch reads has another hash, {read.digest.hex()}")
        size += 0 if isinstance(read, Unreadable) else read.size
    wrong += [f"{path}: {reason}" for path, reason in store.problems]
    wrong += [f"{name.hex()}: git has it and keycatch does not" for name in sorted(left)]

    numbers = sorted(Counter(kinds.values()).items())
    listed = ", ".join(f"{number:,} {kind}s" for kind, number in numbers)
    print(
        f"{given}: {len(kinds):,} objects ({listed}), {size / 1e6:,.1f} MB:"
        f" {len(wrong):,} disagreements"
    )
    return wrong


def _by_git(repository: Repository) -> Iterator[Object]:
    process = repository.start("cat-file", "--batch", "--batch-all-objects", "--unordered")
    if process.stdin is None or process.stdout is None:
        raise KeycatchError("git has no pipes")
    process.stdin.close()
    hash_size = len(repository.zero) // 2

    with process.stdout as pipe:
        # Name, kind and size in a line, the content, a line feed: git-cat-file(1), "Batch output".
        while head := pipe.readline().split():
            if len(head) != 3:
                raise KeycatchError(f"git cannot read {head[0].decode('ascii', 'replace')}")
            name, kind, size = bytes.fromhex(head[0].decode()), head[1].decode(), int(head[2])
            content = pipe.read(size + 1)
            if len(content) <= size:
                raise KeycatchError("git stopped while it was reading an object: run `git fsck`")
            yield Object(name, kind, size, _digest(hash_size, kind, size, (content[:-1],)))
    if process.wait():
        raise KeycatchError("git stopped before it had read everything: run `git fsck`")


def _by_keycatch(store: ObjectStore, hash_size: int) -> Iterator[Object | Unreadable]:
    for path in store.packs():
        try:
            pack = Pack(path, hash_size)
        except (PackError, OSError) as error:
            raise KeycatchError(f"keycatch cannot read {path}: {error}") from None
        yield from _of_pack(pack, hash_size)
    for name, path in store.loose():
        binary = bytes.fromhex(name)
        try:
            kind, size, data = read_loose(path, _ANY_SIZE)
        except (PackError, OSError) as error:
            yield Unreadable(binary, str(error))
            continue
        yield Object(binary, kind, size, _digest(hash_size, kind, size, (data or b"",)))


def _of_pack(pack: Pack, hash_size: int) -> Iterator[Object | Unreadable]:
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

    # A delta that cannot be applied is reported to the function, and the walk goes on.
    note = unread.append
    for entry, _, data, _ in walk(pack, roots, _MEMORY, lambda each, why: note((each, why))):
        reached[entry] = 1
        kind, size = KINDS[pack.kinds[entry]], len(data)
        yield Object(pack.name(entry), kind, size, _digest(hash_size, kind, size, (data,)))

    for entry, reason in unread:
        reached[entry] = 1
        yield Unreadable(pack.name(entry), reason)
    # The walk goes from bases to deltas: below a damaged base it does not come by.
    for entry in range(pack.number):
        if not reached[entry]:
            reason = pack.damaged.get(entry, "what its delta is based on is damaged")
            yield Unreadable(pack.name(entry), reason)


def _digest(hash_size: int, kind: str, size: int, pieces: Iterable[bytes]) -> bytes:
    digest = hash_of_object(hash_size, kind, size)
    for piece in pieces:
        digest.update(piece)
    found: bytes = digest.digest()
    return found
