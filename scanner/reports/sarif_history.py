"""What a SARIF result says about the history of a credential.

The standard has no place for results from the depth of a history (OASIS issue sarif-spec#564), so
it is in the message and the properties. These files are uploaded: no names of people, and no
number of days, which would differ from one day to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.pushed import Pushed
from scanner.reports.names import quoted, shown
from scanner.reports.wording import DATE, DIGITS, is_in_file

if TYPE_CHECKING:
    from scanner.findings import History, Location


def committed(lead: Location) -> str:
    """Return in which commit, and when, the file of `lead` got it."""
    date = f" on {quoted(lead.author_date[:DATE])}" if lead.author_date else ""
    return f"was committed in '{lead.commit[:DIGITS]}'{date}"


def exposed(history: History, lead: Location) -> str:
    """Return the end of the sentence on what `lead` points at, and what else is to be known."""
    head = lead.head
    if head.start_line:
        state = "is still in HEAD"
        if head.start_line != lead.start_line:
            state += f", now at line {head.start_line}"
    elif history.in_head:
        state = "is still in HEAD" + (", but not at this path" if is_in_file(lead) else "")
    else:
        state = "is no longer in HEAD" if history.removed else "is not in HEAD"

    text = f", and {state}."
    if history.pushed is Pushed.YES:
        text += " It has been pushed."
    elif not history.pushed.is_known:
        text += f" Whether it was pushed is not known: {history.pushed.why}."
    if history.held_by and not (history.branches or history.tags):
        text += f" No branch or tag has it, but '{quoted(', '.join(history.held_by))}' does."
    if head.object and not head.start_line:
        text += " The file in HEAD has other content, so the result points at its first line."
    return text


def history_properties(history: History, lead: Location) -> dict[str, Any]:
    """Return the properties that only a result of a history has."""
    found: dict[str, Any] = {
        "inHead": history.in_head,
        "inHeadHere": bool(lead.head.start_line),
        "pushed": history.pushed.truth,
        "copies": history.copies,
        "line": lead.start_line,
        "column": lead.start_column,
    }

    if lead.author_date:
        found["commitDate"] = quoted(lead.author_date)
    if is_in_file(lead):
        found["path"] = shown(lead.path)
    return found
