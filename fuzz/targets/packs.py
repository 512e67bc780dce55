"""Packs of git, their indexes and their deltas, against plain readers that take their time."""

from __future__ import annotations

import hashlib
from bisect import bisect
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fuzz.borrowed import of_tests
from fuzz.files import written
from fuzz.interface import Target, require
from fuzz.planted import PLANTED
from fuzz.recipe import Recipe
from scanner.git import delta as deltas
from scanner.git.delta import apply, copies, fresh
from scanner.git.pack import Pack
from scanner.git.pack_heads import KINDS, NAME_DELTA, OFFSET_DELTA
from scanner.git.pack_index import PackError, PackIndex
from scanner.git.reindex import open_pack
from scanner.git.walk import out_of_reach, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LARGEST: Final = 1 << 20
"""Bytes of a result that the plain reader makes: a delta of a few bytes can ask for a gigabyte."""


# -- deltas -------------------------------------------------------------------------------------


def _delta(data: bytes) -> None:
    recipe = Recipe(data)
    base = recipe.piece(recipe.number())
    delta = recipe.rest()
    expected = plain_delta(base, delta)
    if expected is None:
        return  # the plain reader refuses it, or it makes too much to compare

    try:
        result = apply(base, delta)
    except PackError:
        return  # stricter than the plain reader, and the object is reported as unread
    require(result == expected, "a delta makes what the format says")
    for start, end, source in copies(delta):
        require(result[start:end] == base[source : source + end - start], "a copy is in the base")

    margin = recipe.number() or 8
    spans = fresh(delta, margin)
    answers = (result, copies(delta), spans)
    with _in_python():
        python = (apply(base, delta), copies(delta), fresh(delta, margin))
        require(answers == python, "both say the same of a delta")
    new = bytearray(len(result) + 1)
    for start, end in spans:
        require(0 <= start <= end <= len(result), "a span is inside of the result")
        new[start:end] = b"\1" * (end - start)
    for at in range(len(result) - margin + 1):
        inside = all(new[at : at + margin])
        require(inside or result[at : at + margin] in base, "what the base lacks is in a span")


def plain_delta(base: bytes, delta: bytes) -> bytes | None:
    """Return what `delta` makes of `base` (gitformat-pack(5)); None if it is not a delta on it."""
    at, sizes = 0, []
    for _ in range(2):
        size = shift = 0
        while True:
            if at >= len(delta):
                return None
            size |= (delta[at] & 0x7F) << shift
            shift += 7
            at += 1
            if not delta[at - 1] & 0x80:
                break
        sizes.append(size)

    out = b""
    while at < len(delta):
        operation = delta[at]
        at += 1
        if operation & 0x80:
            numbers = [0] * 7
            for bit in range(7):
                if operation >> bit & 1:
                    if at >= len(delta):
                        return None
                    numbers[bit] = delta[at]
                    at += 1
            source = int.from_bytes(bytes(numbers[:4]), "little")
            length = int.from_bytes(bytes(numbers[4:]), "little") or 0x10000
            if source + length > len(base):
                return None
            out += base[source : source + length]
        elif operation:
            if at + operation > len(delta):
                return None
            out += delta[at : at + operation]
            at += operation
        else:
            return None
        if len(out) > _LARGEST:
            return None
    return out if sizes == [len(base), len(out)] else None


def _delta_seeds() -> Iterable[bytes]:
    form = of_tests("git/conftest.py").Format()
    base = PLANTED * 2
    for operations in (
        form.copy(0, len(base)),
        form.copy(0, 9) + form.insert(b"inserted") + form.copy(20, 30),
        form.copy(100, 20) + form.copy(0, 40) + form.copy(40, 9),
        form.insert(PLANTED),
    ):
        recipe = bytes((len(base),)) + base
        size = _size_of(operations, base)
        yield recipe + form.size(len(base)) + form.size(size) + operations


def _size_of(operations: bytes, base: bytes) -> int:
    form = of_tests("git/conftest.py").Format()
    for size in range(1, 400):
        if plain_delta(base, form.size(len(base)) + form.size(size) + operations) is not None:
            return size
    return 0


