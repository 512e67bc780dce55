"""The playbook for a credential that gives no access any more: no emergency, still worth a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.liveness.states import State
from scanner.response import playbook
from scanner.response.cases import LONG_TERM, ResponseKind
from scanner.response.playbook import Step, step
from scanner.response.playbooks.access_keys import find_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case

_TITLE: Final = "Find out what was done with it before"
_BEFORE: Final = (
    "It gives no access now. Whether somebody used it before is another question: the shorter the "
    "time between its exposure and its end, the better."
)


def dead(case: Case) -> Iterator[Step]:
    """Yield the steps for a credential that is known to give no access."""
    own = playbook.load(case.kind)
    if own.over:
        yield from own.steps
    elif case.impossible and case.kind == ResponseKind.KEY_ID:
        yield step("check-spelling")
    elif case.state is State.INACTIVE and case.prefix == LONG_TERM:
        check = step("check-deleted")
        yield find_user(case)._replace(title=check.title, text=check.text)
        yield _before(case)
        yield step("delete-key")
    else:
        yield _before(case)


def _before(case: Case) -> Step:
    if not case.prefix:
        return Step(
            "trace",
            _TITLE,
            (_BEFORE, "The identity that made it is in the logs of its service and in CloudTrail."),
        )
    found = step("trace-key")
    return found._replace(title=_TITLE, text=(_BEFORE, *found.text))
