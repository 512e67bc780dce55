"""Where the files of `rules/` are: next to the package in a checkout, inside it in a wheel."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def rules_directory() -> str:
    """Return the directory that holds the shipped rule files and their data."""
    installed = os.path.join(_PACKAGE, "_rules")
    if os.path.isdir(installed):
        return installed
    return os.path.join(os.path.dirname(_PACKAGE), "rules")


def data_path(name: str) -> str:
    """Return the path of the shipped data file `name`, such as `randomness.json`."""
    return os.path.join(rules_directory(), name)
