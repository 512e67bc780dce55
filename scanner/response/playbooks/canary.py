"""A decoy: whoever touches it raises an alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(_case: Case) -> Iterator[Step]:
    yield Step(
        "leave",
        "Do not use it, do not deactivate it, do not remove it",
        (
            (
                "Its account is known for decoys. Somebody has put it there to learn who finds "
                "it, and every use raises an alarm."
            ),
        ),
    )
    yield Step(
        "tell-owner",
        "Tell whoever looks after decoys that the scan has found it",
        (
            (
                "If nobody of yours has put it there, it came in with a copied file. Then it can "
                "be taken out like any other text."
            ),
        ),
    )


PLAYBOOK: Final = Playbook("Canary: a decoy", _steps)
