"""Windsurf: hooks of Cascade in hooks.json, which exit with 2.

Source of every fact here: https://docs.windsurf.com/windsurf/cascade/hooks
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from scanner.agents.interface import (
    PROMPT,
    READ,
    UNKNOWN,
    Agent,
    Answer,
    Entry,
    Event,
    Piece,
    Verdict,
    home_of,
    text_of,
)
from scanner.agents.outputs import event_of_output
from scanner.agents.tool_calls import event_of_call, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE: Final = "https://docs.windsurf.com/windsurf/cascade/hooks"

_EVENTS: Final = (
    "pre_user_prompt", "pre_write_code", "pre_run_command", "pre_mcp_tool_use", "pre_read_code",
    "post_mcp_tool_use",
)  # fmt: skip


def file(root: str, variables: Mapping[str, str]) -> str:
    """Return hooks.json of the workspace or of the user ("Configuration")."""
    if root:
        return os.path.join(root, ".windsurf", "hooks.json")
    return os.path.join(home_of(variables), ".codeium", "windsurf", "hooks.json")


def entries(command: str) -> tuple[Entry, ...]:
    """Return an entry for each event; the reason is shown to the user ("Configuration Options")."""
    return tuple(Entry(event, {"command": command, "show_output": True}) for event in _EVENTS)


def read(payload: dict[str, Any]) -> Event:
    """Return what the payload is about ("Hook Events"): there is no name of the directory in it."""
    name = text_of(payload.get("agent_action_name"))
    found = payload.get("tool_info")
    info: dict[str, Any] = found if isinstance(found, dict) else {}
    folder = text_of(info.get("cwd"))
    if name == "pre_user_prompt":
        prompt = Piece("the prompt", text_of(info.get("user_prompt")))
        return Event(PROMPT, name, "the prompt", (prompt,), folder)

    tool, arguments = text_of(info.get("mcp_tool_name")), info.get("mcp_tool_arguments")
    if name == "pre_mcp_tool_use":
        return event_of_call(name, tool, arguments, folder)
    if name == "pre_run_command":
        return event_of_call(name, "", {"command": info.get("command_line")}, folder)
    if name == "pre_write_code":
        return event_of_call(name, "", info, folder)
    if name == "pre_read_code":
        path = text_of(info.get("file_path"))  # perhaps a directory, whose files come one by one
        return Event(READ, name, "this file", (Piece(path, read_file(path) or "", path),), folder)
    if name == "post_mcp_tool_use":  # what it returned cannot be replaced
        event = event_of_output(name, tool, arguments, info.get("mcp_result"), folder)
        return event._replace(output=None)
    return Event(UNKNOWN, name, name, (), folder)


def answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer: 2 blocks before an action, and the agent sees stderr ("Exit Codes")."""
    del event
    return Answer(2, "", verdict.reason) if verdict.reason else Answer(0, "", verdict.note)


AGENT: Final = Agent("windsurf", REFERENCE, file, {}, entries, read, answer)
