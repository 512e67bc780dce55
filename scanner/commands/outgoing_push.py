"""What a push publishes, as git describes it, a framework of hooks, or nobody.

Git writes one line per reference to the standard input of a pre-push hook (githooks(5)). Another
command may have read it before (`git lfs pre-push`), and some managers of hooks do not pass it on.
A push is then described by what is here and not on the remote, so that nothing is left out.
"""

from __future__ import annotations

import os
import sys

from scanner.commands.scanning import remedy
from scanner.errors import UsageError
from scanner.git import changes
from scanner.git.remotes import configured, tracked_objects
from scanner.records import NamedTuple
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

    from scanner.git.remotes import Remote
    from scanner.git.repository import Repository

_FRAMEWORK: Final = ("PRE_COMMIT_REMOTE_NAME", "PRE_COMMIT_TO_REF", "PRE_COMMIT_LOCAL_BRANCH")
"""Variables of which pre-commit and prek set at least one for a push."""
_PATIENCE: Final = 0.1
"""Seconds to wait for standard input under a framework, which passes on none. Git has written its
lines by the time that Python has started."""


class OutgoingPush(NamedTuple):
    """What a push publishes."""

    include: Sequence[str]
    """Commits or tags that references of the remote are to point to."""
    exclude: Sequence[str]
    """Commits and tags that the remote has."""
    names: Sequence[str]
    """References that the remote lacks."""
    refs: Sequence[tuple[str, str]] = ()
    """What the person pushes, by the name that git gives it, and the ID of its commit or tag."""
    perhaps: Sequence[str] = ()
    """Commits and tags that may be part of the push."""
    is_guess: bool = False
    """Whether nothing described the push."""
    remotes: dict[str, Remote] | None = None
    """The remotes that are configured, if anybody has asked."""
    published_on: Sequence[str] = ()
    """Remotes whose commits the user takes for published: `keycatch.publishedOn`."""


def describe(environ: Mapping[str, str], remote: str, url: str, here: Repository) -> OutgoingPush:
    """Return the push that this process is a hook of.

    `remote` and `url` are the arguments of the hook. Raises UsageError if standard input has other
    lines than those of a hook, and GitError.
    """
    # What git writes outranks variables, which can be those of another hook around this one.
    by_framework = environ.get("PRE_COMMIT") == "1" and any(map(environ.get, _FRAMEWORK))
    lines = standard_input(patience=_PATIENCE if by_framework else None)
    published: list[str] = []
    remotes = configured(here, published)
    if lines.strip():
        push = of_hook(lines, remote, url, here, remotes)
    elif by_framework:
        push = of_framework(environ, here, remotes)
    else:
        push = of_repository(remote, url, here, remotes)
    return push._replace(remotes=remotes, published_on=published)


def standard_input(patience: float | None) -> bytes:
    """Return all of standard input; nothing if it is closed or a terminal.

    `patience` is how long to wait for the first byte, in seconds; None waits for the end.
    """
    stream = sys.stdin
    if stream is None or stream.isatty():
        return b""

    try:
        if patience is not None:
            if os.name == "nt":
                return b""  # select() is for sockets only there
            import select

            if not select.select([stream], [], [], patience)[0]:
                return b""

        return stream.buffer.read()
    except OSError:  # open for writing only, or no file at all
        return b""


def of_hook(
    lines: bytes,
    remote: str,
    url: str,
    repository: Repository,
    remotes: dict[str, Remote] | None = None,
) -> OutgoingPush:
    """Return the push that the `lines` on the standard input of a pre-push hook describe.

    Each holds the local reference and its object, the remote one and its object (githooks(5)). A
    deletion publishes nothing. Objects of the remote that this clone lacks cannot be left out.
    Raises UsageError for other lines.
    """
    refs: list[tuple[str, str]] = []
    there: list[str] = []
    names: list[str] = []
    for line in filter(None, lines.split(b"\n")):
        fields = line.decode("utf-8", "surrogateescape").rsplit(" ", 3)
        if len(fields) != 4 or not all(map(repository.is_name, fields[1::2])):
            raise UsageError("standard input is not from a pre-push hook")

        ours, local, name, theirs = fields
        if local != repository.zero:
            refs.append((ours, local))
        if theirs != repository.zero:
            there.append(theirs)
        else:
            names.append(name)

    tracked = tracked_objects(repository, remote, url, remotes)
    known = [*repository.existing(there), *tracked]
    return OutgoingPush([local for _, local in refs], known, names, refs)


