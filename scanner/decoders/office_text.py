"""Text of Office documents without its markup: Word, Excel, PowerPoint and OpenDocument.

An editor cuts a paragraph into runs wherever formatting or its spelling checker finds an end, also
in the middle of a value (ECMA-376 part 1, 17.3.2; OpenDocument 1.3 part 3, 6.1.7). The parts are
members of a ZIP archive, which `zip_archive` opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_MAGIC = b"<?xml"
_ROOTS = (
    *(b"<w:document", b"<w:hdr", b"<w:ftr", b"<w:comments", b"<w:footnotes", b"<w:endnotes"),
    *(b"<sst", b"<comments ", b"<p:sld", b"<p:notes", b"<office:document"),
)
_REACH = 512
"""Bytes in which the first element begins, after a declaration."""
_MARKUP: Final = rb"<[^<>]*>|&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
_LINE_ENDS: Final = (
    *(b"</w:p>", b"</w:tr>", b"</si>", b"</row>", b"</a:p>", b"</text:p>", b"</text:h>"),
    *(b"</comment>", b"<w:br", b"<a:br", b"<w:cr", b"<text:line-break"),
)
_SPACES: Final = (b"</w:tc>", b"</c>", b"<w:tab", b"<text:tab", b"<text:s/", b"<text:s ")
_ENTITIES: Final = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}


def _applies(data: bytes) -> bool:
    head = data[:_REACH]
    return any(root in head for root in _ROOTS)


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the text of the part of a document `layer`."""
    import re

    from scanner.content import Layer
    from scanner.decoders.escapes import EscapeMap
    from scanner.decoders.layers import LIMIT, path_of

    data = layer.data
    if not data.startswith(_MAGIC) or not _applies(data):
        return
    if not budget.take(len(data)):
        budget.leave(LIMIT, f"the text of a document: {path_of(layer, '')}")
        return
    markup = re.compile(_MARKUP)
    yield Layer(
        markup.sub(_plain, data),
        below=layer,
        decoder="office",
        offsets=EscapeMap(data, 0, len(data), markup, _plain),
    )


def _plain(found: re.Match[bytes]) -> bytes:
    """Return what a tag or a reference is in the text."""
    markup = found[0]
    if markup.startswith(b"<"):
        if markup.startswith(_LINE_ENDS):
            return b"\n"
        return b" " if markup.startswith(_SPACES) else b""
    name = markup[1:-1]
    if name in _ENTITIES:
        return _ENTITIES[name]
    digits = name[2:] if name.startswith(b"#x") else name[1:]
    number = int(digits, 16 if name.startswith(b"#x") else 10)
    # What needs more bytes than the reference has is no part of a credential either.
    return bytes((number,)) if 0 < number < 128 else b" "


DECODER = Decoder(
    "office",
    ((0, _MAGIC),),
    (),
    decode,
    Description(
        "XML that begins as a part of a Word, Excel, PowerPoint or OpenDocument file does",
        "the text without markup, so that a value in several runs is in one piece",
        "line and column in the part",
    ),
    applies=_applies,
)
