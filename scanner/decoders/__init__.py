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

from scanner.decoders.compiled import TABLE
from scanner.decoders.interface import Decoder, Description, Ending
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

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
    "scanner.decoders.base32",
    "scanner.decoders.colours",
    "scanner.decoders.hex_dump",
    "scanner.decoders.hexadecimal",
    "scanner.decoders.git_patch",
    "scanner.decoders.byte_list",
    "scanner.decoders.invisible",
    "scanner.decoders.commit_encoding",
    "scanner.decoders.base85",
    "scanner.decoders.joined_names",
    "scanner.decoders.raw_deflate",
    "scanner.decoders.tags",
    "scanner.decoders.uuencode",
)


class _Imported:
    """Calls a function of a decoder, which is imported at the first call.

    A class and no closure, since processes that are started anew are handed the decoders pickled.
    """

    __slots__ = ("_module",)

    def __init__(self, module: str) -> None:
        self._module = module

    def decode(self, layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
        return _member(self._module).decode(layer, offsets, budget)

    def applies(self, data: bytes) -> bool:
        try:
            asked = _member(self._module).applies
            return asked is None or asked(data)
        except Exception:  # noqa: BLE001 -- `decode` meets it too, where it is reported
            return True


@cache
def _member(module: str) -> Decoder:
    decoder: Decoder = import_module(module).DECODER
    return decoder


DECODERS: Final[tuple[Decoder, ...]] = tuple(
    Decoder(
        name,
        magics,
        tuple(Anchor(*fields) for fields in anchors),
        _Imported(module).decode,
        Description(*description),
        ending and Ending(*ending),
        reach,
        _Imported(module).applies if asks else None,
        of_rules,
        signs,
    )
    for module, (name, magics, anchors, description, ending, reach, asks, of_rules, signs) in zip(
        MODULES, TABLE, strict=True
    )
)
