"""Commands of a plan as text: whether they change anything, and how they are broken into lines."""

from __future__ import annotations

import re
from typing import Final

_AWS: Final = re.compile(r"(?:^|[\s(;])aws ([a-z0-9-]+) ([a-z0-9-]+)")
_LOOKS: Final = ("describe-", "generate-credential-report", "get-", "list-", "lookup-")
"""How operations begin that change nothing."""
_HARMLESS: Final = ("keycatch history --verify-removed", "openssl ", "echo ", "printf ", "unset ")
_ASSIGNS: Final = re.compile("[A-Z_]+=")
_BREAK: Final = re.compile(r"""'[^']*'|"[^"]*"|( )(?=--)|(?<=;)( )|(?<=\|)( )""")


def changes(command: str) -> bool:
    """Tell whether `command` changes anything, rather than only show something."""
    operations = [operation for _, operation in _AWS.findall(command)]
    if operations:
        return not all(operation.startswith(_LOOKS) for operation in operations)
    return not command.startswith(_HARMLESS) and not _ASSIGNS.match(command)


def lines(command: str, width: int) -> list[str]:
    r"""Return `command` in lines of up to `width` columns, for the shell with a `\` at the end.

    It is broken before options and behind `;` and `|`, outside of quotes only; what has no such
    place stays as long as it is.
    """
    if len(command) <= width:
        return [command]
    broken: list[str] = []
    line = ""
    for part in _parts(command):
        room = width - 2 - (2 if broken else 0)
        if line and len(line) + 1 + len(part) > room:
            broken.append(line)
            line = part
        else:
            line = f"{line} {part}" if line else part
    broken.append(line)
    first, *rest = broken
    found = [first, *(f"  {each}" for each in rest)]
    return [*(f"{each} \\" for each in found[:-1]), found[-1]]


def _parts(command: str) -> list[str]:
    parts = []
    start = 0
    for match in _BREAK.finditer(command):
        if match[1] or match[2] or match[3]:
            parts.append(command[start : match.start()])
            start = match.end()
    return [*parts, command[start:]]
