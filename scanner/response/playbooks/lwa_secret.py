"""The client secret of an application of Login with Amazon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(_case: Case) -> Iterator[Step]:
    yield Step(
        "replace",
        "Rotate the secret in the developer console",
        (
            (
                "This is no credential of AWS: no command of the AWS CLI helps. Whoever owns the "
                "application rotates its LWA credentials and gives the new secret to it."
            ),
            "The old secret goes on for some days after that: end it at once.",
        ),
    )
    yield Step(
        "find-rest",
        "Look for refresh tokens and access keys near it, and revoke those too",
        ("Refresh tokens begin with `Atzr|`. With one and the secret, others act for the seller.",),
    )


PLAYBOOK: Final = Playbook(
    "Client secret of Login with Amazon",
    _steps,
    ("A secrets manager, which the application asks when it starts.",),
)
