"""The benchmarks of the hooks, run as people run them: on small repositories, without peers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--commits", "60", "--tracked", "40", "--rounds", "1", "--jobs", "1")


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def figures(tmp_path_factory: pytest.TempPathFactory, *arguments: str) -> tuple[str, Any]:
    out = tmp_path_factory.mktemp("bench") / "figures.json"
    done = bench(*arguments, *SMALL, "--json", str(out))
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(out.read_text("utf-8"))


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    return figures(tmp_path_factory, "staged", "--files", "20", "--peers")


@pytest.fixture(scope="module")
def push(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    return figures(tmp_path_factory, "push", "--pushed", "20")


def cpu(table: Any, name: str) -> float:
    found: list[float] = [
        line["cpu"]["median"] for line in table["lines"] if line["name"].startswith(name)
    ]
    assert len(found) == 1, name
    return found[0]


def test_the_generated_repository_is_as_large_as_was_asked_for(
    staged: tuple[str, Any], push: tuple[str, Any]
) -> None:
    for _, found in (staged, push):
        assert found["repository"]["commits"] == 60
        assert found["repository"]["files"] == 40
        assert found["repository"]["pack"] > 0


def test_a_commit_of_two_files(staged: tuple[str, Any]) -> None:
    table = staged[1]["tables"][0]
    names = [line["name"].split()[0] for line in table["lines"]]
    assert names == ["keycatch", "python", "git"]
    assert table["base"].startswith("keycatch")
    assert all(line["cpu"]["least"] > 0 and line["wall"]["least"] > 0 for line in table["lines"])
    assert table["lines"][0]["times"]["median"] == 1


def test_a_commit_of_many_files(staged: tuple[str, Any]) -> None:
    table = staged[1]["tables"][1]
    assert "20 files" in table["title"]
    parts = [cpu(table, name) for name in ("start: ", "contents: ")]
    assert cpu(table, "reading: start + contents") == pytest.approx(sum(parts))
    parts = [cpu(table, name) for name in ("imports: ", "index: ", "contents: ")]
    assert cpu(table, "reading: imports + index + contents") == pytest.approx(sum(parts))
    assert table["base"] == "keycatch staged"
    for name in ("reading: start + contents", "reading: imports + index + contents"):
        # Of one round, so that the ratio of the costs is the ratio of the pair.
        times = cpu(table, "keycatch staged") / cpu(table, name)
        assert any(f"{times:.2f} (" in note and name in note for note in table["notes"])


def test_a_push(push: tuple[str, Any]) -> None:
    text, found = push
    (table,) = found["tables"]
    names = [line["name"] for line in table["lines"]]
    assert names[:2] == ["keycatch history", "keycatch push"]
    assert table["base"] == "keycatch history"
    parts = [cpu(table, name) for name in names[2:6]]
    assert cpu(table, "reading: ") == pytest.approx(sum(parts))
    pushed = int(table["title"].split(" commits")[0].split()[-1])
    assert 15 <= pushed <= 25
    assert table["title"] in text


def test_the_text_tells_what_was_measured_on(staged: tuple[str, Any]) -> None:
    text, _ = staged
    assert "60 commits, 40 files" in text
    assert "load        " in text


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("command", [("staged", "--files", "2", "--peers"), ("push",)])
def test_a_given_repository_is_not_written(
    command: tuple[str, ...], make_repository: Callable[..., Any]
) -> None:
    given = make_repository("given")
    for number in range(4):
        given.write("one.txt", f"line {number}\n" * 400)
        given.write("two.txt", f"line {number}, too\n" * 400)
        given.commit()
    given.write("one.txt", "neither staged nor committed\n")
    before = snapshot(given.root)
    pushed = ("--pushed", "2") if command[0] == "push" else ()
    done = bench(*command, *pushed, *SMALL, "--repository", str(given.root))
    assert done.returncode == 0, done.stderr
    assert "4 commits, 2 files" in done.stdout
    assert snapshot(given.root) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("staged", "--peers", "nobody"), "there is no peer 'nobody'; there are gitleaks, "),
        (("push", "--repository", "nowhere"), "there is no repository nowhere"),
        (("push", "--pushed", "40", *SMALL), "the history has 60 commits: too few for a push"),
        (("staged", "--files", "50", "--peers", *SMALL), "the repository has 40 text files, of "),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"bench: {message}")
    assert done.stderr.count("\n") == 1


def test_a_peer_that_finds_nothing_ends_the_benchmark(tmp_path: Path) -> None:
    blind = tmp_path / "blind"
    blind.write_text("#!/bin/sh\necho blind 1.0\n")
    blind.chmod(0o755)
    done = bench("staged", "--files", "2", "--peers", f"betterleaks={blind}", *SMALL)
    assert done.returncode == 2
    assert "betterleaks ended with 0 on staged credentials, not with 1" in done.stderr
