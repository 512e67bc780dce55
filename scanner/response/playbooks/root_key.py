"""The access key of the root user, or a session that it began.

Sources: IAM User Guide, "AWS account root user" and "Perform a privileged task on an AWS
Organizations member account"; AWS re:Post on root user access keys of AWS GovCloud (US), where the
root user has keys and no console.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.cases import REGIONS
from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case

CONSOLES: Final = {
    "aws": "https://console.aws.amazon.com/",
    "aws-cn": "https://console.amazonaws.cn/",
    "aws-eusc": "https://console.amazonaws-eusc.eu/",
}
"""Where a root user can sign in."""


def _steps(case: Case) -> Iterator[Step]:
    partition = case.partition or "aws"
    console = CONSOLES.get(partition)
    sign_in = (
        f"Sign in as the root user at {console}, open `Security credentials` from the menu of the "
        "account, deactivate the access key there, and delete it."
        if console
        else "The root user of this partition has no console: use one of the other ways."
    )
    yield Step(
        "deactivate",
        "Deactivate and delete the key in the console (way 1 of 3)",
        (sign_in, "One of the three ways is enough."),
    )
    yield Step(
        "deactivate-as-root",
        "Or do so with the root user's own credentials (way 2 of 3)",
        ("These two commands work with no other credentials.",),
        (
            'aws iam update-access-key --access-key-id "$KEY_ID" --status Inactive',
            'aws iam delete-access-key --access-key-id "$KEY_ID"',
        ),
    )
    yield Step(
        "deactivate-from-organization",
        "Or from the management account of the organization (way 3 of 3)",
        (
            (
                "This needs centralized root access to be enabled in the organization. The first "
                "command prints credentials; under these, the second one deletes the key."
            ),
            (
                "No policy in the account limits its root user. A service control policy of the "
                "organization does."
            ),
        ),
        (
            (
                'aws sts assume-root --target-principal "$ACCOUNT_ID" --task-policy-arn '
                f"arn=arn:{partition}:iam::aws:policy/root-task/IAMDeleteRootUserCredentials "
                f"--region {REGIONS[partition]}"
            ),
            'aws iam delete-access-key --access-key-id "$KEY_ID"',
        ),
    )
    yield Step(
        "verify",
        "Check that no root key is left, and that the root user has MFA",
        (
            (
                "The numbers have to be 0 and 1. Sessions that the key has begun cannot be "
                "revoked; they last an hour at most, so look again after that."
            ),
        ),
        (
            (
                "aws iam get-account-summary --query "
                "'SummaryMap.[AccountAccessKeysPresent,AccountMFAEnabled]'"
            ),
        ),
    )
    yield Step(
        "secure-root",
        "Change the root user's password; check its e-mail address and MFA",
        (
            (
                "Whoever has the key can do whatever the account can, short of what needs the "
                "console."
            ),
            "Tell AWS Support: it can help with an account that was taken over.",
        ),
        ("aws iam list-virtual-mfa-devices", "aws account get-contact-information"),
    )
    yield traces.of_key()
    yield traces.left_behind()
    yield Step(
        "replace",
        "Let a role do what the key was for",
        ("There is nothing that an application does for which it needs the root user.",),
    )


PLAYBOOK: Final = Playbook(
    "Access key of the ROOT user",
    _steps,
    (
        (
            "Nothing takes the place of a root key: an application needs a role with what it does "
            "and no more."
        ),
    ),
    by_path=True,
)
