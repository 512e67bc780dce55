"""Steps against what was made with other credentials: signed URLs, passwords and tokens.

None of these can be revoked by itself. They end when their time is over, or when the session or the
key ends that made them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.response.playbooks.interface import Step
from scanner.response.steps import sessions, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def end_signer(case: Case, inside: str) -> Iterator[Step]:
    """Yield the steps that end the credential whose ID is in a signature.

    `inside` is a sentence that says how to read the ID.
    """
    yield Step(
        "find-signer",
        "Read which key signed it",
        (
            inside,
            (
                "If the key ID begins with `AKIA`, it is a key of a user: deactivate it, which "
                "ends everything that it has signed. The last command shows who the user is."
            ),
            (
                "If it begins with `ASIA`, it is a session: the events that the first command "
                "shows name the role in `userIdentity.sessionContext.sessionIssuer`. Its sessions "
                "have to be revoked, in the next step."
            ),
        ),
        (
            issuer_of_session(),
            'aws iam get-access-key-last-used --access-key-id "$KEY_ID"',
        ),
    )
    yield Step(
        "deactivate",
        "If a key of a user signed it: deactivate that key",
        (
            (
                "Then replace it, as a leaked key: whoever has the URL or token does not have the "
                "secret."
            ),
        ),
        (
            (
                'USER_NAME=$(aws iam get-access-key-last-used --access-key-id "$KEY_ID" '
                "--query UserName --output text)"
            ),
            (
                'aws iam update-access-key --user-name "$USER_NAME" --access-key-id "$KEY_ID" '
                "--status Inactive"
            ),
        ),
    )
    step = sessions.of_role(case)
    yield step._replace(title=f"If a session signed it: {step.title[0].lower()}{step.title[1:]}")


def end_maker(case: Case, maker: str) -> Step:
    """Return the step that ends the sessions of the role that made a token; `maker` says who."""
    step = sessions.of_role(case)
    return step._replace(text=(maker, *step.text))


def issuer_of_session() -> str:
    """Return the command that shows events of a session in full, with the issuer in them."""
    return traces.lookup("AccessKeyId", '"$KEY_ID" --max-items 3', "Events[].CloudTrailEvent")
