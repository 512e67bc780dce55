"""What a report format is: a `Format`, which every member of this package that is one declares.

A format says here all that a command has to know of it, so that no command compares names of
formats. Whatever the repository chose (paths, names of archive members, details of notices) is made
harmless by the renderer: escaped for a terminal, encoded for a URI. Values are redacted unless the
user asked to see them.
"""

from __future__ import annotations

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from scanner.findings import Report, Threshold
    from scanner.rulebook.model import Rule
else:
    Protocol = object  # it is for type checkers only


class Revision(NamedTuple):
    """The commit of HEAD, for formats that have to name one."""

    commit: str
    """All digits of its ID."""
    time: str
    """When it was committed, in UTC: `2026-05-01T12:00:00Z`."""


class Remedy(NamedTuple):
    """One thing to do, and the commands that do it."""

    sentence: str
    commands: tuple[str, ...] = ()
    """Lines for a POSIX shell that run as they are. They are printed unchanged, so whoever makes
    them sees to it that nothing in them moves a terminal or shows a credential."""


class Stop(NamedTuple):
    """What a scan stops, and how to take the credentials out of it."""

    what: str
    """`commit`, `merge` or `push`."""
    way_out: tuple[Remedy, ...]
    """In the order in which they are done."""


class View(NamedTuple):
    """How the user wants to see a report."""

    show_secrets: bool
    """Whether values are shown in full, which only a format that `shows_secrets` does."""
    color: bool
    verbosity: int
    """-1 quiet, 0 normal, 1 verbose."""
    fail_on: Threshold
    """What makes the command fail: a least confidence, or a least severity."""
    rules: tuple[Rule, ...]
    """All rules of the scan, whether or not they found something."""
    exit_code: int
    """The exit code of the command."""
    head: Revision | None = None
    """The commit of HEAD of what was scanned; None where there is none, or no format asks for it.

    A format asks by `needs_head`.
    """
    show: Threshold | None = None
    """What a text lists although it is below `fail_on`: possible credentials, which it counts."""
    stopped: Callable[[], Stop | None] | None = None
    """What the findings stop; None where they stop nothing. It asks git, so only a format that
    shows it calls it."""
    category: str = ""
    """What keeps this report apart from others of one commit, by `--category`; mostly empty."""
    repositories: tuple[str, ...] = ()
    """The repositories that the user named; nothing for that of the current directory."""


class Renderer(Protocol):
    """A function that renders a report."""

    def __call__(self, report: Report, view: View) -> Iterator[str]:
        """Yield the text of `report`, each line ended by a line feed."""


class Format(NamedTuple):
    """One report format. A module of this package that is one has it as `FORMAT`.

    A run may write several formats of one report: nothing here depends on where the text goes.
    """

    name: str
    """As `--format` takes it."""
    audience: str
    """Who or what reads it, in Markdown: the middle column of its row in docs/reports.md."""
    render: Renderer
    shows_secrets: bool = False
    """Whether `--show-secrets` shows values; not in formats that are made to be passed on."""
    needs_line_hash: bool = False
    """Whether locations have to have their `line_hash`, which costs time in the scan."""
    needs_head: bool = False
    """Whether `View.head` has to be filled, which starts git."""
    says_incomplete: bool = False
    """Whether the text itself says to a person what was not read.

    Where such a text is printed, standard error does not repeat it.
    """
    keeps_given_paths: bool = False
    """Whether paths are those that the user gave, not those from the root of the repository.

    A program that reads them starts where the scan did.
    """
    for_people: bool = False
    """Whether nobody but people reads it, so that a report of nothing may be left out."""
    after: Callable[[Report, View], str] | None = None
    """What else belongs to the format and is done once the report is written.

    It returns a sentence for standard error about what went wrong, or an empty string.
    """
