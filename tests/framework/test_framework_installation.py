"""The hooks as users get them: built and installed by the frameworks, from a repository of ours.

Nothing is replaced: the framework clones, builds with hatchling, installs into an environment of
its own and runs what it installed. That needs wheels, and tests use no network: the directory that
KEYCATCH_WHEELHOUSE names has them (see wheelhouse.py beside this file). The default run leaves
these tests out; `.ci/run` fetches the wheels and runs them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.installation

ROOT = Path(__file__).resolve().parents[2]
BESIDE = os.path.dirname(sys.executable)
FRAMEWORKS = ("pre-commit", "prek")
FOREIGN = ("PIP_", "UV_", "PRE_COMMIT", "PREK_", "VIRTUALENV_", "VIRTUAL_ENV", "SKIP", "CONDA_")
FOUND = "1 AWS credential found"
CLEAN = "no AWS credentials found"


class Said(NamedTuple):
    """How a command ended, and what it said on both streams."""

    code: int
    text: str


def run(*command: str | Path, cwd: Path) -> Said:
    done = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stdout + done.stderr
    return Said(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def wheels() -> Path:
    named = os.environ.get("KEYCATCH_WHEELHOUSE", "")
    if not named or not list(Path(named).glob("hatchling-*.whl")):
        pytest.fail(
            "KEYCATCH_WHEELHOUSE names no directory with wheels: make one with "
            f"`python {Path(__file__).with_name('wheelhouse.py').relative_to(ROOT)} DIRECTORY`",
            pytrace=False,
        )
    return Path(named).resolve()


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of the frameworks, which keep what they install from test to test."""
    return tmp_path_factory.mktemp("frameworks")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with the files of this checkout as they are now, under the tag v1.0.0."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    root = tmp_path_factory.mktemp("published") / "keycatch"
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    user = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    for command in (
        ("init", "-q"), ("add", "--all", "--force"), (*user, "commit", "-q", "-m", "all"),
        ("tag", "v1.0.0"),
    ):  # fmt: skip
        done = run("git", "-c", "core.hooksPath=/dev/null", *command, cwd=root)
        assert done.code == 0, done.text
    return root


@pytest.fixture(params=FRAMEWORKS)
def framework(
    request: Any, clean_environment: Path, wheels: Path, caches: Path, monkeypatch: Any
) -> str:
    """Return the program of a framework, in an environment that allows nothing but the wheels."""
    name: str = request.param
    path = os.pathsep.join((str(wheels / "programs" / "bin"), BESIDE, os.environ["PATH"]))
    program = shutil.which(name, path=path)
    assert program, f"{name} is not installed: install the extra `test`"
    for variable in list(os.environ):
        if variable.startswith(FOREIGN):
            monkeypatch.delenv(variable)
    for variable, value in {
        "PATH": path,
        "XDG_CACHE_HOME": str(caches / "cache"),
        "XDG_DATA_HOME": str(caches / "data"),
        "XDG_CONFIG_HOME": str(caches / "config"),
        "PRE_COMMIT_HOME": str(caches / "pre-commit"),
        "PREK_HOME": str(caches / "prek"),
        # pre-commit: virtualenv with the pip that it carries, which builds and installs.
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        # prek: the uv that is first on the PATH; without one it would try to download it.
        "PREK_UV_SOURCE": "pip",
        "UV_NO_CONFIG": "1",
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheels),
    }.items():
        monkeypatch.setenv(variable, value)
    return program


@pytest.fixture
def installed(
    framework: str, published: Path, repository: Any, tmp_path: Path
) -> Callable[..., Said]:
    """Make a project that uses the hooks, with a remote; return what runs commands in it."""
    root: Path = repository.root
    remote = tmp_path / "remote.git"
    repository.git("init", "-q", "--bare", str(remote))
    repository.git("checkout", "-q", "-b", "main")
    repository.git("remote", "add", "origin", str(remote))
    repository.write(
        ".pre-commit-config.yaml",
        f"repos:\n- repo: {published.as_uri()}\n  rev: v1.0.0\n  hooks:\n"
        "  - id: keycatch\n  - id: keycatch-commit-msg\n  - id: keycatch-push\n",
    )
    repository.commit("first")
    repository.git("push", "-q", "origin", "main")
    stages = ("pre-commit", "pre-merge-commit", "commit-msg", "pre-push")
    done = run(framework, "install", *(f"--hook-type={name}" for name in stages), cwd=root)
    assert done.code == 0, done.text

    def inside(*command: str) -> Said:
        return run(*command, cwd=root)

    return inside