def of_framework(
    environ: Mapping[str, str],
    repository: Repository,
    remotes: dict[str, Remote] | None = None,
) -> OutgoingPush:
    """Return the push that the variables of the pre-commit framework describe.

    It names the first reference of a push only, and for the first push of a whole history no ends
    (_pre_push_ns in pre-commit's hook_impl.py). The others can be any of the branches and tags.
    """
    until = environ.get("PRE_COMMIT_TO_REF") or environ.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD"
    since = environ.get("PRE_COMMIT_FROM_REF", "")
    known = repository.resolve(since) if since else None
    remote = environ.get("PRE_COMMIT_REMOTE_NAME", "")
    url = environ.get("PRE_COMMIT_REMOTE_URL", "")
    there = tracked_objects(repository, remote, url, remotes)
    exclude = [*([known] if known else []), *there]

    commit = repository.required(until, remedy(repository))
    # The message of an annotated tag is published too, so it is the tag and not its commit.
    named = ("rev-parse", "--quiet", "--verify", until)
    tip = repository.run(*named, what=f"find {printable(until)}").decode().strip()

    others = [each.name for each in _tips(repository) if each.name not in (commit, tip)]
    refs = [(environ.get("PRE_COMMIT_LOCAL_BRANCH", ""), tip)]
    return OutgoingPush([tip], exclude, _new_name(environ, repository), refs, others)


def of_repository(
    remote: str, url: str, repository: Repository, remotes: dict[str, Remote] | None = None
) -> OutgoingPush:
    """Return all that a push to `remote` can publish: what is here and, as far as known, not there.

    Nothing tracks which tags a remote has. One whose commit is there may have been pushed as well,
    so what its message holds is shown and does not stop the push.
    """
    exclude = tracked_objects(repository, remote or _default_remote(repository), url, remotes)
    tips = _tips(repository)
    head = repository.resolve("HEAD")
    if head:
        tips.append(_Tip(head, head, "HEAD"))

    listed = changes.commit_ids(repository, [tip.name for tip in tips], exclude)
    new = set(listed.decode("ascii").split())
    include = {tip.name: tip.ref for tip in tips if not tip.commit or tip.commit in new}
    perhaps = [tip.name for tip in tips if tip.is_annotated and tip.name not in include]

    return OutgoingPush(
        [*include],
        exclude,
        [ref for ref in include.values() if ref != "HEAD"],
        [(ref, name) for name, ref in include.items()],
        perhaps,
        is_guess=True,
    )


class _Tip(NamedTuple):
    """A branch or a tag."""

    name: str
    """The ID of a commit, of an annotated tag, or of what else a tag points to."""
    commit: str
    """The ID of the commit that it leads to; empty for anything else, such as a tag of a tag."""
    ref: str

    @property
    def is_annotated(self) -> bool:
        """Whether it has a message of its own."""
        return self.name != self.commit


def _tips(repository: Repository) -> list[_Tip]:
    """Return every branch and tag."""
    form = "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)"
    listed = repository.run(
        "for-each-ref", form, "refs/heads", "refs/tags", what="list the branches"
    )
    tips = []
    for line in filter(None, os.fsdecode(listed).split("\n")):
        kind, name, target_kind, target, ref = line.split(" ", 4)
        commits = {kind: name, target_kind: target}
        tips.append(_Tip(name, commits.get("commit", ""), ref))
    return tips


def _default_remote(repository: Repository) -> str:
    """Return the remote that `git push` without arguments takes; see remote.pushDefault."""
    branch = os.fsdecode(repository.answers("symbolic-ref", "--quiet", "--short", "HEAD")).strip()
    for key in (f"branch.{branch}.pushRemote", "remote.pushDefault", f"branch.{branch}.remote"):
        name = os.fsdecode(repository.answers("config", "--get", key)).rstrip("\n")
        if name:
            return name
    return "origin"


def _new_name(environ: Mapping[str, str], repository: Repository) -> list[str]:
    name, remote = environ.get("PRE_COMMIT_REMOTE_BRANCH"), environ.get("PRE_COMMIT_REMOTE_NAME")
    if not name:
        return []
    tracking = f"refs/remotes/{remote}/{name.removeprefix('refs/heads/')}"
    return [] if repository.resolve(tracking) else [name]
