"""The API key of a GraphQL API of AppSync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(_case: Case) -> Iterator[Step]:
    yield Step(
        "identify",
        "Decide whether it is meant to be public",
        (
            (
                "Applications in browsers and on phones carry such a key for all to see. If that "
                "is meant, and the API allows nothing that not everybody may do, mark the line "
                "with `keycatch:allow`, and leave it at that."
            ),
        ),
    )
    yield Step(
        "find-owner",
        "Find the API that the key is of",
        ("The keys of each API are shown; the ends of the right one are in the report.",),
        (
            (
                'for EACH in $(aws appsync list-graphql-apis --region "$REGION" --query '
                "'graphqlApis[].apiId' --output text); do echo \"== $EACH\"; aws appsync "
                'list-api-keys --region "$REGION" --api-id "$EACH" --query '
                "'apiKeys[].[id,expires]' --output text; done"
            ),
        ),
    )
    yield Step(
        "replace",
        "Make a new key and give it to what needs it",
        ("If strangers could do harm with the old key, delete that one first.",),
        ('aws appsync create-api-key --region "$REGION" --api-id "$API_ID"',),
    )
    yield Step(
        "delete",
        "Delete the old key",
        ("This cannot be undone.",),
        ('aws appsync delete-api-key --region "$REGION" --api-id "$API_ID" --id "$API_KEY"',),
    )
    yield traces.of_service(
        "appsync.amazonaws.com",
        "Queries are not among these events; the log of the API has them, if it was switched on.",
    )


PLAYBOOK: Final = Playbook(
    "API key of AppSync",
    _steps,
    ("IAM, Cognito or OpenID Connect as the authorization of the API.",),
)
