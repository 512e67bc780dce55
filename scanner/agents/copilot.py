"""GitHub Copilot, its CLI and its cloud agent: a file of our own with hooks.

Source of every fact here: https://docs.github.com/en/copilot/reference/hooks-reference
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from scanner.agents.interface import (
    CALL,
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

REFERENCE: Final = "https://docs.github.com/en/copilot/reference/hooks-reference"

_EVENTS: Final = ("userPromptSubmitted", "userPromptTransformed", "preToolUse", "postToolUse")
_WRITERS: Final = frozenset(("create", "edit", "str_replace_editor", "apply_patch"))
_TRANSFORMED: Final = "userPromptTransformed"


def file(root: str, variables: Mapping[str, str]) -> str:
    """Return a file in the directory of hooks, all of which are read ("Hooks locations")."""
    if root:
        return os.path.join(root, ".github", "hooks", "keycatch.json")
    folder = variables.get("COPILOT_HOME") or os.path.join(home_of(variables), ".copilot")
    return os.path.join(folder, "hooks", "keycatch.json")


def entries(command: str) -> tuple[Entry, ...]:
    """Return an entry for each event, for bash and for PowerShell ("Command hooks")."""
    # PowerShell 5 has no `||`. A code that is not 0 denies a tool all the same.
    plain = command.removesuffix(" || exit 2")
    plain = f"& {plain}" if plain.startswith(("'", '"')) else plain
    hook = {"type": "command", "bash": command, "powershell": plain, "timeoutSec": 30}
    return tuple(Entry(event, dict(hook)) for event in _EVENTS)


def read(payload: dict[str, Any]) -> Event:
    """Return what the payload is about ("Hook event input payloads").

    Its fields say which event it is: with an event in camelCase there is no name of it.
    """
    folder = text_of(payload.get("cwd"))
    tool = text_of(payload.get("toolName")) or text_of(payload.get("tool_name"))
    arguments = payload.get("toolArgs", payload.get("tool_input"))
    result = payload.get("toolResult", payload.get("tool_result"))
    if "transformedPrompt" in payload:
        text = text_of(payload["transformedPrompt"])
        where = "the prompt"
        return Event(OUTPUT, _TRANSFORMED, where, (Piece(where, text),), folder, text)
    if tool and result is not None:
        if tool in _WRITERS:
            return Event(OUTPUT, "postToolUse", tool, (), folder)
        return event_of_output("postToolUse", tool, arguments, result, folder)
    if tool and "error" not in payload:
        return event_of_call("preToolUse", tool, arguments, folder)
    if "prompt" in payload:
        piece = Piece("the prompt", text_of(payload["prompt"]))
        return Event(PROMPT, "userPromptSubmitted", "the prompt", (piece,), folder)
    return Event(UNKNOWN, text_of(payload.get("hook_event_name")), "", (), folder)


def answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer.

    A tool is denied by code 2, and the reason is in JSON ("Exit codes for command hooks"). A hook
    cannot stop a prompt: it warns the user by code 2, and rewrites what the model gets.
    """
    reason = verdict.reason
    if not reason:
        return Answer(0, "", verdict.note)
    if event.kind == CALL:
        said = {"permissionDecision": "deny", "permissionDecisionReason": reason}
        return Answer(2, json.dumps(said), reason)
    if event.name == _TRANSFORMED and text_of(verdict.output):
        said = {"modifiedTransformedPrompt": f"{verdict.output}\n\n[{reason}]"}
        return Answer(0, json.dumps(said))
    if event.kind == OUTPUT and isinstance(verdict.output, dict):
        # The shape is fixed, in the names of camelCase ("postToolUse output").
        text = verdict.output.get("textResultForLlm", verdict.output.get("text_result_for_llm"))
        result = {"resultType": "success", "textResultForLlm": text_of(text) or reason}
        return Answer(0, json.dumps({"modifiedResult": result, "additionalContext": reason}))
    return Answer(2, "", reason)


AGENT: Final = Agent(
    "copilot",
    REFERENCE,
    file,
    {"version": 1},
    entries,
    read,
    answer,
    # Seen with version 1.0.102: without trust the hooks of a project are passed over in silence.
    "Copilot runs the hooks of a project in a trusted folder only: start copilot here and trust it",
)
