"""What a project's own baseline, marks and rules took out of a report, for formats without a list.

Whoever reads only the findings has to see that there are fewer than were found, and where to look.
What the configuration took away is in `scanner.reports.wording.effects`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.names import file_name
from scanner.reports.wording import baseline_effect, plural
from scanner.secret import printable
from scanner.tally import ALLOWED, TAKEN

if TYPE_CHECKING:
    from scanner.findings import Report

_SAID: Final = (
    (ALLOWED, "marks on their lines allow"),
    (TAKEN, "rules of the user have, in place of shipped ones,"),
)
_PLACES: Final = 5
"""Places of values in one sentence: the text and the HTML page list all that are kept."""


def taken_away(report: Report) -> list[str]:
    """Return a sentence for each of baseline, marks and rules that took something away."""
    found = []
    if report.baseline and (said := baseline_effect(report.baseline)):
        found.append(f"the baseline {file_name(report.baseline.file)} {said}")

    for reason, what in _SAID:
        number = report.tally.set_aside.get(reason, 0)
        if not number:
            continue
        marked = [each for each in report.tally.places if each.reason == reason]
        places = dict.fromkeys(f"{file_name(each.path)}:{each.line}" for each in marked)
        listed = ", ".join([*places][:_PLACES])
        more = "" if len(places) <= _PLACES and len(marked) == number else ", ..."
        where = f": {listed}{more}" if listed else ""
        found.append(f"{what} {plural(number, 'value')}{where}")
    return [printable(sentence) for sentence in found]
