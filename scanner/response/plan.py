"""The plan of a response: what to do about each credential of a report, worst first.

Nothing in here runs a program, reads a file or uses a network: a report goes in, a plan comes out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple
from scanner.reports.arrange import sightings
from scanner.reports.repositories import is_path
from scanner.reports.wording import INDEX_KIND, is_in_file
from scanner.response import playbooks
from scanner.response.clean_up import clean_up, taken_out_first
from scanner.response.leak import Leak, leak_of
from scanner.response.notes import notes_on, warnings
from scanner.response.order import Urgency, ordered, urgency
from scanner.response.playbook import Step, load
from scanner.response.prevention import Advice, advice_for
from scanner.response.variables import (
    Variable,
    assigned,
    elsewhere,
    in_clone,
    lookup,
    partition_lines,
    repository_of_lookup,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scanner.findings import Confidence
    from scanner.response.missing import Missing
    from scanner.saved.report import SavedReport


BEGIN: Final = Step(
    "begin",
    "Before you begin",
    (
        (
            "Run the commands in a POSIX shell with AWS CLI version 2, such as AWS CloudShell in "
            "the console of the affected account. Run them as an administrator of that account "
            "unless a step says otherwise, and never with the leaked credential. The command "
            "below must show the number of that account."
        ),
        (
            "Replace values such as `AKIA****4H5P` or `<role>`: AWS does not accept them as they "
            "are. Set the variables in the same shell, again for each credential."
        ),
    ),
    ("aws sts get-caller-identity",),
)


LOOKUP: Final = "In {} this command prints it:"
CLONE: Final = "a clone of the repository,"
DIRECTORY: Final = "the directory where the scan was made,"
SCANNED: Final = "the repository that was scanned,"

# A shell keeps its variables: without this, a step could act on the user or role of the credential
# that was dealt with before.
FORGET: Final = "unset USER_NAME ROLE_NAME"
_FORGOTTEN: Final = re.compile(r"\$(?:USER|ROLE)_NAME\b")


class CredentialPlan(NamedTuple):
    """One credential and what to do about it."""

    number: int
    """Its place in the order in which credentials are dealt with, from 1."""
    leak: Leak
    playbook: str
    title: str
    urgency: Urgency
    notes: tuple[str, ...]
    """What its state means, in sentences."""
    exports: tuple[str, ...]
    """Lines for the shell that direct the AWS CLI to the partition of the credential."""
    lookup: str
    """The command that prints the complete key ID from the repository, if there is one."""
    variables: tuple[Variable, ...]
    """The variables in the commands; the early ones are set before the first step."""
    steps: tuple[Step, ...]
    instead: tuple[str, ...]
    """What to use in place of the credential, in sentences."""
    advice: tuple[Advice, ...]
    """What would have avoided it, by the files that it is in."""
    where: str = ""
    """A sentence on where to run `lookup`, or without one how else to get at the key ID."""
    missing: Missing | None = None
    """Why it was not found again in the source; None where it was, or nobody looked for it."""

    @property
    def setup(self) -> tuple[str, ...]:
        """The lines for the shell that come before the first step."""
        early = (variable.assignment for variable in self.variables if variable.is_early)
        uses = any(_FORGOTTEN.search(each) for step in self.steps for each in step.commands)
        return (*((FORGET,) if uses else ()), *self.exports, *early)

    @property
    def to_complete(self) -> tuple[str, ...]:
        """Sentences on the placeholders in these lines that a person has to replace."""
        unknown = (each for each in self.variables if each.is_early and not each.known)
        sentences = [variable.sentence for variable in unknown]
        return (*sentences, self.where) if self.where else tuple(sentences)


class Plan(NamedTuple):
    """The response to a report."""

    report: SavedReport
    """The findings that the plan is for."""
    warnings: tuple[str, ...]
    """Why there can be more than is listed, or less certain, in sentences."""
    before: tuple[Step, ...]
    """What is to be known and done before the first credential."""
    entries: tuple[CredentialPlan, ...]
    """One for each credential, in the order in which they are dealt with."""
    afterwards: tuple[Step, ...]
    """What is done once for all of them, at the end."""
    left_out: int = 0
    """Findings of the report whose confidence is too low for a plan."""


# Their steps do not begin with the file: it is a decoy, somebody else's, or no emergency.
_LEFT_ALONE: Final = (playbooks.CANARY, playbooks.FOREIGN, playbooks.DEAD)


def certain(report: SavedReport, least: Confidence) -> SavedReport:
    """Return `report` with the findings of at least the confidence `least`.

    What STS accepted is a credential, however it looks.
    """
    kept = (each for each in report.findings if each.confidence >= least or each.is_live)
    return report._replace(findings=tuple(kept))


def with_left_out(plan: Plan, number: int, least: Confidence) -> Plan:
    """Return `plan` with a sentence on the `number` of findings below the confidence `least`."""
    if not number:
        return plan
    noun = "possible credential is" if number == 1 else "possible credentials are"
    sentence = (
        f"{number:,} {noun} left out, below {least.label} confidence. `--min-confidence low` has "
        f"{'it' if number == 1 else 'them'} too: look at the value before you revoke anything."
    )
    return plan._replace(warnings=(*plan.warnings, sentence), left_out=number)


def respond(report: SavedReport, now: datetime) -> Plan:
    """Return the plan for `report`; `now`, with a time zone, decides what has expired."""
    leaks = ordered(leak_of(finding, now) for finding in report.findings)
    numbers = {
        (leak.key_id_hint, leak.account): number
        for number, leak in reversed([*enumerate(leaks, 1)])  # of two that look alike the first
        if leak.key_id_hint and leak.account
    }
    entries = tuple(_entry(number, leak, report, numbers) for number, leak in enumerate(leaks, 1))

    has_commands = any(step.commands for entry in entries for step in entry.steps)
    decoys = sum(entry.playbook == playbooks.CANARY for entry in entries)
    return Plan(
        report,
        warnings(report),
        (BEGIN,) if has_commands else (),
        entries,
        tuple(clean_up(report, decoys)) if leaks else (),
    )


def _entry(
    number: int, leak: Leak, report: SavedReport, numbers: Mapping[tuple[str, str], int]
) -> CredentialPlan:
    """Return what to do about `leak`.

    `numbers` are those of other credentials, by the key ID as it is shown and the account: one of
    them may be the key that signed this one.
    """
    name = playbooks.choose(leak)
    playbook = load(name)
    own_steps = [*playbooks.steps(playbook, leak)]
    if report.kind == INDEX_KIND and name not in _LEFT_ALONE:
        own_steps = taken_out_first(leak, own_steps)
    variables, steps = assigned(leak, own_steps)

    notes = notes_on(leak, report)
    signer = numbers.get((leak.signer, leak.account))
    if signer:
        notes += (f"The signing key ID looks like that of number {signer}: see there.",)

    command, where = "", ""
    if any(variable.name == "KEY_ID" for variable in variables):
        command = lookup(leak)
        place = _place_of_lookup(leak, report)
        where = LOOKUP.format(place) if command else elsewhere(leak)

    return CredentialPlan(
        number=number,
        leak=leak,
        playbook=name,
        title=load(leak.kind).title,
        urgency=urgency(leak),
        notes=notes,
        exports=tuple(partition_lines(leak)) if any(step.commands for step in steps) else (),
        lookup=command,
        variables=tuple(variables),
        steps=tuple(steps),
        instead=playbook.instead,
        advice=tuple(advice_for(_paths(leak))) if playbook.by_path else (),
        where=where,
    )


def _place_of_lookup(leak: Leak, report: SavedReport) -> str:
    name = repository_of_lookup(leak)
    if name and is_path(name):
        return DIRECTORY
    if name:
        return f"a clone of {name},"
    return CLONE if in_clone(leak, report.kind) else SCANNED


def _paths(leak: Leak) -> list[str]:
    copies = sightings(leak.finding)
    return [copy.lead.path for copy in copies if is_in_file(copy.lead)]
