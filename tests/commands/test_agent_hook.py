"""`keycatch agent-hook`: it ends with 0 or 2, and with 2 whenever it could not look."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from scanner.commands import agent_hook, main

pytestmark = pytest.mark.usefixtures("clean_environment")
NESTED = b'{"a":' * 50_000 + b"1" + b"}" * 50_000


@pytest.fixture
def answer(keycatch, tmp_path):
    def run(given, *arguments, **options):
        return keycatch("agent-hook", *arguments, given=given, cwd=tmp_path, **options)

    return run


def event(**fields):
    base = {"session_id": "x", "cwd": ".", "hook_event_name": "PreToolUse", "tool_name": "Bash"}
    return json.dumps(base | fields).encode()


@pytest.mark.parametrize("tool", ["claude", "codex", "cursor", "copilot", None])
@pytest.mark.parametrize("given", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"\0", NESTED])
def test_a_payload_that_cannot_be_read_blocks(answer, given, tool):
    done = answer(given, *([tool] if tool else []))
    assert done.returncode == 2
    assert "could not check" in done.stderr


@pytest.mark.parametrize("value", [None, 3, [], {}, [[1]], "text", {"command": None}])
@pytest.mark.parametrize("field", ["tool_input", "tool_name", "cwd", "hook_event_name", "prompt"])
def test_fields_of_other_types_are_no_defect(answer, field, value):
    done = answer(event(**{field: value}))
    assert done.returncode == 0
    assert "please report" not in done.stderr


def test_a_mark_of_powershell_before_the_payload(answer, plant):
    given = b"\xef\xbb\xbf" + event(tool_input={"command": plant.pair()})
    assert answer(given).returncode == 2


def test_half_of_a_surrogate_pair(answer, plant):
    text = event(tool_input={"command": "@"}).replace(b"@", b"\\ud800 \\udfff")
    assert answer(text).returncode == 0
    pair = plant.pair().replace("\n", "\\n").encode()
    assert answer(text.replace(b"\\udfff", pair)).returncode == 2


def test_a_large_payload_is_read(answer, plant):
    text = "word " * 4_000_000
    assert answer(event(tool_input={"command": f"{text}\n{plant.pair()}"})).returncode == 2


def test_a_payload_that_is_too_large_blocks(monkeypatch, tmp_path, keycatch):
    monkeypatch.setattr(agent_hook, "LARGEST", 10)
    with (tmp_path / "payload").open("wb") as file:
        file.write(event())
    with (tmp_path / "payload").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert main(["agent-hook"]) == 2


def test_a_configuration_that_cannot_be_used_blocks_in_the_form_of_the_tool(answer, tmp_path):
    (tmp_path / ".keycatch.toml").write_text("unknown = 1\n")
    done = answer(event(tool_input={"command": "ls"}, cwd=str(tmp_path)))
    assert done.returncode == 2
    assert "unknown key" in done.stderr

    given = {"cursor_version": "1", "hook_event_name": "preToolUse", "tool_input": {"command": "x"}}
    done = answer(json.dumps(given | {"cwd": str(tmp_path)}).encode())
    assert json.loads(done.stdout)["permission"] == "deny"


def test_a_defect_blocks(monkeypatch, tmp_path, capsys):
    def fail(_):
        raise ZeroDivisionError("a secret of the payload")

    monkeypatch.setattr("scanner.commands.agent_check.check", fail)
    (tmp_path / "payload").write_bytes(event(tool_input={"command": "ls"}))
    with (tmp_path / "payload").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert main(["agent-hook"]) == 2
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "a secret" not in said


def test_wrong_usage_is_2(keycatch):
    for arguments in (("emacs",), ("--nothing",), ("claude", "x")):
        assert keycatch("agent-hook", *arguments, given=b"{}").returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_2(start, number):
    with start("agent-hook", "claude", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b"{")
        process.stdin.flush()
        time.sleep(0.4)  # until it reads, mostly
        process.send_signal(number)
        try:
            assert process.wait(30) in (2, 130)  # 130: it had not begun; the command makes it 2
        finally:
            process.kill()


def test_closed_streams(start, plant):
    done = start("agent-hook", prefix=["sh", "-c", 'exec "$@" <&-', "sh"], stdin=None)
    _, said = done.communicate(timeout=60)
    assert done.returncode == 2, said

    given = event(tool_input={"command": plant.pair()})
    shell = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh"]
    done = start("agent-hook", prefix=shell, stdin=subprocess.PIPE)
    done.communicate(given, timeout=60)
    assert done.returncode == 2


def test_the_directory_of_the_payload_counts(answer, tmp_path, plant):
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / ".keycatch.toml").write_text('disable = ["aws-access-key-pair"]\n')
    given = {"tool_input": {"command": plant.pair()}}
    assert answer(event(**given, cwd=str(tmp_path))).returncode == 2
    assert "aws-access-key-pair" not in answer(event(**given, cwd=str(project))).stderr
    assert answer(event(**given, cwd=str(tmp_path / "gone"))).returncode == 2
