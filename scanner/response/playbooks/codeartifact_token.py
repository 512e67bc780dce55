"""The authorization token of CodeArtifact, good for 12 hours."""

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
        "The token lasts 12 hours at most and cannot be revoked by itself. The job or person that "
        "ran `aws codeartifact login` has a role, and that role's permissions are what it has.",
    )
    yield traces.of_service(
        "codeartifact.amazonaws.com",
        "Compare the packages that were published in this time with what your builds published.",
    )
    yield from sessions.lift_role(case)


PLAYBOOK: Final = Playbook(
    "Authorization token of CodeArtifact",
    _steps,
    ("A token that the build fetches into an environment variable, which the file names.",),
)
