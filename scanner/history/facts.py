"""What a repository says about some objects and file names: when and where they came and went.

Everything is read here once, with a number of git processes that does not depend on how many
objects, commits or references there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.git.log import commits, differences
from scanner.git.records import Person, contents, kinds, people, tag_target
from scanner.git.tips import OTHER, indexes, references, reflogs, work_trees
from scanner.history.graph import Graph
from scanner.history.spans import Timeline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import TypeAlias

    from scanner.git.log import Difference
    from scanner.git.repository import Repository
    from scanner.git.tips import IndexEntry, Tip

    Key: TypeAlias = str | bytes
    """The ID of an object, or the name of a file or directory; only for annotations."""

_HEAD: Final = (OTHER, "HEAD")


class Facts:
    """The history of a repository as far as it has to do with some objects and names."""

    __slots__ = (
        "_repository", "brought", "direct", "gone", "graph", "head", "indexed", "loose", "people",
        "published", "spans", "tags", "tips",
    )  # fmt: skip

    def __init__(
        self,
        repository: Repository,
        objects: Collection[str],
        names: Collection[bytes],
        paths: Collection[bytes] | None,
        jobs: int,
    ) -> None:
        """Read all of it; see `scanner.history.attribution.attribute`. Raises GitError."""
        self._repository = repository
        wanted = set(objects)
        trees = work_trees(repository)
        tips = references(repository, trees)
        rows = commits(repository)
        known = {row[0] for row in rows}
        ends = {tip.object for tip in tips} - known - wanted
        found = kinds(repository, sorted(ends))
        self.graph = Graph(rows, sorted(name for name in ends if found.get(name) == "tree"))
        number = self.graph.number
        self.head = next((number.get(tip.object) for tip in tips if tip[:2] == _HEAD), None)
        """The node of the commit of HEAD; None before the first commit."""
        self.spans: dict[Key, list[tuple[int, int]]] = {}
        """Where in the preorder of the graph some path has it."""
        self.brought: dict[Key, list[tuple[bytes, int]]] = {}
        """The paths and the nodes that brought it there: no parent has it at that path."""
        self.gone: dict[Key, list[int]] = {}
        """The nodes that have not got it at a path where their base has it."""
        self.people: dict[str, Person] = {}
        self._trace(wanted, frozenset(names), paths, jobs)
        self._hang(tips + reflogs(trees), wanted)
        self._read_indexes(indexes(repository, trees), wanted, frozenset(names))
        self._read_rest(wanted)
        self.meet(
            {node for places in self.brought.values() for _, node in places}
            | {number[name] for name in wanted if name in number}
        )

    def meet(self, nodes: Iterable[int]) -> None:
        """Read who wrote the commits at `nodes`, as far as that is not known. Raises GitError."""
        ids = [self.graph.ids[node] for node in sorted(nodes) if node < self.graph.commits]
        self.people |= people(self._repository, [name for name in ids if name not in self.people])

    def _trace(
        self,
        wanted: set[str],
        names: frozenset[bytes],
        paths: Collection[bytes] | None,
        jobs: int,
    ) -> None:
        graph = self.graph
        blobs = wanted - graph.number.keys()
        if not (blobs or names):
            return
        pairs = graph.comparisons(self._repository.empty_tree())
        asked = [pair for pair in dict.fromkeys(pairs) if pair]
        found = differences(self._repository, asked, blobs, names, paths=paths, jobs=jobs)
        changes: dict[tuple[bytes, bytes], list[tuple[int, Key, Key]]] = {}
        for node, pair in zip(graph.nodes, pairs, strict=True):
            for entry in found.get(pair, ()):
                for line, before, after in _changes(entry, names):
                    changes.setdefault(line, []).append((node, before, after))
        for (path, _), events in changes.items():
            self._add_timeline(path, events)

    def _add_timeline(self, path: bytes, events: list[tuple[int, Key, Key]]) -> None:
        graph = self.graph
        enter, leave = graph.enter, graph.leave
        nothing: Key = ""
        line = Timeline([(enter[node], leave[node], after) for node, _, after in events], nothing)
        for start, end, key in line.pieces():
            if key:
                self.spans.setdefault(key, []).append((start, end))
        for node, before, after in events:
            if before:
                self.gone.setdefault(before, []).append(node)
            if after and all(line.at(enter[parent]) != after for parent in graph.parents[node]):
                self.brought.setdefault(after, []).append((path, node))

    def _hang(self, tips: list[Tip], wanted: set[str]) -> None:
        """Put what holds something to what it holds."""
        self.tips: dict[int, list[Tip]] = {}
        """The references, reflog entries and so on that point to a node."""
        self.direct: dict[str, list[Tip]] = {}
        """Those that have a blob or a tag without a commit: tags of blobs, and all tags."""
        self.tags: dict[str, str] = {}
        """The annotated tags among the objects, to the commit they are of; empty if of none."""
        for tip in tips:
            node = self.graph.number.get(tip.object)
            if node is not None:
                self.tips.setdefault(node, []).append(tip)
            elif tip.object in wanted:
                self.direct.setdefault(tip.object, []).append(tip)
            for tag in wanted.intersection(tip.tags):
                self.direct.setdefault(tag, []).append(tip)
                is_commit = node is not None and node < self.graph.commits
                self.tags[tag] = tip.object if is_commit else ""
        shown = [n for n, here in self.tips.items() if any(tip.kind != OTHER for tip in here)]
        self.published = self.graph.ancestors(shown)
        """Whether a branch or a tag reaches a node."""

    def _read_indexes(
        self, entries: Iterable[IndexEntry], wanted: set[str], names: frozenset[bytes]
    ) -> None:
        self.indexed: dict[Key, set[str]] = {}
        """The indexes that have an object or a name."""
        for entry in entries:
            if entry.blob in wanted:
                self.indexed.setdefault(entry.blob, set()).add(entry.holder)
            if names:
                for name in names.intersection(entry.path.split(b"/")):
                    self.indexed.setdefault(name, set()).add(entry.holder)

    def _read_rest(self, wanted: set[str]) -> None:
        """Read commits and tags that nothing reaches."""
        self.loose: set[str] = set()
        """Commits that nothing reaches."""
        rest = wanted - self.graph.number.keys() - self.brought.keys() - self.tags.keys()
        found = kinds(self._repository, sorted(rest))
        some = sorted(name for name, kind in found.items() if kind in ("commit", "tag"))
        for name, kind, content in contents(self._repository, some):
            if kind == "tag":
                target, of_what = tag_target(content)
                self.tags[name] = target if of_what == "commit" else ""
            else:
                self.loose.add(name)
        self.people |= people(self._repository, sorted({*self.loose, *self.tags.values()} - {""}))


def _changes(
    entry: Difference, names: frozenset[bytes]
) -> list[tuple[tuple[bytes, bytes], Key, Key]]:
    """Return what `entry` changes: (path and name or nothing), before and after."""
    found: list[tuple[tuple[bytes, bytes], Key, Key]] = []
    if entry.before or entry.after:
        found.append(((entry.path, b""), entry.before, entry.after))
    if entry.exists_before != entry.exists_after:
        for name in names.intersection(entry.path.split(b"/")):
            before, after = (name, b"") if entry.exists_before else (b"", name)
            found.append(((entry.path, name), before, after))
    return found
