"""Each example in a help runs as it is written."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from forge_api import GitHubApi

from scanner.commands import COMMANDS
from scanner.commands.examples import EXAMPLES, section

pytestmark = [
    pytest.mark.usefixtures("clean_environment"),
    pytest.mark.skipif(os.name == "nt", reason="needs a shell of POSIX"),
]
ROOT = Path(__file__).resolve().parents[2]
LINES = [(name, line) for name, lines in EXAMPLES.items() for line, _ in lines]


def test_every_command_has_an_example() -> None:
    assert {"keycatch", *COMMANDS} == EXAMPLES.keys()
    empty = [name for name, lines in EXAMPLES.items() if not lines]
    assert empty == ["respond", "explain", "doctor"]
    for name in EXAMPLES:
        assert all(len(line) <= 80 for line in section(name).splitlines())


@pytest.fixture
def place(repository: Any, tmp_path: Path) -> dict[str, str]:
    """A repository with some commits, and a `keycatch` to call; the variables for a shell."""
    for number in range(5):
        repository.write(f"file-{number}")
        repository.commit()
    repository.git("branch", "-M", "main")
    repository.git("remote", "add", "origin", str(tmp_path))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "keycatch"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scanner "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = os.pathsep.join((str(program.parent), os.environ["PATH"]))
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize(("name", "line"), LINES, ids=[line for _, line in LINES])
def test_an_example_runs(
    keycatch: Any, repository: Any, server: Any, publish: Any, place: dict[str, str], name: str,
    line: str,
) -> None:  # fmt: skip
    if "fish" in line and not shutil.which("fish"):
        pytest.skip("no fish")
    shell = "fish" if "fish" in line else "bash" if "bash" in line else "sh"
    if name == "ci":
        place["GITLAB_CI"] = "true"
        place["CI_COMMIT_SHA"] = repository.git("rev-parse", "HEAD").strip()
        place["CI_COMMIT_BEFORE_SHA"] = repository.git("rev-parse", "HEAD~1").strip()
        place["CI_COMMIT_BRANCH"] = "main"
    if "--server" in line:
        repository.git("config", "core.bare", "true")
    line = line.replace("git@git.example:team/app.git", f"--allow-file file://{repository.root}")
    if "github.com" in line:
        publish("app", {"file": "text"})
        GitHubApi(server, "git").add("app")  # where the server has its repositories
        options = f"--ca-file {server.ca_file} --token-env ORG_TOKEN"
        organisation = f"github+{server.url}/git {options}"
        place["ORG_TOKEN"] = "made-up"
        line = line.replace("github+https://github.com/acme", organisation)
    if line.endswith("--undo"):
        keycatch("install", cwd=repository.root)
    if name == "fleet":
        home = Path(place["HOME"])
        shutil.copytree(repository.root / ".git", home / "src" / "app" / ".git")
        (repository.root / "urls.txt").write_text(".\n")
        if "status" in line:
            keycatch("fleet", home / "src", "--state", home / "fleet")
    if line == "keycatch baseline check":
        (repository.root / ".keycatch-baseline").write_text("# keycatch baseline, version 1\n")
    done = subprocess.run(
        [shell, "-c", line], cwd=repository.root, env=place, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout, done.stderr)
