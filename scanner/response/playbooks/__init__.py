"""The playbooks whose steps depend on what is known of a credential, and the choice between all.

A function takes a `Leak` and yields steps. `steps_from: MODULE.FUNCTION` in a rule or in
`rules/response/playbooks.yaml` names it. Everything else is data: see `scanner.response.playbook`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from scanner.response.order import is_dead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.response.leak import Leak
    from scanner.response.playbook import Playbook, Step

CANARY: Final = "canary"
FOREIGN: Final = "foreign"
DEAD: Final = "dead"


def choose(leak: Leak) -> str:
    """Return the name of the playbook for `leak`.

    A decoy is left alone whatever it is. A credential of a foreign account is for its owner to deal
    with. One that gives no access is investigated without haste.
    """
    if leak.is_canary:
        return CANARY
    if leak.finding.owner == "foreign":
        return FOREIGN
    return DEAD if is_dead(leak) else leak.kind


def steps(playbook: Playbook, leak: Leak) -> Iterable[Step]:
    """Return the steps of `playbook` for `leak`, in their order."""
    if not playbook.steps_from:
        return playbook.steps

    module, _, function = playbook.steps_from.partition(".")
    choose_steps: Callable[[Leak], Iterator[Step]] = getattr(
        import_module(f"scanner.response.playbooks.{module}"), function
    )
    return choose_steps(leak)
