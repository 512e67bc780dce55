"""What gives no access any more: no emergency, and still something to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.liveness.states import State
from scanner.response.cases import LONG_TERM, Kind
from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import keys, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(case: Case) -> Iterator[Step]:
    if case.kind is Kind.MWS_TOKEN:
        from scanner.response.playbooks import mws_token

        yield from mws_token.PLAYBOOK.steps(case)
        return
    if case.impossible and case.kind is Kind.KEY_ID:
        yield Step(
            "identify",
            "See whether it is mistyped",
            (
                (
                    "AWS cannot have issued this key ID: there is nothing to deactivate. If it "
                    "was meant to be a real one, look for that."
                ),
            ),
        )
        return
    if case.state is State.INACTIVE and case.prefix == LONG_TERM:
        yield keys.owner(case)._replace(
            title="See whether it is deactivated or deleted",
            text=(
                (
                    "STS does not know the key ID: it is deactivated, deleted or was never "
                    "issued. If the command finds it, it is deactivated, and can be activated "
                    "again: delete it."
                ),
            ),
        )
        yield _before(case)
        yield keys.delete()
        return
    yield _before(case)


def _before(case: Case) -> Step:
    text = (
        "It gives no access now. Whether somebody used it before is another question: the shorter "
        "the time between its exposure and its end, the better."
    )
    if not case.prefix:
        return Step(
            "trace",
            "Find out what was done with it before",
            (text, "The identity that made it is in the logs of its service and in CloudTrail."),
        )
    step = traces.of_key()
    return step._replace(title="Find out what was done with it before", text=(text, *step.text))


PLAYBOOK: Final = Playbook("Credential that gives no access any more", _steps)
