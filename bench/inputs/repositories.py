"""Git repositories to measure on: running git, cloning a given one, and what one stores."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from scanner.errors import KeycatchError
from scanner.git.object_store import ObjectStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


GIT: Final = shutil.which("git") or "git"
"""The program, for commands that are measured: they are started by path."""


class Stored(NamedTuple):
    """A repository, and what git finds in it, reachable or not."""

    name: str
    """The last part of its path."""
    path: str
    """The directory of git itself, also where the one given has a work tree."""
    digits: int
    """Hexadecimal digits of the name of an object: 40 or 64."""
    packs: Sequence[str]
    """Paths, with those of alternates."""
    pack_bytes: int
    commits: int
    trees: int
    blobs: int
    tags: int
    blob_bytes: int
    """Of the contents, unpacked."""

    @property
    def objects(self) -> int:
        """How many objects there are, each counted once."""
        return self.commits + self.trees + self.blobs + self.tags

    def __str__(self) -> str:
        """Return a line for people."""
        return (
            f"{self.name}: {self.commits:,} commits, {self.trees:,} trees,"
            f" {self.blobs:,} blobs of {self.blob_bytes / 1e6:,.1f} MB,"
            f" packs of {self.pack_bytes / 1e6:,.1f} MB"
        )


def stored(given: str) -> Stored:
    """Return what the repository at the path `given` stores; raises KeycatchError."""
    root = existing(given)
    asked = ("--absolute-git-dir", "--show-object-format")
    answer = git(root, "rev-parse", *asked).decode(errors="surrogateescape").splitlines()
    directory = Path(answer[0])
    objects = git(directory, "rev-parse", "--git-path", "objects").rstrip(b"\n")
    # 256 or 160 bits, in hexadecimal.
    digits = 64 if answer[1] == "sha256" else 40
    packs = ObjectStore(str(directory / os.fsdecode(objects)), digits).packs()

    numbers: Counter[str] = Counter()
    size = 0
    form = "--batch-check=%(objecttype) %(objectsize)"
    listed = git(directory, "cat-file", "--batch-all-objects", "--unordered", form).decode()
    for line in listed.splitlines():
        kind, _, length = line.partition(" ")
        numbers[kind] += 1
        if kind == "blob":
            size += int(length)

    return Stored(
        name=root.resolve().name,
        path=str(directory),
        digits=digits,
        packs=packs,
        pack_bytes=sum(os.path.getsize(pack) for pack in packs),
        commits=numbers["commit"],
        trees=numbers["tree"],
        blobs=numbers["blob"],
        tags=numbers["tag"],
        blob_bytes=size,
    )


def existing(given: str) -> Path:
    """Return the path `given`, absolute; raises KeycatchError where there is no directory."""
    path = Path(os.path.abspath(given))
    if not path.is_dir():
        raise KeycatchError(f"there is no repository {given}")
    return path


def git(directory: Path, *command: str, stdin: bytes = b"") -> bytes:
    """Return what a git `command` prints in `directory`; KeycatchError with git's reason."""
    try:
        done = subprocess.run(
            [GIT, *command], cwd=directory, env=git_environment(), input=stdin,
            capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise KeycatchError("git was not found: install it or put it on the PATH") from None
    if done.returncode:
        reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason"])[-1]
        raise KeycatchError(f"git {command[0]} failed: {reason}")
    return done.stdout


@contextmanager
def fast_import(directory: Path, *options: str) -> Iterator[IO[bytes]]:
    """Yield a pipe into `git fast-import` in `directory`; `options` are those of git itself.

    Raises KeycatchError if it fails.
    """
    # With --done, input that ends early is an error.
    importer = subprocess.Popen(
        [GIT, *options, "fast-import", "--quiet", "--done"],
        cwd=directory,
        env=git_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    if importer.stdin is None:
        raise KeycatchError("git fast-import has no standard input")
    with importer.stdin as pipe:
        yield pipe
    if importer.wait():
        raise KeycatchError(f"git fast-import failed with exit code {importer.returncode}")


def git_environment() -> dict[str, str]:
    """Return the variables of this process without those that change what git does."""
    # In a hook GIT_DIR and others would name another repository than the working directory.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # A question for a password would wait for an answer that nobody gives.
    return {**kept, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


def clone(source: str, target: Path, *, checkout: bool) -> None:
    """Clone the branch that is checked out in `source` into the new directory `target`.

    Objects are copied and not linked: `source` is never written to, and what it lacks shows now.
    Raises KeycatchError.
    """
    # With --no-local git copies objects through a pack, and reads each of them on the way.
    options = ["--quiet", "--no-local", "--single-branch", "--no-tags"]
    options += [] if checkout else ["--no-checkout"]
    git(target.parent, "clone", *options, "--", str(existing(source)), str(target))
    configure(target)


def configure(repository: Path) -> None:
    """Give commits a name, and keep git from repacking `repository` while it is measured."""
    for name, value in (
        ("user.name", "bench"),
        ("user.email", "bench@example.com"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
    ):
        git(repository, "config", name, value)
