"""Gemini CLI: code 2 with a reason, before and after a tool."""

from __future__ import annotations

import json
import os

import pytest

from scanner.agents import gemini, recognise
from scanner.agents.interface import CALL, OUTPUT, UNKNOWN, Event, Verdict


@pytest.mark.parametrize("case", ["prompt", "command", "write", "edit", "output"])
def test_the_reason_is_on_standard_error_alone(payload, hook, plant, case):
    done = hook(payload("gemini", case, plant.pair()), 2)
    assert not done.stdout  # "Silence is Mandatory"
    assert "keycatch" in done.stderr


def test_an_output_is_replaced_by_the_reason(payload, hook, plant):
    assert "has taken it out of the output" in hook(
        payload("gemini", "output", plant.pair()), 2
    ).stderr  # fmt: skip


def test_what_was_written_is_not_reported_again(payload, hook, plant):
    hook(payload("gemini", "output", plant.pair()) | {"tool_name": "replace"}, 0)


def test_an_answer_of_the_model_is_not_retried(payload, hook):
    # Code 2 would send it back again and again.
    event = gemini.read(payload("gemini", "unknown", ""))
    assert event.kind == UNKNOWN
    assert "checked nothing" in json.loads(hook(payload("gemini", "unknown", ""), 0).stdout)[
        "systemMessage"
    ]  # fmt: skip


def test_its_events_are_its_own():
    assert recognise({"hook_event_name": "BeforeTool", "timestamp": "2026"}) == "gemini"
    assert recognise({"hook_event_name": "PreToolUse", "timestamp": "2026"}) == "copilot"


def test_every_reason_blocks():
    for kind in (CALL, OUTPUT):
        assert gemini.answer(Event(kind, "x", "it"), Verdict("why")).code == 2


def test_where_its_settings_are():
    assert gemini.file("/p", {}) == os.path.join("/p", ".gemini", "settings.json")
    assert gemini.file("", {"HOME": "/h", "USERPROFILE": "/h"}) == os.path.join(
        "/h", ".gemini", "settings.json"
    )
