"""Claude Code: hooks in settings.json, which exit with 2 or answer in JSON.

Source of every fact here: https://code.claude.com/docs/en/hooks
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

REFERENCE: Final = "https://code.claude.com/docs/en/hooks"

WRITERS: Final = frozenset(("Write", "Edit", "MultiEdit", "NotebookEdit"))
"""Tools whose output repeats what was written, and what had been there before."""
_TIMEOUT: Final = 30
"""Seconds; the tool goes on after it, so it is far more than any payload takes."""


def file(root: str, variables: Mapping[str, str]) -> str:
    """Return the settings: of the project, or of the user ("Hook locations")."""
    if root:
        return os.path.join(root, ".claude", "settings.json")
    folder = variables.get("CLAUDE_CONFIG_DIR") or os.path.join(home_of(variables), ".claude")
    return os.path.join(folder, "settings.json")


def entries(command: str) -> tuple[Entry, ...]:
    """Return a matcher group for each event, without a matcher: tools of MCP come and go."""
    hook = {"type": "command", "command": command, "timeout": _TIMEOUT}
    events = ("UserPromptSubmit", "PreToolUse", "PostToolUse")
    return tuple(Entry(event, {"hooks": [dict(hook)]}) for event in events)


def read(payload: dict[str, Any]) -> Event:
    """Return what the payload is about ("Hook input and output")."""
    name, folder = text_of(payload.get("hook_event_name")), text_of(payload.get("cwd"))
    if name in ("UserPromptSubmit", "UserPromptExpansion"):
        typed = (payload.get("prompt"), payload.get("command_args"))
        prompt = Piece("the prompt", "\n".join(filter(None, map(text_of, typed))))
        return Event(PROMPT, name, "the prompt", (prompt,), folder)

    tool = text_of(payload.get("tool_name"))
    arguments = payload.get("tool_input")
    if name in ("PreToolUse", "PermissionRequest"):
        return event_of_call(name, tool, arguments, folder)
    if name == "PostToolUse" and tool not in WRITERS:
        return event_of_output(name, tool, arguments, payload.get("tool_response"), folder)
    if name == "PostToolUseFailure":  # what it says cannot be replaced
        event = event_of_output(name, tool, arguments, payload.get("error"), folder)
        return event._replace(output=None)
    return Event(UNKNOWN if name != "PostToolUse" else OUTPUT, name, name, (), folder)


def answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer: exit code 2 blocks and stderr is the reason ("Exit code output").

    A prompt is blocked in JSON, which keeps it out of what is printed ("UserPromptSubmit decision
    control"). An output cannot be blocked: JSON replaces it, with a value of the same shape, and
    says why ("PostToolUse decision control").
    """
    if not verdict.reason:
        return Answer(0, json.dumps({"systemMessage": verdict.note}) if verdict.note else "")

    specific: dict[str, Any] = {"hookEventName": event.name}
    if event.name == "UserPromptSubmit":
        # With code 2 the prompt is printed after the reason, into the log of a job as well.
        specific["suppressOriginalPrompt"] = True
    elif event.kind == OUTPUT and verdict.output is not None:
        specific["updatedToolOutput"] = verdict.output
    else:
        return Answer(2, "", verdict.reason)
    blocked = {"decision": "block", "reason": verdict.reason, "hookSpecificOutput": specific}
    return Answer(0, json.dumps(blocked))


AGENT: Final = Agent("claude", REFERENCE, file, {}, entries, read, answer)
