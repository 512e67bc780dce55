"""The decoders, in the order in which the engine asks them.

To add one, write a module with a `DECODER` (see `scanner.decoders.interface.Decoder`) and its test,
then run `python tools/register.py`, which adds the line below and the row in docs/decoders.md.
`tests/decoders/test_registry.py` holds what every decoder owes the engine. All members are imported
by every scan, which needs their anchors, so each imports what decoding takes inside its functions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scanner.decoders.interface import Decoder

MODULES: Final = (
    "scanner.decoders.utf16",
    "scanner.decoders.percent",
    "scanner.decoders.json_string",
    "scanner.decoders.base64_text",
    "scanner.decoders.zip_archive",
    "scanner.decoders.tar_archive",
    "scanner.decoders.gzip_file",
    "scanner.decoders.bzip2",
    "scanner.decoders.xz",
    "scanner.decoders.quoted_printable",
    "scanner.decoders.markup",
    "scanner.decoders.string_pieces",
    "scanner.decoders.not_opened",
    "scanner.decoders.ar_archive",
    "scanner.decoders.zlib_stream",
    "scanner.decoders.glued",
    "scanner.decoders.base32",
    "scanner.decoders.hexadecimal",
    "scanner.decoders.colours",
    "scanner.decoders.hex_dump",
)
DECODERS: Final[tuple[Decoder, ...]] = tuple(import_module(name).DECODER for name in MODULES)
