"""Whether the hook of a tool is installed, for a project or for the user, and works."""

from __future__ import annotations

import os
from typing import Final

from scanner.agents import load
from scanner.agents.configuration import AgentError, events_of, is_switched_off, program_of
from scanner.files import open_regular
from scanner.git.work_tree import find_work_tree
from scanner.records import NamedTuple
from scanner.secret import printable

INSTALLED: Final = "installed"
MISSING: Final = "not installed"
BROKEN: Final = "broken"


class Status(NamedTuple):
    """What there is in one configuration file of a tool."""

    state: str
    """INSTALLED, MISSING or BROKEN."""
    path: str
    reason: str = ""
    """Why it is broken, in words after the path."""
    fix: str = ""
    """What mends it where installing again does not."""


def status_of(name: str, *, is_user: bool) -> Status:
    """Return the status of the tool called `name`; raises AgentError."""
    path = path_of(name, is_user=is_user)
    text = read(path)
    events = events_of(load(name), path, text) if text and text.strip() else {}
    if not events or text is None:
        return Status(MISSING, path)

    if is_switched_off(text):
        fix = f"take disableAllHooks out of {printable(path)}"
        return Status(BROKEN, path, "disableAllHooks keeps it from running", fix)
    missing = sorted({entry.event for entry in load(name).entries("")} - events.keys())
    if missing:
        return Status(BROKEN, path, f"it is not called for {', '.join(missing)}")
    for program in filter(None, map(program_of, events.values())):
        if not os.access(program, os.X_OK):
            return Status(BROKEN, path, f"{printable(program)} is not there")
    return Status(INSTALLED, path)


def path_of(name: str, *, is_user: bool) -> str:
    """Return the configuration file of a tool, for the user or for the project here."""
    root = "" if is_user else find_work_tree(".") or os.getcwd()
    return load(name).file(root, os.environ)


def read(path: str) -> str | None:
    """Return the text of the file at `path`, None without one. Raises AgentError."""
    if not os.path.lexists(path):
        return None
    try:
        with open_regular(path) as file:
            return file.read().decode("utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
    except ValueError:
        reason = "it is not text in UTF-8"
    raise AgentError(f"cannot read {printable(path)}: {reason}")
