"""Zstandard (RFC 8878): the content of a compressed file.

Python has a decompressor from 3.14 on; before that `backports.zstd` has the same one. Where neither
is there, the file is counted as not opened, with what to install.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

MAGIC = b"\x28\xb5\x2f\xfd"
"""RFC 8878, section 3.1.1."""
_SKIPPABLE = tuple(bytes((low, 0x2A, 0x4D, 0x18)) for low in range(0x50, 0x60))
"""Frames with other content (section 3.1.2), as pzstd and seekable files have between others."""
_LARGEST_WINDOW = 27
"""Binary logarithm of the bytes that decompression may hold: 128 MiB, as `zstd` allows itself."""
MISSING = "zstd: it needs `pip install backports.zstd`"
TOO_LARGE = f"zstd that needs more than {1 << _LARGEST_WINDOW - 20} MiB"


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the file `layer` holds, all its frames as one text."""
    from scanner.decoders.layers import DAMAGED, LIMIT, UNSUPPORTED, path_of
    from scanner.decoders.streams import Stream
    from scanner.decoders.unpack import unpack

    data = layer.data
    if not data.startswith((MAGIC, *_SKIPPABLE)):
        return
    make = decompressor()
    if make is None:
        budget.leave(UNSUPPORTED, f"{MISSING}: {path_of(layer, '')}")
        return

    def begin(position: int) -> tuple[Any, int] | None:
        # A frame to skip is one of which nothing comes out.
        return (make(), position) if data.startswith((MAGIC, *_SKIPPABLE), position) else None

    stream = Stream(data, 0, len(data), begin)
    yield from unpack(stream, layer, "zstd", "", budget)
    if needs_memory(stream.failure):
        budget.leave(LIMIT, f"{TOO_LARGE}: {path_of(layer, '')}")
    elif stream.damaged:
        budget.leave(DAMAGED, f"zstd: {path_of(layer, '')}")
    if stream.limited:
        budget.leave(LIMIT, f"too many zstd frames: {path_of(layer, '')}")


def decompressor() -> Any:
    """Return what makes a decompressor of one frame; None where none is installed."""
    module = _module()
    if module is None:
        return None
    options = {module.DecompressionParameter.window_log_max: _LARGEST_WINDOW}
    return lambda: module.ZstdDecompressor(options=options)


def needs_memory(failure: str) -> bool:
    """Return whether a decompressor failed because of a window that is too large."""
    return "memory" in failure


def _module() -> Any:
    import sys

    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        return None
    return zstd


DECODER = Decoder(
    "zstd",
    ((0, MAGIC), *((0, head) for head in _SKIPPABLE)),
    (),
    decode,
    Description(
        "signature",
        "the content of all frames, where Python is 3.14 or `backports.zstd` is installed",
        "line and column in the content",
    ),
)
