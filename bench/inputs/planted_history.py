"""A small history with planted credentials, which each scanner has to find before it is timed.

Half of them are deleted in its second commit: a scanner that only reads the last tree shows at
once, and so does one that reads nothing of a bare repository.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bench.inputs.planted import plant
from bench.inputs.repositories import git
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bench.inputs.planted import Planted

# The format of `git fast-import` (git-fast-import(1)).
_COMMIT: Final = (
    b"commit refs/heads/main\n"
    b"committer bench <bench@example.com> %d +0000\n"
    b"data %d\n%b\n"
)  # fmt: skip
_EPOCH: Final = 1_700_000_000


def plant_history(directory: Path, each: int, seed: int) -> list[Planted]:
    """Write a bare repository with `each` files of every kind into the new `directory`.

    The second commit deletes those with odd numbers. Returns all of them.
    """
    files = plant(each, seed)
    directory.mkdir()
    git(directory, "init", "--quiet", "--bare", "--initial-branch=main")

    stream = [_commit(0, b"settings")]
    stream += [
        b"M 100644 inline %b\ndata %d\n%b\n" % (file.name.encode(), len(file.content), file.content)
        for file in files
    ]
    stream.append(_commit(1, b"they do not belong here"))
    stream += [b"D %b\n" % file.name.encode() for file in files[1::2]]
    git(directory, "fast-import", "--quiet", stdin=b"".join(stream))
    # With deltas, as a server keeps it.
    git(directory, "repack", "-a", "-d", "-q")
    return files


def require_both_halves(scanner: str, files: Sequence[Planted], paths: Iterable[str]) -> None:
    """Raise KeycatchError where `scanner` reports none of the deleted `files`, or none of the rest.

    `paths` is what it names in its report of the planted history.
    """
    # The name is the last part of a path; after `!` a scanner names what is inside an archive.
    named = {path.rpartition("/")[2].partition("!")[0] for path in paths}
    for what, half in (("deleted", files[1::2]), ("not deleted", files[::2])):
        if named.isdisjoint(file.name for file in half):
            raise KeycatchError(
                f"{scanner} reports none of the planted credentials that were {what}: "
                "it does not work here"
            )


def _commit(number: int, message: bytes) -> bytes:
    return _COMMIT % (_EPOCH + 600 * number, len(message), message)
