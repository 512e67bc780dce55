"""A small history with planted credentials, which each scanner has to find before it is timed.

Half of them are deleted in its second commit: a scanner that only reads the last tree shows at
once, and so does one that reads nothing of a bare repository.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from bench.planted import found_of, plant
from bench.repositories import git
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.history_tools import HistoryTool
    from bench.planted import Planted
    from bench.process import Place

_COMMIT: Final = (
    b"commit refs/heads/main\n"
    b"committer bench <bench@example.com> %d +0000\n"
    b"data %d\n%b\n"
)  # fmt: skip
_EPOCH: Final = 1_700_000_000


class Proof(NamedTuple):
    """A repository with planted credentials."""

    repository: str
    files: list[Planted]


def make_proof(directory: Path, each: int, seed: int) -> Proof:
    """Write a bare repository with `each` files of every kind into the new `directory`.

    The second commit deletes those with odd numbers.
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
    git(directory, "repack", "-a", "-d", "-q")
    return Proof(str(directory), files)


def _commit(number: int, message: bytes) -> bytes:
    return _COMMIT % (_EPOCH + 600 * number, len(message), message)


def prove(tool: HistoryTool, proof: Proof, place: Place) -> dict[str, int]:
    """Return how many credentials of each kind `tool` reports.

    Raises KeycatchError where it misses everything that was deleted, or all that is still there.
    """
    paths = tool.check(proof.repository, place)[0].paths
    for what, files in (("deleted", proof.files[1::2]), ("not deleted", proof.files[::2])):
        if not _names(files) & {path.rpartition("/")[2].partition("!")[0] for path in paths}:
            raise KeycatchError(
                f"{tool.name} reports none of the planted credentials that were {what}: "
                "it does not work here"
            )
    return found_of(proof.files, paths)


def _names(files: Sequence[Planted]) -> set[str]:
    return {file.name for file in files}
