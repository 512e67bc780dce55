"""Commits as numbers, and what holds where as spans of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.history.attribution import graph as module
from scanner.history.attribution.graph import NONE, Graph, numbered
from scanner.history.attribution.spans import Spans, Timeline

EMPTY = "0"


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Make up commits whose trees repeat, so that merges can take a side as it is."""
    rows = []
    for number in range(draw(st.integers(1, 20))):
        parents = (
            draw(st.lists(st.integers(0, number - 1), max_size=3, unique=True)) if number else []
        )
        tree = str(draw(st.integers(0, 3)))
        rows.append((f"c{number}", tree, [f"c{each}" for each in parents]))
    return Graph(numbered(rows), draw(st.sampled_from([[], ["t1", "t2"]])))


def above(graph: Graph, node: int) -> set[int]:
    """Return `node` and its ancestors, by definition."""
    return {node}.union(*(above(graph, parent) for parent in graph.parents[node]))


@given(graphs())
def test_what_is_below_is_a_span(graph: Graph) -> None:
    for node in range(len(graph.ids)):
        assert graph.nodes[graph.enter[node]] == node
        line = [node]
        while graph.base[line[-1]] != NONE:
            line.append(graph.base[line[-1]])
        for other in range(len(graph.ids)):
            is_below = graph.enter[other] <= graph.enter[node] < graph.leave[other]
            assert is_below == (other in line)


@given(graphs())
def test_a_base_is_a_parent_and_the_same_tree_if_any_is(graph: Graph) -> None:
    for node, parents in enumerate(graph.parents):
        base = graph.base[node]
        assert base in parents or (base == NONE and not parents)
        same = [each for each in parents if graph.trees[each] == graph.trees[node]]
        assert not same or base in same
        assert same or base == (parents or (NONE,))[0]


@given(graphs())
def test_comparisons(graph: Graph) -> None:
    for node, pair in zip(graph.nodes, graph.comparisons(graph.nodes, EMPTY), strict=True):
        base = graph.base[node]
        before = EMPTY if base == NONE else graph.trees[base]
        assert pair == (f"{before} {graph.trees[node]}" if before != graph.trees[node] else "")


@given(graphs(), st.data())
def test_ancestors(graph: Graph, data: st.DataObject) -> None:
    nodes = data.draw(st.sets(st.sampled_from(range(len(graph.ids)))))
    expected = set().union(*(above(graph, node) for node in nodes))
    marks = graph.ancestors(nodes)
    assert {node for node in range(len(marks)) if marks[node]} == expected


@given(graphs(), st.data(), st.sampled_from([1, 2, 3, 1024]))
def test_descent(graph: Graph, data: st.DataObject, bits: int) -> None:
    some = st.sets(st.sampled_from(range(len(graph.ids))))
    sources, asked = sorted(data.draw(some)), data.draw(some)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BITS", bits)
        found = graph.descent(sources, asked)
    assert set(found) == asked
    for node, mask in found.items():
        reached = {each for bit, each in enumerate(sources) if mask >> bit & 1}
        assert reached == above(graph, node) & set(sources)


def test_a_parent_that_is_not_there_is_none() -> None:
    graph = Graph(numbered([("c1", "t1", ["cut"])]))
    assert (graph.parents, list(graph.base), graph.commits) == ([()], [NONE], 1)


@given(graphs(), st.data())
def test_a_timeline_is_what_the_nearest_change_says(graph: Graph, data: st.DataObject) -> None:
    nodes = st.sampled_from(range(len(graph.ids)))
    changes = data.draw(st.dictionaries(nodes, st.sampled_from(["", "a", "b"])))
    line = Timeline(
        [(graph.enter[node], graph.leave[node], value) for node, value in changes.items()], ""
    )
    values = []
    for node in graph.nodes:
        place = node
        while place != NONE and place not in changes:
            place = graph.base[place]
        values.append(changes.get(place, ""))
        assert line.at(graph.enter[node]) == values[-1]
    pieces = [""] * len(values)
    for start, end, value in line.pieces():
        for place in range(start, min(end, len(pieces))):
            pieces[place] = value
    assert pieces == values


PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=8)


@given(PAIRS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12))
def test_spans(pairs: list[tuple[int, int]], edges: list[tuple[int, int]]) -> None:
    spans = Spans((start, start + size) for start, size in pairs)
    inside = {place for start, size in pairs for place in range(start, start + size)}
    assert {place for place in range(-1, 50) if place in spans} == inside
    ends = list(spans)
    assert all(one[1] < other[0] for one, other in pairwise(ends))
    crossing = sorted(other for one, other in edges if one in inside and other not in inside)
    assert sorted(spans.crossing(sorted(edges))) == crossing
