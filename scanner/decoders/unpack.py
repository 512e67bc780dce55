"""The content of compressed files and of members of archives, which may be archives themselves."""

from __future__ import annotations

from scanner.decoders.layers import windows
from scanner.decoders.tar_archive import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from scanner.content import Layer
    from scanner.decoders.interface import Budget
    from scanner.decoders.streams import Read

bytes(16 << 20)
"""Taken and given back once, untouched: from then on glibc keeps up to twice as much memory that is
freed (mallopt(3), M_MMAP_THRESHOLD). Or it may give that of each archive back to the system and
take it again for the next one, which was a quarter of the time of a scan of small archives. Bytes,
since those of a bytearray are written, and so are there from then on."""


def unpack(
    read: Read, below: Layer, decoder: str, member: str, budget: Budget
) -> Generator[Layer, None, bool]:
    """Yield the content of `read` as text of its own; return whether all of it came out.

    Of a compressed stream inside base64 nobody sees lines: what comes out has the place of the
    base64. A member has a name to go by, wherever its archive is.

    A tar archive that is too large for a layer, such as a large `.tar.gz`, is walked while it is
    decompressed. That is why this is a module apart from `layers`, which `tar_archive` needs.
    """
    if below.offsets is None or member:
        return (yield from windows(read, below, decoder, member, budget, walk))

    from scanner.decoders.inflated import Whole

    made = windows(read, below, decoder, member, budget, walk)
    while True:
        try:
            layer = next(made)
        except StopIteration as end:
            return bool(end.value)
        if layer.member == below.member and layer.offsets is None:
            layer.offsets = Whole(0, len(below.data))
        yield layer
