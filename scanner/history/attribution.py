"""Who brought a credential into a history, when and where, and whether it is still there.

The history is everything that a reference, a HEAD, a reflog, the stash or a note reaches. A commit
has a credential if its tree has one of the objects or names in which it was found, wherever that
is: so a credential that moves, is copied or stands in a file that changes stays the same one.

A commit *introduces* it that has it while no parent has it. A commit *removes* it that has not got
it while a parent has it; but not a merge that only takes over what one side of it had removed
before. Dates are those of authors: they say when the credential got into git, while the date of
the committer changes with every rebase, and reports show the same dates that are counted with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.findings import COMMIT_MESSAGE, TAG_MESSAGE, History, Moment
from scanner.git.tips import BRANCH, OTHER, REMOTE, TAG
from scanner.history.cases import Case, Reach, settle_removals
from scanner.history.facts import Facts
from scanner.history.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from scanner.git.records import Person
    from scanner.git.repository import Repository
    from scanner.git.tips import Tip
    from scanner.history.facts import Key

DANGLING: Final = "nothing: until git gc deletes it"
"""What holds an object that nothing reaches."""
_SOME_REFLOG: Final = "a reflog"
_REFLOG: Final = "reflog of "
_DAY: Final = 86400
_BLOCK: Final = 256
_BATCH: Final = 256
"""Credentials that are looked at together: with more the sets of them become slow to handle."""
_NOBODY: Final = ("", 0, "")


class Place(NamedTuple):
    """Where a content stands in the history, and since when."""

    path: bytes
    """Empty for a message."""
    moment: Moment
    """The earliest commit that brought it there."""
    scope: str
    """A word of `scanner.findings` for a message, else empty."""


def attribute(
    repository: Repository,
    objects: Collection[str],
    names: Collection[bytes] = (),
    *,
    jobs: int = 1,
    paths: Collection[bytes] | None = None,
) -> Attribution:
    """Read what the history of the repository has to do with `objects` and file `names`.

    Objects are full IDs of blobs, commits and annotated tags; names are those of files or
    directories, without slashes. `jobs` processes compare trees. Who knows it can give all `paths`
    that any of the objects has in any commit, and spare git the other ones. Raises GitError.
    """
    return Attribution(Facts(repository, objects, names, paths, jobs))


class Attribution:
    """Answers from what was read; see `attribute`."""

    __slots__ = ("_blocks", "_edges", "_facts", "_latest")

    def __init__(self, facts: Facts) -> None:
        """Prepare to answer from `facts`."""
        self._facts = facts
        graph = facts.graph
        self._latest = [node if node < graph.commits else -1 for node in graph.nodes]
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

    def places(self, key: Key) -> list[Place]:
        """Return where the object or the name `key` stands, earliest first; empty if nowhere."""
        facts = self._facts
        if isinstance(key, str):
            if self._is_commit(key):
                return [Place(b"", self._moment(key), COMMIT_MESSAGE)]
            if facts.tags.get(key):
                return [Place(b"", self._moment(facts.tags[key]), TAG_MESSAGE)]
        first: dict[bytes, tuple[int, int]] = {}
        for path, node in facts.brought.get(key, ()):
            if node < facts.graph.commits:
                when = (self._time(node), node)
                first[path] = min(when, first.get(path, when))
        found = sorted((when, path) for path, when in first.items())
        ids = facts.graph.ids
        return [Place(path, self._moment(ids[node]), "") for (_, node), path in found]

    def history(
        self, objects: Iterable[str], names: Iterable[bytes] = (), now: float | None = None
    ) -> History:
        """Return the history of one credential; see `histories`."""
        return self.histories([(objects, names)], now)[0]

    def histories(
        self,
        credentials: Iterable[tuple[Iterable[str], Iterable[bytes]]],
        now: float | None = None,
    ) -> list[History]:
        """Return the histories of credentials, each the objects and the names that have it.

        Many at once take hardly longer than one. `now` is in seconds since 1970. Raises GitError.
        """
        if now is None:
            from time import time

            now = time()
        asked = [(list(objects), list(names)) for objects, names in credentials]
        found: list[History] = []
        for begin in range(0, len(asked), _BATCH):
            found += self._batch(asked[begin : begin + _BATCH], now)
        return found

    def _batch(
        self, credentials: Iterable[tuple[list[str], list[bytes]]], now: float
    ) -> list[History]:
        graph = self._facts.graph
        cases = [self._case([*dict.fromkeys(objects), *names]) for objects, names in credentials]
        settle_removals(self._facts, cases)
        sources = {node for case in cases for node in case.introducers}
        sources.update(node for case in cases for _, nodes in case.unpublished for node in nodes)
        reach = Reach(graph, sorted(sources), self._facts.tips)
        lasts = [self._last(case) for case in cases]
        shown = [case.removed for case in cases] + lasts
        self._facts.meet({node for node in shown if node is not None})
        return [
            self._history(case, last, reach, now) for case, last in zip(cases, lasts, strict=True)
        ]

    def _is_commit(self, key: Key) -> bool:
        facts = self._facts
        if key in facts.loose:
            return True
        return isinstance(key, str) and facts.graph.number.get(key, facts.graph.commits) < (
            facts.graph.commits
        )

    def _time(self, node: int) -> int:
        return self._facts.people[self._facts.graph.ids[node]].time

    def _moment(self, name: str) -> Moment:
        person: Person | tuple[str, int, str] = self._facts.people.get(name, _NOBODY)
        return Moment(name, person[0], person[2])

    def _case(self, keys: list[Key]) -> Case:
        facts, graph = self._facts, self._facts.graph
        case = Case(keys)
        case.has = has = Spans(span for key in keys for span in facts.spans.get(key, ()))
        case.messages = [
            graph.number[key] for key in keys if isinstance(key, str) and key in graph.number
        ]
        candidates = {node for key in keys for _, node in facts.brought.get(key, ())}
        case.introducers = {
            node
            for node in candidates
            if all(graph.enter[parent] not in has for parent in graph.parents[node])
        }
        case.introducers.update(case.messages)
        for key in keys:
            nodes = {node for _, node in facts.brought.get(key, ())}
            if isinstance(key, str) and key in graph.number:
                nodes.add(graph.number[key])
            held = [tip for tip in self._direct(key) if tip.kind != OTHER]
            if not held and not any(facts.published[node] for node in nodes):
                case.unpublished.append((key, nodes))
        if facts.head is not None and has.starts and graph.enter[facts.head] not in has:
            losses = {node for key in keys for node in facts.gone.get(key, ())}
            losses = {node for node in losses if graph.enter[node] not in has}
            losses.update(graph.nodes[place] for place in has.crossing(self._edges))
            case.losses = sorted(losses)
        return case

    def _direct(self, key: Key) -> Sequence[Tip]:
        return self._facts.direct.get(key, ()) if isinstance(key, str) else ()

    def _last(self, case: Case) -> int | None:
        """Return the node of the latest commit that has the credential."""
        head = self._facts.head
        if head is not None and self._in_head(case):
            return head
        latest = max(case.messages, default=-1)
        for start, end in case.has:
            latest = max(latest, self._highest(start, end))
        return latest if latest >= 0 else None

    def _highest(self, start: int, end: int) -> int:
        first, last = -(-start // _BLOCK), end // _BLOCK
        if first >= last:
            return max(self._latest[start:end])
        parts = (
            self._latest[start : first * _BLOCK],
            self._blocks[first:last],
            self._latest[last * _BLOCK : end],
        )
        return max(max(part, default=-1) for part in parts)

    def _in_head(self, case: Case) -> bool:
        head = self._facts.head
        return head is not None and (
            self._facts.graph.enter[head] in case.has or head in case.messages
        )

    def _first(self, case: Case) -> tuple[int, str] | None:
        """Return time and ID of the earliest commit that has the credential."""
        facts, graph = self._facts, self._facts.graph
        dated = [(self._time(node), node) for node in case.introducers if node < graph.commits]
        if dated:
            time, node = min(dated)
            return time, graph.ids[node]
        others = [key for key in case.keys if isinstance(key, str) and key in facts.loose]
        others += [
            facts.tags[key] for key in case.keys if isinstance(key, str) and key in facts.tags
        ]
        found = [(facts.people[name].time, name) for name in others if name in facts.people]
        return min(found, default=None)

    def _history(self, case: Case, last: int | None, reach: Reach, now: float) -> History:
        ids = self._facts.graph.ids
        tips = reach.tips(case.introducers)
        tips += [tip for key in case.keys for tip in self._direct(key)]
        first = self._first(case)
        days = 0
        if first is not None:
            end = now if case.removed is None else self._time(case.removed)
            days = max(0, int(end - first[0]) // _DAY)
        since = self._moment(first[1]) if first else None
        return History(
            first=since,
            last=since if last is None else self._moment(ids[last]),
            removed=None if case.removed is None else self._moment(ids[case.removed]),
            in_head=self._in_head(case),
            pushed=any(tip.kind == REMOTE for tip in tips),
            days=days,
            branches=tuple(sorted({tip.name for tip in tips if tip.kind in (BRANCH, REMOTE)})),
            tags=tuple(sorted({tip.name for tip in tips if tip.kind == TAG})),
            held_by=tuple(sorted(self._holders(case, reach))),
            copies=sum(isinstance(key, str) for key in case.keys),
        )

    def _holders(self, case: Case, reach: Reach) -> set[str]:
        """Return what holds the objects and names of a case that no branch and no tag has."""
        facts = self._facts
        nodes = {node for _, nodes in case.unpublished for node in nodes}
        found = {tip.name for tip in reach.tips(nodes)}
        unheld = {node for node in nodes if node not in reach.held}
        for key, brought_at in case.unpublished:
            others = {tip.name for tip in self._direct(key)} | facts.indexed.get(key, set())
            found |= others
            if not brought_at and not others:
                found.add(DANGLING)
            elif brought_at and brought_at <= unheld:
                found.add(_SOME_REFLOG)
        # What a reference has its reflog has as well: that says nothing more.
        return {name for name in found if name.removeprefix(_REFLOG) not in found - {name}}
