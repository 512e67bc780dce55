"""What other scanners call a baseline, an ignore file or an allow list: one module for each.

Each module says what it reads in its `IMPORTER`; a file is given to one after the other until one
knows its form. To add a scanner: a module, its name in `IMPORTERS`, its test, and a row in
docs/baseline.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scanner.baseline.imports.interface import Content, Imported, Importer

IMPORTERS: Final = {
    "detect-secrets": "scanner.baseline.imports.detect_secrets",
    "betterleaks": "scanner.baseline.imports.betterleaks",
    "gitleaks": "scanner.baseline.imports.gitleaks",
    "kingfisher": "scanner.baseline.imports.kingfisher",
    "trufflehog": "scanner.baseline.imports.trufflehog",
    "secretlint": "scanner.baseline.imports.secretlint",
}
"""Name of each scanner, to its module; in the order in which they look at a file."""


def importer(name: str) -> Importer:
    """Return the importer called `name`."""
    found: Importer = import_module(IMPORTERS[name]).IMPORTER
    return found


def read(content: Content, names: tuple[str, ...]) -> tuple[str, Imported] | None:
    """Return which of the importers called `names` knows the `content`, and what is in it."""
    for name in names:
        imported = importer(name).read(content)
        if imported is not None:
            return name, imported
    return None
