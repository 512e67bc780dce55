"""What a coding agent is to keycatch, and what goes to and fro between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROMPT: Final = "prompt"
"""What the user has typed, on its way to the model."""
CALL: Final = "call"
"""What the agent is about to do: run a command, write a file, send something to a server."""
READ: Final = "read"
"""The content of a file that the agent is about to read."""
OUTPUT: Final = "output"
"""What a tool has returned, on its way to the model."""
UNKNOWN: Final = "unknown"
"""An event that the member does not know, or in which nothing can be carried."""


class Piece(NamedTuple):
    """A text to look into."""

    where: str
    """What a message calls it: `the command`, or the path of a file."""
    text: str
    path: str = ""
    """The file whose content it is, or is to become; empty for what is not a file."""
    before: str = ""
    """What the file holds now: a credential that is in there is nothing that the edit adds."""


class Event(NamedTuple):
    """A payload, understood."""

    kind: str
    """PROMPT, CALL, READ, OUTPUT or UNKNOWN."""
    name: str
    """What the tool calls it."""
    what: str
    """What a message calls it: `the prompt`, `this command`, `this edit`, `the output of Bash`."""
    pieces: tuple[Piece, ...] = ()
    folder: str = ""
    """The directory that the agent works in; empty where the payload names none."""
    output: Any = None
    """For OUTPUT: the value that can be replaced, in the form in which the tool gave it."""


class Verdict(NamedTuple):
    """What the scan says about an event."""

    reason: str = ""
    """Why it must not go on, for the agent and for the user; empty where it may."""
    note: str = ""
    """What the user should know all the same."""
    output: Any = None
    """With a reason, for OUTPUT: the value without the credentials."""


class Answer(NamedTuple):
    """What the tool is answered. The code is 0 or 2: with 1 all of them go on."""

    code: int
    stdout: str = ""
    stderr: str = ""


class Entry(NamedTuple):
    """A hook in the configuration of a tool."""

    event: str
    hook: dict[str, Any]
    """What is put into the list of the event."""


class Agent(NamedTuple):
    """The contract of one tool."""

    name: str
    reference: str
    """The page that documents it."""
    file: Callable[[str, Mapping[str, str]], str]
    """(root of a project or empty for the user's own, environment) -> the configuration file."""
    frame: dict[str, Any]
    """What a new file holds besides the hooks."""
    entries: Callable[[str], tuple[Entry, ...]]
    """(command) -> the hooks."""
    read: Callable[[dict[str, Any]], Event]
    """(payload) -> what it is about. Raises nothing that depends on its values."""
    answer: Callable[[Event, Verdict], Answer]
    afterwards: str = ""
    """What the user has to do in the tool before the hooks run; empty for nothing."""


def text_of(value: Any) -> str:
    """Return `value` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def home_of(variables: Mapping[str, str]) -> str:
    """Return the home directory, as these tools find it."""
    import os

    return variables.get("USERPROFILE" if os.name == "nt" else "HOME") or os.path.expanduser("~")
