"""What a tool has returned: its texts, and the same value without the credentials in it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from scanner.agents.interface import OUTPUT, Event, Piece, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WITHHELD: Final = "[keycatch has taken this text out: it carries a credential]"
"""In place of a text in which the credential is not spelt out, such as an archive in base64."""
_READERS: Final = frozenset(("Read", "view", "read_file", "ReadFile"))


def event_of_output(name: str, tool: str, arguments: Any, value: Any, folder: str) -> Event:
    """Return the event of what `tool` returned; `name` is the tool's name of it."""
    path = ""
    if tool in _READERS and isinstance(arguments, dict):
        named = text_of(arguments.get("file_path")) or text_of(arguments.get("path"))
        path = os.path.join(folder, named) if named else ""
    where = f"the output of {tool}"
    pieces = [Piece(where, text, path) for text in texts(value)]
    if isinstance(value, (dict, list)) and not path:
        # With the names of the fields, which say what a value is.
        pieces.append(Piece(where, json.dumps(value, ensure_ascii=False, indent=1)))
    return Event(OUTPUT, name, where, tuple(pieces), folder, value)


def texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value of JSON."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def replaced(value: Any, change: Callable[[str], str]) -> Any:
    """Return `value` in its shape, with each text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: replaced(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [replaced(each, change) for each in value]
    return value
