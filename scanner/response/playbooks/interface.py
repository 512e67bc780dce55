"""What a playbook is: what to do about one kind of credential, as steps with their commands.

Texts and commands are made by playbooks, and nothing in them comes from a report: what a report
says enters a command as the value of a shell variable, which `scanner.response.variables` writes.
A text may have code between backquotes and nothing else of Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.response.cases import Case


class Step(NamedTuple):
    """One thing to do."""

    id: str
    """Stable, for programs: the same thing has the same ID in every playbook."""
    title: str
    text: tuple[str, ...]
    """Sentences: why, what to look at, what not to do."""
    commands: tuple[str, ...] = ()
    """Lines for a POSIX shell, in their order."""


class Playbook(NamedTuple):
    """What to do about one kind of credential."""

    title: str
    """What the credential is."""
    steps: Callable[[Case], Iterator[Step]]
    instead: tuple[str, ...] = ()
    """What to use in its place, in sentences."""
    by_path: bool = False
    """Whether the files it stands in tell what else would have done: see `prevention`."""
