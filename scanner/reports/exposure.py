"""Words for what the history of a credential says: still there, since when, who has had it."""

from __future__ import annotations

from scanner.liveness.states import State, words
from scanner.pushed import Pushed
from scanner.reports.wording import DATE, DIGITS, is_in_file, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanner.findings import Finding, History, Moment, Report


def exposure(history: History) -> tuple[list[str], list[str]]:
    """Return what is alarming about a credential with `history`, and what is not."""
    is_pushed = history.pushed is Pushed.YES
    states = (
        (history.in_head, "still in HEAD" if history.in_head else "not in HEAD"),
        (is_pushed, history.pushed.words),
    )
    alarming = [words for is_alarming, words in states if is_alarming]
    calm = [words for is_alarming, words in states if not is_alarming]
    if not (alarming or history.branches or history.tags):
        calm.append("on no branch")
    return alarming, calm


def exposed(finding: Finding) -> str:
    """Return how exposed `finding` is, and since when; an empty string without a history."""
    if finding.history is None:
        return ""
    alarming, calm = exposure(finding.history)
    return ", ".join(filter(None, (*alarming, *calm, span(finding.history))))


def alive(finding: Finding) -> str:
    """Return what is known of whether `finding` is live and whose it is; empty if nothing is."""
    said = [words(finding.liveness)] if finding.liveness else []
    if finding.owner:
        said.append("own account" if finding.owner == "ours" else "foreign account")
    return "; ".join(said)


def decoy(finding: Finding) -> str:
    """Return that `finding` is a canary and what that means, in a clause; empty if it is none."""
    return "a canary: do not use it, do not deactivate it" if finding.canary else ""


def liveness_totals(report: Report) -> str:
    """Return how many findings are in which state of liveness; empty if nobody was asked."""
    states = [finding.liveness.state for finding in report.findings if finding.liveness]
    return ", ".join(f"{states.count(state):,} {state}" for state in State if state in states)


def span(history: History) -> str:
    """Return for how long and since when; an empty string where no commit has it."""
    words = period(history)
    return f"{plural(history.days, 'day')}, {words}" if words and history.days else words


def period(history: History) -> str:
    """Return since when, and until when; an empty string where no commit has it.

    Unlike `span` it is the same on every day.
    """
    if history.first is None:
        return ""
    since = history.first.author_date[:DATE]
    if history.removed is None:
        return f"since {since}"
    until = history.removed.author_date[:DATE]
    return f"{since} to {until}" if since != until else f"on {since}"


def moment(at: Moment) -> str:
    """Return the commit, the day and the author of `at`."""
    return ", ".join(filter(None, (at.commit[:DIGITS], at.author_date[:DATE], at.author)))


def reach(finding: Finding) -> str:
    """Return how many paths and objects have `finding`; an empty string without a history."""
    if finding.history is None:
        return ""
    paths = len({location.path for location in finding.locations if is_in_file(location)})
    counts = ((paths, "path"), (finding.history.copies, "object"))
    return ", ".join(plural(number, noun) for number, noun in counts if number)
