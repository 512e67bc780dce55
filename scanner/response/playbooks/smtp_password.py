"""The SMTP password of SES, which is derived from a secret access key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import keys, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(case: Case) -> Iterator[Step]:
    yield Step(
        "find-rest",
        "Take the SMTP user name, which is an access key ID",
        (
            (
                "It stands near the password. The password is made of the secret of that key and "
                "ends with it; the secret cannot be computed from it."
            ),
        ),
    )
    yield from keys.stop(case)
    yield Step(
        "stop-sending",
        "If mail goes out that is not yours, stop all sending in the region",
        ("`--sending-enabled` allows it again.",),
        (
            'aws sesv2 get-account --region "$REGION"',
            'aws ses get-send-statistics --region "$REGION"',
            'aws sesv2 put-account-sending-attributes --region "$REGION" --no-sending-enabled',
        ),
    )
    yield traces.of_key()
    yield traces.of_the_user()
    yield Step(
        "replace",
        "Make new SMTP credentials, and give them to the application",
        (
            (
                "They are the key of an IAM user that may do nothing but `ses:SendRawEmail`. Keep "
                "them in a secrets manager."
            ),
        ),
    )
    yield keys.delete()


PLAYBOOK: Final = Playbook(
    "SMTP password of SES",
    _steps,
    ("The API of SES with a role: what runs in AWS then needs no password to send mail.",),
)
