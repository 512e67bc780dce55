"""Windsurf: code 2 with a reason, for each of the hooks of Cascade."""

from __future__ import annotations

import os

import pytest

from scanner.agents import windsurf
from scanner.agents.interface import CALL, READ, Event, Verdict


@pytest.mark.parametrize("case", ["prompt", "command", "edit", "server", "output"])
def test_the_reason_is_on_standard_error(payload, hook, plant, case):
    done = hook(payload("windsurf", case, plant.pair()), 2)
    assert not done.stdout
    assert "keycatch" in done.stderr


def test_an_edit_is_seen_with_what_is_around_it(payload, hook, plant, tmp_path):
    (tmp_path / "file.py").write_text("aws_secret_access_key = 'CHANGEME'\n")
    hook(payload("windsurf", "edit", plant.secret(), old="CHANGEME"), 2)
    hook(payload("windsurf", "edit", "from_the_vault()", old="'CHANGEME'"), 0)


def test_a_file_is_looked_at_before_it_is_read(payload, hook, plant, tmp_path):
    given = payload("windsurf", "command", "")
    given |= {"agent_action_name": "pre_read_code"}
    for name, text, code in (("a", plant.pair(), 2), ("b", "text\n", 0), ("c", None, 0)):
        if text:
            (tmp_path / name).write_text(text)
        hook(given | {"tool_info": {"file_path": str(tmp_path / name)}}, code)
    hook(given | {"tool_info": {"file_path": str(tmp_path)}}, 0)
    hook(given | {"tool_info": None}, 0)


def test_a_read_is_one_of_a_file():
    event = windsurf.read({"agent_action_name": "pre_read_code", "tool_info": {"file_path": "x"}})
    assert event.kind == READ
    assert event.pieces[0].path == "x"


def test_a_note_does_not_block():
    answer = windsurf.answer(Event(CALL, "x", "it"), Verdict(note="look"))
    assert (answer.code, answer.stderr) == (0, "look")


def test_where_its_hooks_are():
    assert windsurf.file("/p", {}) == os.path.join("/p", ".windsurf", "hooks.json")
    home = {"HOME": "/h", "USERPROFILE": "/h"}
    own = os.path.join("/h", ".codeium", "windsurf", "hooks.json")
    assert windsurf.file("", home) == own
