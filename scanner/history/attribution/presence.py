"""In which commits a credential is, which of them added it, and which removed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.git.tips import OTHER
from scanner.history.attribution.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.history.attribution.interface import Key
    from scanner.history.attribution.traces import Traces


class Presence:
    """Where in the graph of commits a credential is. Nodes are those of `Traces.graph`."""

    __slots__ = ("has", "introducers", "keys", "losses", "messages", "removed", "unpublished")

    def __init__(self, traces: Traces, keys: list[Key], edges: Sequence[tuple[int, int]]) -> None:
        """Find a credential by the objects and names, `keys`, that have it.

        `edges` are the preorder numbers (parent, child) of merges and the parents that they are not
        compared with, sorted.
        """
        graph = traces.graph
        self.keys = keys
        self.has = has = Spans(span for key in keys for span in traces.spans.get(key, ()))
        """The commits whose tree has it, as preorder numbers."""
        self.messages = [
            graph.number[key] for key in keys if isinstance(key, str) and key in graph.number
        ]
        """The commits that have it in themselves, such as in their message."""

        added = {node for key in keys for _, node in traces.added.get(key, ())}
        self.introducers = {
            node
            for node in added
            if all(graph.enter[parent] not in has for parent in graph.parents[node])
        }
        self.introducers.update(self.messages)
        """The commits that have it while no parent has it."""

        self.unpublished: list[tuple[Key, set[int]]] = []
        """The keys that no branch and no tag has, each with the nodes that added it."""
        for key in keys:
            nodes = {node for _, node in traces.added.get(key, ())}
            if isinstance(key, str) and key in graph.number:
                nodes.add(graph.number[key])
            is_held = any(tip.kind != OTHER for tip in traces.tips_of(key))
            if not is_held and not any(traces.published[node] for node in nodes):
                self.unpublished.append((key, nodes))

        self.losses: list[int] = []
        """The commits that lack it while a parent has it, ascending. Empty if HEAD has it."""
        self.removed: int | None = None
        """The commit that removed it from the history of HEAD; see `settle_removals`."""
        if traces.head is not None and has.starts and graph.enter[traces.head] not in has:
            losses = {node for key in keys for node in traces.removed.get(key, ())}
            losses = {node for node in losses if graph.enter[node] not in has}
            # A merge is compared with one parent only: the other parents are these edges.
            losses.update(graph.nodes[place] for place in has.crossing(edges))
            self.losses = sorted(losses)


def settle_removals(traces: Traces, presences: Iterable[Presence]) -> None:
    """Set the `removed` of each presence: the last commit that removed it before HEAD.

    A merge that lacks the credential while a parent has it did not remove it if another parent
    descends from a commit that did, and the parent that has it does not.
    """
    graph = traces.graph
    presences = [each for each in presences if each.losses]
    if not presences or traces.head is None:
        return

    inside = graph.ancestors([traces.head])
    parents_of_merges: set[int] = set()
    for each in presences:
        each.losses = [node for node in each.losses if inside[node]]
        for node in each.losses:
            if len(graph.parents[node]) > 1:
                parents_of_merges.update(graph.parents[node])

    # One walk over the graph for all credentials: from which losses each of the parents descends.
    # Without merges there is nothing to take over, and no need for a bit for each loss.
    sources: list[int] = []
    if parents_of_merges:
        sources = sorted({node for each in presences for node in each.losses})
    descent = graph.descent(sources, parents_of_merges)
    bits = {node: 1 << bit for bit, node in enumerate(sources)}

    for each in presences:
        removals = 0  # bits of the losses that are removals
        for node in each.losses:  # ascending: the parents of a merge are settled before it
            parents = graph.parents[node]
            with_it = [parent for parent in parents if graph.enter[parent] in each.has]
            without = [parent for parent in parents if parent not in with_it]
            is_taken_over = all(
                any(descent[other] & ~descent[parent] & removals for other in without)
                for parent in with_it
            )
            if not is_taken_over:
                removals |= bits.get(node, 0)
                each.removed = node