# -- packs --------------------------------------------------------------------------------------


class _Entry:
    """An entry of a pack, as a recipe asks for it."""

    def __init__(self, recipe: Recipe, number: int) -> None:
        self.kind = recipe.number(8)
        self.reference = recipe.number(256)
        off = recipe.number(16)
        self.content = recipe.piece(recipe.number(256))
        self.said = max(0, len(self.content) + (off - 8 if off else 0))
        """The size in its head, which may be wrong."""
        self.number = number
        self.name = hashlib.sha1(bytes((number,)), usedforsecurity=False).digest()


def _entries(recipe: Recipe) -> list[_Entry]:
    """Return the entries that the rest of `recipe` asks for, at most twelve."""
    entries: list[_Entry] = []
    while recipe and len(entries) < 12:
        entries.append(_Entry(recipe, len(entries)))
    return entries


def _pack(data: bytes) -> None:
    recipe = Recipe(data)
    version = 1 + recipe.number(2)
    entries = _entries(recipe)
    if not entries:
        return

    form = of_tests("git/conftest.py").Format()
    stored = _stored(form, entries)
    content, offsets = form.pack(stored)
    index = form.index([entry.name for entry in entries], offsets, content, version)
    path = written("fuzzed.pack", content)
    written("fuzzed.idx", index)
    compiled = _compare(path, entries, proves=version == 1)
    with _in_python():
        require(
            compiled == _compare(path, entries, proves=version == 1), "both readers read the same"
        )


def _alone(data: bytes) -> None:
    """Read a pack that has no index."""
    entries = _entries(Recipe(data))
    if not entries:
        return

    form = of_tests("git/conftest.py").Format()
    for entry in entries:
        if entry.kind in KINDS:
            entry.name = form.name(KINDS[entry.kind], entry.content)
    content, offsets = form.pack(_stored(form, entries))

    def is_whole(number: int) -> bool:
        entry = entries[number]
        known = {*KINDS, NAME_DELTA, OFFSET_DELTA}
        return entry.kind in known and entry.said == len(entry.content)

    path = Path(written("alone.pack", content))
    path.with_suffix(".idx").unlink(missing_ok=True)
    try:
        pack = open_pack(str(path), 20)
    except PackError:
        read: dict[int, bytes] = {}
    else:
        walked = walk(pack, pack.roots(), 1 << 12, lambda *_: None)
        starts = list(pack.columns()[1][0])[:-1]
        numbers = {offset: number for number, offset in enumerate(offsets)}
        # What is found within a damaged entry has no number of its own.
        within = [bisect(offsets, start) - 1 for start in starts if start not in numbers]
        require(not any(map(is_whole, within)), "entries are where they are")
        read = {
            numbers[starts[entry]]: bytes(content)
            for entry, _, content, _ in walked
            if starts[entry] in numbers
        }
        require(bool(pack.complaint), "a pack without an index is named")
        pack.close()

    for number, made in read.items():
        require(made == _plain(entries, number), "an object has the content that the format says")
    for number, entry in enumerate(entries):
        wanted = entry.kind in KINDS and is_whole(number)
        require(not wanted or number in read, "what is not damaged is read")


def _stored(form: Any, entries: list[_Entry]) -> list[bytes]:
    """Return the entries as a pack has them."""
    stored: list[bytes] = []
    offsets: list[int] = []
    at = 12
    for entry in entries:
        reference = b""
        if entry.kind == NAME_DELTA:
            reference = entries[entry.reference % len(entries)].name
        elif entry.kind == OFFSET_DELTA:
            place = entry.reference % (entry.number + 1)
            reference = form.back(at - offsets[place] if place < entry.number else entry.reference)
        stored.append(form.entry(entry.kind, entry.content, reference, entry.said))
        offsets.append(at)
        at += len(stored[-1])
    return stored


@contextmanager
def _in_python() -> Iterator[None]:
    """Do without what is compiled."""
    compiled = deltas.packs
    deltas.packs = None
    try:
        yield
    finally:
        deltas.packs = compiled


