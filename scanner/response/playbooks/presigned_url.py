"""A presigned URL.

Lifetimes and `s3:signatureAge`: Amazon S3 User Guide, "Sharing objects with presigned URLs".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import signers, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


_MOVE: Final = (
    'aws s3api copy-object --copy-source "$BUCKET/$OBJECT_KEY" --bucket "$BUCKET" '
    '--key "$NEW_OBJECT_KEY" && aws s3api delete-object --bucket "$BUCKET" --key "$OBJECT_KEY"'
)


def _deny(partition: str) -> str:
    """Return the command that prints a statement which ends what was signed some time ago."""
    return (
        "printf '%s\\n' "
        f'\'{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:{partition}:s3:::'
        """'"$BUCKET"'/*","Condition":{"NumericGreaterThan":{"s3:signatureAge":"600000"}}}'"""
    )


def _steps(case: Case) -> Iterator[Step]:
    yield Step(
        "contain",
        "Decide what to end: the object, all older URLs, or the signing key",
        (
            (
                "Moving or deleting the object ends this URL and no other one: the first command "
                "moves it, and what stands behind `&&` alone deletes it. If strangers can upload "
                "with it, check what stands there now."
            ),
            (
                "A bucket policy that denies requests whose `s3:signatureAge` is above a number "
                "of milliseconds ends all older URLs of the bucket. The second command shows the "
                "policy, the third one a statement for ten minutes: add it to the policy in "
                "`policy.json` and put that with the last one. A new policy replaces all of the "
                "old one."
            ),
            "Ending the key or session that signed it, as follows, ends all its URLs.",
        ),
        (
            _MOVE,
            'aws s3api get-bucket-policy --bucket "$BUCKET" --query Policy --output text',
            _deny(case.partition or "aws"),
            'aws s3api put-bucket-policy --bucket "$BUCKET" --policy file://policy.json',
        ),
    )
    yield from signers.end_signer(
        case,
        "The key ID stands in the URL: at the beginning of `X-Amz-Credential`, or in "
        "`AWSAccessKeyId`.",
    )
    yield Step(
        "trace",
        "Find out who used it",
        (
            (
                "Requests with a presigned URL are data events: the access log of the bucket has "
                "them, or a trail that records such events."
            ),
        ),
        ('aws s3api get-bucket-logging --bucket "$BUCKET"', *traces.BEYOND),
    )


PLAYBOOK: Final = Playbook(
    "Presigned URL",
    _steps,
    ("A URL that is made when it is asked for, good for minutes, and written to no file.",),
)
