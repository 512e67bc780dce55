"""What a rule of the user found: keycatch does not know what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(_case: Case) -> Iterator[Step]:
    yield Step(
        "deactivate",
        "Revoke it where it was issued",
        (
            (
                "A rule of yours found it: `keycatch rules show` with the file of the rule tells "
                "what the rule says is to be done."
            ),
        ),
    )
    yield Step(
        "trace",
        "Find out what was done with it since it was exposed",
        ("The log of the service that issued it will tell.",),
    )
    yield Step(
        "replace", "Give what used it a new one", ("Keep it in a secrets manager, not in a file.",)
    )


PLAYBOOK: Final = Playbook("Credential of a rule of yours", _steps)
