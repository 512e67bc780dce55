"""The private key of an EC2 key pair.

How AWS makes the fingerprint: EC2 API Reference, `KeyPairInfo`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(_case: Case) -> Iterator[Step]:
    yield Step(
        "find-owner",
        "Find the key pair",
        (
            (
                "The first command prints the fingerprint of the key, as EC2 has it for an RSA "
                "key pair that it made; the second one lists the key pairs of one region, with "
                "theirs."
            ),
        ),
        (
            'openssl pkcs8 -in "$PRIVATE_KEY_FILE" -topk8 -nocrypt -outform DER | openssl sha1 -c',
            (
                'aws ec2 describe-key-pairs --region "$REGION" --query '
                "'KeyPairs[].[KeyName,KeyFingerprint]' --output text"
            ),
        ),
    )
    yield Step(
        "find-instances",
        "Find the instances that were started with it",
        ("Those that were started from an image of one of them have the key too.",),
        (
            (
                'aws ec2 describe-instances --region "$REGION" --filters '
                'Name=key-name,Values="$KEY_NAME" --query '
                "'Reservations[].Instances[].[InstanceId,PublicIpAddress,State.Name,Platform]' "
                "--output text"
            ),
        ),
    )
    yield Step(
        "deactivate",
        "Take the key out of every instance",
        (
            (
                "Deleting the key pair does not do that. Remove its line from "
                "`~/.ssh/authorized_keys` of every account that has it, on every instance and in "
                "every image (AMI) and launch template. Until then, let the security groups allow "
                "SSH and RDP from addresses of yours only."
            ),
            "On Windows, the key decrypts the first password of the administrator: change it.",
            (
                "An instance to which you cannot log in any more: `aws ssm start-session`, where "
                "the SSM agent runs."
            ),
        ),
    )
    yield Step(
        "delete",
        "Delete the key pair, so that no new instance gets it",
        (
            (
                "Launch templates and Auto Scaling groups that name it fail from then on: change "
                "these first."
            ),
        ),
        ('aws ec2 delete-key-pair --region "$REGION" --key-name "$KEY_NAME"',),
    )
    yield Step(
        "look-inside",
        "Look for logins in the instances that you cannot explain",
        (
            (
                "`last` and the log of sshd on Linux, the event log of logons on Windows. Logins "
                "with SSH are in no log of AWS. Whoever was inside had the role of the instance "
                "too."
            ),
        ),
    )
    yield traces.left_behind()


PLAYBOOK: Final = Playbook(
    "Private key of an EC2 key pair",
    _steps,
    ("Session Manager or EC2 Instance Connect: nobody holds a key, and every session is logged.",),
)
