"""A response as JSON, version 1 of its schema: `docs/response.schema.json` describes it exactly.

The same report gives the same bytes, as long as nothing in it expires in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME, VERSION
from scanner.reports.encoding import dumps
from scanner.reports.json_report import liveness_object
from scanner.reports.repositories import by_exposure
from scanner.response.commands import changes
from scanner.response.formats.descriptions import places
from scanner.response.leak import redacted
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import InRepository
    from scanner.response.plan import CredentialPlan, Plan
    from scanner.response.playbook import Step

SCHEMA_VERSION: Final = 1
"""To be raised when a member goes away or changes its meaning, not when one is added."""


def render(plan: Plan, _color: bool) -> Iterator[str]:
    """Yield the plan as one JSON object, one credential a line."""
    report = plan.report
    summary = {
        "kind": printable(report.kind),
        "complete": report.complete,
        "incomplete": [printable(reason) for reason in report.incomplete],
        "narrowed": [printable(sentence) for sentence in report.narrowed],
        "left_out": plan.left_out,
    }

    yield f'{{\n"schema_version": {SCHEMA_VERSION},\n'
    yield f'"tool": {dumps({"name": NAME, "version": VERSION})},\n'
    yield f'"report": {dumps(summary)},\n'
    yield f'"warnings": {dumps(plan.warnings)},\n'
    yield f'"before": {dumps([_step_object(step) for step in plan.before])},\n'

    yield '"credentials": ['
    separator = "\n"
    for entry in plan.entries:
        yield separator + dumps(_entry_object(entry))
        separator = ",\n"
    yield "\n],\n"

    yield f'"afterwards": {dumps([_step_object(step) for step in plan.afterwards])}\n}}\n'


def _entry_object(entry: CredentialPlan) -> dict[str, Any]:
    leak = entry.leak
    finding = leak.finding
    liveness, history = finding.liveness, finding.history

    # Texts of the report are made printable, since programs write them to terminals and logs. Texts
    # from fixed lists and of an exact form (`scanner.response.leak`) are so already.
    return {
        "fingerprint": finding.fingerprint,
        "rule_id": printable(finding.rule_id),
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "urgency": entry.urgency.label,
        "kind": str(leak.kind),
        "playbook": str(entry.playbook),
        "title": entry.title,
        "values": {
            role: printable(redacted(role, finding.values[role].shown(True)))
            for role in sorted(finding.values)
        },
        "account_id": leak.account or None,
        "user": leak.user or None,
        "role": leak.role or None,
        "signed_by": leak.signer or None,
        "partition": leak.partition or None,
        "region": leak.region or None,
        "expires": leak.expires or None,
        "state": str(liveness.state) if liveness else None,
        "liveness": liveness_object(liveness) if liveness else None,
        "not_found_again": str(entry.missing) if entry.missing else None,
        "owner": finding.owner or None,
        "in_head": history.in_head if history else None,
        "pushed": history.pushed.truth if history else None,
        **(
            {"repositories": [_repository_object(each) for each in by_exposure(finding)]}
            if finding.repositories
            else {}
        ),
        "places": [printable(place) for place in places(entry)],
        "notes": list(entry.notes),
        "variables": [
            {
                "name": variable.name,
                "value": variable.value,
                "known": variable.known,
                "meaning": variable.meaning,
            }
            for variable in entry.variables
        ],
        "lookup": entry.lookup or None,
        "setup": list(entry.setup),
        "steps": [_step_object(step) for step in entry.steps],
        "instead": list(entry.instead),
        "prevention": [{"id": each.id, "instead": each.instead} for each in entry.advice],
    }


def _repository_object(each: InRepository) -> dict[str, Any]:
    history = each.history
    return {
        "repository": printable(each.repository),
        "in_head": history.in_head if history else None,
        "pushed": history.pushed.truth if history else None,
    }


def _step_object(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "title": step.title,
        "text": list(step.text),
        "commands": [
            {"command": command, "changes": changes(command)} for command in step.commands
        ],
    }
