"""Whole scans of a tree, on a small generated one and without other scanners (`measures/scan`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.inputs import source, tree

SMALL = ("--generate", "0.3", "--files", "60", "--planted", "2")


@pytest.fixture(scope="module")
def scanned(bench: Callable[..., Any]) -> Any:
    options = ("--runs", "1", "--jobs", "1", "--sample", "0.1", "--peers")
    done = bench("scan", *SMALL, *options, measured=True)
    assert done.code == 0, done.stderr
    return done


def generated(root: Path, seed: int = 1) -> dict[str, bytes]:
    root.mkdir()
    tree.generate(root, tree.size_of(0.3, 60, 2, seed))
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.*")}


def test_the_same_seed_gives_the_same_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_POOL", 40)
    first = generated(tmp_path / "first")
    assert first == generated(tmp_path / "second")
    assert first != generated(tmp_path / "other", seed=2)


def test_the_tree_has_the_size_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_POOL", 40)
    files = generated(tmp_path / "tree")
    sources = {name: content for name, content in files.items() if "site-" not in name}
    assert len(sources) == 60
    # The lines of a file may be fewer bytes than it is to have.
    assert 200_000 < sum(map(len, sources.values())) < 330_000


def test_generate_keeps_a_tree(bench: Callable[..., Any], tmp_path: Path) -> None:
    done = bench("generate", tmp_path / "tree", *SMALL)
    assert (done.code, done.stdout) == (
        0, f"{tmp_path / 'tree'}: 90 files, 30 with a credential\n",
    )  # fmt: skip
    assert len([path for path in (tmp_path / "tree").rglob("*") if path.is_file()]) == 90
    done = bench("generate", tmp_path / "tree", *SMALL)
    assert (done.code, done.stderr) == (
        2, f"bench: cannot make {tmp_path / 'tree'}: File exists\n",
    )  # fmt: skip


def test_keycatch_reads_all_of_the_tree_and_finds_what_is_planted(scanned: Any) -> None:
    (own,) = scanned.rows("read")
    about = scanned.figures["about"]["tree"]["figures"]
    assert own["name"] == "keycatch"
    assert own["bytes"] == about["bytes"]
    assert own["files or blobs"] == about["files"] == 90
    assert {row["keycatch"] for row in scanned.rows("found")} == {2}
    assert len(scanned.rows("found")) == 15
    assert own["where nothing was planted"] == 0


def test_every_cost_is_measured(scanned: Any) -> None:
    assert [result["name"] for result in scanned.rows("scans")] == ["keycatch", "reading only"]
    for result in scanned.rows("scans"):
        assert result["wall"]["least"] > 0
        assert result["cpu"]["least"] > 0
        assert result["peak"] > 0
        assert result["memory"] == {"rss": 3 << 20, "pss": 2 << 20, "anonymous": 1 << 20}
        assert result["times_wall"]["median"] > 0
    assert scanned.rows("scans")[0]["times_wall"]["median"] == 1.0
    assert [start["times_cpu"]["median"] > 0 for start in scanned.rows("startup")] == [True] * 4


def test_every_stage_is_measured(scanned: Any) -> None:
    stages = scanned.rows("stages")
    groups = {stage["group"] for stage in stages}
    assert {"listing", "reading", "literals", "whole search"} <= groups
    assert any(group.startswith("precise look") for group in groups)
    assert all(stage["seconds"]["median"] > 0 for stage in stages)
    assert all(stage["items"] > 0 for stage in stages)


def test_the_text_names_what_was_measured(scanned: Any) -> None:
    for name in ("keycatch", "reading only", "limit: copy (memcpy)", "scan of a small clean file"):
        assert name in scanned.stdout
    assert "90 files" in scanned.stdout


def test_a_given_tree_is_scanned_and_credentials_are_planted_elsewhere(
    bench: Callable[..., Any], tmp_path: Path, files_of: Callable[[Path], Any]
) -> None:
    (tmp_path / "given.txt").write_text("nothing\n")
    before = files_of(tmp_path)
    options = ("--runs", "1", "--planted", "1", "--peers", "--sections", "process")
    done = bench("scan", tmp_path, *options, measured=True)
    assert done.code == 0, done.stderr
    assert files_of(tmp_path) == before
    assert done.figures["about"]["tree"]["figures"]["files"] == 1
    assert done.rows("read")[0]["findings"] == 0
    assert {row["keycatch"] for row in done.rows("found")} == {1}


def test_an_unknown_peer_is_one_sentence(bench: Callable[..., Any], tmp_path: Path) -> None:
    done = bench("scan", tmp_path, "--peers", "nobody")
    assert done.code == 2
    assert done.stderr.startswith("bench: there is no peer 'nobody'; there are gitleaks, ")
    assert done.stderr.count("\n") == 1


def test_a_tree_that_is_not_there_is_one_sentence(
    bench: Callable[..., Any], tmp_path: Path
) -> None:
    done = bench("scan", tmp_path / "none", "--peers")
    assert done.code == 2
    assert done.stderr.startswith("bench: cannot list ")
    assert done.stderr.count("\n") == 1
