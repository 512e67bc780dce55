"""A secret access key without its key ID."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import keys, sessions, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def find_id() -> Step:
    """Return the step that finds the key ID of a secret."""
    return Step(
        "find-rest",
        "Find the key ID that belongs to it",
        (
            (
                "AWS cannot tell a key by its secret. Look near it: in the same file and its "
                "history, and in the settings of what reads the file. Or ask who wrote it."
            ),
            (
                "The report on credentials lists every user with the ages and last uses of both "
                "keys: the key that the program uses is the one."
            ),
        ),
        (
            "aws iam generate-credential-report",
            "aws iam get-credential-report --query Content --output text | base64 --decode",
        ),
    )


def _steps(case: Case) -> Iterator[Step]:
    yield find_id()
    yield from keys.stop(case)
    yield sessions.of_user()
    yield from traces.of_key_and_user()
    yield from keys.replace()
    yield sessions.lift_user()


PLAYBOOK: Final = Playbook("Secret access key without its key ID", _steps, by_path=True)
