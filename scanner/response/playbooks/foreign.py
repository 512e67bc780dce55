"""A credential of an account that is none of ours.

Where to report: AWS re:Post, "Abuse reporting FAQs" and "How do I report abuse of AWS resources?".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case

ADDRESS: Final = "trustandsafety@support.aws.com"
PAGE: Final = "https://repost.aws/knowledge-center/report-aws-abuse"


def _steps(_case: Case) -> Iterator[Step]:
    yield Step(
        "leave",
        "Do not use it",
        (
            (
                "The account is not on the list of yours. Nothing in it is yours to change, and "
                "using a found key can be an offence."
            ),
        ),
    )
    yield Step(
        "tell-owner",
        "Tell its owner, and AWS",
        (
            (
                "The owner is whoever wrote the file or gave it to you: a supplier, a customer, a "
                "former employer of a colleague. Say where it stands and since when. Send neither "
                "the secret nor a link to it by mail."
            ),
            (
                "If you do not know the owner, tell AWS, which knows by the account: "
                f"{ADDRESS} or the form that {PAGE} names."
            ),
        ),
    )
    yield Step(
        "replace",
        "If you use the account by agreement, ask for another way in",
        ("A role that trusts your account needs no key.",),
    )


PLAYBOOK: Final = Playbook("Credential of a foreign account", _steps)
