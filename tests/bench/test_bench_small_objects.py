"""Generated histories of small objects, and the one finding in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.inputs.ages import grow
from bench.inputs.repositories import git
from bench.measures.growth import _drawn_memory, _finding
from bench.process import Memory
from bench.rounds import Result, spread


def test_small_objects(tmp_path: Path, keycatch: Any) -> None:
    smaller, larger = grow(tmp_path, 6000, 1, small=True)
    assert (smaller.objects, larger.objects) == pytest.approx((3000, 6000), abs=50)
    kinds = Counter(
        git(
            Path(larger.path), "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"
        ).split()
    )
    assert all(kinds[kind] > 800 for kind in (b"commit", b"tree", b"blob"))
    # The smaller history is the beginning of the larger one.
    old = git(Path(smaller.path), "rev-list", "--reverse", "HEAD").split()
    assert old == git(Path(larger.path), "rev-list", "--reverse", "HEAD").split()[: len(old)]

    done = keycatch(
        "history", "--no-cache", "--config", _finding(tmp_path), smaller.path, "--format", "json"
    )
    assert done.returncode == 1, done.stderr
    assert done.paths() == {"part00/settings.ini"}

    one = spread([1.0])
    rows = [
        Result(name, "", one, one, one, one, 3_000_000, memory)
        for name, memory in (("watched", Memory(1, 1, 1)), ("floor", Memory()))
    ]
    drawn = _drawn_memory([(smaller, rows), (larger, rows)])
    assert "watched, largest process" in drawn
    assert "floor" not in drawn
