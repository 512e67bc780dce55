"""Which references, reflogs and HEADs reach a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.git.tips import Tip
    from scanner.history.attribution.graph import Graph


class Reach:
    """Which tips reach which of some nodes."""

    __slots__ = ("_bits", "_tips", "held")

    def __init__(self, graph: Graph, nodes: Sequence[int], tips: dict[int, list[Tip]]) -> None:
        """Compute it for `nodes`, ascending, and `tips`, by the node that they point to."""
        reached = graph.descent(nodes, tips)
        self._bits = {node: bit for bit, node in enumerate(nodes)}

        # Grouped by what they reach: in a long history most tips reach all of the nodes, and
        # thousands of tips are then one entry.
        self._tips: dict[int, list[Tip]] = {}
        for node, mask in reached.items():
            if mask:
                self._tips.setdefault(mask, []).extend(tips[node])

        every = 0
        for mask in self._tips:
            every |= mask
        digits = bin(every)[:1:-1]  # bit 0 first, without the "0b"
        self.held = {node for node, digit in zip(nodes, digits, strict=False) if digit == "1"}
        """The nodes that some tip reaches."""

    def tips(self, nodes: Iterable[int]) -> list[Tip]:
        """Return the tips that reach any of `nodes`."""
        # Bits are set in bytes: each `|=` of an integer would copy all of it.
        digits = bytearray(len(self._bits) // 8 + 1)
        for node in nodes:
            bit = self._bits[node]
            digits[bit >> 3] |= 1 << (bit & 7)
        asked = int.from_bytes(digits, "little")
        return [tip for mask, tips in self._tips.items() if mask & asked for tip in tips]
