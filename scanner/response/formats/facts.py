"""What is told of each credential beside what to do about it: the same in text and Markdown.

Everything here can come from the report: plain text, which whoever shows it has to make harmless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.reports.arrange import further, roles, sightings, where_in_head
from scanner.reports.exposure import alive, exposed, moment
from scanner.reports.wording import is_in_file, no_file, origin, plural, role_name
from scanner.response.cases import as_finding, redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Location
    from scanner.response.plan import Entry, Plan

THEN_SET: Final = "Then set, with what it prints in the place of what is redacted:"
PLACES: Final = 3
"""Places of one credential that are told in full."""


class Fact(NamedTuple):
    """A label of ours, and what is told under it."""

    label: str
    lines: tuple[str, ...]


def title(plan: Plan) -> str:
    """Return what the response is about, in words."""
    number = len(plan.entries)
    if not number:
        return "Nothing to do: the report has no findings"
    order = ", worst first" if number > 1 else ""
    return f"What to do about {plural(number, 'AWS credential')}{order}"


def facts(entry: Entry) -> Iterator[Fact]:
    """Yield what is known of the credential of `entry`; nothing for what is not known."""
    case = entry.case
    finding = as_finding(case.finding)
    values = case.finding.values
    for role in roles(values):
        yield Fact(role_name(role), (redacted(role, values[role]),))
    liveness = finding.liveness
    history = finding.history
    told = {
        "account": case.account,
        "liveness" if liveness else "owner": alive(finding),
        "ARN": liveness.arn if liveness else "",
        "impossible": case.impossible,
        "user": case.user if not (liveness and liveness.arn) else "",
        "signed by": case.signer,
        "partition": case.partition if case.partition != "aws" else "",
        "region": case.region,
        "expires": case.expires,
        "exposed": exposed(finding),
        "brought in by": moment(history.first) if history and history.first else "",
    }
    for label, line in told.items():
        if line:
            yield Fact(label, (line,))
    yield Fact("stands at", tuple(places(entry)))


def places(entry: Entry) -> list[str]:
    """Return where the credential stands, the best place to look at first."""
    finding = as_finding(entry.case.finding)
    copies = sightings(finding)
    all_copies = [copies[0], *further(finding, copies)]
    found = [_place(copy.lead) for copy in all_copies[:PLACES]]
    if len(all_copies) > PLACES:
        found.append(f"and {plural(len(all_copies) - PLACES, 'more place')}")
    return found


def _place(location: Location) -> str:
    came = "in HEAD" if location.head.start_line else origin(location)
    location = where_in_head(location)
    if not is_in_file(location):
        return no_file(location)
    member = f"!/{location.member}" if location.member else ""
    place = f"{location.path}{member}:{location.start_line}:{location.start_column}"
    return f"{place}, {came}" if came else place


def summary(entry: Entry) -> str:
    """Return one line that tells one entry from the others: key ID or kind, and place."""
    values = entry.case.finding.values
    role = roles(values)[0]
    foreign = "foreign " if entry.case.finding.owner == "foreign" else ""
    account = f"{foreign}account {entry.case.account}" if entry.case.account else ""
    # The ends of a key ID tell which one it is; those of anything else say nothing.
    what = redacted(role, values[role]) if role == "key_id" else entry.title
    parts = (what, account, places(entry)[0])
    return ", ".join(filter(None, parts))
