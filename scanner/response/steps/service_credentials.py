"""Steps for service-specific credentials of IAM: passwords and API keys of a single service.

Source: IAM API Reference, `UpdateServiceSpecificCredential` and its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.response.playbooks.interface import Step

if TYPE_CHECKING:
    from collections.abc import Iterator


def stop() -> Iterator[Step]:
    """Yield the steps that find the credential and deactivate it."""
    yield Step(
        "find-owner",
        "Find the credential among those of the user",
        (
            (
                "The name and the date of creation tell which one it is. Its ID begins with "
                "`ACCA`: put it into `CREDENTIAL_ID`."
            ),
        ),
        ('aws iam list-service-specific-credentials --user-name "$USER_NAME"',),
    )
    yield Step(
        "deactivate",
        "Deactivate the credential",
        ("It can be undone with `--status Active`.",),
        (
            (
                'aws iam update-service-specific-credential --user-name "$USER_NAME" '
                '--service-specific-credential-id "$CREDENTIAL_ID" --status Inactive'
            ),
        ),
    )


def delete() -> Step:
    """Return the step that deletes it."""
    return Step(
        "delete",
        "Delete the old one, when nothing needs it any more",
        ("This cannot be undone.",),
        (
            (
                'aws iam delete-service-specific-credential --user-name "$USER_NAME" '
                '--service-specific-credential-id "$CREDENTIAL_ID"'
            ),
        ),
    )
