"""The benchmarks of the hooks, on small repositories, without peers (`measures/staged`, `push`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SMALL = ("--commits", "60", "--tracked", "40", "--rounds", "1", "--jobs", "1")


@pytest.fixture(scope="module")
def staged(bench: Callable[..., Any]) -> Any:
    done = bench("staged", "--files", "20", "--peers", *SMALL, measured=True)
    assert done.code == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def push(bench: Callable[..., Any]) -> Any:
    done = bench("push", "--pushed", "20", *SMALL, measured=True)
    assert done.code == 0, done.stderr
    return done


def cpu(table: Any, name: str) -> float:
    found: list[float] = [
        line["cpu"]["median"] for line in table["rows"] if line["name"].startswith(name)
    ]
    assert len(found) == 1, name
    return found[0]


def test_the_generated_repository_is_as_large_as_was_asked_for(staged: Any, push: Any) -> None:
    for done in (staged, push):
        about = done.figures["about"]["repository"]["figures"]
        assert about["commits"] == 60
        assert about["files"] == 40
        assert about["pack"] > 0


def test_a_commit_of_two_files(staged: Any) -> None:
    (table,) = staged.tables("two files")
    names = [line["name"].split()[0] for line in table["rows"]]
    assert names == ["keycatch", "python", "git"]
    assert table["subject"]["base"] == "keycatch"
    assert all(line["cpu"]["least"] > 0 and line["wall"]["least"] > 0 for line in table["rows"])
    assert table["rows"][0]["times_cpu"]["median"] == 1


def test_a_commit_of_many_files(staged: Any) -> None:
    (table,) = staged.tables("many files")
    assert "20 files" in table["title"]
    parts = [cpu(table, name) for name in ("start: ", "contents: ")]
    assert cpu(table, "reading: start + contents") == pytest.approx(sum(parts))
    parts = [cpu(table, name) for name in ("imports: ", "index: ", "contents: ")]
    assert cpu(table, "reading: imports + index + contents") == pytest.approx(sum(parts))
    assert table["subject"]["base"] == "keycatch staged"
    for name in ("reading: start + contents", "reading: imports + index + contents"):
        # Of one round, so that the ratio of the costs is the ratio of the pair.
        times = cpu(table, "keycatch staged") / cpu(table, name)
        assert any(f"{times:.2f} (" in note and name in note for note in table["notes"])


def test_a_push(push: Any) -> None:
    (table,) = push.tables("push")
    names = [line["name"] for line in table["rows"]]
    assert names[:2] == ["keycatch history", "keycatch push"]
    assert table["subject"]["base"] == "keycatch history"
    parts = [cpu(table, name) for name in names[2:6]]
    assert cpu(table, "reading: ") == pytest.approx(sum(parts))
    pushed = int(table["title"].split(" commits")[0].split()[-1])
    assert 15 <= pushed <= 25
    assert table["title"] in push.stdout


def test_the_text_says_what_was_measured_on(staged: Any) -> None:
    assert "60 commits, 40 files" in staged.stdout
    assert "load        " in staged.stdout


@pytest.mark.parametrize("command", [("staged", "--files", "2", "--peers"), ("push",)])
def test_a_given_repository_is_not_written(
    command: tuple[str, ...],
    bench: Callable[..., Any],
    files_of: Callable[[Path], Any],
    make_repository: Callable[..., Any],
) -> None:
    given = make_repository("given")
    for number in range(4):
        given.write("one.txt", f"line {number}\n" * 400)
        given.write("two.txt", f"line {number}, too\n" * 400)
        given.commit()
    given.write("one.txt", "neither staged nor committed\n")
    before = files_of(given.root)
    pushed = ("--pushed", "2") if command[0] == "push" else ()
    done = bench(*command, *pushed, *SMALL, "--repository", given.root)
    assert done.code == 0, done.stderr
    assert "4 commits, 2 files" in done.stdout
    assert files_of(given.root) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("staged", "--peers", "nobody"), "there is no peer 'nobody'; there are gitleaks, "),
        (("push", "--repository", "nowhere"), "there is no repository nowhere"),
        (("push", "--pushed", "40", *SMALL), "the history has 60 commits: too few for a push"),
        (("staged", "--files", "50", "--peers", *SMALL), "the repository has 40 text files, of "),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    arguments: tuple[str, ...], message: str, bench: Callable[..., Any]
) -> None:
    done = bench(*arguments)
    assert done.code == 2
    assert done.stderr.startswith(f"bench: {message}")
    assert done.stderr.count("\n") == 1


def test_a_peer_that_finds_nothing_ends_the_benchmark(
    bench: Callable[..., Any], tmp_path: Path
) -> None:
    blind = tmp_path / "blind"
    blind.write_text("#!/bin/sh\necho blind 1.0\n")
    blind.chmod(0o755)
    done = bench("staged", "--files", "2", "--peers", f"betterleaks={blind}", *SMALL)
    assert done.code == 2
    assert "betterleaks ended with 0 on staged credentials, not with 1" in done.stderr
