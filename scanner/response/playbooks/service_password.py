"""The password of a service-specific credential: CodeCommit over HTTPS, Keyspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import service_credentials, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(_case: Case) -> Iterator[Step]:
    yield from service_credentials.stop()
    yield traces.of_user(
        "Check the repositories for commits and the tables for changes that nobody of yours made."
    )
    yield traces.of_the_user()
    yield Step(
        "replace",
        "Give what used it another credential",
        (
            (
                "Nothing new is needed where the request is signed with temporary credentials: see "
                "below."
            ),
        ),
    )
    yield service_credentials.delete()


PLAYBOOK: Final = Playbook(
    "Password of a service-specific credential",
    _steps,
    (
        (
            "For CodeCommit: `git-remote-codecommit`, or the credential helper of the AWS CLI, "
            "which sign with temporary credentials."
        ),
        "For Keyspaces: the SigV4 plugin of the Cassandra driver, with a role.",
    ),
)
