"""What the text report says of the baseline, and of what a change alters of its own check."""

from __future__ import annotations

from scanner.reports.text_layout import wrapped
from scanner.reports.wording import baseline_effect
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from scanner.findings import Report

_PLACES: Final = 50
"""Places that are listed of one remark: a reviewer who has more rejects the change."""


def accepted(report: Report) -> Iterator[str]:
    """Yield what the baseline accepts; nothing if it accepts nothing."""
    if report.baseline and (said := baseline_effect(report.baseline)):
        yield from wrapped("  baseline   ", printable(f"{report.baseline.file} {said}"))


def remarks(report: Report, *, only_refused: bool = False) -> Iterator[str]:
    """Yield what a reviewer of the change has to know, with places that can be clicked."""
    for remark in report.remarks:
        if only_refused and not remark.is_refused:
            continue
        label = "REFUSED" if remark.is_refused else "review"
        yield from wrapped(f"  {label:<11}", printable(remark.text))
        lines = [(path, line) for path, line in remark.places if line]
        for path, line in lines[:_PLACES]:
            yield f"             {printable(path)}:{line}\n"
        if len(lines) > _PLACES:
            yield f"             and {len(lines) - _PLACES:,} more\n"
