"""What objects name, against git."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.git.links import named_by


@pytest.mark.parametrize(("form", "size"), [("sha1", 20), ("sha256", 32)])
def test_what_objects_of_git_name(filled: Any, all_objects: Any, form: str, size: int) -> None:
    here = filled("here", f"--object-format={form}", commits=6)

    def git(*arguments: str) -> str:
        found: bytes = here.git("-c", "user.name=A", "-c", "user.email=a@example.com", *arguments)
        return found.decode().strip()

    tip = git("rev-parse", "refs/heads/main")
    git("read-tree", tip)
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 2 * size},module")
    tree = git("write-tree")
    parents = [tip, git("rev-parse", f"{tip}~3")]
    merge = git("commit-tree", "-m", "text", "-p", parents[0], "-p", parents[1], tree)
    git("tag", "-a", "-m", "text", "tag", merge)
    stored = all_objects(here.root)
    named = {
        name.hex(): [each.hex() for each in named_by(kind, data, size)]
        for name, (kind, data) in stored.items()
    }
    assert named[merge] == [tree, *parents]
    assert named[git("rev-parse", "tag")] == [merge]
    first = git("rev-list", "--max-parents=0", tip)
    assert named[first] == [git("rev-parse", f"{first}^{{tree}}")]
    of_trees = [name.hex() for name, (kind, _) in stored.items() if kind == "tree"]
    assert tree in of_trees
    for name in of_trees:
        entries = [line.split() for line in git("ls-tree", name).splitlines()]
        assert named[name] == [entry[2] for entry in entries if entry[1] != "commit"]
    assert not any(named[name.hex()] for name, (kind, _) in stored.items() if kind == "blob")


@given(
    st.sampled_from(("tree", "commit", "tag", "blob")),
    st.lists(
        st.one_of(
            st.sampled_from((b"tree ", b"parent ", b"object ", b"\n", b"100644 a\0", b"40000 b\0")),
            st.sampled_from((b"12" * 20, b"ab" * 32, b"1" * 39, b"7" * 20)),
            st.binary(max_size=30),
        ),
        max_size=9,
    ).map(b"".join),
)
def test_anything_else_names_nothing_that_it_does_not_hold(kind: str, data: bytes) -> None:
    for name in named_by(kind, data, 20):
        assert name in data if kind == "tree" else name.hex().encode() in data
