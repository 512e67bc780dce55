"""A response as text, for a terminal of 80 columns. Commands can be copied as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.ansi import Paint
from scanner.reports.text_layout import WIDTH, filled, row
from scanner.response.commands import lines
from scanner.response.formats.facts import facts, summary, title
from scanner.response.order import WORDS, Urgency
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.response.plan import Entry, Plan
    from scanner.response.playbooks.interface import Step

_INDENT: Final = " " * 7
_STYLES: Final = {
    Urgency.LIVE_ROOT: "critical",
    Urgency.LIVE: "critical",
    Urgency.ACTIVE: "high",
    Urgency.EXPOSED: "high",
    Urgency.OPEN: "medium",
}


def render(plan: Plan, color: bool) -> Iterator[str]:
    """Yield the plan, each line ended by a line feed, with single empty lines between parts."""
    last = "\n"
    for line in _lines(plan, Paint(color)):
        if line != "\n" or last != "\n":
            yield line
        last = line


def _lines(plan: Plan, paint: Paint) -> Iterator[str]:
    yield f"{paint('bold', title(plan))}\n"
    yield from filled("", f"From a JSON report of keycatch {plan.report.kind}.")
    for warning in plan.warnings:
        yield from filled("! ", warning)
    if len(plan.entries) > 1:
        yield "\n"
        width = len(str(len(plan.entries)))
        for entry in plan.entries:
            yield f"{entry.number:>{width}}. {_state(entry, paint)}: {printable(summary(entry))}\n"
    if plan.before:
        yield "\n"
        yield from _steps(plan.before, paint)
    for entry in plan.entries:
        yield "\n"
        yield from _entry(entry, paint)
    if plan.afterwards:
        yield "\n"
        yield f"{paint('bold', 'When all of that is done')}\n"
        yield "\n"
        yield from _steps(plan.afterwards, paint, numbered=True)


def _state(entry: Entry, paint: Paint) -> str:
    words = WORDS[entry.urgency]
    style = _STYLES.get(entry.urgency, "note")
    return paint(style, words.upper() if entry.urgency <= Urgency.LIVE else words)


def _entry(entry: Entry, paint: Paint) -> Iterator[str]:
    yield f"{paint('bold', f'{entry.number}. {entry.title}')}: {_state(entry, paint)}\n"
    for fact in facts(entry):
        yield from row(fact.label, map(printable, fact.lines), paint)
    for note in entry.notes:
        yield from filled("    ", note)
    if entry.setup:
        yield "\n"
        yield f"    {paint('bold', 'Set first')}\n"
        for sentence in entry.to_complete:
            yield from filled(_INDENT, sentence)
        yield from _commands([entry.lookup] if entry.lookup else [])
        yield from _commands(entry.setup)
    yield "\n"
    yield from _steps(entry.steps, paint, numbered=True)
    instead = [*entry.instead, *(advice.instead for advice in entry.advice)]
    if instead:
        yield f"    {paint('bold', 'What would have avoided it')}\n"
        for sentence in instead:
            yield from filled("     - ", sentence)


def _steps(steps: Iterable[Step], paint: Paint, *, numbered: bool = False) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        head = f"{number:>5}. " if numbered else "    "
        yield f"{head}{paint('bold', step.title)}\n"
        indent = _INDENT if numbered else "    "
        for sentence in step.text:
            yield from filled(indent, sentence)
        yield from _commands(step.commands)
        yield "\n"


def _commands(commands: Iterable[str]) -> Iterator[str]:
    for number, command in enumerate(commands):
        if number == 0:
            yield "\n"
        for line in lines(command, WIDTH - 9):
            yield f"         {line}\n"
