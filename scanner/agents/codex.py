"""OpenAI Codex: hooks in hooks.json, of the shape of Claude Code's.

Sources: https://developers.openai.com/codex/hooks, and for what happens without a reason on
standard error https://github.com/openai/codex (codex-rs/hooks/src/events).
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from scanner.agents import claude
from scanner.agents.interface import Agent, Answer, Entry, Event, Verdict, home_of

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE: Final = "https://developers.openai.com/codex/hooks"


def file(root: str, variables: Mapping[str, str]) -> str:
    """Return hooks.json next to a config.toml ("Where Codex looks for hooks")."""
    if root:
        return os.path.join(root, ".codex", "hooks.json")
    folder = variables.get("CODEX_HOME") or os.path.join(home_of(variables), ".codex")
    return os.path.join(folder, "hooks.json")


def entries(command: str) -> tuple[Entry, ...]:
    """Return a matcher group for each event; `timeout` is in seconds ("Config shape")."""
    return claude.entries(command)


def read(payload: dict[str, Any]) -> Event:
    """Return what the payload is about.

    `Bash` and `apply_patch` have it in `tool_input.command` ("PreToolUse").
    """
    if payload.get("tool_name") == "apply_patch" and payload.get("hook_event_name") == _AFTER:
        return claude.read({**payload, "tool_name": "Write"})  # it repeats the names of files
    return claude.read(payload)


_AFTER: Final = "PostToolUse"


def answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer: 2 blocks where standard error has a reason, and only there.

    After a tool it replaces the output with the reason ("PostToolUse"), so nothing else has to.
    """
    if not verdict.reason:
        said = json.dumps({"systemMessage": verdict.note}) if verdict.note else ""
        return Answer(0, said)
    del event
    return Answer(2, "", verdict.reason)


AGENT: Final = Agent(
    "codex",
    REFERENCE,
    file,
    {},
    entries,
    read,
    answer,
    # "Review and manage hooks"
    "Codex runs a new hook only after you trust it: start codex and enter /hooks",
)
