"""Whether a repository has to be scanned again: a digest of all that its report depends on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.errors import KeycatchError
from scanner.files import read_regular
from scanner.git.object_store import store_of
from scanner.git.pack_index import PackError
from scanner.git.references import listed
from scanner.history.objects.inventory import inventory
from scanner.history.record.record_file import checksum
from scanner.history.record.scan_key import scan_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.git.repository import Repository
    from scanner.rulebook.model import Rule


def conditions(rules: Sequence[Rule], options: Sequence[str], settings: str) -> str:
    """Return a digest of all that a report depends on besides the repository."""
    # Names of objects are in the digest of each repository, so their length is as well.
    program = scan_key(rules, heed_marks=True, hash_size=0)
    return checksum("\0".join((program, repr(list(options)), settings)).encode())


def scan_digest(repository: Repository, conditions: str) -> str:
    """Return a digest of the `repository` and of how it is scanned; empty if there can be none.

    It covers references, HEAD, reflogs, the files of all objects, reachable or not, the index, and
    remotes, which decide what was pushed. Equal digests mean the same report.
    """
    try:
        stored = inventory(store_of(repository), len(repository.zero) // 2)
        if stored is None:
            return ""
        content = [
            conditions,
            repr(sorted(stored.packs.items())),
            repr(sorted(stored.loose.items())),
            repr(repository.head_commit()),
            repr([tuple(each) for each in listed(repository)]),
            repr([_content(repository, name) for name in ("HEAD", "config", "shallow")]),
            repr(_stamps(repository)),
        ]
    except (KeycatchError, OSError, PackError):
        return ""
    return checksum("\0".join(content).encode("utf-8", "surrogateescape"))


def place_digest(repository: Repository) -> str:
    """Return a digest that says whether two machines see the same `repository`; empty if it cannot.

    It is for one that has no `scan_digest`, and covers names and sizes of the files of git alone.
    """
    top = repository.git_directory
    found: list[tuple[str, int]] = []
    try:
        for directory, _, files in os.walk(top, onerror=_give_up):
            paths = [os.path.join(directory, file) for file in files]
            found += [(os.path.relpath(path, top), os.lstat(path).st_size) for path in paths]
    except OSError:
        return ""
    return checksum(repr(sorted(found)).encode("utf-8", "surrogateescape"))


def _give_up(error: OSError) -> None:
    raise error


def references_digest(listed: Iterable[str], conditions: str) -> str:
    """Return a digest of what a fresh mirror has; its report depends on nothing else.

    References are `listed` as `git ls-remote --symref` does it.
    """
    lines = {line for line in listed if not line.endswith("^{}")}  # peeled tags
    if not any(line.endswith("\tHEAD") and not line.startswith("ref: ") for line in lines):
        lines = {line for line in lines if not line.endswith("\tHEAD")}  # unborn
    return checksum("\0".join((conditions, *sorted(lines))).encode("utf-8", "surrogateescape"))


def references_of(repository: Repository) -> list[str]:
    """Return the references of `repository` as `git ls-remote --symref` lists them.

    Raises KeycatchError.
    """
    form = "--format=%(objectname)%09%(refname)"
    listed = repository.run("for-each-ref", form, what="list references")
    lines = listed.decode("utf-8", "replace").splitlines()  # as for what a server sends
    head = repository.resolve("HEAD")
    symbolic = repository.answers("symbolic-ref", "-q", "HEAD").decode("utf-8", "replace").strip()
    lines += [f"{head}\tHEAD"] if head else []
    return [*lines, f"ref: {symbolic}\tHEAD"] if symbolic else lines


def _content(repository: Repository, name: str) -> bytes | None:
    """Return what the file called `name` has: a fetch writes HEAD of a mirror without a change."""
    try:
        return read_regular(os.path.join(repository.git_directory, name))
    except FileNotFoundError:
        return None


def _stamps(repository: Repository) -> list[tuple[str, int, int]]:
    """Return sizes and times of files that say what is staged, and who holds an object."""
    top = repository.git_directory
    found = [_stamp(os.path.join(top, "index"))]
    for name in ("info", "logs", "worktrees"):  # gitrepository-layout(5)
        for directory, _, files in os.walk(os.path.join(top, name)):
            found += [_stamp(os.path.join(directory, file)) for file in files]
    return sorted(found)


def _stamp(path: str) -> tuple[str, int, int]:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return path, -1, 0
    return path, found.st_size, found.st_mtime_ns
