"""Cursor: hooks in hooks.json, which answer in JSON.

Source of every fact here: https://cursor.com/docs/hooks
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from scanner.agents.interface import (
    CALL,
    OUTPUT,
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
from scanner.agents.tool_calls import event_of_call

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE: Final = "https://cursor.com/docs/hooks"

_EVENTS: Final = (
    # Before any tool, with edits among them; older versions have the events for each alone.
    "beforeSubmitPrompt", "preToolUse", "beforeShellExecution", "beforeMCPExecution",
    "beforeReadFile", "postToolUse",
)  # fmt: skip
_READS: Final = ("beforeReadFile", "beforeTabFileRead")
_DONE: Final = ("afterShellExecution", "afterMCPExecution")
_SERVER: Final = "MCP:"
"""What the names of tools begin with whose output can be replaced ("postToolUse")."""


def file(root: str, variables: Mapping[str, str]) -> str:
    """Return hooks.json of the project or of the user ("Configuration")."""
    return os.path.join(root or home_of(variables), ".cursor", "hooks.json")


def entries(command: str) -> tuple[Entry, ...]:
    """Return an entry for each event.

    With `failClosed` a hook that crashes or takes too long blocks ("Per-Script Configuration
    Options").
    """
    return tuple(
        Entry(event, {"command": command, "timeout": 30, "failClosed": True}) for event in _EVENTS
    )


def read(payload: dict[str, Any]) -> Event:
    """Return what the payload is about ("Reference")."""
    name, folder = text_of(payload.get("hook_event_name")), _folder(payload)
    tool, arguments = text_of(payload.get("tool_name")), payload.get("tool_input")
    if name == "beforeSubmitPrompt":
        prompt = Piece("the prompt", text_of(payload.get("prompt")))
        return Event(PROMPT, name, "the prompt", (prompt,), folder)
    if name in ("preToolUse", "beforeMCPExecution"):
        return event_of_call(name, tool, arguments, folder)
    if name == "beforeShellExecution":
        return event_of_call(name, "Shell", {"command": payload.get("command")}, folder)
    if name == "subagentStart":
        return event_of_call(name, "Task", {"task": payload.get("task")}, folder)
    if name in _READS:
        path = text_of(payload.get("file_path"))
        piece = Piece(path, text_of(payload.get("content")), os.path.join(folder, path))
        return Event(READ, name, "this file", (piece,), folder)
    if name == "afterFileEdit":
        event = event_of_call(name, "", {**payload, "path": payload.get("file_path")}, folder)
        files = tuple(piece._replace(before="") for piece in event.pieces if piece.path)
        return Event(OUTPUT, name, "this edit", files, folder)
    if name in _DONE:
        value = payload.get("output", payload.get("result_json"))
        event = event_of_output(name, tool or "Shell", arguments, _parsed(value), folder)
        return event._replace(output=None)
    if name == "postToolUse":
        # It arrives as JSON in a text, and what replaces it is the value.
        value = _parsed(payload.get("tool_output"))
        event = event_of_output(name, tool, arguments, value, folder)
        return event if tool.startswith(_SERVER) else event._replace(output=None)
    return Event(UNKNOWN, name, name, (), folder)


def _folder(payload: dict[str, Any]) -> str:
    roots = payload.get("workspace_roots")
    first = text_of(roots[0]) if isinstance(roots, list) and roots else ""
    return text_of(payload.get("cwd")) or first


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


def answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer: JSON with code 0, which each event has its own form of.

    A permission is printed where there is nothing to say as well: with `failClosed` an answer that
    is not JSON blocks. An output is replaced for tools of MCP, and described for others.
    """
    reason = verdict.reason
    said: dict[str, Any]
    if event.kind == PROMPT:
        said = {"continue": not reason, **({"user_message": reason} if reason else {})}
    elif event.kind in (CALL, READ):
        said = {"permission": "deny" if reason else "allow"}
        if reason:
            said |= {"user_message": reason, "agent_message": reason}
    else:
        said = {"additional_context": reason} if reason else {}
        if reason and isinstance(verdict.output, dict):
            said["updated_mcp_tool_output"] = verdict.output
    return Answer(0, json.dumps(said), verdict.note)


AGENT: Final = Agent("cursor", REFERENCE, file, {"version": 1}, entries, read, answer)
