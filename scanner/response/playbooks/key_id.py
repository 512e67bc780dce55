"""An access key ID without its secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.cases import LONG_TERM
from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import keys, service_credentials, sessions, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case

_SERVICE: Final = "ACCA"


def _steps(case: Case) -> Iterator[Step]:
    yield Step(
        "find-rest",
        "Look for the secret that belongs to it",
        (
            (
                "The ID alone signs nothing. Look in the history of the file, in the other files "
                "of the commit and wherever it was copied from."
            ),
            (
                "If you can rule out that the secret was anywhere in reach of others, there is no "
                "hurry: the steps that follow can wait for the next rotation."
            ),
        ),
    )
    if case.prefix == _SERVICE:
        yield from service_credentials.stop()
        return
    if case.prefix not in ("", LONG_TERM):
        yield Step(
            "wait",
            "Let it end",
            (
                (
                    "It is the ID of a session, which lasts 36 hours at most, and is of no use "
                    "without its secret and its session token."
                ),
            ),
        )
        yield traces.of_key()
        return
    yield from keys.stop(case)
    yield sessions.of_user()
    yield from traces.of_key_and_user()
    yield from keys.replace()
    yield sessions.lift_user()


PLAYBOOK: Final = Playbook("Access key ID without its secret", _steps, by_path=True)
