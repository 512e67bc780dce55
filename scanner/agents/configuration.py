"""The hooks of keycatch in the configuration of a tool: adding them, taking them out, looking.

Everything else in the file stays as it is, byte for byte. What is not understood is not touched.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from typing import TYPE_CHECKING, Any, Final

from scanner.agents.json_edit import append, parse, remove
from scanner.errors import KeycatchError
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.agents.interface import Agent
    from scanner.agents.json_edit import Path

_HOOKS: Final = "hooks"
_COMMANDS: Final = ("command", "bash", "powershell")
_OURS: Final = re.compile(r"keycatch(?:\.exe)?['\"]?\s+agent-hook\b", re.IGNORECASE)
_BOM: Final = "\ufeff"


class AgentError(KeycatchError):
    """The configuration of a tool cannot be read or written, or is not what it has to be."""


def command_for(name: str, program: str) -> str:
    """Return the line that a shell runs: `program` is a path, or empty for the one on the PATH.

    Whatever goes wrong, a program that is not there too, ends with 2: with 1, 126 or 127 the tools
    go on as if nothing had been said. The same words serve sh, zsh, fish and cmd.
    """
    return f"{_quoted(program) if program else 'keycatch'} agent-hook {name} || exit 2"


def _quoted(program: str) -> str:
    if os.name != "nt":
        return shlex.quote(program)
    # Neither cmd nor PowerShell knows single quotes as sh does; no path on Windows has double ones.
    return f'"{program}"' if " " in program else program


def program_of(command: str) -> str:
    """Return the path of the program in a command of `command_for`; empty for one on the PATH."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    return words[0] if words and words[0] != "keycatch" else ""


def new_text(agent: Agent, command: str) -> str:
    """Return a whole file with the hooks."""
    hooks: dict[str, Any] = {}
    for entry in agent.entries(command):
        hooks.setdefault(entry.event, []).append(entry.hook)
    return json.dumps({**agent.frame, _HOOKS: hooks}, indent=2, ensure_ascii=False) + "\n"


def with_hooks(agent: Agent, path: str, text: str | None, command: str) -> str:
    """Return `text`, the content of the file at `path`, with every hook in it once.

    An entry with the same command is left as it is, with a matcher or timeout that was changed.
    Raises AgentError.
    """
    if text is None or not text.strip():
        return new_text(agent, command)
    mark, text = _marked(text)
    before = document = _checked(agent, path, text)

    wanted = list(agent.entries(command))
    for place, hook in reversed(list(ours(document))):
        event = place[1]
        same = next((entry for entry in wanted if entry.event == event), None)
        if same and _commands(hook) == _commands(_handler(same.hook)):
            wanted.remove(same)
        else:
            text = _taken_out(text, place)
    for key, value in agent.frame.items():
        if key not in document:
            raise AgentError(f'{printable(path)} has no "{key}": add "{key}": {value} to it')
    for entry in wanted:
        place = (_HOOKS, entry.event)
        text = append(text, place, entry.hook)
    _require_rest(path, before, text)
    return mark + text


def without_hooks(agent: Agent, path: str, text: str) -> str | None:
    """Return `text` without any hook of keycatch; None where nothing else was ever in it.

    Raises AgentError.
    """
    mark, text = _marked(text)
    before = document = _checked(agent, path, text)
    found = list(ours(document))
    if found:
        program = _commands(found[0][1])[0]
        if text == new_text(agent, program):
            return None
    for place, _ in reversed(found):
        text = _taken_out(text, place)
    _require_rest(path, before, text)
    return mark + text


def events_of(agent: Agent, path: str, text: str) -> dict[str, str]:
    """Return each event in which keycatch is called, to the command. Raises AgentError."""
    document = _checked(agent, path, _marked(text)[1])
    return {str(place[1]): _commands(hook)[0] for place, hook in ours(document)}


def is_switched_off(text: str) -> bool:
    """Return whether the file says that no hook in it runs."""
    try:
        document = parse(_marked(text)[1])
    except ValueError:
        return False
    return isinstance(document, dict) and document.get("disableAllHooks") is True


