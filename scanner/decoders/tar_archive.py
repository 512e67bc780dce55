"""tar (POSIX ustar and pax, GNU, and V7, which has no magic): every member of the archive.

Headers are read here rather than by `tarfile`: that keeps every member it has seen, recurses over
chained headers, and in many patch releases still in use does not end on hostile sizes
(CVE-2019-20907, CVE-2025-8194). Nothing is extracted, so of a header only the name, the kind and
the size matter. Sparse files give the data that is stored, not their holes.

Offsets and kinds are those of POSIX.1-2017, utility pax, "ustar Interchange Format", and of the GNU
tar manual, "Basic Tar Format".
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description, Ending
from scanner.decoders.tar_blocks import (
    BLOCK,
    ENDS,
    ENDS_AT,
    MAGIC,
    MAGIC_AT,
    Lost,
    begins_tar,
    has_header,
    is_valid,
    later_header,
    number,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from scanner.content import Layer
    from scanner.decoders.streams import Read

# The fields of a header that are read. Numbers are octal text, or base 256 (see `number`).
_NAME, _SIZE = slice(0, 100), slice(124, 136)
_KIND, _LINK_NAME = slice(156, 157), slice(157, 257)
_POSIX = b"ustar\0"
"""The magic of POSIX with its terminator; that of GNU is `ustar` and a space."""
_PREFIX = slice(345, 500)
_IS_EXTENDED = 482
"""In a GNU header of a sparse file: whether a block with more of its map follows."""
_IS_EXTENDED_AGAIN = slice(504, 505)
"""The same in such a block."""

# Kinds of headers.
_LINKS = b"12"
_NO_CONTENT = b"3456"
"""Devices, directories and pipes; whatever their size says, no content follows."""
_GNU_NAME, _GNU_LINK, _SPARSE = b"L", b"K", b"S"
_PAX = b"xX"
"""The second one is Solaris' of before the standard."""
_PAX_GLOBAL = b"g"
"""For all members to come, so it cannot name any of them: it is passed over."""
_META = _PAX + _PAX_GLOBAL + _GNU_NAME + _GNU_LINK

