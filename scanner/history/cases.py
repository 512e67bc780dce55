"""A credential on the way to its history: what removed it, and what reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.history.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.git.tips import Tip
    from scanner.history.facts import Facts, Key
    from scanner.history.graph import Graph


class Case:
    """What is known about a credential that has not got its history yet."""

    __slots__ = ("has", "introducers", "keys", "losses", "messages", "removed", "unpublished")

    def __init__(self, keys: list[Key]) -> None:
        """Begin with the objects and names that have it."""
        self.keys = keys
        self.has = Spans(())
        """The commits whose tree has it, in the preorder of the graph."""
        self.messages: list[int] = []
        """The commits that have it in themselves."""
        self.introducers: set[int] = set()
        self.unpublished: list[tuple[Key, set[int]]] = []
        """What no branch and no tag has, and the nodes that brought it."""
        self.losses: list[int] = []
        """Ascending: the nodes that have not got it while a parent has it."""
        self.removed: int | None = None


def settle_removals(facts: Facts, cases: Iterable[Case]) -> None:
    """Find out for each case which commit removed the credential from the history of HEAD."""
    graph = facts.graph
    cases = [case for case in cases if case.losses]
    if not cases or facts.head is None:
        return
    inside = graph.ancestors([facts.head])
    asked: set[int] = set()
    for case in cases:
        case.losses = [node for node in case.losses if inside[node]]
        for node in case.losses:
            if len(graph.parents[node]) > 1:
                asked.update(graph.parents[node])
    sources = sorted({node for case in cases for node in case.losses}) if asked else []
    known = graph.descent(sources, asked)
    bits = {node: 1 << bit for bit, node in enumerate(sources)}
    for case in cases:
        removals = 0
        for node in case.losses:  # ascending: what a merge can take over is settled before it
            parents = graph.parents[node]
            with_it = [each for each in parents if graph.enter[each] in case.has]
            without = [each for each in parents if each not in with_it]
            taken_over = all(
                any(known[other] & ~known[each] & removals for other in without) for each in with_it
            )
            if not taken_over:
                removals |= bits.get(node, 0)
                case.removed = node


class Reach:
    """Which tips reach which of some nodes."""

    __slots__ = ("_bits", "_tips", "held")

    def __init__(self, graph: Graph, nodes: Sequence[int], tips: dict[int, list[Tip]]) -> None:
        """Find out for `nodes`, ascending, and `tips` by the node that they point to."""
        reached = graph.descent(nodes, tips)
        self._bits = {node: bit for bit, node in enumerate(nodes)}
        self._tips: dict[int, list[Tip]] = {}
        # Most tips of a long history are behind all of the nodes: those are one group.
        for node, mask in reached.items():
            if mask:
                self._tips.setdefault(mask, []).extend(tips[node])
        every = 0
        for mask in self._tips:
            every |= mask
        digits = bin(every)[:1:-1]
        self.held = {node for node, digit in zip(nodes, digits, strict=False) if digit == "1"}
        """Those of the nodes that some tip reaches."""

    def tips(self, nodes: Iterable[int]) -> list[Tip]:
        """Return the tips that reach any of `nodes`."""
        digits = bytearray(len(self._bits) // 8 + 1)
        for node in nodes:
            bit = self._bits[node]
            digits[bit >> 3] |= 1 << (bit & 7)
        asked = int.from_bytes(digits, "little")
        return [tip for mask, tips in self._tips.items() if mask & asked for tip in tips]