def ours(document: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield where each hook of keycatch is, and the hook, in the order of the file."""
    for event, listed in document.get(_HOOKS, {}).items():
        for number, group in enumerate(listed if isinstance(listed, list) else ()):
            if not isinstance(group, dict):
                continue
            if _is_ours(group):
                yield (_HOOKS, event, number), group
            inner = group.get(_HOOKS)
            for each, hook in enumerate(inner if isinstance(inner, list) else ()):
                if isinstance(hook, dict) and _is_ours(hook):
                    yield (_HOOKS, event, number, _HOOKS, each), hook


def _handler(hook: dict[str, Any]) -> dict[str, Any]:
    """Return what has the command: the hook itself, or the one in a matcher group."""
    inner = hook.get(_HOOKS)
    return inner[0] if isinstance(inner, list) else hook


def _is_ours(hook: dict[str, Any]) -> bool:
    return any(_OURS.search(command) for command in _commands(hook))


def _commands(hook: dict[str, Any]) -> list[str]:
    return [hook[key] for key in _COMMANDS if isinstance(hook.get(key), str)]


def _taken_out(text: str, place: Path) -> str:
    """Return `text` without the member at `place`, and without what is empty then."""
    while True:
        text = remove(text, place)
        place = place[:-1]
        if not place or _at(parse(text), place):
            return text
        if len(place) > 1 and place[-1] == _HOOKS:
            place = place[:-1]  # a matcher group, which is nothing without its hooks


def _at(document: Any, place: Path) -> Any:
    for key in place:
        document = document[key]
    return document


def _marked(text: str) -> tuple[str, str]:
    """Return the byte order mark that some editors write, or nothing, and the rest."""
    return (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)


def _checked(agent: Agent, path: str, text: str) -> dict[str, Any]:
    """Return the document, if it has the form that the tool documents; raises AgentError."""
    by_hand = f"add by hand what `keycatch agent install {agent.name} --print` shows"
    try:
        document = parse(text)
    except ValueError as error:
        why = f"is not plain JSON ({printable(str(error))})"
        raise AgentError(f"{printable(path)} {why}, so nothing was written: {by_hand}") from None

    if not isinstance(document, dict):
        raise AgentError(f"{printable(path)} is not an object of JSON: {by_hand}")
    version = agent.frame.get("version")
    if version is not None and document.get("version", version) != version:
        raise AgentError(
            f"{printable(path)} has a version other than {version}, which this keycatch does not "
            f"know: {by_hand}"
        )
    hooks = document.get(_HOOKS, {})
    if not isinstance(hooks, dict):
        raise AgentError(f'"hooks" in {printable(path)} is not an object: {by_hand}')
    for event, listed in hooks.items():
        if not isinstance(listed, list) and event in {e.event for e in agent.entries("")}:
            where = f'"{printable(event)}" in {printable(path)}'
            raise AgentError(f"{where} is not a list of hooks: {by_hand}")
    return document


def _require_rest(path: str, before: dict[str, Any], text: str) -> None:
    """Raise AgentError unless `text` is JSON and differs from `before` in our hooks only."""
    try:
        is_same = _rest(parse(text)) == _rest(before)
    except ValueError:
        is_same = False
    if not is_same:
        raise AgentError(f"{printable(path)} could not be edited safely, so nothing was written")


def _rest(document: dict[str, Any]) -> dict[str, Any]:
    """Return `document` without our hooks, and without what is empty then."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for place, _ in reversed(list(ours(copy))):
        while place:
            container = _at(copy, place[:-1])
            del container[place[-1]]
            place = place[:-1]
            if place and isinstance(place[-1], int):
                if _at(copy, place).get(_HOOKS):
                    break
            elif place and _at(copy, place):
                break
    # What was empty before may have got a hook, and be gone without it.
    kept = {event: listed for event, listed in copy.pop(_HOOKS, {}).items() if listed != []}
    return {**copy, _HOOKS: kept} if kept else copy
