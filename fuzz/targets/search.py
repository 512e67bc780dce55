"""The compiled search against the one in Python: the same answer for every buffer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from fuzz.interface import Target, require
from fuzz.planted import PLANTED, examiner
from fuzz.recipe import Recipe
from scanner import kernel
from scanner.engine.anchor_search import PythonSearch
from scanner.engine.anchors import AnchorIndex, RunAnchor, Tables
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterable


def _compare(compiled: Any, reference: Any, buffer: bytes) -> None:
    one, other = compiled(buffer), reference(buffer)
    same = sorted(one[0]) == sorted(other[0]) and one[1:] == other[1:]
    require(same, "both searches find the same")


@cache
def _shipped() -> tuple[Any, Any]:
    tables = examiner().catalogue.index.tables
    return kernel.search_for(tables), PythonSearch(tables).search


def _search(data: bytes) -> None:
    """Search the input with the shipped rules, and its end with tables that its start chooses."""
    if kernel.anchors is None:
        return
    _compare(*_shipped(), b"\n%b\n" % data)
    recipe = Recipe(data)
    tables = _tables(recipe)
    buffer = recipe.rest()
    if tables and buffer:
        _compare(kernel.search_for(tables), PythonSearch(tables).search, buffer)


def _tables(recipe: Recipe) -> Tables | None:
    literals = [recipe.piece(2 + recipe.number(4)) for _ in range(recipe.number(5))]
    if any(len(each) < 2 for each in literals):
        return None
    encoded = recipe.number(len(literals) + 1)
    numbered = [*enumerate(literals)]
    runs = []
    for number in range(recipe.number(4)):
        length = 1 + recipe.number(9)
        before, after, first = (recipe.piece(recipe.number(3)) for _ in range(3))
        then = tuple(recipe.piece(1) for _ in range(recipe.number(min(3, length))))
        if not all(then):
            return None
        case = recipe.number(5)
        runs.append(RunAnchor(100 + number, length, before, after, first, then, case))
    runs.sort(key=lambda run: run.length)
    encoded_run = 4 + recipe.number(6)
    # A head is looked for in what is long enough for an encoded literal only.
    least = min([1 + recipe.number(6), encoded_run, *(run.length for run in runs)])
    lower_heads = recipe.piece(recipe.number(4))
    wants_heads = bool(lower_heads or recipe.number(2))
    return Tables(
        tuple(numbered[encoded:]), tuple(numbered[:encoded]), tuple(runs), least, encoded_run,
        wants_heads, lower_heads,
    )  # fmt: skip


def _index(data: bytes) -> None:
    """Search in one piece and in several: what is at the joints is found once."""
    index = _small_index()
    whole = sorted(index.search(b"\n%b\n" % data))
    require(
        sorted(index.search_bytes(data)) == whole, "pieces of a buffer find what the whole does"
    )


@cache
def _small_index() -> AnchorIndex:
    return AnchorIndex([Anchor(b"AKIA"), Anchor(run=9), Anchor(b"ecret", encoded=True)])


def _seeds() -> Iterable[bytes]:
    yield PLANTED
    yield (
        bytes((2, 0))
        + b"AK"
        + b"\1"
        + b"ABC"
        + bytes((1, 2, 5, 1, 65, 1, 66, 0, 1, 65, 2))
        + PLANTED
    )
    yield b"%2F\\u002fQUtJQQ" + PLANTED[30:] + b"AAAAAAAAAA" * 5


TARGETS: Final = (
    Target("search", "the compiled search finds what the reference does", _search, _seeds, 1024),
    Target("pieces", "a buffer in pieces has the anchors of the whole", _index, _seeds, 1024),
)
