"""Where core.hooksPath is set, as git of any version says it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import KeycatchError
from scanner.git import process
from scanner.hooks.location import HooksPath, settings

OLD = """\
#!/bin/sh
for word in "$@"; do
  [ "$word" != --show-scope ] || { echo "error: unknown option \\`show-scope'" >&2; exit 129; }
done
exec '%s' "$@"
"""


@pytest.fixture(params=["git", "before 2.26"])
def version(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "git":
        return
    if sys.platform == "win32":
        pytest.skip("a script takes the place of git")
    program = tmp_path / "old"
    program.write_text(OLD % process.program())
    program.chmod(0o755)
    monkeypatch.setattr(process, "program", lambda: str(program))


@pytest.mark.usefixtures("version")
def test_each_scope(
    repository: Any, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clean_environment / ".gitconfig").write_text(
        "[core]\n\thooksPath = ~/own\n[include]\n\tpath = more\n"
    )
    (clean_environment / "more").write_text("[core]\n\thooksPath = /included\n")
    repository.git("config", "core.hooksPath", ".hooks")
    repository.git("config", "extensions.worktreeConfig", "true")
    repository.git("config", "--worktree", "core.hooksPath", ".here")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.hooksPath=/once'")
    monkeypatch.chdir(repository.root)
    assert settings() == [
        HooksPath("global", str(clean_environment / ".gitconfig"), f"{clean_environment}/own"),
        HooksPath("global", str(clean_environment / "more"), "/included"),
        HooksPath("local", ".git/config", ".hooks"),
        HooksPath("worktree", ".git/config.worktree", ".here"),
        HooksPath("command", "command line:", "/once"),
    ]


@pytest.mark.usefixtures("version", "clean_environment")
def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings() == []


@pytest.mark.usefixtures("version")
def test_a_configuration_that_cannot_be_read(
    clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clean_environment / ".gitconfig").write_text("[core\n")
    monkeypatch.chdir(clean_environment)
    with pytest.raises(KeycatchError, match="could not read its configuration: fatal: bad config"):
        settings()
