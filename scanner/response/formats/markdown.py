"""A response as Markdown, for a ticket or a wiki: headings, and commands in fenced blocks.

What comes from the report is in code spans, where neither Markdown nor HTML has a meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.markdown import code as code_span
from scanner.response.commands import lines
from scanner.response.formats.descriptions import THEN_SET, facts, summary, title
from scanner.response.formats.overview import LISTED, Shared, first, heading, left_off, shared
from scanner.response.order import WORDS
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.response.plan import CredentialPlan, Plan
    from scanner.response.playbook import Step

_WIDTH: Final = 100
"""Columns of a command: a page is wider than a terminal."""


def render(plan: Plan, _color: bool) -> Iterator[str]:
    """Yield the plan, each line ended by a line feed."""
    yield f"# {title(plan)}\n\n"
    yield f"From a JSON report of {code(f'keycatch {plan.report.kind}')}.\n"
    if sentence := first(plan):
        yield f"\n{sentence}\n"
    for warning in plan.warnings:
        yield f"\n**Mind:** {warning}\n"

    if len(plan.entries) > 1:
        yield "\n"
        for entry in plan.entries[:LISTED]:
            yield f"{entry.number}. **{WORDS[entry.urgency]}**: {code(summary(entry))}\n"
        if more := left_off(plan):
            yield f"\n{more}\n"

    for step in plan.before:
        yield f"\n## {step.title}\n"
        yield from _step(step)

    steps = shared(plan.entries)
    for entry in plan.entries:
        yield from _entry(entry, steps[entry.number])
    if plan.afterwards:
        yield "\n## When all of this is done\n"
        yield from _steps(enumerate(plan.afterwards, 1))


def code(text: str) -> str:
    """Return `text` as a code span in which the runner of a CI job sees no command either."""
    return code_span(printable(text))


def _entry(entry: CredentialPlan, written: Shared) -> Iterator[str]:
    yield f"\n## {entry.number}. {entry.title}: {heading(entry)}\n\n"
    for fact in facts(entry):
        # A label can be the name of a part, which the rule of a user has chosen.
        yield f"- {fact.label}: {', '.join(map(code, fact.lines))}\n"
    for note in entry.notes:
        yield f"\n{note}\n"

    if entry.setup:
        yield "\n### Set first\n"
        for sentence in entry.to_complete:
            yield f"\n{sentence}\n"
        if entry.lookup:
            yield from _commands([entry.lookup])
            yield f"\n{THEN_SET}\n"
        yield from _commands(entry.setup)

    if written.like:
        yield f"\n{written.sentence}\n"
    yield from _steps(written.steps)

    if written.advice:
        yield "\n### What would have avoided it\n\n"
        for sentence in written.advice:
            yield f"- {sentence}\n"


def _steps(steps: Iterable[tuple[int, Step]]) -> Iterator[str]:
    for number, step in steps:
        yield f"\n### {number}. {step.title}\n"
        yield from _step(step)


def _step(step: Step) -> Iterator[str]:
    for sentence in step.text:
        yield f"\n{sentence}\n"
    yield from _commands(step.commands)


def _commands(commands: Iterable[str]) -> Iterator[str]:
    shown = [line for command in commands for line in lines(command, _WIDTH)]
    if shown:
        yield "\n```sh\n"
        yield from (f"{line}\n" for line in shown)
        yield "```\n"
