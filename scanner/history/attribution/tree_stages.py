"""Searching trees for what was found in blobs while the scan reads them anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.git.pack_index import PackError
from scanner.history.attribution.tree_contents import TreeContents
from scanner.history.attribution.tree_work import UnreadableTreeError
from scanner.history.objects.commit_rows import ids_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from scanner.history.objects.object_work import ObjectWork
    from scanner.history.objects.search_result import SearchResult


def search_trees(
    work: ObjectWork,
    result: SearchResult,
    blobs: Collection[bytes],
    search: Callable[[range], None],
    jobs: int,
) -> None:
    """Have `search` search the units of trees of `work` into `result`, and look for `blobs` there.

    `units.contents` of `work` has the answer, unless a tree cannot be read. `jobs` processes search
    trees again.
    """
    units = work.units
    begin = units.first_tree
    try:
        tops = frozenset(ids_in(result.commits.trees, units.hash_size))
        contents = TreeContents(units, blobs, tops, jobs)
        for stage, work.trees in contents.stages():
            search(stage)
            begin = stage.stop
            contents.settle(stage, result.traced)
        units.contents = contents
    except (UnreadableTreeError, PackError, OSError):
        work.trees = None  # attribution asks git about them
        search(range(begin, len(units)))
