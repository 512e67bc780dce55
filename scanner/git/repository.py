"""A repository as git sees it from the current directory, hook or pipeline.

Git gets the environment as it is. Inside a hook it says which index is being committed
(`GIT_INDEX_FILE`), which objects are in quarantine, and in a linked work tree where the repository
is (githooks(5)). Replacement objects are switched off: what is scanned is what would be pushed.
"""

from __future__ import annotations

import os

from scanner.files import read_regular
from scanner.git.hardening import environment, for_any_repository
from scanner.git.process import QUICK, SECONDS, GitError, complete, start, unusable
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Final, TypeVar

    from scanner.git.watch import Watch

    T = TypeVar("T")

_FORMATS: Final = {b"sha1": 40, b"sha256": 64}
"""Hexadecimal digits of an ID, by the name of its hash (gitformat-pack(5))."""
_EMPTY_TREES: Final = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""The IDs of the tree without entries, by their length: hashes of `tree 0` and a zero byte."""
_SQUASHED: Final = ["Squashed", "commit", "of", "the", "following:", "commit"]
"""How SQUASH_MSG begins, before the last of the commits."""


def questions(*options: str) -> tuple[str, ...]:
    """Return the git command that answers several `options` of rev-parse, for `separate`.

    All in one, since each git takes milliseconds.
    """
    words = (word for option in options for word in ("--show-object-format", *option.split()))
    return ("rev-parse", *words)


def separate(printed: bytes) -> tuple[bytes, list[bytes]]:
    """Return the name of the repository's hash, and the answers in what `questions` printed.

    Raises GitError. What separates the answers is that name in a line of its own: a path can have
    line feeds.
    """
    form = printed.partition(b"\n")[0]
    if form.startswith(b"--"):  # rev-parse prints an option that it does not know
        raise GitError("this git is too old: 2.25.1 or newer is needed")
    if form not in _FORMATS or b"\0" in printed:
        raise unusable("rev-parse", "the format and the directories of a repository")
    return form, (b"\n" + printed.removesuffix(b"\n")).split(b"\n%b\n" % form)[1:]


class Repository:
    """The repository of the current directory, or one that the user names. It is only read."""

    __slots__ = (
        "_known", "_options", "_variables", "directory", "git_directory", "is_bare", "is_shallow",
        "objects", "own_directory", "zero",
    )  # fmt: skip

    def __init__(self, directory: str = ".", *, named: bool = False) -> None:
        """Ask git for the repository at `directory`. Raises GitError, with git's reason.

        A repository that is `named` by the user may be bare. What the environment of a hook says
        about its own repository does not apply to it.
        """
        self.directory = directory
        inherited: Mapping[str, str] = os.environ
        self._options: tuple[str, ...] = ()
        self._known: dict[str, Any] = {}

        if named:
            inherited = for_any_repository(inherited)
            self._options = ("-c", "safe.bareRepository=all")

        ours = {"GIT_NO_REPLACE_OBJECTS": "1"}
        # Grafts are the older way to replace parents, and can hide commits. No file can be there.
        ours["GIT_GRAFT_FILE"] = os.path.join(os.devnull, "grafts")
        self._variables = environment(inherited, **ours)
        facts = ("--is-shallow-repository", "--is-bare-repository")
        asked = questions(*facts, "--git-common-dir", "--git-dir", "--git-path objects")
        where = f"at {printable(directory)}" if named else "here"
        form, answers = separate(self.run(*asked, what=f"find a repository {where}"))
        are_facts = {b"true", b"false"}.issuperset(answers[:2])
        if len(answers) != 5 or not are_facts or not all(answers):
            raise unusable("rev-parse", "the format and the directories of a repository")

        shallow, bare, *paths = answers
        self.is_shallow = shallow == b"true"
        self.is_bare = bare == b"true"
        self.zero = "0" * _FORMATS[form]
        common, own, objects = (os.path.join(directory, os.fsdecode(path)) for path in paths)
        self.git_directory = common
        """The directory of objects and references, common to all work trees of the repository."""
        self.own_directory = own
        """The directory of what this work tree has of its own, such as its HEAD and its index."""
        self.objects = objects
        """The directory of the objects: in the hook of a push, of those that are in quarantine."""

    def with_index(self, path: str) -> Repository:
        """Return this repository with the index at `path`; with that of git, where it is empty.

        The hook of a commit may see an index that git made for this commit alone.
        """
        from copy import copy  # here: only where a commit was stopped

        other = copy(self)
        variables = {**self._variables, "GIT_INDEX_FILE": path}
        if not path:
            del variables["GIT_INDEX_FILE"]
        other._variables = variables  # noqa: SLF001 -- another one of this class
        other._known = {}  # noqa: SLF001
        return other

    def run(self, *command: str, what: str, stdin: bytes = b"") -> bytes:
        """Return what the git `command` prints. Raises GitError: git could not do `what`."""
        done = complete((*self._options, *command), self.directory, self._variables, stdin)
        if done.returncode:
            from scanner.git.complaint import complaint  # here: git seldom fails

            raise GitError(f"git could not {what}: {complaint(done, named=bool(self._options))}")
        return done.stdout

    def attempt(self, *command: str) -> bytes | None:
        """Return what the git `command` prints, None if it fails. Raises GitError without git."""
        done = complete((*self._options, *command), self.directory, self._variables)
        return None if done.returncode else done.stdout

    def answers(self, *command: str, stdin: bytes = b"", seconds: int = SECONDS) -> bytes:
        """Return what the git `command` prints, even if it fails. Raises GitError without git.

        The same after `seconds`.
        """
        whole = (*self._options, *command)
        return complete(whole, self.directory, self._variables, stdin, seconds=seconds).stdout

    @property
    def is_named(self) -> bool:
        """Whether the user names it."""
        return bool(self._options)

    def start(self, *command: str, errors: bool = False) -> subprocess.Popen[bytes]:
        """Start a git `command` with pipes to and from it. Raises GitError.

        With `errors` there is one for what it says on standard error, too.
        """
        whole = (*self._options, *command)
        return start(whole, self.directory, self._variables, errors=errors)

    def names(self, *command: str, stdin: bytes = b"") -> list[str]:
        """Return the object IDs that the git `command` prints, even if it fails. Raises GitError.

        It does so where there is anything else.
        """
        found = self.answers(*command, stdin=stdin).decode("ascii", "replace").split()
        if not all(map(self.is_name, found)):
            raise unusable(command[0], "IDs of objects")
        return found

    def watch(self, process: subprocess.Popen[bytes]) -> Watch:
        """Return a watch over a `process` that `start` returned."""
        from scanner.git.watch import Watch  # here: threads are for few commands

        return Watch(process, self.directory, self._variables)

    def once(self, name: str, ask: Callable[[], T]) -> T:
        """Return what `ask` returned the first time that something of this `name` was asked for.

        For what several parts of a scan need: git is started once, and the parts see the same.
        """
        if name not in self._known:
            self._known[name] = ask()
        found: T = self._known[name]
        return found

    def configuration(self) -> list[tuple[str, str]]:
        """Return the keys of git's configuration here, each with a value, as they were first read.

        Sections and names are in small letters. A key with several values is there several times,
        the one that counts last; one without a value has an empty one. Raises GitError without git.
        """
        return self.once("configuration", self._configuration)

    def _configuration(self) -> list[tuple[str, str]]:
        entries = os.fsdecode(self.answers("config", "--null", "--list")).split("\0")[:-1]
        return [(key, value) for key, _, value in (entry.partition("\n") for entry in entries)]

    def remote(self) -> str:
        """Return the address of the remote called `origin`; empty without one."""
        return dict(self.configuration()).get("remote.origin.url", "")

    def resolve(self, revision: str) -> str | None:
        """Return the ID of the commit that `revision` names, or None without one."""
        if not revision or revision.startswith("-") or any(mark in revision for mark in "\0\n"):
            return None

        # Without --end-of-options, which rev-parse has only since git 2.30: the check above does.
        asked = ("--verify", f"{revision}^{{commit}}")  # --quiet would hide that it is ambiguous
        done = complete(
            (*self._options, "-c", "core.warnAmbiguousRefs=true", "rev-parse", *asked),
            self.directory,
            self._variables,
            seconds=QUICK,
        )

        # For a range, such as the rest of `A..B..C`, git prints both ends.
        name = done.stdout.decode("ascii", "replace").strip()
        if not self.is_name(name):
            return None
        # A tag called as a branch, or a file in `.git`, would decide what is scanned.
        # For HEAD and a full ID git itself has only one answer.
        said = done.stderr.replace(b"refname 'HEAD' is ambiguous", b"")
        if b" is ambiguous" in said and not self.is_name(revision):
            raise GitError(
                f"{printable(revision)} is the name of more than one thing, such as a branch and "
                "a tag: write refs/heads/ or refs/tags/ before it, or the ID of the commit"
            )
        return name

    def is_name(self, text: str) -> bool:
        """Return whether `text` has the form of a full object ID, or is the zeros for none."""
        return len(text) == len(self.zero) and not text.strip("0123456789abcdef")

    def required(self, revision: str, remedy: str) -> str:
        """Return the ID of the commit that `revision` names. Raises GitError, with `remedy`."""
        name = self.resolve(revision)
        if name is None:
            raise GitError(f"{printable(revision)} is not in this clone: {remedy}")
        return name

    def existing(self, names: Iterable[str]) -> list[str]:
        """Return those of the object IDs `names` that are in the repository, in their order.

        Raises GitError.
        """
        wanted = list(names)
        asked = "".join(f"{name}\n" for name in wanted).encode()
        answer = self.run("cat-file", "--batch-check", what="look up objects", stdin=asked)
        lines = answer.split(b"\n")[:-1]
        if len(lines) != len(wanted):
            raise unusable("cat-file", "a line for each object")
        return [name for name, line in zip(wanted, lines, strict=True) if b"missing" not in line]

    def head(self) -> tuple[str, str] | None:
        """Return the ID of the commit of HEAD and when it was made; None before any commit.

        The time is that of the committer in UTC, as in `2026-05-01T12:00:00Z`. Raises GitError.
        """
        commit = self.resolve("HEAD")
        if commit is None:
            return None
        asked = ("log", "-1", "--no-show-signature", "--format=%ct", commit, "--")
        seconds = self.run(*asked, what="read the commit of HEAD").strip()

        from datetime import UTC, datetime  # here: only some reports need it

        try:
            made = datetime.fromtimestamp(int(seconds), UTC)
        except (ValueError, OverflowError, OSError):  # damaged, or beyond the year 9999
            made = datetime.fromtimestamp(0, UTC)
        return commit, made.strftime("%Y-%m-%dT%H:%M:%SZ")

    def base_of_index(self) -> str:
        """Return the ID to compare the index with: HEAD, or the empty tree before any commit."""
        return self.resolve("HEAD") or self.empty_tree()

    def head_commit(self) -> str | None:
        """Return the ID of the commit of HEAD as it was first asked for; None without one."""
        return self.once("HEAD", lambda: self.resolve("HEAD"))

    def empty_tree(self) -> str:
        """Return the ID of the tree without entries, which git has without storing it."""
        return _EMPTY_TREES[len(self.zero)]

    def merge_heads(self) -> list[str]:
        """Return the commits that are being merged into HEAD."""
        return [name for how, name in self.incoming_heads() if how == "merge"]

    def incoming_heads(self) -> list[tuple[str, str]]:
        """Return the commits that the index takes content from, each after how it does.

        That is `merge`, `squash` or `cherry-pick`. The hook of `git merge` runs before MERGE_HEAD
        is written; GITHEAD_..., meant for the names in conflicts, is there (cmd_merge in git's
        builtin/merge.c). SQUASH_MSG begins with the last commit (squash_message there). All of it
        can be left over from earlier, or be made up: the caller looks what the commits are.
        """
        files = ("MERGE_HEAD", "SQUASH_MSG", "CHERRY_PICK_HEAD")
        paths = [os.path.join(self.own_directory, name) for name in files]
        merged, squashed, picked = map(_words_of, paths)

        found = [("merge", name) for name in merged]
        if not merged:
            named = (name for name in os.environ if name.startswith("GITHEAD_"))
            found = [("merge", name.removeprefix("GITHEAD_")) for name in named]
        if squashed[: len(_SQUASHED)] == _SQUASHED:
            found += (("squash", name) for name in squashed[len(_SQUASHED) :][:1])
        found += (("cherry-pick", name) for name in picked)
        return [(how, name) for how, name in found if self.is_name(name)]

    def cut_off(self, commits: Iterable[str]) -> bool:
        """Return whether a shallow clone cut off the history at any of `commits`."""
        if not self.is_shallow:
            return False
        try:
            content = read_regular(os.path.join(self.git_directory, "shallow"))
            return not set(content.decode("ascii", "replace").split()).isdisjoint(commits)
        except OSError:
            return True  # the clone is shallow, and it is unknown where


def _words_of(path: str) -> list[str]:
    """Return the words of a file that git may have written; none without the file."""
    try:
        return read_regular(path).decode("utf-8", "replace").split()
    except OSError:
        return []
