"""A session token without its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks import temporary
from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(case: Case) -> Iterator[Step]:
    yield Step(
        "find-rest",
        "Look for the key ID and the secret that were issued with it",
        (
            (
                "The token alone signs nothing. It stands together with a key ID that begins with "
                "`ASIA`, in the same file or in its history."
            ),
            (
                "If you can rule out that the secret was in reach of others, let it end: a "
                "session of a role lasts 12 hours at most, one of a user 36."
            ),
        ),
    )
    yield temporary.who(case)
    yield from temporary.end(case)
    yield traces.of_key()
    yield temporary.how_it_came()


PLAYBOOK: Final = Playbook("Session token without its key", _steps, by_path=True)
