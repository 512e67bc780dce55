"""A generated fleet: many small repositories, as `keycatch fleet` meets them in an organisation.

Each has three commits and one pack, every second one is bare. Some are broken, in different ways,
and some have a key pair, which half of these share with others.
"""

from __future__ import annotations

import random
import shutil
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from bench.inputs.repositories import fast_import, git
from bench.inputs.source import pool
from scanner.errors import KeycatchError
from scanner.rulebook.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_COMMITS: Final = 3
_FILES, _EDITED, _LINES = 12, 8, 60
"""Files of a repository, those that a commit writes, and lines of one: 40 KB in a pack."""
_EPOCH: Final = 1_700_000_000
_BROKEN: Final = (50, 7)
"""One in so many is broken, and which of them: 2 %, and none of those with a pair."""
_WITH_PAIR: Final = (10, 3)
"""The same for those with a pair: 10 %."""
_SHARERS: Final = 4
"""The least repositories that share a pair, if there are as many."""
_CUT: Final = 200
"""Bytes at the end of a pack."""


class Fleet(NamedTuple):
    """What was made."""

    repositories: int
    broken: int
    with_pair: int
    pairs: int
    """Different ones."""

    def __str__(self) -> str:
        """Return a line for people."""
        return (
            f"{self.repositories:,} repositories, {self.broken:,} of them broken, "
            f"{self.with_pair:,} with one of {self.pairs:,} key pairs"
        )


def generate_fleet(target: Path, number: int, seed: int) -> Fleet:
    """Write so many repositories into the new directory `target`; raises KeycatchError."""
    try:
        target.mkdir(parents=True)
    except OSError as error:
        raise KeycatchError(f"cannot make {target}: {error.strerror}") from None
    rng = random.Random(seed)
    lines = pool(rng, ".py")
    pairs = _pairs(number, seed)
    broken = range(_BROKEN[1], number, _BROKEN[0])

    # Copied: a process of git takes ten times as long.
    empty = [target / "service-bare", target / "service-clone"]
    for path, kind in zip(empty, (["--bare"], []), strict=True):
        git(target, "init", "--quiet", "--template=", "--initial-branch=main", *kind, path.name)
    for each in range(number):
        repository = target / f"service-{each:06}"
        shutil.copytree(empty[each % 2], repository)
        # Otherwise git makes loose objects of so few.
        with fast_import(repository, "-c", "fastimport.unpackLimit=0") as pipe:
            _write(pipe, rng, lines, pairs.get(each, b""), each)
        if each in broken:
            directory = repository if each % 2 == 0 else repository / ".git"
            _WAYS[broken.index(each) % len(_WAYS)](directory)
    for path in empty:
        shutil.rmtree(path)
    return Fleet(number, len(broken), len(pairs), len(set(pairs.values())))


def _pairs(number: int, seed: int) -> dict[int, bytes]:
    """Return what a file of settings has, by the numbers of the repositories with a pair."""
    chosen = range(_WITH_PAIR[1], number, _WITH_PAIR[0])
    sharing = chosen[::2]
    different = max(1, len(sharing) // _SHARERS)
    own = {each: f"own {each}" for each in chosen[1::2]}
    shared = {each: f"shared {place % different}" for place, each in enumerate(sharing)}
    return {each: _settings(f"{seed}/{name}") for each, name in (own | shared).items()}


def _settings(seed: str) -> bytes:
    made = Generator(seed)
    key_id, secret = made.access_key_id(), made.secret_access_key()
    return f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n".encode()


def _write(
    pipe: IO[bytes], rng: random.Random, lines: Sequence[bytes], settings: bytes, number: int
) -> None:
    """Write three commits in the format of git-fast-import(1), the second one with `settings`.

    Every second time the third one deletes them.
    """
    for commit in range(_COMMITS):
        time = _EPOCH + 1000 * number + commit
        pipe.write(
            b"commit refs/heads/main\ncommitter bench <bench@example.com> %d +0000\n"
            b"data 8\nchange %d\n" % (time, commit)
        )
        for place in range(_EDITED):
            content = b"\n".join(rng.choices(lines, k=_LINES)) + b"\n"
            _file(pipe, b"src/file%02d.py" % ((place + 3 * commit) % _FILES), content)
        if settings and commit == 1:
            _file(pipe, b"settings.ini", settings)
        if settings and commit == _COMMITS - 1 and number // _WITH_PAIR[0] % 2:
            pipe.write(b"D settings.ini\n")
    pipe.write(b"done\n")


def _file(pipe: IO[bytes], path: bytes, content: bytes) -> None:
    pipe.write(b"M 100644 inline %b\ndata %d\n%b\n" % (path, len(content), content))


def _cut_pack(directory: Path) -> None:
    pack = _only(directory, "*.pack")
    pack.write_bytes(pack.read_bytes()[:-_CUT])


def _zero_pack(directory: Path) -> None:
    pack = _only(directory, "*.pack")
    content = bytearray(pack.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    pack.write_bytes(content)


def _remove_index(directory: Path) -> None:
    _only(directory, "*.idx").unlink()


def _remove_head(directory: Path) -> None:
    (directory / "HEAD").unlink()


def _remove_objects(directory: Path) -> None:
    shutil.rmtree(directory / "objects")


def _only(directory: Path, pattern: str) -> Path:
    """Return the file of the one pack, which may be written to."""
    (path,) = (directory / "objects" / "pack").glob(pattern)
    path.chmod(0o644)
    return path


_WAYS: Final[tuple[Callable[[Path], None], ...]] = (
    _cut_pack, _zero_pack, _remove_head, _remove_objects, _remove_index,
)  # fmt: skip
"""How repositories are broken, in turn, in the directory of git itself."""
