"""What holds objects of a history: references, tags, HEADs, reflogs, stash entries and indexes."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING, Final

from scanner.files import read_regular
from scanner.git.changes import SUBMODULE
from scanner.git.hardening import environment
from scanner.git.process import GitError, complete
from scanner.git.records import contents, looked_up, tag_target
from scanner.git.tags import targets
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.git.repository import Repository

BRANCH, REMOTE, TAG, OTHER = "branch", "remote", "tag", "other"
CLONED, BORN = "cloned", "born"

# What git writes into the first entry of a reflog (builtin/clone.c and builtin/commit.c).
_ORIGINS: Final = {b"\tclone: from ": CLONED, b"\tcommit (initial): ": BORN}

# gitrepository-layout(5) has these folders, and where the parts of linked work trees are.
_FOLDERS: Final = {"refs/heads/": BRANCH, "refs/remotes/": REMOTE, "refs/tags/": TAG}
_STASH: Final = "refs/stash"
"""The reference of the latest stash entry; the others are only in its reflog (git-stash(1))."""
_MAIN: Final = " of the main work tree"
_PLACES: Final = ("GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
"""Variables that a hook sets for its own repository and index."""
_LOG_HEAD: Final = 130
"""Bytes of a line of a reflog that hold its two IDs of up to 64 digits, each with a space."""

_LONGEST_CHAIN: Final = 100
"""Tags on the way from a reference that a report says are held by it. With all of a forged chain,
as many references to its tags would take memory in proportion to the square."""
LARGEST_LOG: Final = 1 << 30
"""Bytes of a reflog that are read: ten million lines."""


class Tip(NamedTuple):
    """What keeps an object, and all that the object reaches, from being deleted by git."""

    kind: str
    """`BRANCH` (a local one), `REMOTE` (remote-tracking), `TAG`, or `OTHER`."""
    name: str
    """`main`, `origin/main`, `v1.0`; for `OTHER` a full name, or words such as `reflog of main`."""
    object: str
    """The ID of a commit, tree or blob; for an annotated tag, its target in the end."""
    tags: tuple[str, ...] = ()
    """The IDs of the annotated tags on the way to it, the first `_LONGEST_CHAIN` of them."""
    reference: str = ""
    """The full name of the reference, or of the one whose reflog it is from."""
    origin: str = ""
    """`CLONED` or `BORN` for the entry of a reflog that says where the repository is from."""


class IndexEntry(NamedTuple):
    """A path in an index."""

    holder: str
    """`index`, or `index of work tree NAME`."""
    path: bytes
    blob: str
    """Its content; empty for a submodule."""


def work_trees(repository: Repository) -> dict[str, str]:
    """Return the directory of each work tree for what is its own, such as its HEAD and its index.

    The keys are what reports add to the name of a holder: empty for the current work tree, which
    comes first, and ` of work tree NAME` for others.
    """
    here = os.path.realpath(repository.own_directory)
    common = os.path.realpath(repository.git_directory)
    try:
        names = sorted(os.listdir(os.path.join(common, "worktrees")))
    except OSError:
        names = []

    found = {_MAIN: common}
    found |= {f" of work tree {name}": os.path.join(common, "worktrees", name) for name in names}
    return {"": here, **{label: path for label, path in found.items() if path != here}}


def references(repository: Repository, trees: Mapping[str, str]) -> list[Tip]:
    """Return all references and HEADs; `trees` is the result of `work_trees`. Raises GitError."""
    form = "--format=%(objecttype) %(objectname) %(refname) %(symref)"
    listed = repository.run("for-each-ref", form, what="list the references")
    # Split as git writes it: `splitlines` also splits at U+2028 and U+0085, which a name may have.
    lines = listed.decode("utf-8", "surrogateescape").split("\n")
    rows = [fields for line in lines if len(fields := line.split(" ")) == 4]
    tags = _tags(repository, {name for kind, name, *_ in rows if kind == "tag"})
    ends = _ends(tags)
    tips = []

    for _, name, reference, symbolic in rows:
        if symbolic:  # `refs/remotes/origin/HEAD` names a branch that is listed itself
            continue

        chain = tuple(dict.fromkeys(islice(_chain(name, tags), _LONGEST_CHAIN)))
        kind, short = _short(reference)
        if reference == _STASH:
            short = "stash@{0}"

        tips.append(Tip(kind, short, ends.get(name, name), chain, reference))

    return tips + _heads(repository, trees)


def _short(reference: str) -> tuple[str, str]:
    """Return the kind of a reference, and its name without the folder of that kind."""
    for folder, kind in _FOLDERS.items():
        if reference.startswith(folder):
            return kind, reference.removeprefix(folder)
    return OTHER, reference


def _tags(repository: Repository, names: set[str]) -> dict[str, str]:
    """Return the target of each of the annotated tags `names`, and of the tags they lead to."""
    found: dict[str, str] = {}
    below = set()
    for name, kind, content in contents(repository, sorted(names)):
        if kind == "tag":
            target, of_what = tag_target(content)
            found[name] = target
            if of_what == "tag":
                below.add(target)

    # Tags of tags are rare, and long chains of them are forged.
    if below - found.keys():
        found |= {name: target for name, (target, _) in targets(repository, sorted(below)).items()}
    return found


def _ends(tags: Mapping[str, str]) -> dict[str, str]:
    """Return what each of the `tags`, by which their targets are, leads to in the end."""
    ends: dict[str, str] = {}
    for tag in tags:
        # The loop ends at damage as well: hashes make circles of tags impossible, but a tag in the
        # object database need not have the content that its ID says.
        name, chain = tag, set()
        while name in tags and name not in ends and name not in chain:
            chain.add(name)
            name = tags[name]
        ends.update(dict.fromkeys(chain, ends.get(name, name)))
    return ends


def _chain(name: str, tags: Mapping[str, str]) -> Iterator[str]:
    """Yield the tag `name` and those that it leads to, without an end if they are in a circle."""
    while name in tags:
        yield name
        name = tags[name]


def _heads(repository: Repository, trees: Mapping[str, str]) -> list[Tip]:
    """Return the HEADs of all work trees that have a commit."""
    labels, asked = [], []
    for suffix, folder in trees.items():
        labels.append(f"HEAD{suffix}")
        name = os.path.basename(folder)
        if not suffix:
            asked.append("HEAD")
        else:  # the names of refs of other work trees (git-worktree(1), "Refs")
            asked.append(f"worktrees/{name}/HEAD" if suffix != _MAIN else "main-worktree/HEAD")

    found = looked_up(repository, (f"{name}^{{commit}}" for name in asked))
    return [
        Tip(OTHER, label, name)
        for label, (name, _) in zip(labels, found, strict=True)
        if repository.is_name(name)
    ]


def reflogs(trees: Mapping[str, str]) -> list[Tip]:
    """Return the entries of all reflogs that are files, with those of the stash.

    Git can also keep reflogs in reftables. Then none are returned here, and what only they hold is
    still among the commits that `scanner.git.log.commits` returns. `trees` is what `work_trees`
    returned. Raises GitError.
    """
    tips: list[Tip] = []
    for suffix, folder in trees.items():
        tips += _logs(os.path.join(folder, "logs"), suffix)
    return tips


def _logs(folder: str, suffix: str) -> Iterator[Tip]:
    for root, _, files in os.walk(folder):
        for file in files:
            path = os.path.join(root, file)
            reference = os.path.relpath(path, folder).replace(os.sep, "/")
            try:
                lines = read_regular(path, LARGEST_LOG).split(b"\n")
            except OSError as error:
                raise GitError(f"a reflog cannot be read: {error}") from None
            shared = reference.startswith("refs/")  # all work trees have these in common
            yield from _entries(reference, lines, "" if shared else suffix)


def _entries(reference: str, lines: list[bytes], suffix: str) -> Iterator[Tip]:
    label = f"reflog of {_short(reference)[1]}{suffix}"
    seen: set[bytes] = set()
    origins: dict[bytes, str] = {}
    for number, line in enumerate(filter(None, reversed(lines))):
        before, after, *_ = [*line[:_LOG_HEAD].split(b" ", 2), b"", b""]
        if reference == _STASH:
            yield Tip(OTHER, f"stash@{{{number}}}", after.decode("ascii", "replace"))
        else:
            seen.update((before, after))
            for said, origin in _ORIGINS.items():
                if said in line:
                    origins[after] = origin
    for name in sorted(seen):
        text = name.decode("ascii", "replace")
        yield Tip(OTHER, label, text, (), reference, origins.get(name, ""))


def indexes(repository: Repository, trees: Mapping[str, str]) -> list[IndexEntry]:
    """Return the paths in all indexes; `trees` is what `work_trees` returned. Raises GitError."""
    found = _index(repository, "index", {})
    for suffix, folder in trees.items():
        path = os.path.join(folder, "index")
        if suffix and os.path.isfile(path):
            found += _index(repository, f"index{suffix}", {"GIT_INDEX_FILE": path})
    return found


def _index(repository: Repository, label: str, settings: Mapping[str, str]) -> list[IndexEntry]:
    command = ("ls-files", "--stage", "-z", "--full-name", ":/")
    if settings:
        # The repository is known here, and what a hook says about an index is for another one.
        inherited = {name: value for name, value in os.environ.items() if name not in _PLACES}
        folder = os.path.abspath(repository.git_directory)
        variables = environment(inherited, GIT_DIR=folder, **settings)
        done = complete(command, repository.directory, variables)

        if done.returncode:
            from scanner.git.complaint import complaint  # here: git seldom fails

            raise GitError(f"git could not list the {label}: {complaint(done)}")

        listed = done.stdout
    else:
        listed = repository.once("index", lambda: repository.run(*command, what="list the index"))

    found = []
    for line in listed.split(b"\0"):
        head, _, path = line.partition(b"\t")
        mode, *rest = head.split(b" ")
        if rest:
            found.append(IndexEntry(label, path, "" if mode == SUBMODULE else rest[0].decode()))

    return found
