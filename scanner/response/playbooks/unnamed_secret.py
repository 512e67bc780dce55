"""Forty random characters that nothing names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks import secret_key
from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import keys, sessions, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(case: Case) -> Iterator[Step]:
    yield Step(
        "identify",
        "Find out what it is",
        (
            (
                "The author of the file or the code that reads it will tell. A secret of another "
                "vendor is revoked there. What is no secret gets a mark on its line, "
                "`keycatch:allow`, with words that say what it is."
            ),
            "Only if it is a secret access key of AWS, or nobody can say, the rest is to be done.",
        ),
    )
    yield secret_key.find_id()
    yield from keys.stop(case)
    yield sessions.of_user()
    yield traces.of_key()
    yield from keys.replace()
    yield sessions.lift_user()


PLAYBOOK: Final = Playbook("Possible secret access key", _steps, by_path=True)
