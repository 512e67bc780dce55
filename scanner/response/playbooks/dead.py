"""The playbook for a credential that gives no access any more: no emergency, still worth a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.liveness.states import State
from scanner.response import playbook
from scanner.response.leak import LONG_TERM, ResponseKind
from scanner.response.playbook import Step, step
from scanner.response.playbooks.access_keys import find_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.leak import Leak

_TITLE: Final = "Find out what was done with it before that"
_BEFORE: Final = (
    "It no longer gives access. Find out whether somebody used it before. The shorter the time "
    "between exposure and end, the less likely that is."
)


def dead(leak: Leak) -> Iterator[Step]:
    """Yield the steps for a credential that is known to give no access."""
    own = playbook.load(leak.kind)
    if own.over:
        yield from own.steps
    elif leak.impossible and leak.kind == ResponseKind.KEY_ID:
        yield step("check-spelling")
    elif leak.state is State.INACTIVE and leak.prefix == LONG_TERM:
        check = step("check-deleted")
        yield find_user(leak)._replace(title=check.title, text=check.text)
        yield _before(leak)
        yield step("delete-key")
    else:
        yield _before(leak)


def _before(leak: Leak) -> Step:
    if not leak.prefix:
        return Step(
            "trace",
            _TITLE,
            (_BEFORE, "The logs of its service and CloudTrail name the identity that created it."),
        )
    found = step("trace-key")
    return found._replace(title=_TITLE, text=(_BEFORE, *found.text))
