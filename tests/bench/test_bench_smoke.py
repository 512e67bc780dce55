"""The benchmark, run as people run it: on a small generated tree, without other scanners."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--generate", "0.3", "--files", "60", "--planted", "2")


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def files_of(tree: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(tree)): path.read_bytes()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


def generated(tree: Path, *arguments: str) -> dict[str, bytes]:
    made = bench("generate", str(tree), *SMALL, *arguments)
    assert made.returncode == 0, made.stderr
    return files_of(tree)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    out = tmp_path_factory.mktemp("bench") / "figures.json"
    done = bench(
        "scan",
        *SMALL,
        "--runs",
        "1",
        "--jobs",
        "1",
        "--sample",
        "0.1",
        "--peers",
        "--json",
        str(out),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(out.read_text("utf-8"))


def test_the_same_seed_gives_the_same_tree(tmp_path: Path) -> None:
    first = generated(tmp_path / "first")
    assert first == generated(tmp_path / "second")
    assert first != generated(tmp_path / "other", "--seed", "2")


def test_the_tree_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    files = generated(tmp_path / "tree")
    source = {name: content for name, content in files.items() if "site-" not in name}
    assert len(source) == 60
    # Lines are kept whole, which moves the size of each file a little.
    assert 200_000 < sum(map(len, source.values())) < 330_000


def test_keycatch_reads_all_of_the_tree_and_finds_what_is_planted(
    run: tuple[str, dict[str, Any]],
) -> None:
    _, figures = run
    own = figures["results"][0]
    assert own["name"] == "keycatch"
    assert own["seen"]["bytes"] == figures["tree"]["bytes"]
    assert own["seen"]["files"] == figures["tree"]["files"]
    assert set(own["found"].values()) == {2}
    assert own["elsewhere"] == 0


def test_every_cost_is_measured(run: tuple[str, dict[str, Any]]) -> None:
    _, figures = run
    assert [result["name"] for result in figures["results"]] == ["keycatch", "reading only"]
    for result in figures["results"]:
        assert result["wall"]["least"] > 0
        assert result["cpu"]["least"] > 0
        # A Python process alone takes a few megabytes, the benchmark itself many more.
        assert 4 << 20 < result["peak"] < 200 << 20
        assert result["faster"]["median"] > 0
    assert figures["results"][0]["faster"]["median"] == 1.0
    assert [start["ratio"]["median"] > 0 for start in figures["starts"]] == [True] * 4


def test_every_stage_is_measured(run: tuple[str, dict[str, Any]]) -> None:
    _, figures = run
    groups = {stage["group"] for stage in figures["stages"]}
    assert {"listing", "reading", "literals", "whole search"} <= groups
    assert any(group.startswith("precise look") for group in groups)
    assert all(stage["seconds"]["median"] > 0 for stage in figures["stages"])
    assert all(stage["items"] > 0 for stage in figures["stages"])


def test_the_text_names_what_was_measured(run: tuple[str, dict[str, Any]]) -> None:
    text, figures = run
    for name in ("keycatch", "reading only", "limit: copy (memcpy)", "scan of a small clean file"):
        assert name in text
    assert f"{figures['tree']['files']:,} files" in text


def test_an_unknown_peer_is_one_sentence(tmp_path: Path) -> None:
    done = bench("scan", str(tmp_path), "--peers", "nobody")
    assert done.returncode == 2
    assert done.stderr.startswith("bench: there is no peer 'nobody'; there are gitleaks, ")
    assert done.stderr.count("\n") == 1


def test_a_tree_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    done = bench("scan", str(tmp_path / "none"), "--peers")
    assert done.returncode == 2
    assert done.stderr.startswith("bench: cannot list ")
    assert done.stderr.count("\n") == 1
