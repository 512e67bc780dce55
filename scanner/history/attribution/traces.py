"""When and where objects and file names came into a repository and went, and what holds them.

Everything is read here once: trees in process, the rest by git, with a number of processes that
does not depend on how many objects, commits or references there are. Git also compares the trees
where one cannot be read in process, and where a value is in the name of a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.git import log
from scanner.git.log import differences
from scanner.git.object_store import store_of
from scanner.git.pack_index import PackError
from scanner.git.process import GitError
from scanner.git.records import Person, contents, kinds, people, tag_target
from scanner.git.tips import OTHER, indexes, references, reflogs, work_trees
from scanner.history.attribution.commit_order import in_order
from scanner.history.attribution.graph import Graph, numbered
from scanner.history.attribution.interface import KnownChanges
from scanner.history.attribution.publication import Publication
from scanner.history.attribution.spans import Timeline
from scanner.history.attribution.tree_contents import EMPTY, TreeContents
from scanner.history.attribution.tree_work import UnreadableTreeError
from scanner.history.objects.work_units import WorkUnits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import TypeAlias

    from scanner.git.log import Difference
    from scanner.git.repository import Repository
    from scanner.git.tips import IndexEntry, Tip
    from scanner.history.attribution.graph import Commits
    from scanner.history.attribution.interface import Key

    Changes: TypeAlias = dict[tuple[bytes, bytes], list[tuple[int, Key, Key]]]
    """By path, and for a name by path and name, since a directory and a file can follow each other:
    the nodes that change it, with what was there before and after. Only for annotations."""

_FEW_COMMITS: Final = 1000
"""New commits whose trees git compares faster than all packs are opened."""
_HEAD: Final = (OTHER, "HEAD")
"""The beginning of the `Tip` of the main work tree's HEAD."""


