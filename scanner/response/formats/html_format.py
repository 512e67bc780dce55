"""A response as an HTML page: that of a report, with the plan for each credential in it.

Made of the parts of `scanner.reports.page`, so that a reader of both finds things at their places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.pushed import PUSHED, Pushed
from scanner.reports.page.bars import marks, scale_of
from scanner.reports.page.document import Section, banner, document
from scanner.reports.page.elements import Html, block, code, element, shell, spans
from scanner.reports.page.facets import facet, facets
from scanner.reports.page.findings import entry_of, findings, named
from scanner.reports.page.summary import figures, tables
from scanner.reports.page.timeline import timeline
from scanner.response.commands import lines
from scanner.response.formats.descriptions import THEN_SET, title
from scanner.response.formats.overview import first, heading, shared
from scanner.response.leak import redacted
from scanner.response.order import WORDS, Urgency
from scanner.saved.values import SavedValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.findings import Finding
    from scanner.response.formats.overview import Shared
    from scanner.response.plan import CredentialPlan, Plan
    from scanner.response.playbook import Step
    from scanner.secret import Secret

_WIDTH: Final = 100
"""Columns of a command: as in Markdown."""


def render(plan: Plan, _color: bool) -> Iterator[str]:
    """Yield the page, the credentials in the order in which they are dealt with."""
    yield from document(title(plan), _lead(plan), _sections(plan))


def _lead(plan: Plan) -> Iterator[Html]:
    yield element("p", "From a JSON report of ", code(f"keycatch {plan.report.kind}"), ".")
    if sentence := first(plan):
        yield banner("calm", "First:", sentence.removeprefix("First: "))
    for warning in plan.warnings:
        yield banner("warning", "Mind:", spans(warning))


def _sections(plan: Plan) -> Iterator[Section]:
    if plan.entries:
        yield from _of_credentials(plan)
    if plan.afterwards:
        yield Section(
            "afterwards", "When all of this is done", _steps(enumerate(plan.afterwards, 1), "h3")
        )


def _of_credentials(plan: Plan) -> Iterator[Section]:
    known = [_shown(entry.leak.finding) for entry in plan.entries]
    states = [(WORDS[entry.urgency],) for entry in plan.entries]
    made = [
        facet("state", "State", states, tuple(WORDS.values())),
        *facets(known, plan.report.heads, [entry.title for entry in plan.entries]),
    ]
    ids = named(known)
    written = shared(plan.entries)
    by_number = dict(zip((entry.number for entry in plan.entries), ids, strict=True))
    entries = [
        entry_of(
            finding, entry.title, heading(entry), its_id,
            _plan(entry, written[entry.number], by_number), str(entry.number),
        )
        for entry, finding, its_id in zip(plan.entries, known, ids, strict=True)
    ]  # fmt: skip
    scale = scale_of(known)

    yield Section("summary", "Summary", [_figures(plan), *tables(made, len(known))])
    if scale:
        yield Section("timeline", "Timeline", [marks(), *timeline(entries, scale)])
    for step in plan.before:
        yield Section(step.id, step.title, _text(step))
    yield Section("findings", "Credentials, most urgent first", findings(entries, made, scale))


def _shown(finding: Finding) -> Finding:
    """Return `finding` with its values as they may be shown, whatever the report has."""
    values: dict[str, Secret] = {
        role: SavedValue.of(redacted(role, value.shown(True)))
        for role, value in finding.values.items()
    }
    return finding._replace(values=values)


def _figures(plan: Plan) -> Html:
    urgencies = [entry.urgency for entry in plan.entries]
    live = sum(each <= Urgency.LIVE for each in urgencies)
    may_be = sum(Urgency.LIVE < each <= Urgency.OPEN for each in urgencies)
    rest = len(urgencies) - live - may_be
    histories = [each for entry in plan.entries if (each := entry.leak.finding.history)]
    shown = [
        ("credential" if len(urgencies) == 1 else "credentials", len(urgencies), False),
        ("live", live, True),
        ("may be live", may_be, True),
        ("no emergency", rest, False),
    ]
    if histories:
        shown += [(PUSHED, sum(each.pushed is Pushed.YES for each in histories), True)]
    return figures(shown)


def _plan(entry: CredentialPlan, written: Shared, ids: Mapping[int, str]) -> Html:
    """Return what to do about one credential."""
    parts = [element("p", spans(note)) for note in entry.notes]
    if entry.setup:
        parts.append(element("h4", "Set first"))
        parts += [element("p", spans(sentence)) for sentence in entry.to_complete]
        if entry.lookup:
            parts += [_commands([entry.lookup]), element("p", THEN_SET)]
        parts.append(_commands(entry.setup))

    if written.like:
        where = element("a", f"Number {written.like}", href=f"#{ids[written.like]}")
        parts.append(element("p", written.sentence, " ", where, "."))
    parts += _steps(written.steps, "h4")
    if written.advice:
        parts.append(element("h4", "What would have avoided it"))
        advice = (element("li", spans(sentence)) for sentence in written.advice)
        parts.append(block("ul", *advice))
    return block("div", *parts, class_="steps")


def _steps(steps: Iterable[tuple[int, Step]], level: str) -> Iterator[Html]:
    for number, step in steps:
        yield element(level, f"{number}. {step.title}")
        yield from _text(step)


def _text(step: Step) -> Iterator[Html]:
    for sentence in step.text:
        yield element("p", spans(sentence))
    if step.commands:
        yield _commands(step.commands)


def _commands(commands: Iterable[str]) -> Html:
    shown = (line for command in commands for line in lines(command, _WIDTH))
    return shell(shown)
