"""The decoders, in the order in which the engine asks them.

To add one, write a module with a `DECODER` (see `scanner.decoders.interface.Decoder`) and its test,
then run `python tools/register.py`, which adds the line below and the row in docs/decoders.md, and
writes what calls for each decoder into `scanner.decoders.compiled`. A scan reads that table alone
and imports a member when content calls for it, which saves a tenth of a start.
`tests/decoders/test_registry.py` holds what every decoder owes the engine.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from scanner.decoders.compiled import TABLE
from scanner.decoders.interface import Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scanner.content import Layer
    from scanner.decoders.interface import Budget

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
    "scanner.decoders.attached",
    "scanner.decoders.drawio",
    "scanner.decoders.git_pack",
    "scanner.decoders.office_text",
    "scanner.decoders.png",
    "scanner.decoders.sqlite_file",
    "scanner.decoders.zstd",
)


def _imported_when_called(
    module: str,
) -> Callable[[Layer, Sequence[int], Budget], Iterator[Layer]]:
    def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
        return _member(module).decode(layer, offsets, budget)

    return decode


def _asked_when_signed(module: str) -> Callable[[bytes], bool]:
    def applies(data: bytes) -> bool:
        asks = _member(module).applies
        return asks is None or asks(data)

    return applies


@cache
def _member(module: str) -> Decoder:
    decoder: Decoder = import_module(module).DECODER
    return decoder


DECODERS: Final[tuple[Decoder, ...]] = tuple(
    Decoder(
        name,
        magics,
        tuple(Anchor(*fields) for fields in anchors),
        _imported_when_called(module),
        Description(*description),
        ending,
        reach,
        _asked_when_signed(module) if is_asked else None,
    )
    for module, (name, magics, anchors, description, ending, reach, is_asked) in zip(
        MODULES, TABLE, strict=True
    )
)
