"""At which paths trees have blobs, from what was found in each tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from scanner.git.process import GitError
from scanner.history.attribution import tree_contents
from scanner.history.attribution.tree_contents import TreeContents

if TYPE_CHECKING:
    from scanner.history.objects.tree_search import Holding

BLOB = b"b" * 20


@pytest.fixture
def contents(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that makes the contents of trees, which are given with what they hold."""

    def make(trees: Mapping[bytes, Holding]) -> TreeContents:
        class Work:
            below, tops, loose = (0,), (), ()

            def __init__(self, *_: Any) -> None: ...

            def results(self, pending: Any, *_: Any) -> Iterator[Any]:
                numbers = {tree: number for number, tree in enumerate(trees)}
                if pending:
                    yield 0, (list(trees.values()), numbers, b"")

        monkeypatch.setattr(tree_contents, "TreeWork", Work)
        units: Any = None
        found = TreeContents(units, [BLOB], list(trees), 1)
        found.search()
        return found

    return make


def test_files_of_directories(contents: Any) -> None:
    found = contents({
        b"1" * 20: ((b"a/", b"2" * 20), (b"b/", b"3" * 20), (b"key", BLOB)),
        b"2" * 20: ((b"c/", b"3" * 20),),
        b"3" * 20: ((b"key", BLOB),),
    })  # fmt: skip
    files = found.files(found.number_of(b"1" * 20))
    assert files == {b"key": BLOB, b"b/key": BLOB, b"a/c/key": BLOB}
    assert found.files(found.number_of(b"0" * 20)) == {}


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_tree_that_contains_itself(contents: Any, length: int) -> None:
    """A pack whose index lies can have one; numbering its content must end."""
    trees = [bytes([number]) * 20 for number in range(length)]
    held = {
        tree: ((b"d/", trees[(at + 1) % length]), (b"key", BLOB)) for at, tree in enumerate(trees)
    }
    found = contents({b"t" * 20: ((b"top/", trees[0]),), **held})
    with pytest.raises(GitError, match="contains itself"):
        found.number_of(b"t" * 20)
