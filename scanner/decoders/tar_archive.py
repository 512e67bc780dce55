"""tar (POSIX ustar and pax, GNU, and the V7 headers inside them): every member of the archive.

Headers are read here rather than by `tarfile`: that keeps every member it has seen, recurses over
chained headers, and in many patch releases still in use does not end on hostile sizes
(CVE-2019-20907, CVE-2025-8194). Nothing is extracted, so of a header only the name, the kind and
the size matter. Sparse files give the data that is stored, not their holes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from scanner.content import Layer
    from scanner.decoders.streams import Read

_BLOCK = 512
_MAGIC_AT, _MAGIC = 257, b"ustar"
_MAX_BLOCKS = 1 << 19
"""Blocks that are no content, which the budget does not count: headers, zeros behind the end."""
_MAX_META = 1 << 20
"""Bytes of a long name or of pax records."""
_LINKS, _NO_CONTENT = b"12", b"3456"
_GNU_NAME, _GNU_LINK, _PAX, _PAX_GLOBAL, _SPARSE = b"L", b"K", b"xX", b"g", b"S"


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the members of the tar archive `layer`."""
    from scanner.decoders.streams import Slice

    data = layer.data
    if data.startswith(_MAGIC, _MAGIC_AT) and _valid(data[:_BLOCK]):
        yield from walk(Slice(data, 0, len(data)), layer, budget)


def walk(read: Read, archive: Layer, budget: Budget) -> Generator[Layer, None, bool]:
    """Yield the members of the archive that `read` gives; return whether it was read to its end.

    The layers stand on `archive`, which may be empty where the archive is too large to be held.
    """
    from scanner.decoders.streams import Part
    from scanner.decoders.unpack import DAMAGED, LIMIT, path_of, unpack

    name = link = b""
    size = -1
    ended = False
    blocks = 0
    while blocks < _MAX_BLOCKS:
        block = read(_BLOCK)
        blocks += 1
        if not block.strip(b"\0"):
            if len(block) < _BLOCK:
                return True
            ended = True
            continue
        if not _valid(block):
            # Behind the end there may be anything, for instance the padding of a tape.
            if not ended:
                budget.leave(DAMAGED, f"tar: {path_of(archive, '')}")
            return ended
        ended = False
        kind = block[156:157]
        stored = _number(block[124:136])
        if kind in _PAX + _PAX_GLOBAL + _GNU_NAME + _GNU_LINK and stored >= 0:
            meta = read(_padded(stored)) if stored <= _MAX_META else b""
            if len(meta) < stored:
                budget.leave(DAMAGED, f"tar: {path_of(archive, '')}")
                return False
            blocks += len(meta) // _BLOCK
            meta = meta[:stored]
            if kind == _GNU_NAME:
                name = meta.rstrip(b"\0")
            elif kind == _GNU_LINK:
                link = meta.rstrip(b"\0")
            elif kind in _PAX:
                records = _records(meta)
                name = records.get(b"GNU.sparse.name") or records.get(b"path", name)
                link = records.get(b"linkpath", link)
                size = _decimal(records.get(b"size", b""))
            continue
        stored = size if size >= 0 else stored
        member = (name or _header_name(block)).decode("utf-8", "surrogateescape")
        target = link or block[157:257].partition(b"\0")[0]
        name = link = b""
        size = -1
        if kind == _SPARSE and block[482]:
            blocks += 1
            while read(_BLOCK)[504:505].strip(b"\0") and blocks < _MAX_BLOCKS:
                blocks += 1
        if kind in _LINKS:
            # The size of a link says nothing about what follows; its target is its content.
            yield from unpack(_once(target), archive, "tar", member, budget)
            continue
        if kind in _NO_CONTENT:
            continue
        if stored < 0:
            budget.leave(DAMAGED, f"tar: {path_of(archive, member)}")
            return False
        part = Part(read, stored)
        whole = yield from unpack(part, archive, "tar", member, budget)
        if not whole:
            return False
        if part.remaining:
            budget.leave(DAMAGED, f"tar: {path_of(archive, member)}")
            return False
        if stored % _BLOCK:
            read(_padded(stored) - stored)
    budget.leave(LIMIT, f"too many tar headers: {path_of(archive, '')}")
    return False


def _valid(block: bytes) -> bool:
    # The checksum counts its own eight bytes as spaces; some writers summed signed bytes.
    if len(block) < _BLOCK:
        return False
    stated = _number(block[148:156])
    plain = sum(block) - sum(block[148:156]) + 8 * 32
    return stated in (plain, plain - 256 * sum(byte > 127 for byte in block))


def _number(field: bytes) -> int:
    """Return the value of a numeric header field: octal digits or base 256; -1 if it is neither."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    return int(digits or b"0", 8) if digits.strip(b"01234567") == b"" else -1


def _decimal(digits: bytes) -> int:
    return int(digits) if digits.isdigit() and len(digits) < 20 else -1


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _header_name(block: bytes) -> bytes:
    name = block[:100].partition(b"\0")[0]
    # The prefix belongs to POSIX headers; GNU ones have times there.
    prefix = block[345:500].partition(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _records(meta: bytes) -> dict[bytes, bytes]:
    """Return pax records: each is its own length in decimal, a space, `key=value`, a line feed."""
    records: dict[bytes, bytes] = {}
    position = 0
    while position < len(meta):
        space = meta.find(b" ", position, position + 20)
        length = _decimal(meta[position:space]) if space >= 0 else -1
        if length < 5:
            break
        key, _, value = meta[space + 1 : position + length - 1].partition(b"=")
        records[key] = value
        position += length
    return records


def _once(content: bytes) -> Read:
    from scanner.decoders.streams import Slice

    return Slice(content, 0, len(content))


DECODER = Decoder(
    "tar",
    ((_MAGIC_AT, _MAGIC),),
    (),
    decode,
    Description(
        "`ustar` at offset 257",
        "every member, and the targets of links",
        "path in the archive, line and column in the member",
    ),
)