class Traces:
    """What the history of a repository has to do with some objects and names."""

    __slots__ = (
        "_changes", "_direct", "_repository", "added", "graph", "head", "indexed", "people",
        "publication", "published", "removed", "spans", "tags", "tips", "unreached",
    )  # fmt: skip

    def __init__(
        self,
        repository: Repository,
        objects: Collection[str],
        names: Collection[bytes],
        jobs: int,
        units: WorkUnits | None = None,
        *,
        by_git: bool = False,
        known: KnownChanges | None = None,
    ) -> None:
        """Read all of it; the arguments are those of `attribution.attribute`. Raises GitError."""
        self._repository = repository
        wanted = set(objects)

        trees = work_trees(repository)
        tips = references(repository, trees)
        commits = None if by_git else _commits_read(repository, units)
        if commits is None:
            commits = numbered(log.commits(repository))
        # A tag can name a tree without a commit, which is then a node of its own.
        ends = {tip.object for tip in tips} - wanted
        ends = {name for name in ends if name not in commits.number}
        found = kinds(repository, sorted(ends))
        self.graph = Graph(commits, sorted(name for name in ends if found.get(name) == "tree"))
        number = self.graph.number
        self.head = next((number.get(tip.object) for tip in tips if tip[:2] == _HEAD), None)
        """The node of the commit of HEAD; None before the first commit."""

        self.spans: dict[Key, list[tuple[int, int]]] = {}
        """The preorder numbers of the nodes that have it at some path, as (start, end)."""
        self.added: dict[Key, list[tuple[bytes, int]]] = {}
        """The paths and the nodes that added it there: no parent has it at that path."""
        self.removed: dict[Key, list[int]] = {}
        """The nodes that lack it at a path where their base has it."""
        self.people: dict[str, Person] = {}
        """The authors of commits, by the IDs of the commits."""

        self._changes: Changes = {}
        blobs = wanted - number.keys()
        if known is None or not self._take_known(blobs, known, jobs):
            self._compare_trees(blobs, frozenset(names), jobs, units, by_git=by_git)
        for (path, _), events in self._changes.items():
            self._add_timeline(path, events)
        tips += reflogs(trees)
        self.publication = Publication(repository, trees, tips)
        """Which of the references show that something was pushed."""
        self._assign_tips(tips, wanted)
        self._read_indexes(indexes(repository, trees), wanted, frozenset(names))
        self._read_unreached(wanted)
        self.read_people(
            {node for places in self.added.values() for _, node in places}
            | {number[name] for name in wanted if name in number}
        )

    def read_people(self, nodes: Iterable[int]) -> None:
        """Read who wrote the commits at `nodes`, as far as that is not known. Raises GitError."""
        ids = [self.graph.ids[node] for node in sorted(nodes) if node < self.graph.commits]
        self.people |= people(self._repository, [name for name in ids if name not in self.people])
        for name in ids:
            if name not in self.people:  # a damaged index names it otherwise: we do without one
                raise GitError(f"git cannot find commit {name}: run `git fsck`")

    def tips_of(self, key: Key) -> Sequence[Tip]:
        """Return what points to the object `key` without a commit: tags of blobs, and all tags."""
        return self._direct.get(key, ()) if isinstance(key, str) else ()

    def known_changes(self, objects: Collection[str]) -> KnownChanges:
        """Return what was read of trees, of which `objects` were asked for, to be given again."""
        graph = self.graph
        inner = bytearray(len(graph.ids))
        for parents in graph.parents:
            for parent in parents:
                inner[parent] = 1
        return KnownChanges(
            [graph.ids[node] for node in range(graph.commits) if not inner[node]],
            sorted(objects),
            [
                (path, graph.ids[node], before, after)
                for (path, _), events in sorted(self._changes.items())
                for node, before, after in events
                if node < graph.commits and isinstance(before, str) and isinstance(after, str)
            ],
        )

    def _take_known(self, blobs: set[str], known: KnownChanges, jobs: int) -> bool:
        """Take the changes of `known`, and compare the trees of later commits only.

        Returns whether that is enough: not for a blob that was not asked for before, and not for
        many commits.
        """
        graph = self.graph
        heads = [graph.number[name] for name in known.heads if name in graph.number]
        is_old = graph.ancestors(heads)
        new = [node for node in graph.nodes if not is_old[node]]
        if len(new) > _FEW_COMMITS or not blobs.issubset(known.objects):
            return False

        for path, commit, before, after in known.changes:
            node = graph.number.get(commit)
            if node is not None and is_old[node]:
                self._changes.setdefault((path, b""), []).append((node, before, after))
        self._ask_git(blobs, frozenset(), jobs, new)
        return True

    def _compare_trees(
        self,
        blobs: set[str],
        names: frozenset[bytes],
        jobs: int,
        units: WorkUnits | None,
        *,
        by_git: bool,
    ) -> None:
        """Compare the tree of each commit with that of its base."""
        try:
            if blobs and not by_git:
                self._read_trees(blobs, jobs, units)
                blobs = set()
        except (UnreadableTreeError, PackError, OSError):
            self._changes.clear()  # git may have another copy, and if it has none it says so
        self._ask_git(blobs, names, jobs, self.graph.nodes)

    def _read_trees(
        self,
        blobs: set[str],
        jobs: int,
        units: WorkUnits | None,
    ) -> None:
        """Add the changes at paths of `blobs`, from the trees in packs and loose ones."""
        repository, graph = self._repository, self.graph
        if units is None:
            store = store_of(repository)
            units = WorkUnits(store.packs(), store.loose(), len(repository.zero) // 2, jobs=jobs)
        asked = {bytes.fromhex(blob) for blob in blobs}
        contents: TreeContents | None = units.contents
        if contents is None or not asked <= contents.blobs:
            empty = repository.empty_tree()
            tops = {bytes.fromhex(tree) for tree in graph.trees if tree != empty}
            contents = TreeContents(units, asked, tops, jobs)
        contents.search()

        numbers = [contents.number_of(bytes.fromhex(tree)) for tree in graph.trees]
        numbers.append(EMPTY)  # at the index `graph.NONE`
        for node in graph.nodes:
            number, base = numbers[node], numbers[graph.base[node]]
            if number != base:
                before, after = contents.files(base), contents.files(number)
                for path in before.keys() | after.keys():
                    old, new = before.get(path, b"").hex(), after.get(path, b"").hex()
                    old, new = old if old in blobs else "", new if new in blobs else ""
                    if old != new:
                        self._changes.setdefault((path, b""), []).append((node, old, new))

    def _ask_git(
        self,
        blobs: Collection[str],
        names: frozenset[bytes],
        jobs: int,
        nodes: Sequence[int],
    ) -> None:
        """Add the changes at `nodes`, of `blobs` and of files with `names`, that git finds."""
        if not (blobs or names):
            return

        graph = self.graph
        # Several commits can make the same tree of the same tree: each pair is compared once.
        pairs = graph.comparisons(nodes, self._repository.empty_tree())
        asked = [pair for pair in dict.fromkeys(pairs) if pair]
        found = differences(self._repository, asked, blobs, names, jobs=jobs)
        for node, pair in zip(nodes, pairs, strict=True):
            for entry in found.get(pair, ()):
                for line, before, after in _changes(entry, names):
                    self._changes.setdefault(line, []).append((node, before, after))

    def _add_timeline(self, path: bytes, events: list[tuple[int, Key, Key]]) -> None:
        """Add what happens at one `path`: (node, key before, key after)."""
        graph = self.graph
        enter, leave = graph.enter, graph.leave
        nothing: Key = ""
        line = Timeline([(enter[node], leave[node], after) for node, _, after in events], nothing)
        for start, end, key in line.pieces():
            if key:
                self.spans.setdefault(key, []).append((start, end))

        for node, before, after in events:
            if before:
                self.removed.setdefault(before, []).append(node)
            # A node is compared with one parent; a merge adds only what no parent has.
            if after and all(line.at(enter[parent]) != after for parent in graph.parents[node]):
                self.added.setdefault(after, []).append((path, node))

    def _assign_tips(self, tips: list[Tip], wanted: set[str]) -> None:
        """Sort `tips` by the nodes and the wanted objects that they point to."""
        self.tips: dict[int, list[Tip]] = {}
        """The references, reflog entries and so on that point to a node."""
        self._direct: dict[str, list[Tip]] = {}
        self.tags: dict[str, str] = {}
        """The annotated tags among the objects, with the commit that each names; empty if none."""
        for tip in tips:
            node = self.graph.number.get(tip.object)
            if node is not None:
                self.tips.setdefault(node, []).append(tip)
            elif tip.object in wanted:
                self._direct.setdefault(tip.object, []).append(tip)
            for tag in wanted.intersection(tip.tags):
                self._direct.setdefault(tag, []).append(tip)
                is_commit = node is not None and node < self.graph.commits
                self.tags[tag] = tip.object if is_commit else ""

        shown = [n for n, here in self.tips.items() if any(tip.kind != OTHER for tip in here)]
        self.published = self.graph.ancestors(shown)
        """For each node whether a branch or a tag reaches it."""

    def _read_indexes(
        self, entries: Iterable[IndexEntry], wanted: set[str], names: frozenset[bytes]
    ) -> None:
        self.indexed: dict[Key, set[str]] = {}
        """The indexes that have an object or a name."""
        for entry in entries:
            if entry.blob in wanted:
                self.indexed.setdefault(entry.blob, set()).add(entry.holder)
            for name in names.intersection(entry.path.split(b"/")) if names else ():
                self.indexed.setdefault(name, set()).add(entry.holder)

    def _read_unreached(self, wanted: set[str]) -> None:
        """Read the commits and tags that nothing reaches: they are not in the graph."""
        self.unreached: set[str] = set()
        """Commits that nothing reaches."""
        rest = wanted - self.graph.number.keys() - self.added.keys() - self.tags.keys()
        found = kinds(self._repository, sorted(rest))
        some = sorted(name for name, kind in found.items() if kind in ("commit", "tag"))
        for name, kind, content in contents(self._repository, some):
            if kind == "tag":
                target, target_kind = tag_target(content)
                self.tags[name] = target if target_kind == "commit" else ""
            else:
                self.unreached.add(name)

        authors = {*self.unreached, *self.tags.values()} - {""}
        self.people |= people(self._repository, sorted(authors))


def _commits_read(repository: Repository, units: WorkUnits | None) -> Commits | None:
    """Return all commits in git's order, if those in `units` have been read and are enough."""
    # Git leaves out the parents of a shallow clone's first commits.
    if units is None or units.commits is None or repository.is_shallow:
        return None
    return in_order(units.commits, log.tips(repository), units.hash_size)


def _changes(
    entry: Difference, names: frozenset[bytes]
) -> list[tuple[tuple[bytes, bytes], Key, Key]]:
    """Return what `entry` changes: (path, and the name or nothing), key before, key after."""
    found: list[tuple[tuple[bytes, bytes], Key, Key]] = []
    if entry.before or entry.after:
        found.append(((entry.path, b""), entry.before, entry.after))
    if entry.exists_before != entry.exists_after:
        for name in names.intersection(entry.path.split(b"/")):
            before, after = (name, b"") if entry.exists_before else (b"", name)
            found.append(((entry.path, name), before, after))
    return found
