"""A folder of kept mirrors: where each is, whether it is ours, and what the server took back."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from scanner.files import drop
from scanner.git.repository import Repository
from scanner.records import NamedTuple
from scanner.remote.address import shown
from scanner.remote.failure import RemoteError, State
from scanner.secret import printable

if TYPE_CHECKING:
    from scanner.remote.address import Address

_URL: Final = "remote.origin.url"
_OURS: Final = frozenset((
    # What `git clone --mirror` writes, on any system, and what `mark` adds.
    "core.repositoryformatversion", "core.filemode", "core.bare", "core.ignorecase",
    "core.precomposeunicode", "core.symlinks", "extensions.objectformat", "extensions.refstorage",
    _URL, "remote.origin.fetch", "remote.origin.mirror", "remote.origin.tagopt",
    "gc.auto", "gc.pruneexpire", "gc.reflogexpire", "gc.reflogexpireunreachable",
    "maintenance.auto",
))  # fmt: skip
_NEVER_DELETE: Final = """\
[gc]
	auto = 0
	pruneExpire = never
	reflogExpire = never
	reflogExpireUnreachable = never
[maintenance]
	auto = false
"""
"""For the git of the user too: what the server took back is in no reference any more."""
_ELSEWHERE: Final = ("commondir", os.path.join("objects", "info", "alternates"))
"""Files that name another directory for references or objects (gitrepository-layout(5))."""
_UNFINISHED: Final = re.compile(r"tmp_(?:pack|idx|rev|obj)_\w+")
"""Files of a transfer that was killed (index-pack.c), which no gc removes here."""


class Lost(NamedTuple):
    """What a server had before and has no more, all of it still in the mirror."""

    references: tuple[str, ...]
    """Those that were deleted or moved away from such a commit."""
    commits: int
    """Commits that no reference has any more."""


def place(address: Address, folder: str) -> str:
    """Return the path of the mirror of `address` below `folder`, whose directories are made.

    Each is a directory of this user. Raises RemoteError.
    """
    path = os.path.abspath(folder)
    try:
        os.makedirs(path, 0o700, exist_ok=True)
        *outer, last = address.place()
        for name in outer:
            path = os.path.join(path, name)
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
            _check_owned(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unusable(f"cannot make {printable(path)}: {reason}") from None
    return os.path.join(path, last)


def checked_url(path: str, address: Address) -> str:
    """Return where the mirror of `address` at `path` comes from, if it is as it was made.

    Raises RemoteError otherwise. Its configuration could name programs that git runs: only what a
    mirror needs may be in it.
    """
    _check_owned(path)
    where = printable(path)
    for name in ("HEAD", "config", "objects", "refs"):
        if not os.path.lexists(os.path.join(path, name)):
            raise _unusable(f"{where} is there and is no mirror: name another folder with --keep")
        if os.path.islink(os.path.join(path, name)):
            raise _unusable(f"{where} has a link at {name}: name another folder with --keep")
    for name in _ELSEWHERE:
        if os.path.lexists(os.path.join(path, name)):
            raise _unusable(f"{where} has {name}, which leads elsewhere: name another folder")

    asked = ("config", "--file", os.path.join(path, "config"), "--no-includes", "--null", "--list")
    entries = os.fsdecode(_open(path).answers(*asked)).split("\0")
    settings = dict(entry.partition("\n")[::2] for entry in entries if entry)
    foreign = sorted(set(settings) - _OURS)
    if foreign:
        raise _unusable(
            f"{where} sets {printable(foreign[0])}, which is not of a mirror made here: unset it, "
            "or name another folder with --keep"
        )
    url = settings.get(_URL, "")
    if url not in address.urls:
        raise _unusable(
            f"{where} is the mirror of {shown(url) or 'another address'} and not "
            f"of {address.url}: name another folder with --keep"
        )
    return url


def mark(path: str) -> None:
    """Write to the configuration of the new mirror at `path` what keeps its objects."""
    with open(os.path.join(path, "config"), "a", encoding="ascii") as file:
        file.write(_NEVER_DELETE)


def publish(made: str, target: str) -> None:
    """Move a complete mirror to where it is kept; raises RemoteError if something is there."""
    try:
        os.chmod(made, 0o700)
        if os.path.lexists(target):
            raise FileExistsError(0, "it exists already")
        os.rename(made, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unusable(f"cannot move the mirror to {printable(target)}: {reason}") from None


def tidy(path: str) -> None:
    """Remove what a transfer left: files of one that was killed, and what it fetched from where."""
    drop(os.path.join(path, "FETCH_HEAD"))
    packs = os.path.join(path, "objects", "pack")
    with suppress(OSError):
        for name in os.listdir(packs):
            if _UNFINISHED.fullmatch(name):
                drop(os.path.join(packs, name))


def tips(path: str) -> dict[str, str]:
    """Return the commit, or other object, of each reference of the mirror; raises KeycatchError."""
    form = "--format=%(objectname) %(*objectname) %(refname)"
    listed = _open(path).run("for-each-ref", form, what="list the references")
    found = {}
    for line in listed.decode("utf-8", "surrogateescape").splitlines():
        name, peeled, ref = line.split(" ", 2)
        found[ref] = peeled or name
    return found


def lost(path: str, before: dict[str, str]) -> Lost | None:
    """Return what the references had `before` and none has any more; None if nothing is lost."""
    after = tips(path)
    changed = {ref: old for ref, old in before.items() if after.get(ref) != old}
    if not changed:
        return None
    asked = ("rev-list", "--ignore-missing", "--stdin", "--not", "--all")
    names = "".join(f"{name}\n" for name in changed.values()).encode("ascii", "replace")
    gone = frozenset(_open(path).names(*asked, stdin=names))
    references = sorted(ref for ref, old in changed.items() if old in gone)
    return Lost(tuple(references), len(gone)) if gone else None


def set_head(path: str, listed: list[str]) -> None:
    """Let HEAD of the mirror be that of the server, as `git ls-remote --symref` has `listed` it.

    No fetch does it (git-fetch(1)), and what is in HEAD is the first thing that a report says.
    """
    named = {value: what for what, _, value in (line.partition("\t") for line in listed)}
    symbolic = [line.partition("\t")[0] for line in listed if line.startswith("ref: ")]
    reference = symbolic[0].removeprefix("ref: ") if symbolic else ""
    known = tips(path)
    repository = _open(path)
    if reference in known:
        repository.run("symbolic-ref", "HEAD", reference, what="set HEAD")
    elif named.get("HEAD") in known.values():  # detached, or the server does not name it
        repository.run("update-ref", "--no-deref", "HEAD", named["HEAD"], what="set HEAD")


def _open(path: str) -> Repository:
    repository = Repository(path, named=True)
    if os.path.realpath(repository.git_directory) != os.path.realpath(path):
        raise _unusable(f"{printable(path)} is no repository: name another folder with --keep")
    return repository


def _check_owned(path: str) -> None:
    """Raise RemoteError unless there is a directory at `path` that nobody else can have made."""
    where = printable(path)
    try:
        found = os.lstat(path)
    except OSError as error:
        raise _unusable(f"cannot look at {where}: {error.strerror or error}") from None
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(f"{where} is there and is no directory: name another folder with --keep")
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        raise _unusable(f"{where} belongs to another user: name another folder with --keep")


def _unusable(message: str) -> RemoteError:
    return RemoteError(State.FOLDER, message)
