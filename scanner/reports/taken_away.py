"""What the project's own baseline and marks took out of a report, for formats without a list.

Whoever reads only the findings has to see that there are fewer than were found, and where to look.
What the configuration took away is in `scanner.reports.wording.effects`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.names import file_name
from scanner.reports.wording import baseline_effect, plural
from scanner.secret import printable
from scanner.tally import ALLOWED

if TYPE_CHECKING:
    from scanner.findings import Report

_PLACES: Final = 5
"""Places of marks in one sentence: the text and the HTML page list all that are kept."""


def taken_away(report: Report) -> list[str]:
    """Return a sentence for the baseline and one for the marks, for what took something away."""
    found = []
    if report.baseline and (said := baseline_effect(report.baseline)):
        found.append(f"the baseline {file_name(report.baseline.file)} {said}")

    number = report.tally.set_aside.get(ALLOWED, 0)
    if number:
        marked = [each for each in report.tally.places if each.reason == ALLOWED]
        places = dict.fromkeys(f"{file_name(each.path)}:{each.line}" for each in marked)
        listed = ", ".join([*places][:_PLACES])
        more = "" if len(places) <= _PLACES and len(marked) == number else ", ..."
        where = f": {listed}{more}" if listed else ""
        found.append(f"marks on their lines allow {plural(number, 'value')}{where}")
    return [printable(sentence) for sentence in found]
