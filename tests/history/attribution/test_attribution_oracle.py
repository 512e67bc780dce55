"""Random histories, attributed by the product and by looking at every tree of every commit."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from scanner.findings import History
from scanner.git import log
from scanner.git.repository import Repository
from scanner.history import run
from scanner.history.attribution.attribution import attribute
from scanner.history.objects import work_units
from scanner.pushed import Pushed

PATHS = [b"a", b"b", b"d/a", b"d/b", b"d/e/\xff\n:x"]
CONTENTS = [b"one", b"two", b"three", b"four"]
EPOCH = 1_600_000_000
NOW = EPOCH + 86400 * 1000


class Commit(NamedTuple):
    parents: list[int]
    tree: dict[bytes, bytes]
    author_time: int


def grow(chance: random.Random) -> list[Commit]:
    """Make up a history: roots, merges of up to three, and merges that do as they like."""
    commits: list[Commit] = []
    for number in range(chance.randint(1, 16)):
        parents: list[int] = []
        if commits and chance.random() > 0.08:
            recent = range(max(0, number - 5), number)
            most = chance.choice([1, 1, 1, 2, 2, 3])
            parents = chance.sample(recent, min(most, len(recent)))
        tree: dict[bytes, bytes] = {}
        for parent in chance.sample(parents, chance.choice([1, len(parents)]) if parents else 0):
            tree |= commits[parent].tree
        for _ in range(chance.choice([0, 1, 1, 2])):
            path = chance.choice(PATHS)
            change = chance.random()
            if change < 0.45:
                tree[path] = chance.choice(CONTENTS)
            elif change < 0.75:
                tree.pop(path, None)
            elif tree:  # a copy, or a move
                source = chance.choice(sorted(tree))
                tree[path] = tree[source]
                if change < 0.9 and source != path:
                    del tree[source]
        commits.append(Commit(parents, tree, EPOCH + 86400 * chance.randint(0, 40)))
    return commits


def write(repository: Any, commits: list[Commit], references: dict[str, int]) -> None:
    """Store a history."""
    script = bytearray()
    for number, commit in enumerate(commits):
        script += b"commit refs/temporary\nmark :%d\n" % (number + 1)
        script += b"author A <a@example.com> %d +0130\n" % commit.author_time
        script += b"committer C <c@example.com> %d +0000\n" % (EPOCH + number)
        script += b"data 1\nx\n"
        if commit.parents:
            script += b"from :%d\n" % (commit.parents[0] + 1)
        for parent in commit.parents[1:]:
            script += b"merge :%d\n" % (parent + 1)
        script += b"deleteall\n"
        for path, content in commit.tree.items():
            quoted = b"".join(b"\\%03o" % byte for byte in path)
            script += b'M 100644 inline "%s"\ndata %d\n%s\n' % (quoted, len(content), content)
        script += b"reset refs/temporary\n\n"
    for name, number in references.items():
        script += b"reset %s\nfrom :%d\n\n" % (name.encode(), number + 1)
    command = ["git", "fast-import", "--quiet", "--force"]
    subprocess.run(command, cwd=repository.root, input=bytes(script), check=True)
    subprocess.run(["git", "update-ref", "-d", "refs/temporary"], cwd=repository.root, check=True)
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/main"], cwd=repository.root)


class Oracle:
    """Answers by looking at every tree."""

    def __init__(self, repository: Any) -> None:
        listed = repository.git(
            "log", "--all", "--date-order", "--reverse", "--format=%H %at %P"
        ).splitlines()
        self.parents = {line.split()[0]: line.split()[2:] for line in listed}
        self.times = {line.split()[0]: int(line.split()[1]) for line in listed}
        self.order = {name: number for number, name in enumerate(self.parents)}
        self.trees: dict[str, set[tuple[bytes, str]]] = {}
        self.ancestors: dict[str, set[str]] = {}
        for name, parents in self.parents.items():
            shown = subprocess.run(
                ["git", "ls-tree", "-r", "-z", name],
                cwd=repository.root,
                capture_output=True,
                check=True,
            ).stdout
            self.trees[name] = {
                (line.split(b"\t", 1)[1], line.split(b"\t")[0].split()[2].decode())
                for line in shown.split(b"\0")[:-1]
            }
            self.ancestors[name] = {name}.union(*(self.ancestors[each] for each in parents))
        self.head = repository.git("rev-parse", "-q", "--verify", "HEAD", check=False).strip()
        shown = repository.git("for-each-ref", "--format=%(objectname) %(refname)")
        self.references = dict(reversed(line.split()) for line in shown.splitlines())

    def places(self, wanted: Callable[[bytes, str], bool]) -> list[tuple[bytes, str]]:
        first: dict[bytes, tuple[int, int, str]] = {}
        for name, tree in self.trees.items():
            for path, blob in tree:
                if wanted(path, blob) and not any(
                    wanted(path, other)
                    for each in self.parents[name]
                    for at, other in self.trees[each]
                    if at == path
                ):
                    when = (self.times[name], self.order[name], name)
                    first[path] = min(when, first.get(path, when))
        ordered = sorted((when, path) for path, when in first.items())
        return [(path, when[2]) for when, path in ordered]

    def history(self, wanted: Callable[[bytes, str], bool]) -> dict[str, Any]:
        have = {name for name, tree in self.trees.items() if any(wanted(*each) for each in tree)}
        brought = {name for name in have if have.isdisjoint(self.parents[name])}
        first = min(brought, key=lambda name: (self.times[name], self.order[name]), default=None)
        in_head = self.head in have
        last = self.head if in_head else max(have, key=self.order.__getitem__, default=None)
        removed = None if in_head or not self.head else self.removed(have)
        end = NOW if removed is None else self.times[removed]
        behind = {
            reference
            for reference, name in self.references.items()
            if not brought.isdisjoint(self.ancestors[name])
        }
        return {
            "first": first,
            "last": last,
            "removed": removed,
            "in_head": in_head,
            "pushed": Pushed.YES
            if any(name.startswith("refs/remotes/") for name in behind)
            else Pushed.NO_REMOTE,
            "days": max(0, (end - self.times[first]) // 86400) if first else 0,
            "branches": tuple(
                sorted(
                    name.split("/", 2)[2]
                    for name in behind
                    if name.startswith(("refs/heads/", "refs/remotes/"))
                )
            ),
            "tags": tuple(
                sorted(name.split("/", 2)[2] for name in behind if name.startswith("refs/tags/"))
            ),
        }

    def removed(self, have: set[str]) -> str | None:
        found: list[str] = []
        for name in self.parents:
            if name not in self.ancestors[self.head] or name in have:
                continue
            with_it = [each for each in self.parents[name] if each in have]
            without = [each for each in self.parents[name] if each not in have]
            taken_over = with_it and all(
                any(
                    removal in self.ancestors[other] - self.ancestors[each]
                    for removal in found
                    for other in without
                )
                for each in with_it
            )
            if with_it and not taken_over:
                found.append(name)
        return found[-1] if found else None


def as_dict(history: History) -> dict[str, Any]:
    found = history._asdict()
    for name in ("first", "last", "removed"):
        found[name] = found[name] and found[name].commit
    del found["held_by"], found["copies"]
    return found


@pytest.mark.parametrize("seed", range(settings().max_examples * 2 // 5))
def test_it_says_what_every_tree_says(
    seed: int, make_repository: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    commits = grow(chance)
    names = ["heads/main", "heads/topic", "heads/old", "remotes/o/main", "tags/v1", "tags/v2"]
    tips = chance.sample(range(len(commits)), min(len(commits), chance.randint(1, len(names))))
    chosen = ["heads/main", *chance.sample(names[1:], len(names) - 1)]
    references = {f"refs/{name}": tip for name, tip in zip(chosen, tips, strict=False)}
    if seed % 3 == 0:  # the newest commit is in HEAD
        references["refs/heads/main"] = len(commits) - 1
    repository = make_repository()
    write(repository, commits, references)
    if seed % 2:  # else all objects are loose
        repository.git("repack", "-adfq", "--depth=50")
    oracle = Oracle(repository)
    blobs = {
        content: subprocess.run(
            ["git", "hash-object", "--stdin"],
            cwd=repository.root,
            input=content,
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .strip()
        for content in CONTENTS
    }
    ids = list(blobs.values())
    # So that there is something to share out.
    monkeypatch.setattr(log, "_FEWEST", 3)
    few = 1 + seed % 3
    monkeypatch.setattr("scanner.history.attribution.tree_work._FEW", few)
    monkeypatch.setattr(work_units, "_ROOTS", dict.fromkeys(work_units._ROOTS, few))
    monkeypatch.setattr(work_units, "_LOOSE", few)
    monkeypatch.setattr("scanner.history.attribution.graph._BITS", 2)
    monkeypatch.setattr("scanner.history.attribution.attribution._BATCH", 3)
    monkeypatch.setattr("scanner.history.attribution.attribution._BLOCK", 2)
    if seed % 2:
        monkeypatch.setattr(log, "_MOST_ASKED", 0)
    file_names = (b"a", b"e") if seed % 5 == 0 else ()
    here, jobs = Repository(str(repository.root)), 1 + seed % 3
    units = None
    if seed % 4 > 1:  # as if the scan had found something in the blobs, of which not all are there
        wanted = {bytes.fromhex(each) for each in ids}
        monkeypatch.setattr(run, "_objects_with_findings", lambda _: wanted)
        monkeypatch.setattr(run, "_FEW", few)
        units = run.search(here, run.HistoryJob((), jobs=jobs)).units
        assert units is not None
        assert units.contents is not None
    found = attribute(here, ids, file_names, jobs=jobs, units=units)
    for each in ids:
        places = [(place.path, place.moment.commit) for place in found.places(each)]
        assert places == oracle.places(lambda path, blob, each=each: blob == each)
    for name in file_names:
        places = [(place.path, place.moment.commit) for place in found.places(name)]
        assert places == oracle.places(lambda path, blob, name=name: name in path.split(b"/"))
    groups = [ids[:1], ids[:2], ids[1:2], ids[1:], ids[2:]]
    histories = found.histories([(group, ()) for group in groups], NOW)
    for group, history in zip(groups, histories, strict=True):
        assert as_dict(history) == oracle.history(lambda path, blob, group=group: blob in group)
        assert history.copies == len(group)
    if not file_names:  # the same with what was known before some of the commits were made
        head = chance.choice(sorted(oracle.parents))
        known = found.known_changes(ids)._replace(heads=[head])
        again = attribute(Repository(str(repository.root)), ids, known=known)
        assert again.histories([(group, ()) for group in groups], NOW) == histories
        assert all(again.places(each) == found.places(each) for each in ids)
    if file_names:
        (history,) = found.histories([(ids[:1], file_names)], NOW)
        assert as_dict(history) == oracle.history(
            lambda path, blob: blob == ids[0] or not {b"a", b"e"}.isdisjoint(path.split(b"/"))
        )
    first = oracle.places(lambda path, blob: blob == ids[0])
    if first:
        moment = found.places(ids[0])[0].moment
        then = datetime.fromtimestamp(oracle.times[moment.commit], UTC)
        assert datetime.fromisoformat(moment.author_date) == then
        assert moment.author == "A <a@example.com>"
        shown = repository.git("show", "-s", "--format=%aI", moment.commit).strip()
        assert moment.author_date == shown
