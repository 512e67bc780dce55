"""The report formats by name. A format is imported when it is asked for and not before.

To add one, write a module with a `FORMAT` (see `scanner.reports.interface.Format`) and its test,
then run `python tools/register.py`, which adds the line below and the rows in the documentation.
`tests/reports/test_registry.py` holds what every format owes its users.
"""

from __future__ import annotations

from importlib import import_module

from scanner.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.reports.interface import Format

FORMATS: Final[dict[str, str]] = {
    "text": "scanner.reports.text",
    "json": "scanner.reports.json_report",
    "sarif": "scanner.reports.sarif",
    "github": "scanner.reports.github",
    "csv": "scanner.reports.csv_report",
    "codequality": "scanner.reports.codequality",
    "gitlab": "scanner.reports.gitlab",
    "jsonl": "scanner.reports.jsonl",
    "junit": "scanner.reports.junit",
    "markdown": "scanner.reports.markdown_report",
    "html": "scanner.reports.html_report",
}
"""Name of the format, as `--format` takes it, to its module.

A table of text, because the parser of every command needs the names and hardly any run needs more
than one of the modules.
"""


def load(name: str) -> Format:
    """Return the format called `name`; raises UsageError where there is none."""
    module = FORMATS.get(name)
    if module is None:
        raise UsageError(f"there is no report format {name!r}: choose one of {', '.join(FORMATS)}")
    found: Format = import_module(module).FORMAT
    return found
