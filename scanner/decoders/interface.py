"""What a decoder is: the way from bytes in which a credential hides to bytes that show it.

A decoder says by what it is recognised: a signature near the start of a layer (`magics`), or
anchors anywhere in it. The engine calls `decode` only on a layer where one of them was found,
searches each layer that comes out, and so goes down until nothing is left to decode or the
`Budget` is used up. Decoders import what they need inside their functions: most scans need none.
"""

from __future__ import annotations

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scanner.content import Layer
    from scanner.rulebook.model import Anchor

# What hides beyond a limit makes the scan incomplete. docs/decoders.md has them in a table.
MAX_DEPTH = 8
"""Layers on top of one another: an archive in an archive, base64 in JSON in base64.

There has to be one, since a file can unpack to itself (Russ Cox, "Zip Files All The Way Down").
"""
MAX_LAYERS = 100_000
"""Layers of one file: members of archives and decoded stretches together."""
MAX_BYTES = 1 << 30
"""Decoded bytes of one file, all layers together."""
MAX_LAYER_BYTES = 64 << 20
"""Bytes of one layer: what a worker holds in memory at once, in more than one copy."""

# What a notice says where a larger `largest` would have helped; reports add how to set it.
TOO_LARGE = "too large to be decoded further"
NOT_WHOLE = "it was not decoded whole"
TOO_MUCH = "more content than is decoded of one file"
TOO_MANY = "too many members"
RAISED_BY_SIZE = (TOO_LARGE, NOT_WHOLE, TOO_MUCH, TOO_MANY)


OWN_BYTES, OWN_LAYERS = 1 << 20, 1000
"""What any file may decode to without drawing on the pool of the run, besides its share below."""
RATIO = 100
"""Decoded bytes for each byte of a file that do not draw on the pool: archives of a project decode
to less than 20 times their size, and deflate reaches 1,032 (RFC 1951)."""
MAX_RUN_BYTES = 2 << 30
"""Decoded bytes beyond that, of all files that one process of a run looks at."""
MAX_RUN_LAYERS = 400_000
"""Layers beyond that."""
OVER_RUN = "more than is decoded in one scan: scan it alone"
MAX_NAMES = 16 << 20
"""Bytes of names of members, of one file: each member is known by its whole path, and a name has up
to 64 KiB (APPNOTE 6.3.10, section 4.4.10) that compress to nothing."""


MOST_LEFT = 100
"""Notes of one reason that are kept of one file: more than anybody reads, while an archive can have
a hundred thousand members that each cannot be opened."""


