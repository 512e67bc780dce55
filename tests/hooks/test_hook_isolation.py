"""Commits and pushes in a repository that tries to have its own code run by our hooks.

Every module of the repository leaves a note when it is imported, and would let everything pass.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.hooks.script import CLEARED, repository_hook, user_hook

pytestmark = pytest.mark.skipif(os.name == "nt", reason="hooks are POSIX scripts")

PROGRAM = Path(sys.executable).parent / "keycatch"
MODULES = (
    "scanner/__init__", "scanner/commands/__init__", "keycatch/__init__", "re", "json", "argparse",
    "__future__", "typing", "enum", "locale", "regex/__init__", "stringzilla/__init__",
    "sitecustomize", "usercustomize", "encodings/__init__", "warnings", "site", "os",
    "keycatch_category",
)  # fmt: skip
SITE = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"

VALUES = {
    "an empty entry": {"PYTHONPATH": ":/nowhere"},
    "an empty entry at the end": {"PYTHONPATH": "/nowhere:"},
    "a dot": {"PYTHONPATH": "."},
    "the work tree": {"PYTHONPATH": "{root}"},
    "a relative folder": {"PYTHONPATH": "sub"},
    "the home of Python": {"PYTHONHOME": "{root}"},
    "the name of its library": {"PYTHONPLATLIBDIR": "{root}"},
    "packages of the user": {"PYTHONUSERBASE": "{root}"},
    "compiled code": {"PYTHONPYCACHEPREFIX": "{root}/compiled"},
    "the start of an interactive Python": {"PYTHONSTARTUP": "{root}/re.py", "PYTHONINSPECT": "1"},
    "an interactive Python": {"PYTHONINSPECT": "1"},
    "a category of warnings": {
        "PYTHONWARNINGS": "ignore::keycatch_category.Any", "PYTHONPATH": "",
    },
    "a debugger": {"PYTHONBREAKPOINT": "re.compile"},
    "the executable": {"PYTHONEXECUTABLE": "{root}/python"},
    "a module before site": {"PYTHON_PRESITE": "re"},
    "what is on the path, not from here": {"PYTHONPATH": ":", "PYTHONSAFEPATH": ""},
    "modules that are not frozen": {"PYTHONPATH": ":", "PYTHON_FROZEN_MODULES": "off"},
}  # fmt: skip
"""What makes Python run other code, each with the work tree as `{root}`."""

HARMLESS = {
    "PYTHONASYNCIODEBUG", "PYTHONCASEOK", "PYTHONCOERCECLOCALE", "PYTHONDEBUG", "PYTHONDEVMODE",
    "PYTHONDONTWRITEBYTECODE", "PYTHONDUMPREFS", "PYTHONDUMPREFSFILE", "PYTHONFAULTHANDLER",
    "PYTHONHASHSEED", "PYTHONINTMAXSTRDIGITS", "PYTHONIOENCODING", "PYTHONLEGACYWINDOWSFSENCODING",
    "PYTHONLEGACYWINDOWSSTDIO", "PYTHONMALLOC", "PYTHONMALLOCSTATS", "PYTHONNODEBUGRANGES",
    "PYTHONNOUSERSITE", "PYTHONOPTIMIZE", "PYTHONPERFSUPPORT", "PYTHONPROFILEIMPORTTIME",
    "PYTHONSAFEPATH", "PYTHONTHREADDEBUG", "PYTHONTRACEMALLOC", "PYTHONUNBUFFERED", "PYTHONUTF8",
    "PYTHONVERBOSE", "PYTHONWARNDEFAULTENCODING", "PYTHON_BASIC_REPL", "PYTHON_COLORS",
    "PYTHON_CONTEXT_AWARE_WARNINGS", "PYTHON_CPU_COUNT", "PYTHON_DISABLE_REMOTE_DEBUG",
    "PYTHON_FROZEN_MODULES", "PYTHON_GIL", "PYTHON_HISTORY", "PYTHON_JIT",
    "PYTHON_PERF_JIT_SUPPORT", "PYTHON_THREAD_INHERIT_CONTEXT", "PYTHON_TLBC",
}  # fmt: skip
"""Variables that make Python import nothing from another place."""


@pytest.fixture
def notes(repository: Any, tmp_path: Path) -> Path:
    """Fill the repository with modules; return the file in which each leaves its name."""
    path = tmp_path / "notes"
    hostile = (
        f"import posix\nposix.write(posix.open({str(path)!r}, posix.O_WRONLY | posix.O_CREAT"
        " | posix.O_APPEND, 0o600), (__name__ + '\\n').encode())\n"
    )
    for folder in ("", "sub/", f"{SITE}/", f"compiled{sys.prefix}/"):
        for name in MODULES:
            repository.write(f"{folder}{name}.py", hostile)
    repository.git("add", "--all")
    repository.git("commit", "-q", "-m", "hostile")
    return path


@pytest.fixture
def commit(repository: Any, notes: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Commit a file with a key, under the variables."""
    assert PROGRAM.is_file(), "the tests need `pip install -e .`"

    def run(hook: bytes, content: str, **variables: str) -> subprocess.CompletedProcess[str]:
        path = repository.root / ".git/hooks/pre-commit"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(hook)
        path.chmod(0o755)
        repository.write("app.ini", content)
        repository.git("add", "app.ini")
        values = {
            name: text.replace("{root}", str(repository.root)) for name, text in variables.items()
        }
        return subprocess.run(
            ["git", "commit", "-q", "-m", "change"], cwd=repository.root,
            env={**os.environ, **values}, input="", capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("variables", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("write", [repository_hook, user_hook], ids=["repository", "user"])
def test_no_code_of_the_repository_is_run(
    write: Any, variables: dict[str, str], commit: Any, notes: Path, plant: Any
) -> None:
    hook = write("pre-commit", str(PROGRAM))
    done = commit(hook, plant.pair(), **variables)
    assert not notes.exists(), (notes.read_text(), done.stderr)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "aws-access-key-pair" in done.stdout + done.stderr

    done = commit(hook, "region = eu-west-1\n", **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not notes.exists()


def test_the_repository_would_run_its_code_otherwise(commit: Any, notes: Path, plant: Any) -> None:
    """Without this the test above could not fail."""
    commit(f'#!/bin/sh\nexec "{PROGRAM}" staged\n'.encode(), plant.pair(), PYTHONPATH=":")
    assert notes.read_text()


def test_a_hook_from_before_gets_its_variables(
    repository: Any, commit: Any, tmp_path: Path
) -> None:
    before = repository.root / ".git/hooks/pre-commit.before-keycatch"
    before.parent.mkdir(exist_ok=True)
    before.write_text(f'#!/bin/sh\nprintf %s "$PYTHONPATH" >"{tmp_path}/seen"\n')
    before.chmod(0o755)
    done = commit(repository_hook("pre-commit", str(PROGRAM)), "text\n", PYTHONPATH="/x::/y")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "seen").read_text() == "/x::/y"


def test_every_variable_of_this_python_is_known() -> None:
    shown = subprocess.run(
        [sys.executable, "--help-env"], capture_output=True, text=True, check=True
    ).stdout
    names = set(re.findall(r"(?m)^PYTHON[A-Z_0-9]*", shown))
    assert "PYTHONPATH" in names
    assert names - set(CLEARED) - HARMLESS == set()
    assert not HARMLESS & set(CLEARED)
