"""The single file finds what the wheel finds. `.ci/run` makes it and names both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bundle

ROOT = Path(__file__).resolve().parents[2]


def run(program: str, *arguments: str | Path, cwd: Path, **env: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [program, *arguments], cwd=cwd, env={**os.environ, **env}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def programs() -> tuple[str, str]:
    """Return the single file and the installed program."""
    named = [os.environ.get(f"KEYCATCH_{name}", "") for name in ("SINGLE_FILE", "INSTALLED")]
    if not all(map(os.path.isfile, named)):
        pytest.fail("KEYCATCH_SINGLE_FILE and KEYCATCH_INSTALLED name no programs: see .ci/run")
    return named[0], named[1]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return files with pairs of keys in every place and encoding; `rules test` has the kinds."""
    root = tmp_path_factory.mktemp("corpus")
    command = [
        sys.executable, "-m", "bench", "accuracy", "--peers", "--only", "pair*",
        "--keep", str(root / "pairs"),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return root


def test_it_finds_what_the_wheel_finds(programs: tuple[str, str], corpus: Path) -> None:
    command = ("scan", "--no-config", "--no-ignore", "--fail-on", "low", "--format", "json", ".")
    code, found, _ = run(programs[0], *command, cwd=corpus)
    assert len(json.loads(found)["findings"]) > 500
    assert (code, found) == run(programs[1], *command, cwd=corpus)[:2]


@pytest.mark.parametrize(
    "command",
    [
        ("rules", "test"), ("rules", "show", "aws-access-key-pair"), ("completion", "bash"),
        ("--version",), ("staged", "--format", "html"), ("history", "--format", "json"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_it_says_what_the_wheel_says(
    command: tuple[str, ...], programs: tuple[str, str], repository: Any, plant: Any
) -> None:
    """Rules, texts, styles and scripts are files that a bundle could lack."""
    for number in range(3):  # versions in a pack, which are deltas
        repository.write("key.ini", f"{'text of a line' * 50}\n{number}\n{plant.pair()}")
        repository.commit()
    repository.git("gc", "-q")
    repository.write("key.ini", plant.pair())
    repository.git("add", "--all")
    first, second = (run(program, *command, cwd=repository.root) for program in programs)
    assert first[:2] == second[:2]
    assert first[0] in (0, 1), first


def test_a_hook_that_it_installs(programs: tuple[str, str], repository: Any, plant: Any) -> None:
    code, said, errors = run(programs[0], "install", cwd=repository.root)
    assert code == 0, errors
    assert "each stopped a made-up credential" in said
    assert programs[0] in (repository.root / ".git/hooks/pre-commit").read_text()


def test_nothing_of_the_repository_is_run(programs: tuple[str, str], repository: Any) -> None:
    for name in ("scanner/__init__", "json", "sitecustomize", "encodings/__init__"):
        repository.write(f"{name}.py", "print('RUN')\nraise SystemExit(0)\n")
    for value in (":", "."):
        code, said, errors = run(programs[0], "scan", cwd=repository.root, PYTHONPATH=value)
        assert (code, "RUN" in said + errors) == (0, False), errors