def remote_tip(repository: Any) -> str:
    tip: str = repository.git("ls-remote", "origin", "main")
    return tip[:40]


def test_try_repo(framework: str, published: Path, repository: Any, plant: Any) -> None:
    command = (framework, "try-repo", published, "keycatch", "--verbose")
    repository.commit("clean")
    done = run(*command, cwd=repository.root)
    assert (done.code, CLEAN in done.text) == (0, True), done.text
    repository.write("key.ini", plant.pair())
    repository.git("add", "key.ini")
    done = run(*command, cwd=repository.root)
    assert (done.code, FOUND in done.text, "key.ini:1:" in done.text) == (1, True, True), done.text


def test_try_repo_of_the_push_hook(
    framework: str, published: Path, repository: Any, plant: Any
) -> None:
    repository.commit("clean")
    repository.write("key.ini", plant.pair())
    repository.commit()
    repository.git("rm", "-q", "key.ini")
    repository.commit("after")
    stage = "--stage" if Path(framework).stem == "prek" else "--hook-stage"
    command = (framework, "try-repo", published, "keycatch-push", "--verbose", stage, "pre-push")
    done = run(*command, "--from-ref=HEAD~2", "--to-ref=HEAD", cwd=repository.root)
    assert (done.code, FOUND in done.text) == (1, True), done.text
    done = run(*command, "--from-ref=HEAD~1", "--to-ref=HEAD", cwd=repository.root)
    assert (done.code, CLEAN in done.text) == (0, True), done.text


def test_a_commit(installed: Any, repository: Any, plant: Any) -> None:
    repository.write("clean")
    repository.git("add", "clean")
    done = installed("git", "commit", "-m", "clean")
    assert done.code == 0, done.text
    before = repository.git("rev-parse", "HEAD")
    pair = plant.pair()
    repository.write("key.ini", pair)
    repository.git("add", "key.ini")
    done = installed("git", "commit", "-m", "key")
    assert (done.code, FOUND in done.text, "key.ini:1:" in done.text) == (1, True, True), done.text
    assert repository.git("rev-parse", "HEAD") == before
    # What is shown ends up in the scroll-back of a terminal, and in the logs of a job.
    assert not any(value in done.text for value in pair.split() if len(value) in {20, 40})
    repository.git("rm", "-q", "--cached", "key.ini")
    repository.git("add", "clean")
    repository.write("clean", "other\n")
    repository.git("add", "clean")
    assert installed("git", "commit", "-m", "clean again").code == 0


def test_a_commit_message(installed: Any, repository: Any, plant: Any) -> None:
    repository.write("clean")
    repository.git("add", "clean")
    before = repository.git("rev-parse", "HEAD")
    done = installed("git", "commit", "-m", f"clean\n\n{plant.pair()}")
    assert (done.code, FOUND in done.text) == (1, True), done.text
    assert repository.git("rev-parse", "HEAD") == before
    done = installed("git", "commit", "-m", "clean")
    assert done.code == 0, done.text


@pytest.mark.parametrize("value", [":/nowhere", "."])
def test_code_of_the_repository_is_not_run(
    installed: Any, repository: Any, plant: Any, monkeypatch: Any, tmp_path: Path, value: str
) -> None:
    """Modules that pre-commit itself, which is a program in Python, does not import."""
    for name in ("scanner/__init__", "keycatch/__init__", "stringzilla/__init__"):
        repository.write(f"{name}.py", f"open({str(tmp_path / 'run')!r}, 'a').write(__name__)\n")
    repository.write("key.ini", plant.pair())
    repository.git("add", "--all")
    monkeypatch.setenv("PYTHONPATH", value)
    done = installed("git", "commit", "-m", "key")
    assert (done.code, FOUND in done.text) == (1, True), done.text
    assert not (tmp_path / "run").exists()


