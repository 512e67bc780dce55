"""keycatch in the configuration of simple-git-hooks: a shell command for each hook, in JSON.

The tool writes a hook as lines of its own and the command. The hooks are written as it would write
them, so that they work at once and are current for its next run; nothing of the repository is run.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

from scanner.hooks.managed import COMMANDS, PLAIN, Edit, by_hand, read
from scanner.hooks.managers import managed_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KEY: Final = "simple-git-hooks"
_SCRIPTS: Final = (".simple-git-hooks", "simple-git-hooks")
"""Files that it reads before package.json, in this order (its README, "Add hooks")."""
_JOINED: Final = " && "
_NOT_AFTER: Final = re.compile(r"(?:^|[;&|\n({]\s*)(?:exec|exit)\b|#|&\s*$")
"""What a further command after `&&` would not be run after."""
_OWN: Final = re.compile(r'\A.*?SIMPLE_GIT_HOOKS_RC"\r?\nfi\r?\n', re.DOTALL)
"""The lines that version 2.9 and later put before a command; earlier ones put fewer."""


def edits_of(directory: str, top: str, names: Sequence[str], undo: bool) -> Iterator[Edit]:
    """Yield the edits of the configuration and of the hooks."""
    path, text, document = _configuration(top)
    commands: dict[str, Any] = document if not _is_package(path) else document[_KEY]
    if not isinstance(commands, dict):
        raise by_hand(path, "has no commands of simple-git-hooks", "`keycatch staged`")

    for name in names:
        _change(commands, name, path, undo=undo)
    after = _dumped(document, text)
    if text == after and undo:
        return
    head = _head(directory)
    yield Edit(path, text, after)
    for name in names:
        hook = os.path.join(directory, name)
        before = read(hook)
        if before is not None and managed_by(before) != _KEY:
            continue  # somebody else's, which undoing leaves alone
        yield Edit(hook, before, head + commands[name] if name in commands else None, True)


def _configuration(top: str) -> tuple[str, str, Any]:
    for name in _SCRIPTS:
        for end in ("cjs", "js", "mjs"):
            path = os.path.join(top, f"{name}.{end}")
            if os.path.exists(path):
                raise by_hand(path, "is a program", f"`{COMMANDS['pre-commit']}` to its pre-commit")
    for name in (*(f"{script}.json" for script in _SCRIPTS), "package.json"):
        path = os.path.join(top, name)
        text = read(path)
        if text is None:
            continue
        try:
            document = json.loads(text)
        except ValueError:
            raise by_hand(path, "is not JSON", f"`{COMMANDS['pre-commit']}`") from None
        if _is_package(path) and not (isinstance(document, dict) and document.get(_KEY)):
            continue
        if _dumped(document, text) != text:
            what = f"`{_JOINED.strip()} {COMMANDS['pre-commit']}` to its pre-commit"
            raise by_hand(path, "is not laid out as npm does it", what)
        return path, text, document
    raise by_hand(os.path.join(top, "package.json"), f"has no entry {_KEY}", "one")


def _is_package(path: str) -> bool:
    return os.path.basename(path) == "package.json"


def _dumped(document: Any, like: str) -> str:
    """Return `document` as npm writes it, with the indentation and line ends of `like`."""
    indent = re.search(r"^[ \t]+", like, re.MULTILINE)
    text = json.dumps(document, indent=indent[0] if indent else None, ensure_ascii=False)
    if not indent:
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    text += "\n" if like.endswith("\n") else ""
    return text.replace("\n", "\r\n") if "\r\n" in like else text


def _change(commands: dict[str, Any], name: str, path: str, *, undo: bool) -> None:
    ours = COMMANDS[name]
    command = commands.get(name, "")
    if not isinstance(command, str):
        raise by_hand(path, f"has no command as its {name}", f"`{ours}`")
    if undo:
        for line in (ours, PLAIN[name]):
            if command == line:
                del commands[name]
            elif command.endswith(_JOINED + line):
                commands[name] = command.removesuffix(_JOINED + line)
    elif not command:
        commands[name] = ours
    elif {ours, PLAIN[name]}.isdisjoint(command.split(_JOINED)):
        if _NOT_AFTER.search(command):
            raise by_hand(path, f"has a {name} after which nothing would be run", f"`{ours}`")
        commands[name] = command + _JOINED + ours


def _head(directory: str) -> str:
    """Return the lines that the tool puts before a command."""
    for name in sorted(os.listdir(directory)):
        text = read(os.path.join(directory, name)) if "." not in name else None
        if text and managed_by(text) == _KEY and (found := _OWN.match(text)):
            return found[0]
    raise by_hand(directory, "has hooks of an old simple-git-hooks", f"`{COMMANDS['pre-commit']}`")
