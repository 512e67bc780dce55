"""What a remote has, as its own refspecs and addresses say.

A remote's tracking refs are where its fetch refspecs put them (git-fetch(1), "CONFIGURED
REMOTE-TRACKING BRANCHES"), not where its name suggests: `team` and `team/x` are two remotes, and
`refs/remotes/team/x/main` can be a branch of either.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.git.references import listed
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.git.repository import Repository

_LOCAL: Final = (
    "refs/heads/", "refs/tags/", "refs/stash", "refs/notes/", "refs/replace/", "refs/bisect/",
    "refs/original/", "refs/rewritten/", "refs/worktree/",
)  # fmt: skip
"""Where a mirror (`+refs/*:refs/*`) puts what it fetches, and commands put what is made here. Such
a ref may never have been pushed, so it says nothing about the remote."""
_ALL_BRANCHES: Final = ("refs/heads/*", "refs/*")
"""The sources of refspecs that fetch every branch."""
_KEY: Final = re.compile(r"remote\.(?P<name>.+)\.(?P<key>fetch|url|pushurl)", re.DOTALL)
_PUBLISHED: Final = "keycatch.publishedon"
"""The key `keycatch.publishedOn`, as git lists it."""
_URL: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^@/]*@)?(?P<host>[^/:]*)(?::[0-9]*)?/(?P<path>.*)"
)
# The form of scp (git-clone(1), "GIT URLS"): no slash before the first colon.
_SCP: Final = re.compile(r"(?:[^@/:]*@)?(?P<host>[^/:]+):(?P<path>.*)")
_OTHER_PORT: Final = ("ssh.", "altssh.")
"""How hosts are called under which GitHub, GitLab and Bitbucket offer SSH on the port of HTTPS."""


class Remote(NamedTuple):
    """A configured remote."""

    patterns: list[str]
    """Where its fetch refspecs put refs: names with at most one `*`."""
    urls: list[str]
    """The addresses that it is fetched from."""
    push_urls: list[str]
    """The addresses that it is pushed to, where they are configured."""
    fetches_all: bool = False
    """Whether its fetch refspecs are for all of its branches."""


class TrackingRef(NamedTuple):
    """A remote-tracking ref."""

    remote: str
    """The remote whose refspecs put it there; empty if it could be that of several."""
    name: str
    """Its full name."""
    object: str


def configured(repository: Repository, published: list[str] | None = None) -> dict[str, Remote]:
    """Return the remotes of the repository by their names.

    The values of `keycatch.publishedOn` are added to `published`.
    """
    found: dict[str, Remote] = {}
    for key, value in repository.configuration():
        if key == _PUBLISHED and published is not None:
            published.append(value)
        match = _KEY.fullmatch(key)
        if not match:
            continue

        remote = found.setdefault(match["name"], Remote([], [], []))
        if match["key"] == "url":
            remote.urls.append(value)
        elif match["key"] == "pushurl":
            remote.push_urls.append(value)
        elif ":" in value:
            source, _, target = value.removeprefix("+").partition(":")
            remote.patterns.append(target)
            if source in _ALL_BRANCHES:
                found[match["name"]] = remote._replace(fetches_all=True)

    return found


def tracked_objects(
    repository: Repository, name: str, url: str = "", remotes: dict[str, Remote] | None = None
) -> list[str]:
    """Return the objects that the remote called `name` is known to have, each once.

    `url` is the address to which something is pushed. Where that is another repository than the one
    that was fetched from, nothing is known. The same holds for a ref that could be one of two
    remotes. `remotes` are those that are configured, if they are known already. Raises GitError.
    """
    if remotes is None:
        remotes = configured(repository)
    remote = remotes.get(name)
    if remote is None or leads_elsewhere(repository, name, remote, url):
        return []

    own = _matcher(remote.patterns)
    others = _matcher(
        pattern for other, each in remotes.items() if other != name for pattern in each.patterns
    )
    found: dict[str, None] = {}
    for object_name, ref, _ in listed(repository):
        if not ref.startswith(_LOCAL) and own.fullmatch(ref) and not others.fullmatch(ref):
            found[object_name] = None

    return list(found)


def tracking_refs(repository: Repository, remotes: dict[str, Remote]) -> list[TrackingRef]:
    """Return the refs where a fetch from any of the `remotes` puts what they have.

    Where they are pushed to makes no difference. Raises GitError.
    """
    patterns = {name: _matcher(remote.patterns) for name, remote in remotes.items()}
    found = []
    for object_name, ref, _ in listed(repository):
        owners = [name for name, pattern in patterns.items() if pattern.fullmatch(ref)]
        if owners and not ref.startswith(_LOCAL):
            found.append(TrackingRef(owners[0] if len(owners) == 1 else "", ref, object_name))

    return found


def tracking_pattern(remotes: Mapping[str, Remote]) -> re.Pattern[str]:
    """Return what matches the refs that only a fetch from one of the `remotes` writes."""
    made = _matcher(pattern for remote in remotes.values() for pattern in remote.patterns)
    local = "|".join(map(re.escape, _LOCAL))
    return re.compile(f"(?!{local})(?:{made.pattern})", re.DOTALL)


def short_name(ref: str) -> str:
    """Return the name of a remote-tracking ref as a person knows it, such as `origin/main`."""
    return ref.removeprefix("refs/").removeprefix("remotes/")


def _matcher(patterns: Iterable[str]) -> re.Pattern[str]:
    texts = [".*".join(map(re.escape, pattern.split("*"))) for pattern in patterns if pattern]
    return re.compile("|".join(texts) or r"(?!)", re.DOTALL)


def leads_elsewhere(repository: Repository, name: str, remote: Remote, url: str = "") -> bool:
    """Return whether a push to the remote, or to `url`, reaches another repository than a fetch."""
    # With `insteadOf` applied, as the address that a hook is given has it.
    asked = repository.answers("remote", "get-url", "--all", name)
    lines = os.fsdecode(asked).split("\n")
    fetched = [line for line in lines if line and "\0" not in line] or remote.urls
    pushed = [url] if url else remote.push_urls
    return any(not any(_same_place(one, other) for other in fetched) for one in pushed)


def _same_place(one: str, other: str) -> bool:
    """Return whether two addresses are of one repository, however it is reached.

    Many fetch over HTTPS and push over SSH.
    """
    (host, path), (other_host, other_path) = _place(one), _place(other)
    if path != other_path:
        return False
    # A name without a dot is an alias in the configuration of ssh, of any host.
    alias = any(name and "." not in name and name != "localhost" for name in (host, other_host))
    return host == other_host or (alias and bool(host) and bool(other_host))


def _place(url: str) -> tuple[str, str]:
    """Return the host and the path of an address; the host is empty for a local one."""
    match = _URL.fullmatch(url) or _SCP.fullmatch(url)
    if not match or not match["host"]:
        path = match["path"] if match else url
        return "", os.path.realpath(f"/{path}" if match else path).removesuffix("/.git")

    host = match["host"].lower()
    for prefix in _OTHER_PORT:
        host = host.removeprefix(prefix)
    return host, match["path"].strip("/").removesuffix(".git")
