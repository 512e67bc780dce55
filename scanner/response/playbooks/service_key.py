"""A long-term API key of one service: Bedrock, Claude Platform on AWS, CloudWatch Logs.

Source of `callWithBearerToken`: BeyondTrust, "AWS Bedrock API Keys Security Guide", part 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import service_credentials, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case

BEARER: Final = (
    "Calls of Bedrock that were made with an API key have "
    "`additionalEventData.callWithBearerToken` in the event. Check the bill of the service too: "
    "models run at the cost of the account."
)


def _steps(_case: Case) -> Iterator[Step]:
    yield from service_credentials.stop()
    yield traces.of_user(BEARER)
    user = traces.of_the_user()
    yield user._replace(
        text=(
            *user.text,
            (
                "A user whose name begins with `BedrockAPIKey-` or `AeaApiKey-` was made by the "
                "console for the key alone, and can be deleted when the key is."
            ),
        )
    )
    yield Step(
        "replace",
        "Give what used it another credential",
        (
            (
                "Temporary credentials or a short-term key, made when it is needed, leave nothing "
                "to leak."
            ),
        ),
    )
    yield service_credentials.delete()


PLAYBOOK: Final = Playbook(
    "Long-term API key of a service",
    _steps,
    (
        (
            "Temporary credentials of a role, or a short-term key that the program makes and "
            "keeps in memory."
        ),
    ),
)
