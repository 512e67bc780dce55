"""What is known of each credential, in words: the same in text and Markdown.

Everything here can come from the report: plain text, which each format makes harmless in its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple
from scanner.reports.arrange import further, roles, sightings, where_in_head
from scanner.reports.exposure import alive, exposed, moment
from scanner.reports.repositories import by_exposure, state
from scanner.reports.wording import is_in_file, no_file, origin, plural, role_name
from scanner.response.leak import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Location
    from scanner.response.plan import CredentialPlan, Plan

THEN_SET: Final = "Then set these, with its output in place of the redacted value:"
PLACES: Final = 3
"""Places of one credential that are listed; the others are counted, as the report has them all."""


class Fact(NamedTuple):
    """A row about a credential: a label, and the lines under it."""

    label: str
    lines: tuple[str, ...]


def title(plan: Plan) -> str:
    """Return the title of the response."""
    number = len(plan.entries)
    if not number:
        if plan.left_out:
            return "Nothing to do: no finding has enough confidence"
        return "Nothing to do: the report has no findings"

    order = ", worst first" if number > 1 else ""
    return f"What to do about {plural(number, 'AWS credential')}{order}"


def facts(entry: CredentialPlan) -> Iterator[Fact]:
    """Yield what is known of the credential of `entry`; nothing for what is not known."""
    leak = entry.leak
    finding = leak.finding
    for role in roles(finding.values):
        shown = finding.values[role].shown(True)
        yield Fact(role_name(role), (redacted(role, shown),))

    liveness = finding.liveness
    history = finding.history
    rows = {
        "confidence": finding.confidence.label,
        "account": leak.account,
        "liveness" if liveness else "owner": alive(finding),
        "ARN": liveness.arn if liveness else "",
        "impossible": leak.impossible,
        "user": leak.user if not (liveness and liveness.arn) else "",  # the ARN has it
        "signed by": leak.signer,
        "partition": leak.partition if leak.partition != "aws" else "",  # the usual one
        "region": leak.region,
        "expires": leak.expires,
        "exposed": exposed(finding),
        "added by": moment(history.first) if history and history.first else "",
    }
    for label, line in rows.items():
        if line:
            yield Fact(label, (line,))

    if inside := by_exposure(finding):
        lines = [state(each) for each in inside[:PLACES]]
        if len(inside) > PLACES:
            more = plural(len(inside) - PLACES, "more repository", "more repositories")
            lines.append(f"and {more}")
        yield Fact("repositories", tuple(lines))
    yield Fact("found at", tuple(places(entry)))


def places(entry: CredentialPlan) -> list[str]:
    """Return where the credential is, first the best place to look at."""
    finding = entry.leak.finding
    copies = sightings(finding)
    all_copies = [copies[0], *further(copies)]
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


def summary(entry: CredentialPlan) -> str:
    """Return one line that distinguishes `entry` from the others: key ID or kind, and place."""
    values = entry.leak.finding.values
    role = roles(values)[0]
    foreign = "foreign " if entry.leak.finding.owner == "foreign" else ""
    account = f"{foreign}account {entry.leak.account}" if entry.leak.account else ""
    # People know their keys by the ends of the key ID; the ends of a secret say nothing.
    what = redacted(role, values[role].shown(True)) if role == "key_id" else entry.title
    parts = (what, account, places(entry)[0])
    return ", ".join(filter(None, parts))
