"""What is known of one credential: the rows that a person opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.pushed import PUSHED, Pushed
from scanner.reports.arrange import UNPACKING, further, roles, text_of
from scanner.reports.exposure import alive, decoy, exposed, moment, reach
from scanner.reports.page.bars import bar
from scanner.reports.page.elements import Html, code, described, joined
from scanner.reports.repositories import by_exposure, show_command, state
from scanner.reports.wording import CANARIES, is_in_file, no_file, origin, plural, role_name, whence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.findings import Finding, History, Location
    from scanner.reports.arrange import Sighting
    from scanner.reports.page.bars import Scale

_COPIES: Final = 50
"""Places that are listed. The JSON report has all: some credentials are in thousands."""
_NAMES: Final = 20
"""Branches, tags and other holders that are listed."""


def place(location: Location) -> str:
    """Return `path:line:column`, or words where `location` is in no file."""
    if not is_in_file(location):
        return no_file(location)
    member = f"!/{location.member}" if location.member else ""
    return f"{location.path}{member}:{location.start_line}:{location.start_column}"


def details(finding: Finding, copies: Sequence[Sighting], scale: Scale | None) -> Html:
    """Return what is known of `finding`, which has these `copies`, as names and values."""
    return described(_rows(finding, copies, scale))


def _rows(
    finding: Finding, copies: Sequence[Sighting], scale: Scale | None
) -> Iterator[tuple[str, Iterable[str]]]:
    yield "Canary", _canary(finding)
    yield from _parts(finding, copies[0])
    yield "AWS account", [code(finding.account_id) if finding.account_id else ""]
    yield from _facts(finding)
    yield "Liveness" if finding.liveness else "Owner", [alive(finding)]
    yield "ARN", [code(finding.liveness.arn)] if finding.liveness and finding.liveness.arn else []

    if finding.history:
        yield "Exposure", [exposed(finding), bar(finding, scale) if scale else ""]
        yield from _past(finding.history)
        yield "Repositories", _inside(finding)
        command = show_command(finding, copies[0].lead)
        yield "Look at it", [code(command) if command else ""]
        yield "Found in", [reach(finding)]
    else:
        yield "Commit", [origin(copies[0].lead).removeprefix("commit ")]

    yield "Evidence", _evidence(finding)
    yield "Confidence", [finding.confidence.label]
    yield "Also at", _others(further(copies))
    yield "Rule", [code(finding.rule_id)]
    yield "Fingerprint", [code(finding.fingerprint)]


def short_facts(finding: Finding) -> list[tuple[str, bool]]:
    """Return the facts that are seen without opening anything, and whether each is alarming."""
    history = finding.history
    told = [
        (decoy(finding).partition(":")[0], False),
        (finding.liveness.state.value.replace("-", " ") if finding.liveness else "",
         finding.is_live),
        ("still in HEAD" if history and history.in_head else "", True),
        (PUSHED if history and history.pushed is Pushed.YES else "", True),
        ("not in HEAD" if history and not history.in_head else "", False),
    ]  # fmt: skip
    return [(words, alarming) for words, alarming in told if words]


def capital(label: str) -> str:
    """Return `label` with a capital at its beginning."""
    return f"{label[:1].upper()}{label[1:]}"


def _canary(finding: Finding) -> list[str]:
    why = CANARIES.get(finding.canary, "")
    return [f"A decoy, not to be used and not to be deactivated: {why}"] if why else []


def _parts(finding: Finding, copy: Sighting) -> Iterator[tuple[str, list[str]]]:
    """Yield each part of the credential: its redacted value, and where it is."""
    places: dict[str, list[Location]] = {}
    for part in (copy.lead, *copy.parts, *copy.elsewhere):
        places.setdefault(part.role, []).append(part)

    for role in roles(finding.values):
        found = [_with_place(part, copy.lead) for part in places.get(role, ())]
        value = code(finding.values[role].redacted())
        yield capital(role_name(role)), [joined((value, " at ", *found[:1]) if found else (value,))]


def _with_place(part: Location, lead: Location) -> Html:
    there = place(part) if text_of(part) != text_of(lead) or part == lead else ""
    where = code(there) if there else f"line {part.start_line}, column {part.start_column}"
    came = whence(part) if part == lead or text_of(part) != text_of(lead) else ""
    decoded = [name for name in part.decoded if name not in UNPACKING]
    said = (came, f"decoded from {', '.join(decoded)}" if decoded else "")
    return joined((where, *(f", {each}" for each in said if each)))


def _facts(finding: Finding) -> Iterator[tuple[str, list[str]]]:
    from scanner.reports.forensic import facts  # here: a page without findings never needs it

    for label, sentences in facts(finding):
        yield capital(label), sentences


def _inside(finding: Finding) -> list[str]:
    """Return how exposed `finding` is in each of several repositories."""
    inside = by_exposure(finding)
    listed = [state(each) for each in inside[:_COPIES]]
    if more := len(inside) - len(listed):
        listed.append(f"and {plural(more, 'more repository', 'more repositories')}")
    return listed


def _evidence(finding: Finding) -> list[str]:
    from scanner.reports.forensic import reasons

    return reasons(finding)


def _past(history: History) -> Iterator[tuple[str, list[str]]]:
    """Yield who added the credential and who removed it, and what keeps it."""
    for label, at in (("Added", history.first), ("Removed", history.removed)):
        yield label, [moment(at)] if at else []
    if history.last and not (history.removed or history.in_head):
        yield "Last in", [moment(history.last)]
    for label, names in (
        ("Branches", history.branches), ("Tags", history.tags), ("Held by", history.held_by)
    ):  # fmt: skip
        yield label, [_listed(names)]


def _listed(names: tuple[str, ...]) -> Html:
    more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    return joined((joined(map(code, names[:_NAMES]), ", "), more))


def _others(copies: list[Sighting]) -> list[Html]:
    listed = [_with_place(copy.lead, copy.lead) for copy in copies[:_COPIES]]
    if len(copies) > _COPIES:
        listed.append(joined((f"and {plural(len(copies) - _COPIES, 'more place')}",)))
    return listed
