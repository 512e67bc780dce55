"""Hooks in the configuration of a tool: once, next to everything else, and gone again."""

from __future__ import annotations

import json

import pytest

from scanner.agents import AGENTS, load
from scanner.agents.configuration import (
    AgentError,
    command_for,
    events_of,
    is_switched_off,
    new_text,
    program_of,
    with_hooks,
    without_hooks,
)

COMMAND = command_for("claude", "")
OTHER = {
    "permissions": {"allow": ["Bash(ls:*)"]},
    "version": 1,
    "hooks": {
        "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "lint"}]}],
        "Stop": [{"hooks": [{"type": "command", "command": "say keycatch agent-hooks"}]}],
        "preToolUse": [{"command": "lint"}],
    },
}


def install(name, text, command=COMMAND):
    return with_hooks(load(name), "file", text, command)


@pytest.mark.parametrize("name", AGENTS)
@pytest.mark.parametrize("indent", [2, "\t", None])
def test_everything_else_stays(name, indent):
    text = json.dumps(OTHER, indent=indent) + "\n"
    added = install(name, text)
    wanted = {entry.event for entry in load(name).entries("")}
    assert events_of(load(name), "file", added).keys() == wanted
    assert install(name, added) == added
    assert without_hooks(load(name), "file", added) == text


@pytest.mark.parametrize("text", ['{"version": 1}', '{\n\t"version": 1,\n\t"a": []\n}\n'])
@pytest.mark.parametrize("name", AGENTS)
def test_a_file_without_hooks_is_as_before(name, text):
    assert without_hooks(load(name), "file", install(name, text)) == text


@pytest.mark.parametrize("name", AGENTS)
def test_a_file_of_our_own_comes_and_goes(name):
    text = install(name, None)
    assert text == install(name, "") == install(name, text)
    assert without_hooks(load(name), "file", text) is None


def test_an_entry_that_was_changed_stays():
    document = json.loads(new_text(load("claude"), COMMAND))
    document["hooks"]["PreToolUse"][0]["matcher"] = "Bash"
    text = json.dumps(document, indent=1)
    assert install("claude", text) == text


def test_a_call_of_an_old_program_is_replaced():
    old = install("claude", json.dumps(OTHER, indent=2), command_for("claude", "/old/keycatch"))
    new = install("claude", old)
    assert set(events_of(load("claude"), "file", new).values()) == {COMMAND}
    assert without_hooks(load("claude"), "file", new) == json.dumps(OTHER, indent=2)


def test_a_hook_in_a_group_of_others_is_taken_out_alone():
    document = json.loads(json.dumps(OTHER))
    ours = {"type": "command", "command": "/x/keycatch agent-hook claude"}
    document["hooks"]["PreToolUse"][0]["hooks"].append(ours)
    text = without_hooks(load("claude"), "file", json.dumps(document, indent=2))
    assert text == json.dumps(OTHER, indent=2)


def test_empty_lists_get_an_entry():
    added = install("claude", '{"hooks": {"PreToolUse": []}}')
    assert len(json.loads(added)["hooks"]["PreToolUse"]) == 1


def test_a_byte_order_mark_stays():
    added = install("claude", "\ufeff{}")
    assert added.startswith("\ufeff{")
    assert install("claude", added) == added


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("claude", "// mine\n{}", "not plain JSON"),
        ("claude", '{"hooks": {}, "hooks": {}}', "not plain JSON"),
        ("claude", "[]", "not an object"),
        ("claude", '{"hooks": []}', "is not an object"),
        ("claude", '{"hooks": {"PreToolUse": {}}}', "not a list"),
        ("cursor", '{"version": 2, "hooks": {}}', "version other than 1"),
        ("cursor", '{"hooks": {}}', 'no "version"'),
        ("copilot", '{"version": "1"}', "version other than 1"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_remedy(name, text, why):
    with pytest.raises(AgentError, match=why) as refused:
        install(name, text)
    assert "add" in str(refused.value)


def test_the_command_ends_with_2_whatever_happens():
    assert COMMAND == "keycatch agent-hook claude || exit 2"
    assert program_of(COMMAND) == ""
    assert program_of(command_for("claude", "/it's/keycatch")) == "/it's/keycatch"


def test_a_switch_is_seen():
    assert is_switched_off('{"disableAllHooks": true}')
    assert not is_switched_off('{"disableAllHooks": false}')
    assert not is_switched_off("no")
