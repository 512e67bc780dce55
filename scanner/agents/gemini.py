"""Gemini CLI: hooks in settings.json, of the shape of Claude Code's, with names of its own.

Source of every fact here: https://geminicli.com/docs/hooks/reference/, which is docs/hooks in
https://github.com/google-gemini/gemini-cli
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from scanner.agents.interface import (
    OUTPUT,
    PROMPT,
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

REFERENCE: Final = "https://geminicli.com/docs/hooks/reference/"

_WRITERS: Final = frozenset(("write_file", "replace", "edit"))
_TIMEOUT: Final = 30_000
"""Milliseconds ("Hook configuration")."""


def file(root: str, variables: Mapping[str, str]) -> str:
    """Return the settings of the project or of the user ("Configuration schema")."""
    return os.path.join(root or home_of(variables), ".gemini", "settings.json")


def entries(command: str) -> tuple[Entry, ...]:
    """Return a definition for each event, without a matcher."""
    hook = {"type": "command", "command": command, "name": "keycatch", "timeout": _TIMEOUT}
    events = ("BeforeAgent", "BeforeTool", "AfterTool")
    return tuple(Entry(event, {"hooks": [dict(hook)]}) for event in events)


def read(payload: dict[str, Any]) -> Event:
    """Return what the payload is about ("Tool hooks", "Agent hooks")."""
    name, folder = text_of(payload.get("hook_event_name")), text_of(payload.get("cwd"))
    if name == "BeforeAgent":
        prompt = Piece("the prompt", text_of(payload.get("prompt")))
        return Event(PROMPT, name, "the prompt", (prompt,), folder)

    tool, arguments = text_of(payload.get("tool_name")), payload.get("tool_input")
    if name == "BeforeTool":
        return event_of_call(name, tool, arguments, folder)
    if name == "AfterTool" and tool in _WRITERS:
        return Event(OUTPUT, name, tool, (), folder)
    if name == "AfterTool":
        return event_of_output(name, tool, arguments, payload.get("tool_response"), folder)
    return Event(UNKNOWN, name, name, (), folder)


def answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer: 2 blocks, and standard error is the reason ("Global hook mechanics").

    After a tool it hides the result, and the reason takes its place.
    """
    del event
    if verdict.reason:
        return Answer(2, "", verdict.reason)
    return Answer(0, json.dumps({"systemMessage": verdict.note}) if verdict.note else "")


AGENT: Final = Agent("gemini", REFERENCE, file, {}, entries, read, answer)
