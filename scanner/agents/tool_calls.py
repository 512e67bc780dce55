"""What the call of a tool carries: the files that it would write, and everything else.

The tools are many, and most come from elsewhere (MCP). So what a call does is taken from the names
of its arguments: a path with a content is a file to be written, a path with an old and a new text
is an edit. Whatever is left is looked into as it is.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

from scanner.agents.interface import CALL, Event, Piece, text_of
from scanner.files import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH: Final = (
    "file_path", "filePath", "path", "notebook_path", "target_file", "filename", "target_notebook",
)  # fmt: skip
_CONTENT: Final = ("content", "contents", "file_text", "new_source", "code_edit")
_COMMAND: Final = ("command", "cmd", "script")
_PAIRS: Final = (
    ("old_string", "new_string"), ("old_str", "new_str"), ("oldString", "newString"),
    ("oldText", "newText"),
)  # fmt: skip
"""Arguments of tools that write: Claude Code's Write, Edit, MultiEdit and NotebookEdit, Cursor's
Write, Copilot's create, edit and str_replace_editor, and the usual servers of MCP for files."""

_LARGEST: Final = 8 << 20
"""Bytes of a file up to which an edit is looked at in the whole of it."""
_LINES: Final = re.MULTILINE | re.DOTALL
_PATCH: Final = re.compile(r"^\*\*\* Begin Patch[ \t]*\n(.*?)^\*\*\* End Patch", _LINES)
"""The patch of apply_patch, alone or in a command, as Codex and Copilot have it."""
_PATCHED: Final = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.*)$", re.MULTILINE)


def event_of_call(name: str, tool: str, arguments: Any, folder: str) -> Event:
    """Return the event of the call of `tool` with `arguments`; `name` is the tool's name of it."""
    if isinstance(arguments, str):
        arguments = _parsed(arguments)
    if not isinstance(arguments, dict):
        arguments = {"arguments": arguments}
    rest = dict(arguments)

    files = list(_files(rest, folder))
    commands = [_command(rest.pop(key)) for key in _COMMAND if key in rest]
    texts = []
    for command in commands:
        files.extend(_patched(command, folder))
        texts.append(Piece("the command", _PATCH.sub("", command)))
    for key in [key for key, value in rest.items() if _PATCH.search(text_of(value))]:
        files.extend(_patched(rest.pop(key), folder))
    if rest:
        shown = json.dumps(rest, ensure_ascii=False, indent=1)
        texts.append(Piece(f"the arguments of {tool}" if tool else "the arguments", shown))

    what = "this edit" if files else "this command" if commands else f"this call of {tool}"
    pieces = (*files, *(piece for piece in texts if piece.text.strip()))
    return Event(CALL, name, what, pieces, folder)


def read_file(path: str) -> str | None:
    """Return the text of the file at `path`; None where there is none, or none to be looked at."""
    try:
        content = read_regular(path, _LARGEST + 1)
    except (OSError, ValueError):
        return None
    return content.decode("utf-8", "surrogateescape") if len(content) <= _LARGEST else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {"arguments": text}


def _command(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(text_of, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _files(arguments: dict[str, Any], folder: str) -> Iterator[Piece]:
    """Yield the files that would be written, and take what says so out of `arguments`."""
    key = next((key for key in _PATH if text_of(arguments.get(key))), "")
    if not key:
        return
    named = arguments[key]
    path = os.path.join(folder, named)

    edits = list(_edits(arguments))
    content = next((name for name in _CONTENT if isinstance(arguments.get(name), str)), "")
    if not edits and not content:
        return
    del arguments[key]
    before = read_file(path)
    if content:
        yield Piece(named, arguments.pop(content), path, before or "")
    if edits:
        yield _edited(named, path, before, edits)


def _edits(arguments: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Yield each old text, the new one, and whether it is replaced everywhere."""
    listed = arguments.get("edits")
    several = listed if isinstance(listed, list) else []
    found = 0
    for each in (arguments, *several):
        for old, new in _PAIRS:
            if isinstance(each, dict) and isinstance(each.get(new), str):
                everywhere = bool(each.get("replace_all") or each.get("replaceAll"))
                yield text_of(each.pop(old, "")), each.pop(new), everywhere
                found += each is not arguments
    if found:
        del arguments["edits"]


def _edited(named: str, path: str, before: str | None, edits: list[tuple[str, str, bool]]) -> Piece:
    """Return the file as it would be, so that a value is seen with the name before it."""
    text = before or ""
    added = []
    for old, new, everywhere in edits:
        # The tools give line feeds alone, whatever the file has.
        for form in (str, _with_returns):
            if old and form(old) in text:
                text = text.replace(form(old), form(new), -1 if everywhere else 1)
                break
        else:
            added.append((old, new))
    if added:  # a file that is not there, or that the tool reads in another way
        text = "\n".join((text, *(new for _, new in added)))
        before = "\n".join((before or "", *(old for old, _ in added)))
    return Piece(named, text, path, before or "")


def _with_returns(text: str) -> str:
    return text.replace("\n", "\r\n")


def _patched(text: str, folder: str) -> Iterator[Piece]:
    """Yield what each file of the patches in `text` gets, with the lines around it."""
    for patch in _PATCH.finditer(text):
        parts = _PATCHED.split(patch[1])
        for named, body in zip(parts[1::2], parts[2::2], strict=True):
            path = os.path.join(folder, named.strip())
            lines = body.splitlines()
            after = "\n".join(line[1:] for line in lines if line[:1] in ("+", " "))
            before = "\n".join(line[1:] for line in lines if line[:1] in ("-", " "))
            yield Piece(named.strip(), after, path, f"{before}\n{read_file(path) or ''}")
