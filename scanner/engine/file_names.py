"""The names of files as content: a credential in a name is found like one in a text."""

from __future__ import annotations

from scanner.content import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

DECODER: Final = "path"
"""The decoder that a finding in a name has in its locations; its columns count in the name."""


def name_layer(name: str, below: Layer | None = None) -> Layer:
    """Return the layer of the name of a file, or of a member of the archive `below`."""
    data = name.encode("utf-8", "surrogateescape")
    return Layer(data, below=below or Layer(b""), decoder=DECODER)
