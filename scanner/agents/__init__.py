"""Coding agents that can run keycatch as their hook: one module for each, named here.

A member knows the contract of one tool: which events it has, where its configuration is, how a
payload is read and how an answer is given. None of them scans anything.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from scanner.agents.interface import Agent

AGENTS: Final = {
    "claude": "Claude Code",
    "codex": "OpenAI Codex",
    "cursor": "Cursor",
    "copilot": "GitHub Copilot",
    "gemini": "Gemini CLI",
    "windsurf": "Windsurf",
}
"""Name of each member, which is also that of its module here, to what people call it."""


def load(name: str) -> Agent:
    """Return the member called `name`."""
    agent: Agent = import_module(f"{__name__}.{name}").AGENT
    return agent


def recognise(payload: dict[str, Any]) -> str:
    """Return the name of the member whose payload this is.

    The payload decides, and not the configuration that the hook was written to: Cursor runs the
    hooks of Claude Code too (https://cursor.com/docs/reference/third-party-hooks), and so does
    Copilot (https://docs.github.com/en/copilot/reference/hooks-reference).
    """
    if "agent_action_name" in payload:
        return "windsurf"
    name = payload.get("hook_event_name")
    if "cursor_version" in payload or "conversation_id" in payload:
        # Its own events are in camelCase; those of Claude Code come with that tool's contract.
        return "claude" if isinstance(name, str) and name[:1].isupper() else "cursor"
    if isinstance(name, str) and name.startswith(("Before", "After")):
        return "gemini"
    # With an event in camelCase, Copilot's payload has no name of the event.
    if "sessionId" in payload or "toolName" in payload:
        return "copilot"
    # With one in PascalCase its time is in ISO 8601; the others have none.
    if "timestamp" in payload:
        return "copilot"
    return "codex" if "turn_id" in payload else "claude"
