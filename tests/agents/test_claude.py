"""Claude Code: exit code 2 with a reason, and outputs replaced in their shape."""

from __future__ import annotations

import json
import os

import pytest

from scanner.agents import claude
from scanner.agents.interface import CALL, OUTPUT, UNKNOWN, Event, Verdict


def test_a_command_is_stopped_with_a_reason_that_helps(payload, hook, plant):
    done = hook(payload("claude", "command", f"export {plant.pair().splitlines()[1]}"), 2)
    assert not done.stdout
    for part in ("this command", "the command, line 1", "AWS_PROFILE", "environment variable"):
        assert part in done.stderr
    assert "keycatch:allow" not in done.stderr  # what an agent would do next


def test_a_prompt_is_stopped_and_not_printed(payload, hook, plant):
    said = json.loads(hook(payload("claude", "prompt", plant.pair()), 0).stdout)
    assert said["decision"] == "block"
    assert "keycatch stopped the prompt" in said["reason"]
    # With code 2 Claude Code 2.1 prints the prompt after the reason.
    assert said["hookSpecificOutput"]["suppressOriginalPrompt"] is True


def test_an_output_is_replaced_in_its_shape(payload, hook, plant):
    pair = plant.pair()
    given = payload("claude", "output", f"before\n{pair}after\n")
    said = json.loads(hook(given, 0).stdout)
    assert said["decision"] == "block"
    assert "has taken it out of the output of Bash" in said["reason"]

    output = said["hookSpecificOutput"]["updatedToolOutput"]
    assert output.keys() == given["tool_response"].keys()
    assert output["stdout"].startswith("before\naws_access_key_id = AKIA****")
    assert output["stdout"].endswith("after\n")
    assert output["interrupted"] is False


def test_what_was_written_is_not_reported_again(payload, hook, plant):
    given = payload("claude", "write", "text")
    given |= {"hook_event_name": "PostToolUse", "tool_response": {"originalFile": plant.pair()}}
    hook(given, 0)


@pytest.mark.parametrize("tool", ["MultiEdit", "NotebookEdit", "SomethingNew"])
def test_other_tools_that_write(payload, hook, plant, tool):
    given = payload("claude", "write", "text")
    given["tool_name"] = tool
    given["tool_input"] = {
        "MultiEdit": {
            "file_path": "a.py",
            "edits": [{"old_string": "", "new_string": plant.pair()}],
        },
        "NotebookEdit": {"notebook_path": "a.ipynb", "new_source": plant.pair()},
        "SomethingNew": {"deep": [{"er": plant.pair()}]},
    }[tool]
    hook(given, 2)


def test_an_event_that_cannot_carry_anything_goes_on():
    event = claude.read({"hook_event_name": "Stop"})
    assert event.kind == UNKNOWN
    assert claude.answer(event, Verdict()).code == 0


def test_other_events_that_carry_something(payload, hook, plant):
    given = payload("claude", "prompt", "") | {"hook_event_name": "UserPromptExpansion"}
    hook(given | {"command_args": plant.pair()}, 2)
    given = payload("claude", "output", "") | {"hook_event_name": "PostToolUseFailure"}
    assert "found it in" in hook(given | {"error": f"Exit code 1\n{plant.pair()}"}, 2).stderr


def test_an_output_without_a_replacement_is_described():
    answer = claude.answer(Event(OUTPUT, "PostToolUse", "it"), Verdict("why"))
    assert (answer.code, answer.stderr) == (2, "why")


def test_a_note_is_shown_to_the_user():
    answer = claude.answer(Event(CALL, "PreToolUse", "it"), Verdict(note="look"))
    assert json.loads(answer.stdout) == {"systemMessage": "look"}


def test_where_its_settings_are():
    assert claude.file("/p", {}) == os.path.join("/p", ".claude", "settings.json")
    assert claude.file("", {"CLAUDE_CONFIG_DIR": "/c"}) == os.path.join("/c", "settings.json")


def test_cursor_that_runs_its_hooks_is_answered_in_its_way(payload, hook, plant):
    given = payload("claude", "command", plant.pair()) | {"cursor_version": "2.0"}
    assert hook(given, 2, "claude").stderr
