"""`keycatch agent`: installing hooks of coding agents, and taking them out again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.agents import AGENTS

pytestmark = pytest.mark.usefixtures("clean_environment")
FILES = {
    "claude": ".claude/settings.json",
    "codex": ".codex/hooks.json",
    "cursor": ".cursor/hooks.json",
    "copilot": ".github/hooks/keycatch.json",
    "gemini": ".gemini/settings.json",
    "windsurf": ".windsurf/hooks.json",
}


@pytest.fixture
def agent(keycatch, repository, monkeypatch):
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments, code=0, cwd=None):
        done = keycatch("agent", *arguments, cwd=cwd or repository.root)
        assert done.returncode == code, done
        return done

    return run


@pytest.mark.parametrize("name", AGENTS)
def test_install_and_uninstall(agent, repository, name):
    path = repository.root / FILES[name]
    assert "wrote" in agent("install", name).stdout
    text = path.read_text()
    assert f"keycatch agent-hook {name} || exit 2" in text
    assert str(repository.root) not in text

    assert "unchanged" in agent("install", name).stdout
    assert path.read_text() == text
    assert "installed" in agent("status", name).stdout
    assert "removed" in agent("uninstall", name).stdout
    assert not path.exists()
    assert "not there" in agent("uninstall", name).stdout
    assert agent("status", name).stdout.count("not installed") == 2


def test_from_any_directory_of_the_project(agent, repository):
    (repository.root / "deep" / "er").mkdir(parents=True)
    agent("install", "claude", cwd=repository.root / "deep" / "er")
    assert (repository.root / FILES["claude"]).exists()


def test_a_link_is_followed_and_permissions_stay(agent, repository):
    real = repository.write("dotfiles/settings.json", '{"model": "x"}\n')
    real.chmod(0o600)
    link = repository.root / FILES["claude"]
    link.parent.mkdir()
    link.symlink_to(real)
    assert "added to" in agent("install", "claude").stdout
    assert link.is_symlink()
    assert json.loads(real.read_text())["model"] == "x"
    assert real.stat().st_mode & 0o777 == 0o600
    agent("uninstall", "claude")
    assert real.read_text() == '{"model": "x"}\n'


def test_nothing_is_written_when_one_is_refused(agent, repository):
    repository.write(FILES["cursor"], "// comment\n{}")
    done = agent("install", "claude", "cursor", code=2)
    assert "not plain JSON" in done.stderr
    assert "--print" in done.stderr
    assert not (repository.root / FILES["claude"]).exists()


def test_print_writes_nothing(agent, repository):
    shown = json.loads(agent("install", "claude", "--print").stdout)
    assert "PreToolUse" in shown["hooks"]
    assert not (repository.root / ".claude").exists()


@pytest.mark.parametrize(
    "arguments",
    [("install",), ("install", "emacs"), ("uninstall", "claude", "--print"), ("grow", "claude")],
)
def test_wrong_usage(agent, arguments):
    agent(*arguments, code=2)


def test_states_that_need_attention(agent, repository):
    agent("install", "claude")
    path = repository.root / FILES["claude"]
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "disableAllHooks": True}))
    assert "disableAllHooks" in agent("status", "claude").stdout
    assert "take it out" in agent("install", "claude").stdout

    del document["hooks"]["PostToolUse"]
    path.write_text(json.dumps(document).replace("keycatch agent", "/gone/keycatch agent"))
    assert "not called for PostToolUse" in agent("status", "claude").stdout


def test_a_file_that_cannot_be_read(agent, repository):
    repository.write(FILES["claude"], b"\xff\xfe")
    shown = agent("status", code=2).stdout
    assert "not read" in shown
    assert "cursor" in shown
    assert "not text in UTF-8" in agent("install", "claude", code=2).stderr


@pytest.mark.parametrize("name", AGENTS)
def test_for_the_user_by_the_path_of_the_program(keycatch, tmp_path, clean_environment, name):
    # A program of that name is needed; this one starts the source.
    program = tmp_path / "a b" / "keycatch"
    program.parent.mkdir()
    root = Path(__file__).resolve().parents[2]
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
        "from scanner.commands import main\nraise SystemExit(main())\n"
    )
    program.chmod(0o755)
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME")
    }

    def run(*arguments, given=""):
        return subprocess.run(
            arguments, cwd=tmp_path, env=env, capture_output=True, text=True, input=given,
            check=False,
        )  # fmt: skip

    assert run(program, "agent", "install", name, "--user").returncode == 0
    state = run(program, "agent", "status", name, "--user").stdout
    assert " installed" in state
    (path,) = list(clean_environment.rglob("*.json"))
    commands = {
        value
        for value in _strings(json.loads(path.read_text()))
        if "agent-hook" in value and "exit 2" in value
    }
    (command,) = commands

    # What the tool's shell runs: it answers, and a program that is gone blocks.
    assert run("sh", "-c", command, given="{").returncode == 2
    program.unlink()
    gone = run("sh", "-c", command, given="{}")
    assert gone.returncode == 2
    assert gone.stderr


def _strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []
