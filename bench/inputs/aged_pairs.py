"""A real history with pairs of different age in it, or with harmless files in the same places.

The history is written again with the files in it: one that stays is in the trees of all commits
after it, as in the history of somebody who finds a credential after years. The two copies differ in
the values alone, so that there is as much to read in one as in the other.
"""

from __future__ import annotations

import subprocess
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from bench.inputs.repositories import GIT, configure, existing, git, git_environment
from scanner.errors import KeycatchError
from scanner.git.pack_index import hash_of_object
from scanner.rulebook.generator import Generator

if TYPE_CHECKING:
    from pathlib import Path

_EXPORT: Final = (
    "fast-export", "--all", "--no-data", "--reencode=no", "--signed-tags=strip",
    "--tag-of-filtered-object=drop", "--use-done-feature",
)  # fmt: skip
_TAG: Final = "refs/tags/only-here"


class _Fate(NamedTuple):
    """What becomes of a planted file, some commits after it was added."""

    path: str
    removed: bool = False
    moved_to: str = ""
    versions: int = 1
    """How many more times its content changes around the pair."""


_FATES: Final = (
    _Fate("settings-{}.ini"),
    _Fate("deploy/aws/eu/settings-{}.ini", versions=4),
    _Fate("settings-{}.ini", removed=True),
    _Fate("old/settings-{}.ini", moved_to="new/place/settings-{}.ini"),
    _Fate("deploy/settings-{}.ini", removed=True, versions=3),
)


def plant_aged(source: str, target: Path, pairs: int, *, harmless: bool = False) -> list[str]:
    """Copy the repository `source` to `target`, a new bare one with `pairs` pairs in its history.

    With `harmless` the files have no credentials. Returns the IDs of their contents. Raises
    KeycatchError.
    """
    git(target.parent, "clone", "-q", "--mirror", "--no-local", str(existing(source)), str(target))
    configure(target)
    commits = int(git(target, "rev-list", "--all", "--count"))
    inserted = _insertions(commits, pairs, harmless=harmless)

    surroundings = git_environment()
    export = subprocess.Popen([GIT, *_EXPORT], cwd=target, env=surroundings, stdout=subprocess.PIPE)
    importer = subprocess.Popen(
        [GIT, "fast-import", "--quiet", "--force", "--done"],
        cwd=target,
        env=surroundings,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    if export.stdout is None or importer.stdin is None:
        raise KeycatchError("git fast-export and fast-import have no pipes")
    with export.stdout, importer.stdin:
        _insert(export.stdout, importer.stdin, inserted, _content(pairs, 0, harmless=harmless))
    if export.wait() or importer.wait():
        raise KeycatchError(f"git could not write the history of {source} again")

    git(target, "repack", "-a", "-d", "-q")
    git(target, "prune", "--expire=now")

    digits = len(git(target, "rev-parse", "HEAD").strip())
    contents = {
        _content(number, version, harmless=harmless)
        for number in range(pairs + 1)
        for version in range(_FATES[number % len(_FATES)].versions)
    }
    return sorted(_name(content, digits // 2) for content in contents)


def _insertions(commits: int, pairs: int, *, harmless: bool) -> dict[int, bytes]:
    """Return what is inserted into commits, by their numbers from 0."""
    found: dict[int, bytes] = {}
    step = max(1, commits // pairs)
    for number in range(pairs):
        fate = _FATES[number % len(_FATES)]
        path, at = fate.path.format(number), number * step + step // 2
        for version in range(fate.versions):
            content = _content(number, version, harmless=harmless)
            when = at + version * step // 10
            found[when] = found.get(when, b"") + _file(path, content)

        then = found.get(at + step // 2, b"")
        if fate.removed or fate.moved_to:
            then += b"D %b\n" % path.encode()
        if fate.moved_to:
            then += _file(fate.moved_to.format(number), content)
        found[at + step // 2] = then
    return found


def _content(number: int, version: int, *, harmless: bool) -> bytes:
    made = Generator(f"aged-{number}")
    values = (made.access_key_id(), made.secret_access_key())
    if harmless:
        values = ("A" * len(values[0]), "a" * len(values[1]))
    lines = ("[default]", "access_key_id = %s", "secret_access_key = %s", "# version %d", "")
    return ("\n".join(lines) % (*values, version)).encode()


def _name(content: bytes, hash_size: int) -> str:
    digest = hash_of_object(hash_size, "blob", len(content))
    digest.update(content)
    name: str = digest.hexdigest()
    return name


def _file(path: str, content: bytes) -> bytes:
    return b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(content), content)


def _insert(source: IO[bytes], target: IO[bytes], inserted: dict[int, bytes], last: bytes) -> None:
    """Copy a stream of git-fast-import(1) with what is `inserted` in its commits.

    At its end there is one more commit with the file `last`, which only a tag has.
    """
    number = -1
    pending = b""
    for line in source:
        word = line.split(b" ", 1)[0]
        # The changes of a commit come after its parents.
        if pending and word not in (b"mark", b"author", b"committer", b"data", b"from", b"merge"):
            target.write(pending)
            pending = b""
        if word == b"commit":
            number += 1
            pending = inserted.get(number, b"")
        if line == b"done\n":
            target.write(
                b"commit %b\ncommitter bench <bench@example.com> 1700000000 +0000\n"
                b"data 4\ntag\n\n%b" % (_TAG.encode(), _file("only.ini", last))
            )
        target.write(line)
        if word == b"data":
            target.write(source.read(int(line.split()[1])))
