"""Who added a credential to a history, when and where, and whether it is still there.

The history is everything that a reference, a HEAD, a reflog, the stash or a note reaches. A commit
has a credential if its tree has one of the objects or names in which it was found, at any path: so
a credential that is moved, copied, or in a file that changes, remains the same one.

A commit *introduces* a credential that it has while no parent has it. A commit *removes* a
credential that it lacks while a parent has it; but not a merge that only takes over a removal from
one of its sides. Dates are those of authors: they say when the credential got into git, while the
date of the committer changes with every rebase, and reports show the same dates that are counted
with.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from scanner.findings import COMMIT_MESSAGE, TAG_MESSAGE, History, Moment
from scanner.git.tips import BRANCH, REMOTE, TAG
from scanner.history.attribution.interface import HistoryPlace
from scanner.history.attribution.presence import Presence, settle_removals
from scanner.history.attribution.reach import Reach
from scanner.history.attribution.traces import Traces

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scanner.git.records import Person
    from scanner.git.repository import Repository
    from scanner.history.attribution.interface import Key, KnownChanges
    from scanner.history.objects.work_units import WorkUnits

# What reports show as the holder of an object that nothing reaches, and of one that git reaches
# from a reflog which is not among the files that `scanner.git.tips` reads.
DANGLING: Final = "nothing: until git gc deletes it"
_SOME_REFLOG: Final = "a reflog"

_REFLOG: Final = "reflog of "
"""The beginning of the name of a reflog, as `scanner.git.tips` makes it."""
_DAY: Final = 86400
"""Seconds."""

# Nodes of which the latest is kept, so that the latest of a long span is found by blocks.
_BLOCK: Final = 256

# Credentials that are handled together. All of a batch share one walk over the graph; with more of
# them the integers in which each commit has a bit for each source become slow.
_BATCH: Final = 256

_NOBODY: Final = ("", 0, "")
"""A `Person` for a commit that cannot be read."""


def attribute(
    repository: Repository,
    objects: Collection[str],
    names: Collection[bytes] = (),
    *,
    jobs: int = 1,
    units: WorkUnits | None = None,
    by_git: bool = False,
    known: KnownChanges | None = None,
) -> Attribution:
    """Read the history of the repository as far as it concerns `objects` and file `names`.

    `objects` are full IDs of blobs, commits and annotated tags; `names` are those of files or
    directories, without slashes. `jobs` processes read trees. A caller that has opened all packs of
    the repository can give them as `units`. With `by_git` git compares the trees, which gives the
    same answers at a multiple of the cost. `known` is what an earlier attribution returned, without
    names. Raises GitError.
    """
    traces = Traces(repository, objects, names, jobs, units, by_git=by_git, known=known)
    return Attribution(traces)


class Attribution:
    """Answers from what was read; see `attribute` and `Answers`."""

    __slots__ = ("_blocks", "_edges", "_latest", "_traces")

    def __init__(self, traces: Traces) -> None:
        """Prepare to answer from `traces`."""
        self._traces = traces
        graph = traces.graph

        # The node at each preorder number; trees without a commit, which have no date, count as -1.
        latest = (node if node < graph.commits else -1 for node in graph.nodes)
        self._latest = array("i", latest)
        self._blocks = [
            max(self._latest[at : at + _BLOCK]) for at in range(0, len(self._latest), _BLOCK)
        ]
        self._edges = sorted(
            (graph.enter[parent], graph.enter[node])
            for node, parents in enumerate(graph.parents)
            if len(parents) > 1
            for parent in parents
            if parent != graph.base[node]
        )

    def known_changes(self, objects: Collection[str]) -> KnownChanges:
        """Return what is `known` to the next attribution, if this one was about `objects` alone."""
        return self._traces.known_changes(objects)

    def places(self, key: Key) -> list[HistoryPlace]:
        """Return where the object or the name `key` is, earliest first; empty if nowhere."""
        traces = self._traces
        if isinstance(key, str):
            if self._is_commit(key):
                return [HistoryPlace(b"", self._moment(key), COMMIT_MESSAGE)]
            if traces.tags.get(key):
                return [HistoryPlace(b"", self._moment(traces.tags[key]), TAG_MESSAGE)]

        first: dict[bytes, tuple[int, int]] = {}
        for path, node in traces.added.get(key, ()):
            if node < traces.graph.commits:
                when = (self._time(node), node)
                first[path] = min(when, first.get(path, when))
        found = sorted((when, path) for path, when in first.items())
        ids = traces.graph.ids
        return [HistoryPlace(path, self._moment(ids[node]), "") for (_, node), path in found]

    def histories(
        self,
        credentials: Iterable[tuple[Iterable[str], Iterable[bytes]]],
        now: float | None = None,
    ) -> list[History]:
        """Return the histories of credentials, each given as the objects and names that have it.

        Many at once take hardly longer than one. `now` is in seconds since 1970. Raises GitError.
        """
        if now is None:
            from time import time

            now = time()
        keys: list[list[Key]] = [
            [*dict.fromkeys(objects), *names] for objects, names in credentials
        ]
        found: list[History] = []
        for begin in range(0, len(keys), _BATCH):
            found += self._batch(keys[begin : begin + _BATCH], now)
        return found

    def _batch(self, credentials: list[list[Key]], now: float) -> list[History]:
        traces = self._traces
        presences = [Presence(traces, keys, self._edges) for keys in credentials]
        settle_removals(traces, presences)

        sources = {node for each in presences for node in each.introducers}
        sources.update(n for each in presences for _, nodes in each.unpublished for n in nodes)
        reach = Reach(traces.graph, sorted(sources), traces.tips)

        lasts = [self._last(each) for each in presences]
        shown = [each.removed for each in presences] + lasts
        traces.read_people({node for node in shown if node is not None})
        return [
            self._history(each, last, reach, now)
            for each, last in zip(presences, lasts, strict=True)
        ]

    def _is_commit(self, key: str) -> bool:
        graph = self._traces.graph
        is_node = graph.number.get(key, graph.commits) < graph.commits
        return is_node or key in self._traces.unreached

    def _time(self, node: int) -> int:
        return self._traces.people[self._traces.graph.ids[node]].time

    def _moment(self, name: str) -> Moment:
        person: Person | tuple[str, int, str] = self._traces.people.get(name, _NOBODY)
        return Moment(name, person[0], person[2])

    def _last(self, presence: Presence) -> int | None:
        """Return the node of the latest commit that has the credential: HEAD if it does."""
        if self._in_head(presence):
            return self._traces.head
        latest = max(presence.messages, default=-1)
        for start, end in presence.has:
            latest = max(latest, self._latest_between(start, end))
        return latest if latest >= 0 else None

    def _latest_between(self, start: int, end: int) -> int:
        """Return the highest node with a preorder number from `start` to before `end`."""
        first, last = -(-start // _BLOCK), end // _BLOCK
        if first >= last:
            return max(self._latest[start:end])
        parts = (
            self._latest[start : first * _BLOCK],
            self._blocks[first:last],
            self._latest[last * _BLOCK : end],
        )
        return max(max(part, default=-1) for part in parts)

    def _in_head(self, presence: Presence) -> bool:
        head = self._traces.head
        return head is not None and (
            self._traces.graph.enter[head] in presence.has or head in presence.messages
        )

    def _first(self, presence: Presence) -> tuple[int, str] | None:
        """Return time and ID of the earliest commit that has the credential."""
        traces, graph = self._traces, self._traces.graph
        dated = [(self._time(node), node) for node in presence.introducers if node < graph.commits]
        if dated:
            time, node = min(dated)
            return time, graph.ids[node]

        # Only commits that nothing reaches, or tags: those are in no graph.
        ids = [key for key in presence.keys if isinstance(key, str)]
        others = [key for key in ids if key in traces.unreached]
        others += [traces.tags[key] for key in ids if key in traces.tags]
        return min(
            ((traces.people[name].time, name) for name in others if name in traces.people),
            default=None,
        )

    def _history(self, presence: Presence, last: int | None, reach: Reach, now: float) -> History:
        ids = self._traces.graph.ids
        removed = presence.removed
        tips = reach.tips(presence.introducers)
        tips += [tip for key in presence.keys for tip in self._traces.tips_of(key)]

        first = self._first(presence)
        since = self._moment(first[1]) if first else None
        days = 0
        if first is not None:
            end = now if removed is None else self._time(removed)
            days = max(0, int(end - first[0]) // _DAY)

        return History(
            first=since,
            last=since if last is None else self._moment(ids[last]),
            removed=None if removed is None else self._moment(ids[removed]),
            in_head=self._in_head(presence),
            pushed=self._traces.publication.of(tips),
            days=days,
            branches=tuple(sorted({tip.name for tip in tips if tip.kind in (BRANCH, REMOTE)})),
            tags=tuple(sorted({tip.name for tip in tips if tip.kind == TAG})),
            held_by=tuple(sorted(self._holders(presence, reach))),
            copies=sum(isinstance(key, str) for key in presence.keys),
        )

    def _holders(self, presence: Presence, reach: Reach) -> set[str]:
        """Return what holds the objects and names of a credential that no branch or tag has."""
        traces = self._traces
        nodes = {node for _, nodes in presence.unpublished for node in nodes}
        found = {tip.name for tip in reach.tips(nodes)}

        unheld = nodes - reach.held
        for key, added_by in presence.unpublished:
            others = {tip.name for tip in traces.tips_of(key)} | traces.indexed.get(key, set())
            found |= others
            if not added_by and not others:
                found.add(DANGLING)
            elif added_by and added_by <= unheld:
                found.add(_SOME_REFLOG)

        # A reference is in its own reflog too: that says nothing more.
        return {name for name in found if name.removeprefix(_REFLOG) not in found - {name}}
