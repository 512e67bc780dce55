"""`keycatch version`: all that a report of a defect needs."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pytest

from scanner import about
from scanner.commands import version

pytestmark = pytest.mark.usefixtures("clean_environment")
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("line", ["version -v", "version --verbose", "--version -v", "-V -v"])
def test_everything_has_a_version(keycatch: Any, line: str) -> None:
    done = keycatch(*line.split())
    assert (done.returncode, done.stderr) == (0, "")
    first, *others = done.stdout.splitlines()
    assert first == f"keycatch {about.VERSION}"
    found = dict(re.split(r": +", each, maxsplit=1) for each in others)
    assert found["regex"] == installed("regex")
    assert re.match(r"\d+\.\d+", found["git"])
    assert found.keys() == {"python", "system", "git", "search", *version.libraries()}


def test_without_git_and_without_a_library(keycatch: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(version, "_LIBRARIES", {"keycatch-none": "of use for nothing"})
    monkeypatch.setenv("PATH", str(tmp_path))
    done = keycatch("version", "-v")
    assert done.returncode == 0
    assert "not installed (of use for nothing)" in done.stdout


def test_every_dependency_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["sts"]]
    names = {re.match(r"[\w.]+", each)[0] for each in needed}  # type: ignore[index]
    assert names <= version.libraries().keys()
