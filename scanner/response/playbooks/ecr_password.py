"""The password for Docker at ECR, good for 12 hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import sessions, signers, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(case: Case) -> Iterator[Step]:
    yield signers.end_maker(
        case,
        "The password lasts 12 hours and cannot be revoked by itself. The job or person that ran "
        "`aws ecr get-login-password` has a role, and that role's permissions are what it has.",
    )
    yield traces.of_service(
        "ecr.amazonaws.com",
        (
            "Compare the images that were pushed in this time (`PutImage`) with what your builds "
            "pushed."
        ),
    )
    yield from sessions.lift_role(case)


PLAYBOOK: Final = Playbook(
    "Password of ECR",
    _steps,
    (
        (
            "The credential helper `docker-credential-ecr-login`, which keeps no password in "
            "`config.json`."
        ),
    ),
)
