"""From a stream to layers within the budget: what every decoder with content of its own uses."""

from __future__ import annotations

from scanner.content import Layer
from scanner.decoders.interface import TOO_LARGE, TOO_MUCH
from scanner.decoders.tar_blocks import begins_tar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from scanner.decoders.interface import Budget
    from scanner.decoders.streams import Read

    Walk = Callable[[Read, Layer, Budget], Generator[Layer, None, bool]]

OVERLAP = 64 << 10
"""Bytes that a window of large content repeats of the one before.

No credential is longer: the longest, an EKS token or a presigned URL with a session token in it,
has a few thousand characters.
"""
# The reasons that `Budget.leave` takes.
LIMIT = "decoder-limit"
DAMAGED = "damaged-archive"
ENCRYPTED = "encrypted-archive"
UNSUPPORTED = "unsupported-archive"


def path_of(below: Layer, member: str) -> str:
    """Return what a note calls `member` of the layer `below`: its path inside the file."""
    return Layer(b"", below=below, member=member).member or "content"


def windows(
    read: Read,
    below: Layer,
    decoder: str,
    member: str,
    budget: Budget,
    walk: Walk | None = None,
) -> Generator[Layer, None, bool]:
    """Yield the content of `read` as text of its own; return whether all of it came out.

    Content larger than a layer may be comes in windows that overlap by `OVERLAP`. A tar archive of
    that size is not cut: `walk` goes through it while it is decompressed. Without `walk`, and for
    every other archive, the budget notes that it was not decoded further.
    """
    line = column = 1
    tail = b""
    ahead = b""
    while True:
        # After the budget is used up, one byte more shows whether anything is lost.
        room = budget.room() - len(tail)
        body = ahead or read(1)
        if not body:
            return True
        if room < 1:
            budget.leave(LIMIT, f"{TOO_MUCH}: {path_of(below, member)}")
            return False
        if room > 1:
            body += read(room - 1)
        ahead = read(1) if len(body) == room else b""
        data = tail + body

        # Only the first window shows what sort of content it is, and only if there is a second
        # one: content in one layer is looked at by the engine, as every layer is.
        if ahead and not tail:
            is_tar = begins_tar(data)
            if is_tar and walk:
                archive = Layer(b"", below=below, decoder=decoder, member=member)
                return (yield from walk(Replay(data + ahead, read), archive, budget))
            if is_tar or _is_encoded(data):
                budget.leave(LIMIT, f"{TOO_LARGE}: {path_of(below, member)}")

        budget.take(len(data))
        layer = Layer(
            data,
            below=below,
            decoder=decoder,
            member=member,
            base_line=line,
            base_column=column,
            is_part=bool(ahead or tail),
        )
        yield layer

        if not ahead:
            return True
        cut = _character_start(data, max(1, len(data) - OVERLAP))
        line, column = layer.position(cut)
        tail = data[cut:]
        del data, layer, body  # up to 64 MiB each, before as much is read again


class Replay:
    """Reads what was read already, then the rest."""

    __slots__ = ("_first", "_position", "_read")

    def __init__(self, first: bytes, read: Read) -> None:
        """Give `first`, then what `read` gives."""
        self._first = first
        self._position = 0
        self._read = read

    def __call__(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end."""
        piece = self._first[self._position : self._position + size]
        self._position += len(piece)
        if len(piece) < size:
            self._first = b""
            piece += self._read(size - len(piece))
        return piece


def _is_encoded(data: bytes) -> bool:
    """Return whether `data` begins as content that a decoder has to hold whole."""
    from scanner.decoders import DECODERS

    return any(
        data.startswith(magic, at)
        for decoder in DECODERS
        for at, magic in decoder.magics
        if len(magic) > 1  # a null byte is one of UTF-16 without a mark, and of much else
        if decoder.applies is None or decoder.applies(data)
    )


def _character_start(data: bytes, offset: int) -> int:
    """Return where the UTF-8 character at `offset` begins, at most three bytes before it.

    A window that began inside a character would count its bytes as columns. Where no character
    begins there, the data is not UTF-8, and its bytes are columns anyway.
    """
    for back in range(4):
        if offset - back > 0 and data[offset - back] & 0xC0 != 0x80:
            return offset - back
    return offset


def stores_members(data: bytes) -> bool:
    """Return whether `data` is a tar or ar archive, which has its members as they are.

    A decoder of what is in a text leaves such an archive to its members, or everything in them
    would be found twice.
    """
    # ar(5) begins with `!<arch>` and a line feed.
    return begins_tar(data) or data.startswith(b"!<arch>\n")


def may_show_content(data: bytes) -> bool:
    """Return whether `data` is an archive or compressed, with bytes of its content as they are.

    ZIP can store as well, and zstd leaves what does not repeat.
    """
    return stores_members(data) or data.startswith((b"PK\3\4", b"\x28\xb5\x2f\xfd"))
