"""Adds to a file of JSON and takes out of it, and leaves every other byte as it is.

The text is edited where the document says, since what a library writes again has lost the layout
that people gave it. Whoever uses this parses the result and compares.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from scanner.records import NamedTuple

Path = tuple[str | int, ...]
"""Keys and numbers that lead to a value, from the outermost."""

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR: Final = re.compile(r"[^\s,\]}]+")
_INDENT: Final = re.compile(r"\n([ \t]+)\S")


class _Node(NamedTuple):
    """A value and where it is."""

    start: int
    end: int
    members: list[_Member]


class _Member(NamedTuple):
    """A member of an object or an array; `start` is that of the key, if it has one."""

    start: int
    key: str | int
    node: _Node

    @property
    def end(self) -> int:
        return self.node.end


def parse(text: str) -> Any:
    """Return the document; ValueError for what is not JSON, or where a key is there twice."""
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def append(text: str, path: Path, value: Any) -> str:
    """Return `text` with `value` at the end of the list at `path`.

    What is missing on the way, objects and the list itself, is made.
    """
    for depth in range(len(path) + 1):
        node = _find(text, path[:depth])
        if node is not None:
            continue
        *outer, key = path[:depth]
        inner: Any = [value]
        for name in reversed(path[depth:]):
            inner = {name: inner}
        return _insert(text, _found(text, tuple(outer)), str(key), inner)
    return _insert(text, _found(text, path), None, value)


def remove(text: str, path: Path) -> str:
    """Return `text` without the member at `path`."""
    container = _found(text, path[:-1])
    members = container.members
    number = next(n for n, member in enumerate(members) if member.key == path[-1])
    if len(members) == 1:
        return text[: container.start + 1] + text[container.end - 1 :]
    if number == len(members) - 1:
        return text[: members[number - 1].end] + text[members[number].end :]
    return text[: members[number].start] + text[members[number + 1].start :]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _insert(text: str, container: _Node, key: str | None, value: Any) -> str:
    """Return `text` with a member at the end of `container`."""
    name = "" if key is None else f"{json.dumps(key)}: "
    members = container.members
    is_flat = "\n" not in text[container.start : members[0].start] if members else "\n" not in text
    if is_flat and (members or text.strip() != "{}"):
        made = name + json.dumps(value, ensure_ascii=False)
        at = members[-1].end if members else container.start + 1
        return f"{text[:at]}{', ' if members else ''}{made}{text[at:]}"

    end = "\r\n" if "\r\n" in text else "\n"
    found = _INDENT.search(text)
    unit = found[1] if found else "  "
    outer = _indentation(text, container.start)
    inner = _indentation(text, members[0].start) if members else outer + unit
    made = json.dumps(value, ensure_ascii=False, indent=unit).replace("\n", end + inner)
    if members:
        at = members[-1].end
        return f"{text[:at]},{end}{inner}{name}{made}{text[at:]}"
    head, tail = text[: container.start + 1], text[container.end - 1 :]
    return f"{head}{end}{inner}{name}{made}{end}{outer}{tail}"


def _indentation(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _found(text: str, path: Path) -> _Node:
    node = _find(text, path)
    if node is None:
        raise ValueError("there is no such member")
    return node


def _find(text: str, path: Path) -> _Node | None:
    node = _read(text, _skip(text, 0))
    for key in path:
        member = next((member for member in node.members if member.key == key), None)
        if member is None:
            return None
        node = member.node
    return node


def _read(text: str, at: int) -> _Node:
    """Return the value at `at` of a text that is known to be JSON."""
    first = text[at]
    if first not in "{[":
        match = (_STRING if first == '"' else _SCALAR).match(text, at)
        return _Node(at, match.end() if match else at, [])

    members: list[_Member] = []
    place = _skip(text, at + 1)
    while text[place] not in "}]":
        start, key = place, len(members)
        name: str | int = key
        if first == "{":
            match = _STRING.match(text, place)
            end = match.end() if match else place
            name = json.loads(text[place:end])
            place = _skip(text, _skip(text, end) + 1)  # over the colon
        node = _read(text, place)
        members.append(_Member(start, name, node))
        place = _skip(text, node.end)
        if text[place] == ",":
            place = _skip(text, place + 1)
    return _Node(at, place + 1, members)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