def _compare(
    path: str, entries: list[_Entry], *, proves: bool
) -> tuple[dict[int, bytes], dict[int, str]]:
    pack = Pack(path, 20)
    read: dict[int, bytes] = {}
    unread: dict[int, str] = {}
    try:
        for entry, _, content, _ in walk(pack, pack.roots(), 1 << 12, unread.__setitem__):
            require(entry not in read, "each object is read once")
            read[entry] = bytes(content)
        for entry in out_of_reach(pack):
            unread.setdefault(entry, "out of reach")
    finally:
        pack.close()

    both, all_of_them = read.keys() & unread.keys(), read.keys() | unread.keys()
    require(not both, "an object is either read or not")
    require(all_of_them == set(range(len(entries))), "no object is passed over in silence")
    for number, content in read.items():
        require(not proves, "a forged name is not believed without a checksum")
        require(
            content == _plain(entries, number), "an object has the content that the format says"
        )
    return read, unread


def _plain(entries: list[_Entry], number: int, depth: int = 0) -> bytes | None:
    """Return the content of the entry `number`, whatever it is based on; None where it has none."""
    entry = entries[number]
    if entry.said != len(entry.content) or depth > len(entries):
        return None
    if entry.kind in KINDS:
        return entry.content
    base = None
    place = entry.reference % (number + 1)
    if entry.kind == NAME_DELTA:
        base = _plain(entries, entry.reference % len(entries), depth + 1)
    elif entry.kind == OFFSET_DELTA and place < number:
        base = _plain(entries, place, depth + 1)
    return None if base is None else plain_delta(base, entry.content)


def _pack_seeds() -> Iterable[bytes]:
    form = of_tests("git/conftest.py").Format()
    base = PLANTED
    delta = (
        form.size(len(base))
        + form.size(len(base) + 4)
        + form.copy(0, len(base))
        + form.insert(b"more")
    )

    def entry(kind: int, reference: int, content: bytes) -> bytes:
        return bytes((kind, reference, 0, len(content))) + content

    blob = entry(3, 0, base)
    yield b"\1" + blob
    yield b"\1" + blob + entry(6, 0, delta) + entry(7, 0, delta)
    yield b"\1" + entry(7, 1, delta) + blob + entry(6, 0, delta)
    yield b"\1" + entry(7, 1, delta) + entry(7, 0, delta)
    yield b"\0" + blob
    yield (
        b"\1"
        + entry(1, 0, b"tree x\n")
        + entry(2, 0, b"100644 a\0" + bytes(20))
        + entry(4, 0, b"x")
    )


def _alone_seeds() -> Iterable[bytes]:
    return (seed[1:] for seed in _pack_seeds())


# -- indexes ------------------------------------------------------------------------------------


def _index(data: bytes) -> None:
    sealed = data + hashlib.sha1(data, usedforsecurity=False).digest()
    try:
        index = PackIndex(written("fuzzed.idx", sealed), 20)
    except PackError:
        return
    names = index.names()
    require(
        len(names) == len(index.offsets) == index.number, "a name and an offset for each object"
    )
    require(index.checksums is None or len(index.checksums) == index.number, "a checksum for each")
    for position, name in enumerate(names):
        require(index.name(position) == name, "names are where they are listed")
        index.position(name)


def _index_seeds() -> Iterable[bytes]:
    form = of_tests("git/conftest.py").Format()
    names: list[Any] = [hashlib.sha1(bytes((n,)), usedforsecurity=False).digest() for n in range(3)]
    content, offsets = form.pack([form.entry(3, b"x"), form.entry(3, b"y"), form.entry(3, PLANTED)])
    for version, large in ((1, 1 << 31), (2, 1 << 31), (2, 13)):
        yield form.index(names, offsets, content, version, large)[:-20]


TARGETS: Final = (
    Target(
        "delta",
        "deltas make what the format says, and new bytes are searched",
        _delta,
        _delta_seeds,
        1024,
    ),
    Target("pack", "each object is read right or reported, once", _pack, _pack_seeds, 2048),
    Target("pack-alone", "a pack without an index is read", _alone, _alone_seeds, 2048),
    Target("pack-index", "an index is refused or whole", _index, _index_seeds),
)
