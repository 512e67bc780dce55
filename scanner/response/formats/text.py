"""A response as text, for a terminal of 80 columns. Commands can be copied as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.ansi import Paint
from scanner.reports.text_layout import WIDTH, filled, row
from scanner.response.commands import lines
from scanner.response.formats.descriptions import THEN_SET, facts, summary, title
from scanner.response.formats.overview import LISTED, Shared, first, heading, left_off, shared
from scanner.response.order import WORDS, Urgency
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.response.plan import CredentialPlan, Plan
    from scanner.response.playbook import Step

_INDENT: Final = " " * 7  # under the title of a step, which its number comes before
_STYLES: Final = {
    Urgency.LIVE_ROOT: "critical",
    Urgency.LIVE: "critical",
    Urgency.ACTIVE: "high",
    Urgency.EXPOSED: "high",
    Urgency.OPEN: "medium",
}


def render(plan: Plan, color: bool) -> Iterator[str]:
    """Yield the plan, each line ended by a line feed, with single empty lines between parts."""
    last = "\n"  # so that the text does not begin with an empty line
    for line in _lines(plan, Paint(color)):
        if line != "\n" or last != "\n":
            yield line
        last = line


def _lines(plan: Plan, paint: Paint) -> Iterator[str]:
    yield f"{paint('bold', title(plan))}\n"
    yield from filled("", f"From a JSON report of keycatch {plan.report.kind}.")
    if sentence := first(plan):
        yield from filled("", sentence)
    for warning in plan.warnings:
        yield from filled("! ", warning)

    if len(plan.entries) > 1:
        yield "\n"
        width = len(str(min(len(plan.entries), LISTED)))
        for entry in plan.entries[:LISTED]:
            state = _state(entry, WORDS[entry.urgency], paint)
            yield f"{entry.number:>{width}}. {state}: {printable(summary(entry))}\n"
        if more := left_off(plan):
            yield f"{' ' * width}  {more}\n"

    if plan.before:
        yield "\n"
        yield from _steps(((0, step) for step in plan.before), paint)

    steps = shared(plan.entries)
    for entry in plan.entries:
        yield "\n"
        yield from _entry(entry, steps[entry.number], paint)

    if plan.afterwards:
        yield "\n"
        yield f"{paint('bold', 'When all of this is done')}\n"
        yield "\n"
        yield from _steps(enumerate(plan.afterwards, 1), paint)


def _state(entry: CredentialPlan, words: str, paint: Paint) -> str:
    # In capitals what is known to work: colour alone is lost in a log.
    style = _STYLES.get(entry.urgency, "note")
    return paint(style, words.upper() if entry.urgency <= Urgency.LIVE else words)


def _entry(entry: CredentialPlan, written: Shared, paint: Paint) -> Iterator[str]:
    state = _state(entry, heading(entry), paint)
    yield f"{paint('bold', f'{entry.number}. {entry.title}')}: {state}\n"
    for fact in facts(entry):
        yield from row(fact.label, map(printable, fact.lines), paint)
    for note in entry.notes:
        yield from filled("    ", note)

    if entry.setup:
        yield "\n"
        yield f"    {paint('bold', 'Set first')}\n"
        for sentence in entry.to_complete:
            yield from filled(_INDENT, sentence)
        if entry.lookup:
            yield from _commands([entry.lookup])
            yield "\n"
            yield from filled(_INDENT, THEN_SET)
        yield from _commands(entry.setup, apart=bool(entry.to_complete))

    yield "\n"
    if written.like:
        yield from filled("    ", written.sentence)
        yield "\n"
    yield from _steps(written.steps, paint)

    if written.advice:
        yield f"    {paint('bold', 'What would have avoided it')}\n"
        for sentence in written.advice:
            yield from filled("     - ", sentence)


def _steps(steps: Iterable[tuple[int, Step]], paint: Paint) -> Iterator[str]:
    """Yield `steps` with their numbers; a number of 0 is not shown."""
    for number, step in steps:
        head = f"{number:>5}. " if number else "    "
        yield f"{head}{paint('bold', step.title)}\n"
        indent = _INDENT if number else "    "
        for sentence in step.text:
            yield from filled(indent, sentence)
        yield from _commands(step.commands)
        yield "\n"


def _commands(commands: Iterable[str], *, apart: bool = True) -> Iterator[str]:
    """Yield the lines of `commands`, after an empty line if they are to stand `apart`."""
    for number, command in enumerate(commands):
        if number == 0 and apart:
            yield "\n"
        for line in lines(command, WIDTH - 9):  # for the indent
            yield f"         {line}\n"
