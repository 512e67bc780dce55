"""What the tests of the file tree share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.findings import Tally
from scanner.git import process
from scanner.sources import tree


@pytest.fixture(autouse=True)
def _fresh_git() -> Iterator[None]:
    """Let each test find git anew."""
    process.program.cache_clear()
    yield
    process.program.cache_clear()


@pytest.fixture
def names() -> Callable[..., list[str]]:
    """Return the names of the blobs below some paths: `names("a", "b", tally=...)`."""

    def find(*paths: str, tally: Tally | None = None) -> list[str]:
        found = [blob.path for blob in tree.blobs(paths or (".",), tally or Tally())]
        assert len(found) == len(set(found))
        return sorted(found)

    return find


@pytest.fixture
def listing() -> Callable[[list[str], str, Path], tuple[str, str]]:
    """Return the names and the notices as text, from another process: `listing(prefix, path, cwd)`.

    `prefix` is what the process is started with.
    """

    def find(prefix: list[str], path: str, directory: Path) -> tuple[str, str]:
        script = (
            "import sys; from scanner.findings import Tally; from scanner.sources import tree\n"
            "tally = Tally(); print([blob.path for blob in tree.blobs(sys.argv[1:], tally)])\n"
            "print(tally.notices)\n"
        )
        done = subprocess.run(
            [*prefix, sys.executable, "-c", script, path],
            cwd=directory,
            env={**os.environ, "PYTHONPATH": str(Path(process.__file__).parent.parent.parent)},
            capture_output=True,
            text=True,
            check=True,
        )
        found, notices = done.stdout.splitlines()
        return found, notices

    return find
