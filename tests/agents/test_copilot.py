"""GitHub Copilot: code 2 denies a tool, and what the model gets can be rewritten."""

from __future__ import annotations

import json
import os

from scanner.agents import copilot
from scanner.agents.interface import OUTPUT, UNKNOWN, Event, Verdict


def test_a_tool_is_denied_by_code_and_by_json(payload, hook, plant):
    for case in ("command", "write", "edit", "pascal"):
        done = hook(payload("copilot", case, plant.pair()), 2)
        said = json.loads(done.stdout)
        assert said["permissionDecision"] == "deny"
        assert said["permissionDecisionReason"] == done.stderr.rstrip()


def test_arguments_may_be_json_in_a_text(payload, hook, plant):
    given = payload("copilot", "command", "")
    given["toolArgs"] = json.dumps({"command": f"export {plant.pair().splitlines()[1]}"})
    assert "this command" in hook(given, 2).stderr


def test_a_prompt_is_announced_and_rewritten(payload, hook, plant):
    assert "keycatch stopped" in hook(payload("copilot", "prompt", plant.pair()), 2).stderr
    done = hook(payload("copilot", "transformed", f"use\n{plant.pair()}"), 0)
    text = json.loads(done.stdout)["modifiedTransformedPrompt"]
    assert text.startswith("use\naws_access_key_id = AKIA****")
    assert "keycatch has taken it out of the prompt" in text


def test_an_output_is_replaced(payload, hook, plant):
    said = json.loads(hook(payload("copilot", "output", plant.pair()), 0).stdout)
    assert said["modifiedResult"]["resultType"] == "success"
    assert said["modifiedResult"]["textResultForLlm"].startswith("aws_access_key_id = AKIA****")
    assert said["additionalContext"].count("has a credential") == 1


def test_an_output_without_a_text_is_replaced_by_the_reason():
    answer = copilot.answer(Event(OUTPUT, "postToolUse", "it"), Verdict("why", output={}))
    assert json.loads(answer.stdout)["modifiedResult"]["textResultForLlm"] == "why"


def test_what_was_written_is_not_reported_again(payload, hook, plant):
    hook(payload("copilot", "output", plant.pair()) | {"toolName": "edit"}, 0)


def test_the_end_of_a_session_is_nothing_to_look_at():
    assert copilot.read({"sessionId": "x", "reason": "complete"}).kind == UNKNOWN
    assert copilot.read({"sessionId": "x", "toolName": "bash", "error": "e"}).kind == UNKNOWN


def test_where_its_hooks_are():
    assert copilot.file("/p", {}) == os.path.join("/p", ".github", "hooks", "keycatch.json")
    own = os.path.join("/c", "hooks", "keycatch.json")
    assert copilot.file("", {"COPILOT_HOME": "/c"}) == own


def test_both_shells_have_a_command():
    hook = copilot.entries("'/a b/keycatch' agent-hook copilot || exit 2")[0].hook
    assert hook["bash"] == "'/a b/keycatch' agent-hook copilot || exit 2"
    assert hook["powershell"] == "& '/a b/keycatch' agent-hook copilot"
