"""What a report format is: a function from what a scan concluded to the text that shows it.

A renderer yields pieces of text, which `scanner.reports.output` writes. Whatever the repository
chose (paths, names of archive members, details of notices) is made harmless on the way: escaped for
a terminal, encoded for a URI. Values are redacted unless the user asked to see them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Confidence, Report
    from scanner.rulebook.model import Rule


class View(NamedTuple):
    """How the user wants to see a report."""

    show_secrets: bool
    """Whether values are shown in full, which formats made for uploading never do."""
    color: bool
    verbosity: int
    """-1 quiet, 0 normal, 1 verbose."""
    fail_on: Confidence
    """The least confidence that makes the command fail."""
    rules: tuple[Rule, ...]
    """All rules of the scan, whether or not they found something."""
    exit_code: int
    """What the command is going to exit with."""


class Renderer(Protocol):
    """A function that renders a report; each format module has one called `render`."""

    def __call__(self, report: Report, view: View) -> Iterator[str]:
        """Yield the text of `report`, each line ended by a line feed."""
        ...
