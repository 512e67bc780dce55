"""What the tests of commands share."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

USER_RULE = """\
id: our-token
name: Our token
summary: A token of our service.
why: Whoever has it can act as us.
severity: high
confidence: high
role: token
kind: pattern
anchors:
  - literal: ourtok-
pattern: '{pattern}'
cwe: [CWE-798]
remediation: [Revoke it.]
references: []
"""


@pytest.fixture
def own_rule(tmp_path: Path) -> Callable[..., None]:
    """Write a rule with a pattern, and the configuration that uses it."""

    def write(pattern: str = "ourtok-[0-9a-f]{16}") -> None:
        (tmp_path / "own.yaml").write_text(USER_RULE.format(pattern=pattern))
        (tmp_path / ".keycatch.toml").write_text('rules = ["own.yaml"]\n')

    return write


DAY = 86400
BEGIN = 1_000_000_000
"""2001-09-09T01:46:40Z, the date of the first commit of a `Past`; each later one is a day after."""


class Past:
    """A repository with a past, and the command that reads it."""

    def __init__(self, repository: Any, keycatch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.repository = repository
        self.root: Path = repository.root
        self.write = repository.write
        self.keycatch = keycatch
        self._monkeypatch = monkeypatch
        self.day = 0
        if (self.root / ".git").exists():
            self.git("symbolic-ref", "HEAD", "refs/heads/main")

    def git(self, *arguments: Any, check: bool = True) -> str:
        for who in ("AUTHOR", "COMMITTER"):
            date = f"{BEGIN + self.day * DAY} +0200"
            self._monkeypatch.setenv(f"GIT_{who}_DATE", date)
        found: str = self.repository.git(*arguments, check=check)
        return found.strip()

    def commit(self, message: str = "change", *options: str) -> str:
        self.git("commit", "-q", "--allow-empty", "-m", message, *options)
        self.day += 1
        return self.git("rev-parse", "HEAD")

    def put(self, name: str, content: str | bytes | None, message: str = "change") -> str:
        """Write or remove (None) one file and commit it; return the commit."""
        if content is None:
            (self.root / name).unlink()
        else:
            self.write(name, content)
        self.git("add", "--all", "--force")
        return self.commit(message)

    def store(self, content: str | bytes, kind: str = "blob") -> str:
        """Write an object that nothing refers to; return its ID."""
        path = self.root.parent / "content"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.git("hash-object", "-w", "--literally", "-t", kind, str(path))

    def scan(self, code: int, *options: Any, **settings: Any) -> Any:
        """Run the command with `options`, require the exit code, and return how it ended."""
        settings.setdefault("cwd", self.root)
        shown = [] if "--format" in options else ["--format", "json"]
        done = self.keycatch("history", *shown, *options, **settings)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    def only(self, key_id: str, *options: Any, **settings: Any) -> dict[str, Any]:
        """Return the only finding, which has to be the key ID alone or in a pair."""
        report = self.scan(1, "--show-secrets", *options, **settings).report()
        assert report["scan"]["complete"], report["scan"]
        assert [each["values"]["key_id"] for each in report["findings"]] == [key_id]
        found: dict[str, Any] = report["findings"][0]
        return found


@pytest.fixture
def past(repository: Any, keycatch: Any, monkeypatch: pytest.MonkeyPatch) -> Past:
    return Past(repository, keycatch, monkeypatch)


class Walk:
    """A developer in a repository with hooks, who types what the screen says."""

    def __init__(self, repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.repository = repository
        self.root: Path = repository.root
        self.write = repository.write
        self.git = repository.git
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("PATH", os.environ["PATH"])
        for name in ("pre-commit", "pre-merge-commit", "pre-push"):
            command = 'push "$@"' if name == "pre-push" else "staged"
            hook = self.root / ".git" / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            python = shlex.quote(sys.executable)
            hook.write_text(f"#!/bin/sh\nexec {python} -m scanner {command}\n")
            hook.chmod(0o755)

    def shell(self, text: str, where: str | Path = ".", **variables: str) -> Any:
        """Run `text` in a shell in the directory `where`."""
        return subprocess.run(
            ["sh", "-e", "-c", text], cwd=self.root / where, capture_output=True, text=True,
            check=False, stdin=subprocess.DEVNULL, env={**os.environ, **variables},
        )  # fmt: skip

    def stopped(self, text: str, where: str | Path = ".", **variables: str) -> list[str]:
        """Run `text`, which has to be stopped; return the commands on the screen."""
        done = self.shell(text, where, **variables)
        said = done.stdout + done.stderr
        assert done.returncode != 0, said
        assert " stopped: " in said, said
        return self.commands(said)

    @staticmethod
    def commands(screen: str) -> list[str]:
        """Return the commands under `Take it out`, as they are printed."""
        part = screen.split("\nTake it out", 1)[1].split("\nMeant to be there", 1)[0]
        lines = part.splitlines()[1:]
        return [line[4:] for line in lines if line.startswith("    ") and line[4] != " "]

    def passes(self, text: str, where: str | Path = ".", **variables: str) -> str:
        """Run `text`, which has to succeed; return what it printed."""
        done = self.shell(text, where, **variables)
        assert done.returncode == 0, (text, done.stdout, done.stderr)
        printed: str = done.stdout + done.stderr
        return printed

    def names(self, revision: str = "HEAD") -> list[str]:
        """Return the paths in a commit."""
        return str(self.git("ls-tree", "-r", "-z", "--name-only", revision)).split("\0")[:-1]


@pytest.fixture
def walk(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Walk:
    return Walk(repository, monkeypatch)
