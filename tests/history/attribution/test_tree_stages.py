"""What a scan does with its trees when it looks for something in them."""

from __future__ import annotations

import subprocess
from typing import Any
from unittest.mock import patch

import pytest

from scanner.git.repository import Repository
from scanner.history import run
from scanner.history.attribution.tree_contents import TreeContents
from scanner.history.attribution.tree_work import UnreadableTreeError
from scanner.history.objects.search_result import SearchResult

CONTENT = b"some text\n"


@pytest.fixture
def searched(make_repository: Any) -> Any:
    """Return a function that scans a packed repository, as if something was in `CONTENT`."""
    here = make_repository()
    (here.root / "dir").mkdir()
    (here.root / "dir" / "file").write_bytes(CONTENT)
    here.git("add", "-A")
    here.git("commit", "-qm", "one")
    here.git("repack", "-adq")
    command = ["git", "hash-object", "--stdin"]
    shown = subprocess.run(command, cwd=here.root, input=CONTENT, stdout=-1, check=True).stdout
    blob = bytes.fromhex(shown.decode())

    def search(*found: bytes) -> SearchResult:
        with patch.object(run, "_objects_with_findings", lambda _: {*found, blob}):
            return run.search(Repository(str(here.root)), run.HistoryJob(()))

    return search


def test_what_was_found_is_looked_for_in_the_trees_of_the_scan(searched: Any) -> None:
    with patch.object(TreeContents, "_take", autospec=True, side_effect=TreeContents._take) as take:
        units = searched().units
    assert take.call_count == 2  # the tree of the commit, and the one in it
    top = bytes(units.commits.trees)
    with patch.object(TreeContents, "_take") as take:
        units.contents.search()
    assert not take.called
    assert list(units.contents.files(units.contents.number_of(top))) == [b"dir/file"]


@pytest.mark.parametrize("name", ["__init__", "settle"])
def test_all_trees_are_searched_where_one_cannot_be_read(searched: Any, name: str) -> None:
    """Git has then to say who added something."""

    def settle(*_: Any) -> None:
        raise UnreadableTreeError("damaged")

    expected = searched().tally
    with patch.object(TreeContents, name, settle):
        result = searched()
    assert result.units.contents is None
    assert (result.tally.bytes, result.tally.commits) == (expected.bytes, expected.commits)
