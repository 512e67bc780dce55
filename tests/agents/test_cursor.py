"""Cursor: JSON with code 0, in the form of each event."""

from __future__ import annotations

import json
import os

import pytest

from scanner.agents import cursor
from scanner.agents.interface import CALL, Event, Verdict


def test_every_event_has_its_form(payload, hook, plant):
    pair = plant.pair()
    prompt = json.loads(hook(payload("cursor", "prompt", pair), 0).stdout)
    assert prompt["continue"] is False
    assert "keycatch stopped the prompt" in prompt["user_message"]

    for case in ("command", "write", "server", "read"):
        said = json.loads(hook(payload("cursor", case, pair), 0).stdout)
        assert said["permission"] == "deny", case
        assert said["user_message"] == said["agent_message"]


def test_permission_is_given_in_json(payload, hook):
    # With failClosed an answer that is not JSON blocks.
    assert json.loads(hook(payload("cursor", "command", "ls"), 0).stdout) == {"permission": "allow"}
    assert json.loads(hook(payload("cursor", "prompt", "hello"), 0).stdout) == {"continue": True}
    assert json.loads(hook(payload("cursor", "output", "hello"), 0).stdout) == {}


def test_an_output_of_a_server_is_replaced(payload, hook, plant):
    said = json.loads(hook(payload("cursor", "output", plant.pair()), 0).stdout)
    text = said["updated_mcp_tool_output"]["content"][0]["text"]
    assert text.startswith("aws_access_key_id = AKIA****")


def test_an_output_of_the_shell_is_only_described(payload, hook, plant):
    given = payload("cursor", "output", plant.pair()) | {"tool_name": "Shell"}
    said = json.loads(hook(given, 0).stdout)
    assert set(said) == {"additional_context"}
    assert "found it in the output of Shell" in said["additional_context"]


@pytest.mark.parametrize("event", ["afterFileEdit", "afterShellExecution", "subagentStart"])
def test_events_that_are_not_installed(payload, hook, plant, event):
    given = payload("cursor", "command", "") | {"hook_event_name": event}
    given |= {"edits": [{"old_string": "a", "new_string": plant.pair()}], "file_path": "a"}
    given |= {"output": plant.pair(), "task": plant.pair()}
    assert "keycatch" in hook(given, 0).stdout


def test_what_stops_without_a_form_stops_by_its_code(payload, hook):
    assert "not JSON" in hook(b"{", 2, "cursor").stderr


def test_a_note_is_no_answer():
    answer = cursor.answer(Event(CALL, "preToolUse", "it"), Verdict(note="look"))
    assert (json.loads(answer.stdout), answer.stderr) == ({"permission": "allow"}, "look")


def test_where_its_hooks_are():
    assert cursor.file("/p", {}) == os.path.join("/p", ".cursor", "hooks.json")
    assert all(entry.hook["failClosed"] for entry in cursor.entries("x"))
