"""The import path of the command: what `scan` runs where the repository has modules of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scanner import import_path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.executable).parent / ("keycatch.exe" if os.name == "nt" else "keycatch")
OURS = ("scanner/__init__", "scanner/commands/__init__", "scanner/__main__")
OTHERS = (
    "json", "argparse", "regex/__init__", "yaml", "typing", "__future__", "locale", "bisect",
    "stringzilla/__init__", "signal", "multiprocessing/__init__", "subprocess",
    "tomllib", "hashlib", "datetime", "random", "zipfile",
)  # fmt: skip


@pytest.fixture
def planted(clean_environment: Path, tmp_path: Path, plant: Any) -> Path:
    """Return a folder with modules that end Python, and with a key."""
    root = tmp_path / "work"
    for folder in (root, root / "sub"):
        for name in OTHERS:
            path = folder / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"print('RUN', {name!r})\nraise SystemExit(0)\n")
    (root / ".keycatch.toml").write_text('fail-on = "medium"\n')
    (root / "app.ini").write_text(plant.pair())
    return root


def plant_ours(root: Path) -> None:
    for name in OURS:
        path = root / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"print('RUN', {name!r})\nraise SystemExit(0)\n")


def scan(root: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*command, "scan", "--jobs", "2", "."], cwd=root, env={**os.environ, **variables},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "RUN" not in done.stdout + done.stderr, done.stdout
    return done


@pytest.mark.parametrize(
    "value", ["", ":/nowhere", "/nowhere:", ".", "sub", "{root}", "{root}/sub"]
)
def test_the_command(value: str, planted: Path) -> None:
    """Names that Python or pip's own script imports before us are not among these modules."""
    assert PROGRAM.is_file(), "the tests need `pip install -e .`"
    plant_ours(planted)
    done = scan(planted, str(PROGRAM), PYTHONPATH=value.replace("{root}", str(planted)))
    assert (done.returncode, "aws-access-key-pair" in done.stdout) == (1, True), done.stderr


@pytest.mark.parametrize("package", ["scanner", "keycatch"])
@pytest.mark.parametrize("value", ["", "{ours}", "{ours}:"])
def test_a_module_in_the_current_directory(package: str, value: str, planted: Path) -> None:
    path = value.replace("{ours}", str(ROOT))
    done = scan(planted, sys.executable, "-m", package, PYTHONPATH=path)
    assert (done.returncode, "aws-access-key-pair" in done.stdout) == (1, True), done.stderr


@pytest.mark.parametrize("package", ["scanner", "keycatch"])
def test_isolated_mode_is_whole(package: str, planted: Path) -> None:
    plant_ours(planted)
    for name in ("re", "sitecustomize", "encodings/__init__", "keycatch/__init__"):
        path = planted / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("print('RUN')\n")
    done = scan(planted, sys.executable, "-I", "-m", package, PYTHONPATH=":", PYTHONINSPECT="1")
    assert (done.returncode, "aws-access-key-pair" in done.stdout) == (1, True), done.stderr


@pytest.mark.parametrize("command", [[str(PROGRAM)], [sys.executable, "-m", "keycatch"]])
def test_an_interactive_python_keeps_the_exit_code(command: list[str], planted: Path) -> None:
    assert scan(planted, *command, PYTHONINSPECT="1").returncode == 1


SPAWNED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from scanner.import_path import isolate
isolate()
from scanner.engine import workers, run
workers.FORKS = False
run._ALONE_BLOBS = 1
if __name__ == "__main__":
    from scanner.commands import main
    sys.exit(main())
"""


def test_workers_that_are_not_forked(planted: Path, tmp_path: Path) -> None:
    """They start as `python -c`, which would add the current directory."""
    program = tmp_path / "program.py"
    program.write_text(SPAWNED)
    done = scan(planted, sys.executable, str(program), PYTHONPATH=":")
    assert (done.returncode, "aws-access-key-pair" in done.stdout) == (1, True), done.stderr


# What is kept


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Return a `sys.path` to change, in a current directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    entries = ["", str(tmp_path), "relative", "/lib/python", import_path.OWN]
    monkeypatch.setattr(sys, "path", entries)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    os.environ.pop("PYTHONPATH", None)
    return sys.path


def test_the_current_directory_goes(path: list[str]) -> None:
    import_path.isolate()
    assert path == ["relative", "/lib/python", import_path.OWN]
    assert os.environ["PYTHONSAFEPATH"] == "1"


def test_what_the_environment_names_goes(path: list[str]) -> None:
    os.environ["PYTHONPATH"] = os.pathsep.join(("/opt/lib", "relative"))
    os.environ["PYTHONPYCACHEPREFIX"] = "/compiled"
    sys.pycache_prefix = "/compiled"
    path.insert(0, "/opt/lib")
    import_path.isolate()
    assert path == ["/lib/python", import_path.OWN]
    assert sys.pycache_prefix is None
    assert not {"PYTHONPATH", "PYTHONPYCACHEPREFIX"} & os.environ.keys()


def test_an_installation_through_the_environment_stays(path: list[str], tmp_path: Path) -> None:
    """As by the modules of a cluster: its libraries are in the same variable."""
    os.environ["PYTHONPATH"] = os.pathsep.join(("/opt/lib", "", import_path.OWN, "sub"))
    path[:0] = ["/opt/lib", str(tmp_path / "sub")]
    import_path.isolate()
    assert path == ["/opt/lib", "relative", "/lib/python", import_path.OWN]
    assert os.environ["PYTHONPATH"] == os.pathsep.join(("/opt/lib", import_path.OWN))


def test_a_checkout_as_the_current_directory_stays(
    path: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(import_path.OWN)
    import_path.isolate()
    assert path[-1] == import_path.OWN


def test_packages_of_the_user_go_where_they_are_in_the_current_directory(
    path: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import site

    monkeypatch.setattr(site, "USER_SITE", str(tmp_path / "lib"))
    path.append(str(tmp_path / "lib"))
    import_path.isolate()
    assert path[-1] == str(tmp_path / "lib")
    os.environ["PYTHONUSERBASE"] = "."
    import_path.isolate()
    assert path[-1] == import_path.OWN


def test_a_directory_that_is_gone(path: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(os, "getcwd", gone)
    path[:] = ["", "relative", "/lib/python", import_path.OWN]
    os.environ["PYTHONPATH"] = ":sub"
    import_path.isolate()
    assert path == ["/lib/python", import_path.OWN]
