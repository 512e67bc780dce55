"""The formats of a response by name. A format is imported only when it is asked for.

To add one: a module with a function `render` that takes a plan and whether to use colour and yields
text, a line in `FORMATS`, and golden files made by its test.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.response.plan import Plan

FORMATS: Final[dict[str, str]] = {
    "text": "scanner.response.formats.text",
    "markdown": "scanner.response.formats.markdown",
    "json": "scanner.response.formats.json_format",
    "html": "scanner.response.formats.html_format",
}
"""Name of the format, as `--format` takes it, to the module that renders it."""


def load(name: str) -> Callable[[Plan, bool], Iterator[str]]:
    """Return the renderer of the format called `name`."""
    renderer: Callable[[Plan, bool], Iterator[str]] = import_module(FORMATS[name]).render
    return renderer
