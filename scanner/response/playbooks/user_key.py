"""The access key of an IAM user, with its secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import keys, sessions, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(case: Case) -> Iterator[Step]:
    yield from keys.stop(case)
    yield sessions.of_user()
    yield from traces.of_key_and_user()
    yield from keys.replace()
    yield sessions.lift_user()


PLAYBOOK: Final = Playbook("Access key with its secret", _steps, by_path=True)
