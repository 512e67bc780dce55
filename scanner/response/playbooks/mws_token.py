"""A token of Amazon Marketplace Web Service, which was switched off in 2024."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(_case: Case) -> Iterator[Step]:
    yield Step(
        "find-rest",
        "Look for the access key that was used with it",
        (
            (
                "The service was switched off in 2024 and takes the token no longer. An access "
                "key near it may still work: deal with it as its own finding says."
            ),
        ),
    )


PLAYBOOK: Final = Playbook(
    "Auth token of MWS",
    _steps,
    ("The Selling Partner API, with a token that is fetched when it is needed.",),
)