_MAX_BLOCKS = 1 << 19
"""Blocks that are no content, which the budget does not count: headers, zeros after the end.

256 MiB of them: an archive of nothing but headers ends as well.
"""
_NAMELESS = "data without a header"
"""The name of a member for what follows the end of an archive, or a header that makes no sense."""
_MAX_META = 1 << 20
"""Bytes of a long name or of pax records; a path has 4,096 on Linux, so this is never too few."""


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the members of the tar archive `layer`, or of one that begins in a later block of it.

    GNU tar passes over the blocks before the first header, whatever is in them.
    """
    from scanner.decoders.streams import Slice

    data = layer.data
    if begins_tar(data):
        if has_header(data):
            yield from walk(Slice(data, 0, len(data)), layer, budget)
        return

    # In a window it is not known where the blocks of the whole begin.
    if layer.is_part and later_header(data, 1):
        from scanner.decoders.layers import LIMIT, path_of

        budget.leave(LIMIT, f"tar that begins before a window: {path_of(layer, '')}")
        return
    if start := later_header(data):
        yield from walk(Slice(data, start, len(data)), layer, budget)


def walk(read: Read, archive: Layer, budget: Budget) -> Generator[Layer, None, bool]:
    """Yield the members of the archive that `read` gives; return whether it was read to its end.

    The layers are on `archive`, which may be empty where the archive is too large to be held.
    """
    from scanner.decoders.layers import DAMAGED, LIMIT, Replay, path_of, windows
    from scanner.decoders.streams import BoundedRead

    said = _Extended()
    ended = False
    blocks = 0
    ahead = b""
    while blocks < _MAX_BLOCKS:
        block = ahead or read(BLOCK)
        ahead = b""
        blocks += 1

        # Two blocks of zeros end an archive. One is enough, and another archive may follow: that
        # is what `tar --concatenate` and `cat` make, and what `tar --ignore-zeros` reads.
        if not block.strip(b"\0"):
            if len(block) < BLOCK:
                return True
            ended = True
            continue
        if not is_valid(block):
            # GNU tar goes on at the next header. Up to there it may be the content of the member
            # whose header this is; after the end it may be anything, such as the padding of a tape.
            if not ended:
                budget.leave(DAMAGED, f"tar: {path_of(archive, '')}")
            lost = Lost(read, _MAX_BLOCKS - blocks)
            is_header = block.startswith(MAGIC, MAGIC_AT)
            name = _header_name(block).decode("utf-8", "surrogateescape") if is_header else ""
            rest: Read = lost if is_header else Replay(block, lost)
            whole = yield from windows(rest, archive, "tar", name or _NAMELESS, budget)
            if not whole:
                return False
            blocks += lost.blocks
            ahead = lost.header
            if not ahead and blocks < _MAX_BLOCKS:
                return True
            continue
        ended = False

        # A long name, a long target or pax records are a member of their own, before the member
        # that they are about.
        kind = block[_KIND]
        size = number(block[_SIZE])
        if kind in _META and size >= 0:
            meta = read(min(_padded(size), _MAX_META))
            if len(meta) < min(size, _MAX_META):
                budget.leave(DAMAGED, f"tar: {path_of(archive, '')}")
                return False
            blocks += len(meta) // BLOCK
            if size > _MAX_META:
                what = f"tar header of more than {_MAX_META >> 20} MiB"
                budget.leave(LIMIT, f"{what}: {path_of(archive, '')}")
                more = BoundedRead(read, _padded(size) - _MAX_META)
                if not (yield from windows(more, archive, "tar", _NAMELESS, budget)):
                    return False
            said.take(kind, meta[:size])
            continue

        size = said.size if said.size >= 0 else size
        if said.has_map and size > 0:
            size -= _pass_over_map(read, size)
        member = (said.name or _header_name(block)).decode("utf-8", "surrogateescape")
        target = said.link or block[_LINK_NAME].partition(b"\0")[0]
        said = _Extended()

        if kind == _SPARSE and block[_IS_EXTENDED]:
            blocks += 1
            while read(BLOCK)[_IS_EXTENDED_AGAIN].strip(b"\0") and blocks < _MAX_BLOCKS:
                blocks += 1

        if kind in _LINKS:
            # The size of a link says nothing about what follows; its target is its content.
            yield from windows(_read_once(target), archive, "tar", member, budget)
        elif kind not in _NO_CONTENT and size >= 0:
            whole = yield from _content(read, size, archive, member, budget)
            if not whole:
                return False
        elif size < 0:
            # What follows is no header, or is read as one.
            budget.leave(DAMAGED, f"tar: {path_of(archive, member)}")
    budget.leave(LIMIT, f"too many tar headers: {path_of(archive, '')}")
    return False


def _content(
    read: Read, size: int, archive: Layer, member: str, budget: Budget
) -> Generator[Layer, None, bool]:
    """Yield the `size` bytes of content of `member`; return whether a header can follow."""
    from scanner.decoders.layers import DAMAGED, path_of, windows
    from scanner.decoders.streams import BoundedRead

    part = BoundedRead(read, size)
    whole = yield from windows(part, archive, "tar", member, budget)
    if not whole:
        return False
    if part.remaining:
        budget.leave(DAMAGED, f"tar: {path_of(archive, member)}")
        return False
    if size % BLOCK:
        read(_padded(size) - size)
    return True


class _Extended:
    """What GNU and pax headers say about the next member in place of its own header."""

    __slots__ = ("has_map", "link", "name", "size")

    def __init__(self) -> None:
        self.name = b""
        self.link = b""
        self.size = -1
        self.has_map = False
        """Whether the content begins with the map of a sparse file."""

    def take(self, kind: bytes, meta: bytes) -> None:
        """Take in the content `meta` of a header of this `kind`."""
        if kind == _GNU_NAME:
            self.name = meta.rstrip(b"\0")
        elif kind == _GNU_LINK:
            self.link = meta.rstrip(b"\0")
        elif kind in _PAX:
            records = _records(meta)
            # The path of a sparse file in pax format is a made-up one.
            self.name = records.get(b"GNU.sparse.name") or records.get(b"path", self.name)
            self.link = records.get(b"linkpath", self.link)
            self.size = _decimal(records.get(b"size", b""))
            self.has_map = records.get(b"GNU.sparse.major") == b"1"


def _pass_over_map(read: Read, size: int) -> int:
    """Read the map before the `size` bytes of a sparse file, and return how many bytes it has.

    It is the number of its entries and two numbers for each, a line each, padded to a full block
    (GNU tar manual, "PAX Format, Version 1.0").
    """
    done = lines = 0
    wanted = 1
    head = b""
    while lines < wanted and done < min(size, _MAX_META):
        block = read(BLOCK)
        done += len(block)
        if len(block) < BLOCK:
            break
        if not lines:
            head, _, _ = block.partition(b"\n")
            wanted = 1 + 2 * max(0, _decimal(head))
        lines += block.count(b"\n")
    return done


def _decimal(digits: bytes) -> int:
    """Return the value of decimal digits; -1 for anything else.

    A size has at most 19 digits, and Python takes quadratic time for very long numbers.
    """
    return int(digits) if digits.isdigit() and len(digits) < 20 else -1


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _header_name(block: bytes) -> bytes:
    name = block[_NAME].partition(b"\0")[0]
    # The prefix belongs to POSIX headers; GNU ones have times there.
    is_posix = block.startswith(_POSIX, MAGIC_AT)
    prefix = block[_PREFIX].partition(b"\0")[0] if is_posix else b""
    return prefix + b"/" + name if prefix else name


def _records(meta: bytes) -> dict[bytes, bytes]:
    """Return pax records: each is its own length in decimal, a space, `key=value`, a line feed."""
    records: dict[bytes, bytes] = {}
    position = 0
    while position < len(meta):
        space = meta.find(b" ", position, position + 20)
        length = _decimal(meta[position:space]) if space >= 0 else -1
        # The shortest is `5 a=` and a line feed. Less would not move on, which is how `tarfile`
        # came to run for ever (CVE-2019-20907).
        if length < 5:
            break

        key, _, value = meta[space + 1 : position + length - 1].partition(b"=")
        records[key] = value
        position += length
    return records


def _read_once(content: bytes) -> Read:
    from scanner.decoders.streams import Slice

    return Slice(content, 0, len(content))


DECODER = Decoder(
    "tar",
    ((MAGIC_AT, MAGIC), *((ENDS_AT, end) for end in ENDS)),
    (),
    decode,
    Description(
        (
            "`ustar` at offset 257, or at the start a header of V7 with its checksum; a header "
            "with `ustar` in any block of 512 bytes, if there is one in the last 64 KiB"
        ),
        "every member, and the targets of links",
        "path in the archive, line and column in the member",
    ),
    ending=Ending(MAGIC, MAGIC_AT, BLOCK),
    applies=begins_tar,
)