def test_a_commit_of_part_of_the_changes(installed: Any, repository: Any, plant: Any) -> None:
    """The framework takes back what is not staged, so a key that is only in the file passes."""
    repository.commit("config")
    repository.write("config", "staged\n")
    repository.git("add", "config")
    repository.write("config", plant.pair())
    assert installed("git", "commit", "-m", "part").code == 0
    done = installed("git", "commit", "--all", "-m", "rest")
    assert (done.code, FOUND in done.text) == (1, True), done.text


def test_a_merge(installed: Any, repository: Any, plant: Any) -> None:
    repository.git("checkout", "-q", "-b", "side")
    repository.write("key.ini", plant.pair())
    repository.git("add", "--all")
    repository.git("commit", "-q", "--no-verify", "-m", "key")
    repository.git("checkout", "-q", "main")
    before = repository.git("rev-parse", "HEAD")
    done = installed("git", "merge", "--no-ff", "-m", "merge", "side")
    assert (done.code != 0, FOUND in done.text) == (True, True), done.text
    assert repository.git("rev-parse", "HEAD") == before


def test_all_files(framework: str, installed: Any, repository: Any, plant: Any) -> None:
    done = installed(framework, "run", "--all-files", "--verbose")
    assert (done.code, CLEAN in done.text) == (0, True), done.text
    repository.write("deep/key.ini", plant.pair())
    repository.git("add", "--all")
    repository.git("commit", "-q", "--no-verify", "-m", "key")
    done = installed(framework, "run", "--all-files")
    assert (done.code, FOUND in done.text, "deep/key.ini" in done.text) == (1, True, True), (
        done.text
    )


def test_what_is_not_staged_under_all_files_and_files(
    framework: str, installed: Any, repository: Any, plant: Any
) -> None:
    repository.write("first", plant.pair())
    for options in (("--all-files",), ("--files", "first")):
        done = installed(framework, "run", *options)
        assert (done.code, FOUND in done.text) == (1, True), done.text
        assert "1 with changes that are not staged" in done.text
    # A commit of something else leaves it alone.
    repository.write("second")
    repository.git("add", "second")
    assert installed("git", "commit", "-m", "second").code == 0
    assert "AKIA" in (repository.root / "first").read_text()


def test_a_push(installed: Any, repository: Any, plant: Any) -> None:
    before = remote_tip(repository)
    repository.write("key.ini", plant.pair())
    repository.git("add", "--all")
    repository.git("commit", "-q", "--no-verify", "-m", "key")
    repository.git("rm", "-q", "key.ini")
    repository.git("commit", "-q", "-m", "gone")
    done = installed("git", "push", "origin", "main")
    assert (done.code, FOUND in done.text, "key.ini" in done.text) == (1, True, True), done.text
    assert remote_tip(repository) == before
    repository.git("reset", "-q", "--hard", "HEAD~2")
    repository.commit("clean")
    done = installed("git", "push", "origin", "main")
    assert done.code == 0, done.text
    assert remote_tip(repository) == repository.git("rev-parse", "HEAD").strip()


def test_what_runs_is_what_the_framework_installed(
    framework: str, installed: Any, caches: Path
) -> None:
    done = installed(framework, "run", "--all-files", "--verbose")
    assert done.code == 0, done.text
    home = caches / Path(framework).stem
    name = "keycatch.exe" if os.name == "nt" else "keycatch"
    programs = [path for path in home.rglob(name) if path.parent.name in {"bin", "Scripts"}]
    assert programs
    for program in programs:
        where = "import scanner; print(scanner.__file__)"
        python = program.with_name("python.exe" if os.name == "nt" else "python")
        said = run(python, "-P", "-c", where, cwd=caches)
        assert Path(said.text.strip()).is_relative_to(home), said.text
