"""How often a command starts git: each takes milliseconds, which a hook and every test wait for."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("command", "most"), [("staged", 2), ("scan", 2), ("history --no-cache", 7)]
)
def test_starts_of_git(
    command: str, most: int, repository: Any, keycatch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("a")
    repository.write("b")
    repository.git("add", "b")
    started = []
    real = subprocess.Popen

    class Counted(real):  # type: ignore[misc,valid-type]
        def __init__(self, command: Any, *arguments: Any, **options: Any) -> None:
            started.append(command)
            super().__init__(command, *arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    assert keycatch(*command.split(), cwd=repository.root).returncode == 0
    assert 0 < len(started) <= most, started
