"""The text of commands: whether they change anything, and how to break them into lines."""

from __future__ import annotations

import re
from typing import Final

# Service and operation of each call of the AWS CLI, also in a loop or a substitution.
_AWS: Final = re.compile(r"(?:^|[\s(;])aws ([a-z0-9-]+) ([a-z0-9-]+)")
# Beginnings of operations that change nothing. The credential report is made and kept by IAM, and
# is nothing but a table of what there is.
_LOOKS: Final = ("describe-", "generate-credential-report", "get-", "list-", "lookup-")
# Beginnings of commands other than `aws` that change nothing but the shell itself.
_HARMLESS: Final = ("keycatch history --verify-removed", "openssl ", "echo ", "printf ", "unset ")
_ASSIGNS: Final = re.compile("[A-Z_]+=")
# What is in quotes matches as a whole and so hides the blanks in it; groups are places to break at.
_BREAK: Final = re.compile(r"""'[^']*'|"[^"]*"|( )(?=--)|(?<=;)( )|(?<=\|)( )""")


def changes(command: str) -> bool:
    """Return whether `command` changes anything, rather than only show something."""
    operations = [operation for _, operation in _AWS.findall(command)]
    if operations:
        return not all(operation.startswith(_LOOKS) for operation in operations)

    return not command.startswith(_HARMLESS) and not _ASSIGNS.match(command)


def lines(command: str, width: int) -> list[str]:
    r"""Return `command` in lines of up to `width` columns, all but the last with a `\` at the end.

    It is broken before options and after `;` and `|`, outside of quotes only. A part without such a
    place stays longer than `width`.
    """
    if len(command) <= width:
        return [command]

    broken: list[str] = []
    line = ""
    for part in _parts(command):
        room = width - 2 - (2 if broken else 0)  # for the backslash, and for the indent of the rest
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
    """Return `command` in pieces that are not broken any further."""
    parts = []
    start = 0
    for match in _BREAK.finditer(command):
        if match[1] or match[2] or match[3]:
            parts.append(command[start : match.start()])
            start = match.end()
    return [*parts, command[start:]]
