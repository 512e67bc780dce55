"""Reading a part of a layer, decompressed or as it is, without ever raising.

A `Read` is asked for no more bytes than the budget has left. So a bomb costs its budget and nothing
beyond it, whatever sizes it claims.
"""

from __future__ import annotations

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Read = Callable[[int], bytes]
"""Given a number of bytes, at least 1, returns the next ones: fewer only where they end there."""

FEED = 4 << 10
"""Compressed bytes handed over at once.

A decompressor that meets damage raises, and what it made of the same bytes before the damage is
lost. Other programs show it, so these bytes are then handed over once more, one at a time.
"""
_MAX_RESCUED = 16 << 20
"""Bytes that are kept of what comes out of one such piece before the damage."""
MAX_STREAMS = 1 << 16
"""Streams one after another in one file.

A stream may be empty, so the budget does not end them. bgzip writes one for each 64 KiB of content
(SAM specification, 4.1), so that this many are 4 GiB, which is beyond the budget anyway.
"""


class Slice:
    """Reads a part of a layer: a `Read` without decompression."""

    __slots__ = ("_data", "_end", "position")

    def __init__(self, data: bytes, start: int, end: int) -> None:
        """Read `data[start:end]`."""
        self._data = data
        self._end = min(end, len(data))
        self.position = start

    def __call__(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end."""
        piece = self._data[self.position : min(self.position + size, self._end)]
        self.position += len(piece)
        return piece


class BoundedRead:
    """Reads the next `size` bytes of another `Read` and no more."""

    __slots__ = ("_read", "remaining")

    def __init__(self, read: Read, size: int) -> None:
        """Read `size` bytes from `read`."""
        self._read = read
        self.remaining = size

    def __call__(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end."""
        size = min(size, self.remaining)
        piece = self._read(size) if size else b""
        self.remaining -= len(piece)
        return piece


class Stream:
    """Decompresses a part of a layer, one compressed stream after another: a `Read`.

    `begin` takes an offset. It returns a decompressor with the interface of `bz2.BZ2Decompressor`
    and the offset where its input begins, or None where no further stream begins.
    """

    __slots__ = (
        "_begin",
        "_begun",
        "_data",
        "_decompressor",
        "_end",
        "_fed",
        "_given",
        "_rescued",
        "_streams",
        "_to_end",
        "_trailer",
        "damaged",
        "failure",
        "likely",
        "limited",
        "position",
        "produced",
        "size",
    )

    def __init__(
        self,
        data: bytes,
        start: int,
        end: int,
        begin: Callable[[int], tuple[Any, int] | None],
        size: int = -1,
        trailer: int = 0,
        to_end: bool = True,
    ) -> None:
        """Decompress `data[start:end]`.

        `size` is how many bytes are said to come out, for formats that do not mark their end (-1
        where nothing is said); `trailer` bytes follow each stream and are passed over; `to_end`
        says that nothing may follow the last one.
        """
        self._data = data
        self._end = min(end, len(data))
        self._begin = begin
        self._to_end = to_end
        self._trailer = trailer
        self._decompressor: Any = None
        self._streams = 0
        # Where the stream begins, where the last piece of it that was handed over begins, and how
        # much has come out of the stream.
        self._begun = self._fed = self._given = 0
        self._rescued = b""

        self.size = size
        self.likely = 0
        """Where it is said to end, so that nothing more is handed over before it goes on there."""
        self.position = start
        """Where the compressed data that was not handed over yet begins."""
        self.produced = 0
        self.damaged = False
        """Whether it ended where the format does not allow it, or something follows its end."""
        self.failure = ""
        """What the decompressor said about that, if anything."""
        self.limited = False
        """Whether it ended because there were more than `MAX_STREAMS`."""

    def __call__(self, size: int) -> bytes:
        """Return the next `size` decompressed bytes, fewer at the end or where it is damaged."""
        pieces: list[bytes] = []
        while size and not (self.damaged or self.limited):
            if self._decompressor is None and not self._next():
                break
            piece = self._step(size)
            if piece:
                pieces.append(piece)
                size -= len(piece)
        if self._rescued and size:
            pieces.append(self._rescued[:size])
            self._rescued = self._rescued[size:]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _next(self) -> bool:
        """Begin the next stream; return whether there is one."""
        if self._streams == MAX_STREAMS:
            self.limited = True
            return False

        try:
            begun = self._begin(self.position)
        except _errors() as error:
            self._fail(error)
            return False

        if begun is None:
            # Zeros are padding, as of a tape or a sector. Anything else should not be there.
            if self._to_end and self._data[self.position : self._end].strip(b"\0"):
                self.damaged = True
            return False
        self._begun = self.position
        self._decompressor, self.position = begun
        self._fed, self._given = self.position, 0
        self._streams += 1
        return True

    def _step(self, size: int) -> bytes:
        """Return what one call of the decompressor gives; move on to the next stream at its end."""
        decompressor = self._decompressor
        fed = b""
        starving = bool(decompressor.needs_input)
        if starving:
            stop = self.likely if self.position < self.likely else self._end
            fed = self._data[self.position : min(self.position + FEED, stop)]
            self._fed = self.position
            self.position += len(fed)

        try:
            piece: bytes = decompressor.decompress(fed, size)
        except _errors() as error:
            self._fail(error)
            self._rescued = self._rescue()
            return b""
        self.produced += len(piece)
        self._given += len(piece)

        if decompressor.eof:
            # It was fed beyond the end of its stream: the trailer begins with what it did not use.
            self.position += self._trailer - len(decompressor.unused_data)
            self._decompressor = None
        elif starving and not fed and not piece:
            # Cut off, unless all that was promised has come: LZMA in ZIP has no mark of its end.
            self._decompressor = None
            self.damaged = self.produced != self.size
            self._begin = _no_more  # or the end would be taken for the start of another stream
        return piece

    def _rescue(self) -> bytes:
        """Return what came out of the last piece before the damage, but was not given yet."""
        begun = self._begin(self._begun)
        if begun is None:
            return b""
        decompressor, position = begun
        skip, kept = self._given, bytearray()
        try:
            while position < self.position and len(kept) < _MAX_RESCUED:
                # Everything up to the last piece was whole.
                step = min(FEED, self._fed - position) if position < self._fed else 1
                fed = self._data[position : position + step]
                position += step
                while True:
                    piece = decompressor.decompress(fed, _MAX_RESCUED)
                    kept += piece[skip:]
                    skip -= min(skip, len(piece))
                    if decompressor.eof or decompressor.needs_input:
                        break
                    fed = b""
        except _errors():
            pass
        return bytes(kept)

    def _fail(self, error: Exception) -> None:
        self.damaged = True
        self.failure = str(error)


def _no_more(_: int) -> None:
    return None


def _errors() -> tuple[type[Exception], ...]:
    """Return what decompressors raise for content that is not what it says it is."""
    import zlib
    from lzma import LZMAError

    # bz2 raises OSError or ValueError; MemoryError is a dictionary that does not fit.
    own = (*_igzip_errors(), *_zstd_errors())
    return OSError, EOFError, ValueError, MemoryError, zlib.error, LZMAError, *own


def _zstd_errors() -> tuple[type[Exception], ...]:
    # Only what was imported can have raised anything.
    import sys

    names = ("compression.zstd", "backports.zstd")
    return tuple(sys.modules[name].ZstdError for name in names if name in sys.modules)


def _igzip_errors() -> tuple[type[Exception], ...]:
    try:
        from isal.isal_zlib import error
    except ImportError:
        return ()
    kind: Any = error  # the stub calls it an instance
    return (kind,)


class _Zlib:
    """`zlib` with the interface of `bz2.BZ2Decompressor`."""

    __slots__ = ("_object", "eof", "needs_input", "unused_data")

    def __init__(self) -> None:
        import zlib

        # A negative number means raw deflate, without the header of zlib or gzip.
        self._object = zlib.decompressobj(-zlib.MAX_WBITS)
        self.eof = False
        self.needs_input = True
        self.unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        source = self._object
        piece = source.decompress(source.unconsumed_tail + data, max_length)
        self.eof = source.eof
        self.unused_data = source.unused_data
        # A full piece may have left something in the window, even if all input was taken.
        self.needs_input = len(piece) < max_length
        return piece


def inflater() -> Any:
    """Return a decompressor of raw deflate data: igzip where it is installed, or else zlib.

    igzip takes 60 % of the time on text, but has no wheel for some platforms (see pyproject.toml).
    """
    try:
        from isal import igzip_lib
    except ImportError:
        return _Zlib()
    return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
