"""Possible credentials: findings below the threshold, which the text report counts in one line.

They are guesses. Nobody is stopped by one, and nothing is revoked for one.
"""

from __future__ import annotations

from scanner.reports.wording import possible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.findings import Finding, Report
    from scanner.reports.interface import View


def split(report: Report, view: View) -> tuple[Report, list[Finding]]:
    """Return `report` with the findings that `view` lists, and the others."""
    hidden = [finding for finding in report.findings if _is_hidden(finding, view)]
    if not hidden:
        return report, hidden
    kept = tuple(finding for finding in report.findings if not _is_hidden(finding, view))
    return report._replace(findings=kept), hidden


def _is_hidden(finding: Finding, view: View) -> bool:
    if view.verbosity > 0 or not finding.is_below(view.fail_on):
        return False
    return view.show is None or finding.is_below(view.show)


def counted(hidden: Sequence[Finding], view: View) -> str:
    """Return how many findings are not listed, and the option that lists them."""
    lowest = min(finding.confidence for finding in hidden)
    them = "it" if len(hidden) == 1 else "them"
    return f"{possible(len(hidden), view.fail_on)}; --show {lowest.label} lists {them}"
