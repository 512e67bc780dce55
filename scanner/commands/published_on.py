"""`published-on`: for a push, what other remotes have that the user takes for published.

A private remote is not a public one, so by itself only what the destination has is old. The setting
must not be part of what it lets pass: a push that changes the configuration is judged by that of
the destination. `keycatch.publishedOn` in git's configuration is never part of a push.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.console import say
from scanner.engine.novelty import commit_of
from scanner.git.pathspec import quoted
from scanner.git.published import objects_of, published_commits
from scanner.git.remotes import configured, tracking_refs
from scanner.git.work_tree import find_work_tree
from scanner.reports.interface import Remedy
from scanner.reports.wording import plural
from scanner.secret import printable
from scanner.settings import FILE_NAME, PUBLISHED_ON, PYPROJECT, load_at

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Mapping, Sequence

    from scanner.commands.outgoing_push import OutgoingPush
    from scanner.findings import Finding
    from scanner.git.published import Published
    from scanner.git.repository import Repository

KEY: Final = "keycatch.publishedOn"
"""The key in git's configuration."""
_FILES: Final = (FILE_NAME, PYPROJECT)
_BRANCHES: Final = ("/HEAD", "/main", "/master")
"""How refs of the branch end whose configuration counts, the first that is there."""

_UPSTREAM: Final = "upstream"
_ORIGIN: Final = "origin"
"""How a fork and what it was made from are called, by `gh repo fork` and by the instructions of
GitHub, GitLab and Bitbucket."""
_PROPOSAL: Final = (
    "a push to origin stops at credentials that only upstream has. If upstream is as public, run:"
)

_KNOWN: Final = "already on {} since {}"
_SETTLE: Final = (
    "Already on {0} since {1}, but not where it is pushed to. If all who will read it there can "
    "read {2} as well, leave out what {2} has, in this clone and for good:"
)
_SHARED: Final = (
    'For everybody, add {0} = ["{1}"] to {2}. It counts once the branch that is pushed to has it.'
)
_ELSE: Final = "Otherwise do not push: the commits of {} would be published."
_IGNORED: Final = (
    "{} counts only as the destination has it, since this push or the branch that is checked out "
    "changes the configuration; `git config --add {} NAME` counts at once"
)


def leave_out(args: argparse.Namespace, repository: Repository, push: OutgoingPush) -> OutgoingPush:
    """Return `push` without what the remotes have that are taken for published; say so.

    Raises ConfigError and GitError.
    """
    remotes = push.remotes or {}
    wanted = [*push.published_on, *_configured(args, repository, push)]
    names = [name for name in dict.fromkeys(wanted) if name in remotes]
    if args.no_config or not names:
        return push

    there = objects_of(repository, remotes, names)
    number = _number(repository, push.include, push.exclude, there) if there else 0
    if number and not args.quiet:
        shown = " and ".join(map(printable, names))
        how = KEY if push.published_on else PUBLISHED_ON
        say(f"{NAME}: left out {plural(number, 'commit')} that {shown} has, see {how}")
    return push._replace(exclude=[*push.exclude, *there])


def _number(
    repository: Repository, include: Sequence[str], exclude: Sequence[str], there: Sequence[str]
) -> int:
    """Return how many commits `there` takes out of the push."""
    counts = []
    for unwanted in (exclude, [*exclude, *there]):
        stdin = "".join((*(f"{name}\n" for name in include), *(f"^{name}\n" for name in unwanted)))
        asked = ("rev-list", "--count", "--stdin")
        counts.append(int(repository.run(*asked, what="count", stdin=stdin.encode()) or 0))
    return counts[0] - counts[1]


def _configured(
    args: argparse.Namespace, repository: Repository, push: OutgoingPush
) -> tuple[str, ...]:
    """Return the remotes that the configuration of the project names."""
    root = find_work_tree(".") or ""
    if args.no_config or not push.include:
        return ()
    from scanner.commands.options import load_settings

    if args.config is not None:
        return load_settings(args).published_on
    if not root:
        return ()

    names = load_settings(args).published_on
    if not names or not _changes_configuration(repository, root, push):
        return names

    there = _at_destination(repository, push)
    if set(names) - set(there) - set(push.published_on) and not args.quiet:
        say(f"{NAME}: {_IGNORED.format(PUBLISHED_ON, KEY)}")
    return tuple(name for name in names if name in there)


def _changes_configuration(repository: Repository, root: str, push: OutgoingPush) -> bool:
    """Return whether a commit that is pushed, or checked out and not there, changes it."""
    head = repository.resolve("HEAD")
    ours = [*push.include, *([head] if head else [])]
    stdin = "".join((*(f"{name}\n" for name in ours), *(f"^{name}\n" for name in push.exclude)))
    asked = ("-C", root, "--literal-pathspecs", "rev-list", "--max-count=1", "--full-history")
    listed = repository.run(
        *asked, "--stdin", "--", *_FILES, what="list the commits", stdin=stdin.encode()
    )
    return bool(listed.strip())


def _at_destination(repository: Repository, push: OutgoingPush) -> tuple[str, ...]:
    """Return what the configuration of the destination names."""
    refs = tracking_refs(repository, push.remotes or {})
    there = [ref for ref in refs if ref.object in push.exclude]
    bases = [ref.object for end in _BRANCHES for ref in there if ref.name.endswith(end)]
    bases += push.exclude
    if not bases:
        return ()
    from scanner.commands.base_commit import contents_at

    contents = dict(zip(_FILES, contents_at(bases[0], _FILES), strict=True))
    return load_at(contents.get, "", bases[0]).published_on


def reasons(
    repository: Repository, push: OutgoingPush, commits: Collection[str]
) -> Mapping[str, str]:
    """Return why those of `commits` are known that another remote has."""
    found = published_commits(repository, push.remotes or {}, sorted(commits))
    return {name: _KNOWN.format(each.ref, each.day) for name, each in found.items()}


def settlement(
    repository: Repository, push: OutgoingPush, findings: Sequence[Finding]
) -> tuple[list[Remedy], list[Finding]]:
    """Return what settles those of `findings` for good that another remote has, and the others."""
    commits = sorted({commit_of(at) for each in findings for at in each.locations} - {""})
    found = published_commits(repository, push.remotes or {}, commits)
    known: dict[str, Published] = {}
    others: list[Finding] = []
    for finding in findings:
        where = [found.get(commit_of(at)) for at in finding.locations]
        if None in where:
            others.append(finding)
        else:
            known |= {each.remote: each for each in reversed(where) if each}

    remedies = []
    for remote, each in known.items():
        name = printable(remote)
        command = quoted(("git", "config", "--add", KEY, remote)) if name == remote else ""
        shared = _SHARED.format(PUBLISHED_ON, name, FILE_NAME)
        sentence = _SETTLE.format(each.ref, each.day, name)
        remedies.append(Remedy(sentence, (command,) if command else ()))
        remedies.append(Remedy(f"{shared} {_ELSE.format(name)}"))
    return remedies, others


def proposal(repository: Repository) -> tuple[str, str] | None:
    """Return what to say in a clone of a fork that knows its upstream, and the command for it.

    None elsewhere, and where the user has decided already.
    """
    published: list[str] = []
    remotes = configured(repository, published)
    upstream, origin = remotes.get(_UPSTREAM), remotes.get(_ORIGIN)
    if not upstream or not origin or published or set(upstream.urls) == set(origin.urls):
        return None
    return _PROPOSAL, quoted(("git", "config", KEY, _UPSTREAM))
