"""The screen of a commit or push that was stopped: what, where, how to take it out, what if not.

Nothing has left the machine yet. So taking the value out comes first, and revoking only for a value
that was shared in another way: a developer who revokes each test value soon switches the hook off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import MESSAGES
from scanner.reports.arrange import UNPACKING, locations
from scanner.reports.comments import mark
from scanner.reports.text_layout import filled
from scanner.reports.wording import (
    CANARY_STEPS,
    DIGITS,
    KEY_ID_RULE,
    credential_count,
    is_in_file,
    plural,
)
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.findings import Finding, Location
    from scanner.reports.ansi import Paint
    from scanner.reports.interface import Stop, View

_MARKS: Final = 6
"""Lines to be marked that are listed: who has more of them excludes the file."""
NO_COMMENT: Final = (
    "{} cannot have a comment there: leave the file out with `exclude` in .keycatch.toml."
)
"""The other way to accept a value, where its file has no comments. `{}` is the file."""
_SAME_COMMIT: Final = {
    "push": "in the same commit, as above: a mark in a later commit does not count",
}
_STAGE_AGAIN: Final = "and `git add` the file again"


def headline(stop: Stop, failing: Sequence[Finding], view: View, paint: Paint) -> Iterator[str]:
    """Yield what was stopped, and where the credentials are."""
    outcome = "stopped" if view.exit_code else "not stopped (--exit-zero)"
    said = paint("warning" if view.exit_code else "bold", f"{stop.what.capitalize()} {outcome}")
    yield f"{said}: {credential_count(failing)} in {_places(failing)}\n\n"


def _places(failing: Sequence[Finding]) -> str:
    found = dict.fromkeys(_place(at) for each in failing for at in each.locations)
    return next(iter(found)) if len(found) == 1 else plural(len(found), "place")


def _place(at: Location) -> str:
    if is_in_file(at):
        return printable(at.path)
    if at.scope in MESSAGES:
        return f"the {MESSAGES[at.scope]} of {at.object[:DIGITS]}"
    return "the name of a branch or tag"


def what_to_do(stop: Stop, failing: Sequence[Finding], paint: Paint) -> Iterator[str]:
    """Yield how to take out what was found, what to do if it is none, and when to revoke it."""
    decoys = [each for each in failing if each.canary]
    others = [each for each in failing if not each.canary]
    if decoys:
        yield f"{paint('bold', 'A canary: leave it alone')}\n"
        for step in CANARY_STEPS:
            yield from filled("  ", step)
        yield "\n"

    if others:
        yield f"{paint('bold', f'Take it out of the {stop.what}')}\n"
        for remedy in stop.way_out:
            yield from filled("  ", remedy.sentence)
            for command in remedy.commands:
                yield f"    {command}\n"
        yield "\n"

    yield f"{paint('bold', 'Meant to be there, or no credential? Allow it')}\n"
    yield from _allowed(stop, failing)
    yield "\n"

    if others:
        yield from _revoked(others, paint)


def _allowed(stop: Stop, failing: Sequence[Finding]) -> Iterator[str]:
    lines: dict[str, str] = {}
    bare: dict[str, None] = {}
    for finding in failing:
        for at in locations(finding):
            comment = _comment(at, finding.rule_id)
            if comment:
                lines.setdefault(f"{_place(at)}:{at.start_line}", comment)
            elif is_in_file(at):
                bare[at.path] = None

    if lines:
        how = _SAME_COMMIT.get(stop.what, _STAGE_AGAIN)
        yield from filled("  ", f"Put this on its line, with your reason, {how}:")
    for place, comment in list(lines.items())[:_MARKS]:
        yield f"    {place}   {printable(comment)}\n"
    if len(lines) > _MARKS:
        yield f"    and on {plural(len(lines) - _MARKS, 'more line')}\n"
    for path in list(bare)[:_MARKS]:
        yield from filled("  ", NO_COMMENT.format(path))


def _comment(at: Location, rule_id: str) -> str:
    if at.scope in MESSAGES:
        return f"keycatch:allow {rule_id}: REASON"
    if not is_in_file(at) or at.member or not UNPACKING.isdisjoint(at.decoded):
        return ""
    return mark(at.path, rule_id)


def _revoked(findings: Sequence[Finding], paint: Paint) -> Iterator[str]:
    rules = list(dict.fromkeys(each.rule_id for each in findings if each.rule_id != KEY_ID_RULE))
    if len(rules) < len({each.rule_id for each in findings}):
        yield f"{paint('bold', 'An access key ID alone')}\n"
        yield from filled(
            "  ",
            "It grants nothing without its secret, so there is nothing to revoke. Look for the "
            "secret near it: in this file, and where the ID was copied from.",
        )
        yield "\n"

    if rules:
        yield f"{paint('bold', 'Was it shared before? Only then revoke it')}\n"
        yield from filled(
            "  ", "Pushed earlier, sent to somebody, or built into an image. How to revoke it:"
        )
        for rule_id in rules:
            yield f"    keycatch rules show {printable(rule_id)}\n"
        yield "\n"
