"""The report formats by name. A format is imported when it is asked for and not before.

To add one: a module with a function `render` (see `scanner.reports.interface.Renderer`), a line in
`FORMATS`, and golden files made by its test.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.reports.interface import Renderer

FORMATS: Final[dict[str, str]] = {
    "text": "scanner.reports.text",
    "json": "scanner.reports.json_report",
    "sarif": "scanner.reports.sarif",
    "github": "scanner.reports.github",
}
"""Name of the format, as `--format` takes it, to the module that renders it."""


def load(name: str) -> Renderer:
    """Return the renderer of the format called `name`; `UsageError` where there is none."""
    module = FORMATS.get(name)
    if module is None:
        raise UsageError(f"there is no report format {name!r}: choose one of {', '.join(FORMATS)}")
    renderer: Renderer = import_module(module).render
    return renderer