class Pool:
    """What the files of a run may cost together, beyond what is in proportion to their size.

    Each file has its limits, but a thousand small files that each reach them would take hours.
    """

    __slots__ = ("bytes", "layers")

    def __init__(self, layers: int = MAX_RUN_LAYERS, size: int = MAX_RUN_BYTES) -> None:
        """Start with `layers` layers and `size` bytes to spend."""
        self.layers = layers
        self.bytes = size

    def budget(self, size: int, largest: int = 0) -> Budget:
        """Return the budget of a file of `size` bytes, for `settle` after it.

        `largest` is as in `Budget`: what it raises is the user's own choice.
        """
        own_layers, own_bytes = _own(size)
        budget = Budget(largest=largest)
        raised = max(1, budget.largest // MAX_LAYER_BYTES)
        budget.narrow(own_layers + raised * self.layers, own_bytes + raised * self.bytes)
        return budget

    def settle(self, size: int, budget: Budget) -> None:
        """Take from the pool what the file of `size` bytes has cost beyond its own share."""
        own_layers, own_bytes = _own(size)
        self.layers = max(0, self.layers - max(0, budget.spent_layers - own_layers))
        self.bytes = max(0, self.bytes - max(0, budget.spent_bytes - own_bytes))


def _own(size: int) -> tuple[int, int]:
    # A layer costs about as much as some thousand bytes. Escapes and base64 make one of each value.
    return OWN_LAYERS + size // 32, OWN_BYTES + RATIO * size


class Budget:
    """What decoding one file may still cost. What had to be left is kept by reason."""

    __slots__ = (
        "_further", "_known", "_layers", "_size", "bytes", "in_part", "is_cut", "largest", "layers",
        "left", "names",
    )  # fmt: skip

    def __init__(self, layers: int = MAX_LAYERS, size: int = MAX_BYTES, largest: int = 0) -> None:
        """Start with `layers` layers and `size` bytes to spend, each layer up to `largest` bytes.

        0 is the default of that. A larger one raises the others by as much.
        """
        self.largest = largest or MAX_LAYER_BYTES
        factor = self.largest / MAX_LAYER_BYTES if largest else 1
        self.layers = self._layers = int(layers * max(1, factor))
        self.bytes = self._size = int(size * factor)
        self.names = MAX_NAMES
        self.is_cut = False
        """Whether the pool of the run leaves less to this file than a file may have."""
        self.in_part = False
        """Whether what is decoded now is one window of larger content, whose end may be our cut."""
        self.left: list[tuple[str, str]] = []
        """(reason, detail) of what was not decoded: see `leave`."""
        self._known: dict[str, set[str]] = {}
        self._further: dict[str, int] = {}

    def narrow(self, layers: int, size: int) -> None:
        """Leave no more than `layers` layers and `size` bytes, before anything is spent."""
        self.is_cut = layers < self.layers or size < self.bytes
        self.layers = self._layers = min(layers, self.layers)
        self.bytes = self._size = min(size, self.bytes)

    @property
    def spent_layers(self) -> int:
        """The layers that were taken."""
        return self._layers - self.layers

    @property
    def spent_bytes(self) -> int:
        """The bytes that were taken."""
        return self._size - self.bytes

    def room(self) -> int:
        """Return how many bytes the next layer may have at most; 0 where there may be no more.

        A decoder that learns the size of its output only by producing it, such as one that
        decompresses, produces at most this much and then takes what it has become.
        """
        return min(self.bytes, self.largest) if self.layers > 0 else 0

    def take(self, size: int) -> bool:
        """Spend one layer of `size` bytes; False, with nothing spent, where that is too much."""
        if self.layers < 1 or self.bytes < size or size > self.largest:
            return False
        self.layers -= 1
        self.bytes -= size
        return True

    def leave(self, reason: str, detail: str) -> None:
        """Note that something was not decoded.

        `reason` is one of: `decoder-limit` (too deep, too large, too many: a credential could hide
        there, so the scan is incomplete), `damaged-archive` (nothing more can be read from it by
        anyone), `encrypted-archive`, `encrypted-file`, `unsupported-archive`.
        """
        if self.in_part and reason == "damaged-archive":
            reason, detail = (
                "decoder-limit",
                f"{detail}: it ends where a window of large content does",
            )

        # A bomb meets one limit thousands of times, and others in between.
        known = self._known.setdefault(reason, set())
        if detail in known:
            return
        if len(known) < MOST_LEFT:
            known.add(detail)
            self.left.append((reason, detail))
        else:
            self._further[reason] = self._further.get(reason, 0) + 1

    def further(self) -> list[tuple[str, str]]:
        """Return a note for each reason of which more was left than is kept, with the number."""
        return [(reason, f"{number:,} more of these") for reason, number in self._further.items()]


class Description(NamedTuple):
    """The row of a decoder in docs/decoders.md, in Markdown; `tools/register.py` writes it."""

    recognised_by: str
    result: str
    """What comes out."""
    position: str
    """The position that a report gives for what is found in there."""


CompiledAnchor = tuple[bytes, bool, int, bytes, bytes, bytes, tuple[bytes, ...], str, bytes, bool]
"""The fields of `scanner.rulebook.model.Anchor`."""
CompiledDecoder = tuple[
    str,
    tuple[tuple[int, bytes], ...],
    tuple[CompiledAnchor, ...],
    tuple[str, str, str],
    tuple[bytes, int, int] | None,
    int,
    bool,
    str,
    bytes,
]
"""The fields of `Decoder` but for `decode`: description and ending as plain tuples, and for
`applies` whether there is one."""


class Ending(NamedTuple):
    """A signature near the end of content."""

    magic: bytes
    at: int = 0
    step: int = 1
    """It is at the offset `at` or a multiple of `step` bytes further on: in few places, which are
    looked at sooner than all are searched."""


class Decoder(NamedTuple):
    """One way of decoding. A module of this package that is one has it as `DECODER`."""

    name: str
    magics: tuple[tuple[int, bytes], ...]
    """(offset, bytes): the layer is of this kind if the bytes are at that offset in it."""
    anchors: tuple[Anchor, ...]
    """What is worth decoding: offsets of these are handed to `decode`.

    An anchor that rules or other decoders look for too is searched once for all of them, so a
    decoder may share an anchor such as `AKIA` at no cost and drop the offsets that mean nothing
    to it.
    """
    decode: Callable[[Layer, Sequence[int], Budget], Iterator[Layer]]
    """(layer, ascending offsets of the anchors found in it, budget) to the layers that come out.

    Where only a signature was found there are no offsets; where only an anchor was found the
    signature need not be there.

    A decoder takes from the budget before it makes a layer, leaves what exceeds it, and never
    raises for damaged or hostile content. Bytes are never produced before they are budgeted:
    a bomb must not be unpacked in order to be measured.
    """
    description: Description
    ending: Ending | None = None
    """The layer is of this kind if this, and a null byte, are among its last 64 KiB."""
    reach: int = 0
    """Bytes to either side of an anchor that decide what comes out there; 0 where it has no bound.

    The search of a history looks again only where something within it has changed.
    """
    applies: Callable[[bytes], bool] | None = None
    """What else must be so of a layer with the signature, where many files have that one.

    It is asked of every such file, so it looks at a few bytes only.
    """
    of_rules: str = ""
    """Which anchors of rules are worth a look as well, since they are searched for anyway: "values"
    for those that are part of a value, "all" for names too; empty for none."""
    signs: bytes = b""
    """Where anchors call for it: nothing comes out of a layer without one of these bytes.

    Most layers with an anchor have no escape of this kind at all, and the module stays unread.
    """
