"""Repositories to measure on: a copy of a given one, or a generated history.

A generated history is what a mid-sized project leaves behind, as far as cost goes: files of 2 to
30 KB of made-up source, commits that edit one to three of them, and a merge now and then. It is
written with `git fast-import` and repacked as a server would, so that it is read from one pack of
deltas. Its lines repeat, so its figures serve to compare changes of keycatch, not to be published.
"""

from __future__ import annotations

import math
import os
import random
import subprocess
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from bench.lines import KINDS, snake
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from pathlib import Path

_LEAST, _MOST = 2_000, 30_000
"""Bytes of a file."""
_POOL: Final = 1500
_TEXT: Final = tuple(kind for kind in KINDS if kind not in {".bin", ".min.js", ".html"})
"""Kinds of lines that people edit by hand."""
_MERGES: Final = 0.04
"""How often a commit on the main line is followed by a side branch that is merged."""
_EPOCH: Final = 1_600_000_000


class History(NamedTuple):
    """How large a generated history is to be."""

    commits: int
    files: int
    seed: int


def git(directory: Path, *command: str, stdin: bytes = b"") -> bytes:
    """Return what a git `command` prints in `directory`; KeycatchError with git's reason."""
    done = subprocess.run(
        ["git", *command],
        cwd=directory,
        env=_environment(),
        input=stdin,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason"])[-1]
        raise KeycatchError(f"git {command[0]} failed: {said}")
    return done.stdout


def copy(source: str, target: Path, checkout: bool) -> None:
    """Clone the branch that is checked out in `source` into the new directory `target`.

    Objects are copied and not linked: `source` is never written to, and what it lacks shows now.
    """
    path = os.path.abspath(source)
    if not os.path.isdir(path):
        raise KeycatchError(f"there is no repository {source}")
    options = ["--quiet", "--no-local", "--single-branch", "--no-tags"]
    options += [] if checkout else ["--no-checkout"]
    git(target.parent, "clone", *options, "--", path, str(target))
    _settle(target)


def generate(target: Path, size: History) -> None:
    """Write a history into the new directory `target`, without checking anything out."""
    target.mkdir()
    git(target, "init", "--quiet", "--initial-branch=main")
    _settle(target)
    importer = subprocess.Popen(
        ["git", "fast-import", "--quiet", "--done"],
        cwd=target,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    if importer.stdin is None:
        raise KeycatchError("git fast-import has no standard input")
    with importer.stdin as pipe:
        _Writer(pipe, size).write()
    if importer.wait():
        raise KeycatchError(f"git fast-import failed with exit code {importer.returncode}")
    git(target, "update-ref", "-d", "refs/heads/side")
    git(target, "repack", "-a", "-d", "-q")


def _settle(repository: Path) -> None:
    # A commit that the benchmark makes needs a name, and git must not repack while it is timed.
    for name, value in (
        ("user.name", "bench"), ("user.email", "bench@example.com"), ("gc.auto", "0"),
        ("maintenance.auto", "false"),
    ):  # fmt: skip
        git(repository, "config", name, value)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


class _Writer:
    """Writes a history in the format of `git fast-import`."""

    def __init__(self, pipe: IO[bytes], size: History) -> None:
        self._pipe = pipe
        self._size = size
        self._random = random.Random(size.seed)
        self._pools = {kind: self._pool(kind) for kind in _TEXT}
        self._mark = 0
        self._left = size.commits
        self._contents: list[list[bytes]] = []
        self._kinds = self._random.choices(_TEXT, [KINDS[kind][1] for kind in _TEXT], k=size.files)
        self._paths = [self._path(number) for number in range(size.files)]

    def write(self) -> None:
        """Write all of it: a first commit with every file, then the others."""
        marks = {}
        for number, kind in enumerate(self._kinds):
            length = math.exp(self._random.uniform(math.log(_LEAST), math.log(_MOST)))
            lines = self._random.choices(self._pools[kind], k=int(length / 40) + 1)
            self._contents.append(_cut(lines, int(length)))
            marks[number] = self._blob(number)
        tip = self._commit("main", None, None, marks)
        while self._left > 0:
            tip = self._commit("main", tip, None, self._edits(0))
            if self._left > 3 and self._random.random() < _MERGES:
                tip = self._merged(tip)
        self._pipe.write(b"done\n")

    def _merged(self, base: int) -> int:
        """Write a side branch from `base`, a commit beside it and the merge; return its mark."""
        # The two sides edit different files, so that the merge takes each from one of them.
        marks: dict[int, int] = {}
        side = base
        for _ in range(min(self._random.randint(1, 8), self._left - 2)):
            edits = self._edits(1)
            side = self._commit("side", side, None, edits)
            marks |= edits
        main = self._commit("main", base, None, self._edits(0))
        return self._commit("main", main, side, marks)

    def _edits(self, side: int) -> dict[int, int]:
        """Edit one to three files, even ones for the main line; return numbers and blobs."""
        halves = range(side % len(self._paths), len(self._paths), 2)
        chosen = self._random.choices(halves, k=self._random.randint(1, 3))
        return {number: self._edited(number) for number in sorted(set(chosen))}

    def _edited(self, number: int) -> int:
        lines = self._contents[number]
        at = self._random.randrange(len(lines))
        removed = self._random.randint(0, 8)
        added = self._random.choices(self._pools[self._kinds[number]], k=self._random.randint(1, 8))
        lines[at : at + removed] = added
        return self._blob(number)

    def _blob(self, number: int) -> int:
        content = b"\n".join(self._contents[number]) + b"\n"
        self._mark += 1
        self._pipe.write(b"blob\nmark :%d\ndata %d\n%b\n" % (self._mark, len(content), content))
        return self._mark

    def _commit(
        self, branch: str, base: int | None, other: int | None, blobs: dict[int, int]
    ) -> int:
        self._mark += 1
        self._left -= 1
        text = f"change {self._size.commits - self._left}".encode()
        date = _EPOCH + 600 * (self._size.commits - self._left)
        head = f"commit refs/heads/{branch}\nmark :{self._mark}\n"
        if base is None:
            head = f"reset refs/heads/{branch}\n{head}"
        head += f"committer bench <bench@example.com> {date} +0000\ndata {len(text)}\n"
        lines = [head.encode() + text]
        lines += [b"from :%d" % base] if base else []
        lines += [b"merge :%d" % other] if other else []
        lines += [b"M 100644 :%d %b" % (blobs[each], self._paths[each]) for each in sorted(blobs)]
        self._pipe.write(b"\n".join(lines) + b"\n\n")
        return self._mark

    def _path(self, number: int) -> bytes:
        extension = self._kinds[number].partition(" ")[0]
        folder = random.Random(number // 20)
        return (
            f"{snake(folder, 1)}/{snake(folder, 1)}/{snake(folder, 2)}_{number}{extension}".encode()
        )

    def _pool(self, kind: str) -> list[bytes]:
        line = KINDS[kind][0]
        made = (line(self._random) for _ in range(_POOL))
        return [text.encode() if isinstance(text, str) else text for text in made]


def _cut(lines: list[bytes], length: int) -> list[bytes]:
    """Return the first of `lines`, as many as make up `length` bytes, but at least one."""
    total = 0
    for number, line in enumerate(lines):
        total += len(line) + 1
        if total >= length:
            return lines[: number + 1]
    return lines
