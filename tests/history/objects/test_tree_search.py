"""Finding entries of trees through deltas, compared with reading each tree from its start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.git.delta import apply
from scanner.history.objects import tree_search
from scanner.history.objects.tree_search import TreeSearch

FILES = [b"a" * 20, b"\0" * 20, b"40000 x\0 100644 y\0 z", bytes(range(20))]
TREES = [b"t" * 20, b"\0t" * 10]
OTHERS = [b"o" * 20, b"\0" * 19 + b"o", b"160000 s\0 40000 d\0 z"]
MODES = [b"100644", b"100755", b"120000", b"160000", b"40000", b"040000", b"100664"]
NAMES = [b"a", b"aa", b"ba", b"x 40000 a", b"100644 a", b"\xff\n", b"long" * 30, b"z"]

Entry = tuple[bytes, bytes, bytes]
entry = st.tuples(
    st.sampled_from(MODES), st.sampled_from(NAMES), st.sampled_from(FILES + TREES + OTHERS)
)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Entry]]:
    """Versions of a tree, each with a few other entries than the one before."""
    versions = [draw(st.lists(entry, min_size=8, max_size=16))]
    for _ in range(draw(st.integers(1, 4))):
        edited = list(versions[-1])
        for _ in range(draw(st.integers(1, 2))):
            at = draw(st.integers(0, len(edited)))
            edited[at : at + draw(st.integers(0, 1))] = draw(st.lists(entry, max_size=1))
        versions.append(edited)
    return versions


def tree(of: Sequence[Entry]) -> bytes:
    return b"".join(b"%b %b\0%b" % entry for entry in of)


def held(of: Sequence[Entry]) -> tuple[tuple[bytes, bytes], ...]:
    """Return what is to be found in a tree."""
    found = []
    for mode, name, child in of:
        if mode.endswith(b"40000") and child in TREES:
            found.append((name + b"/", child))
        elif mode not in (b"160000", b"40000", b"040000") and child in FILES:
            found.append((name, child))
    return tuple(found)


def size(number: int) -> bytes:
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


@st.composite
def deltas(draw: st.DrawFn, base: bytes, result: bytes) -> bytes:
    """Any delta of `result` on `base`, also such as git would not make."""
    delta = size(len(base)) + size(len(result))
    at = 0
    while at < len(result):
        same = draw(st.sampled_from((40, 40, 40, 3, 0)))  # bytes that a copy has at least
        source = base.find(result[at : at + same])
        length = min(draw(st.integers(1, 30)), len(result) - at)
        if same and source >= 0:
            most = draw(st.sampled_from((255, 255, 25)))
            while base[source : source + length] != result[at : at + length]:
                length -= 1
            while length < most and base[source + length :][:1] == result[at + length :][:1] != b"":
                length += 1
            delta += b"\x93%c%c%c" % (source & 255, source >> 8, length)
        else:
            delta += bytes([length]) + result[at : at + length]
        at += length
    assert apply(base, delta) == result
    return delta


@pytest.fixture(params=["compiled", "python"], autouse=True)
def code(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test runs with both."""
    compiled = tree_search.packs
    if request.param == "compiled" and compiled is None:
        pytest.skip("it is not built: there is no compiler")
    with patch.object(tree_search, "packs", compiled if request.param == "compiled" else None):
        yield


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories(), st.data())
def test_it_finds_what_each_tree_has(versions: list[list[Entry]], data: st.DataObject) -> None:
    contents = [tree(each) for each in versions]
    walked: list[tuple[int, int, bytes, bytes | None]] = [(0, -1, contents[0], None)]
    for number in range(1, len(contents)):
        delta = data.draw(deltas(contents[number - 1], contents[number]))
        walked.append((number, number - 1, contents[number], delta))

    search = TreeSearch(frozenset(FILES), TREES, (), 20)
    dense = data.draw(st.sampled_from((0, 2)))  # also deltas longer than their trees
    with patch.object(tree_search, "_DENSE", dense), patch.object(tree_search, "_BATCH", 2):
        passed = list(search.passing(walked, lambda entry: b"tree %d" % entry, lambda _: True))
    found = search.take()

    assert passed == walked
    assert found is not None
    assert {name: found.holdings[number] for name, number in found.trees.items()} == {
        b"tree %d" % number: held(each) for number, each in enumerate(versions) if held(each)
    }
    named = {found.named[at : at + 8] for at in range(0, len(found.named), 8)}
    assert named >= {
        child[:8] for each in versions for mode, _, child in each if mode.endswith(b"40000")
    }


def test_what_is_in_the_same_trees_is_found_at_the_second_time() -> None:
    """A tree was searched before it was known that what it contains is looked for."""
    inner, outer = tree([(b"100644", b"key", FILES[0])]), tree([(b"40000", b"d", b"i" * 20)])
    walked = [(0, -1, outer, None), (1, -1, inner, None)]
    search = TreeSearch(frozenset(FILES), (), (), 20)
    names = [b"o" * 20, b"i" * 20]

    def pass_all() -> None:
        list(search.passing(walked, names.__getitem__, lambda _: False))

    pass_all()
    assert search.take() is None
    pass_all()
    found = search.take()
    assert found is not None
    assert found.trees.keys() == set(names)


@pytest.mark.parametrize("length", [20, 32])
def test_the_ids_that_are_named_say_where_to_look_later(length: int) -> None:
    other = bytes(range(100, 100 + length))
    content = tree([(b"40000", b"d", other), (b"100644", b"f", b"x" * length)])
    search = TreeSearch(frozenset([b"k" * length]), (), (), length)
    list(search.passing([(0, -1, content, None)], lambda _: b"", lambda _: False))
    found = search.take()
    assert found is not None
    assert not found.trees
    assert other[:8] in [found.named[at : at + 8] for at in range(0, len(found.named), 8)]


def test_a_submodule_that_becomes_a_directory_is_named_then() -> None:
    """Its ID is far from the mode, which is all that its delta adds."""
    name, child = b"n" * 60, b"c" * 20
    base, content = tree([(b"160000", name, child)]), tree([(b"40000", name, child)])
    delta = size(len(base)) + size(len(content)) + b"\x0540000\x91\x06" + bytes([len(base) - 6])
    assert apply(base, delta) == content

    search = TreeSearch(frozenset([b"k" * 20]), (), (), 20)
    walked = [(0, -1, base, None), (1, 0, content, delta)]
    with patch.object(tree_search, "_DENSE", 0):
        list(search.passing(walked, lambda _: b"", lambda _: True))
    found = search.take()
    assert found is not None
    assert child[:8] in found.named
