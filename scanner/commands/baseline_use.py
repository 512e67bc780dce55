"""The baseline that applies to a scan, and what it does to the report."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from scanner.baseline.baseline_file import parse, read
from scanner.baseline.matching import applied
from scanner.git.work_tree import find_work_tree
from scanner.settings import BASELINE_NAME

if TYPE_CHECKING:
    from scanner.findings import Report
    from scanner.settings import Settings


def accept(report: Report, named: str, settings: Settings) -> Report:
    """Return `report` without what the baseline accepts; raises ConfigError.

    It is the file at `named`, or without a name that of the commit of `settings`, if it has one.
    """
    if named and (not settings.commit or os.path.isabs(named)):
        return applied(report, read(named, shown_name(named)).entries, shown_name(named), today())

    from scanner.commands.base_commit import content_at

    name = named or BASELINE_NAME
    content = content_at(settings.commit, name, is_required=bool(named))
    if content is None:
        return report
    shown = f"{name} of {settings.commit[:8]}"
    return applied(report, parse(content, shown).entries, name, today())


def today() -> str:
    """Return the day in UTC, which is the same for everybody who scans now: `2026-11-28`."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def shown_name(path: str) -> str:
    """Return what reports call the file at `path`: nothing of directories of this machine."""
    full = os.path.abspath(path)
    for root in (find_work_tree("."), os.path.realpath("."), os.getcwd()):
        if root and full.startswith(os.path.join(root, "")):
            return full[len(os.path.join(root, "")) :].replace(os.sep, "/")
    return os.path.basename(path)
