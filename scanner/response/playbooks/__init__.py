"""The playbooks whose steps depend on what is known of a credential, and the choice between all.

A function takes a `Case` and yields steps. `steps_from: MODULE.FUNCTION` in a rule or in
`rules/response/playbooks.yaml` names it. Everything else is data: see `scanner.response.playbook`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from scanner.response.order import is_dead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.response.cases import Case
    from scanner.response.playbook import Playbook, Step

CANARY: Final = "canary"
FOREIGN: Final = "foreign"
DEAD: Final = "dead"


def choose(case: Case) -> str:
    """Return the name of the playbook for `case`.

    A decoy is left alone whatever it is. A credential of a foreign account is for its owner to deal
    with. One that gives no access is investigated without haste.
    """
    if case.is_canary:
        return CANARY
    if case.finding.owner == "foreign":
        return FOREIGN
    return DEAD if is_dead(case) else case.kind


def steps(playbook: Playbook, case: Case) -> Iterable[Step]:
    """Return the steps of `playbook` for `case`, in their order."""
    if not playbook.steps_from:
        return playbook.steps

    module, _, function = playbook.steps_from.partition(".")
    choose_steps: Callable[[Case], Iterator[Step]] = getattr(
        import_module(f"scanner.response.playbooks.{module}"), function
    )
    return choose_steps(case)
