"""Steps against what was made with other credentials: signed URLs, passwords and tokens.

None of these can be revoked by itself. They end when their time is over, or when the session or the
key ends that made them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.response.cases import LONG_TERM, TEMPORARY
from scanner.response.playbooks.interface import Step
from scanner.response.steps import keys, sessions, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def end_signer(case: Case, inside: str) -> Iterator[Step]:
    """Yield the steps that end the credential whose ID is in a signature.

    `inside` is a sentence that says how to read the ID. Where the report tells how it begins, there
    are the steps for a key of a user or for a session only.
    """
    prefix = case.signer[:4]
    yield _find(prefix, inside)
    if prefix != TEMPORARY:
        yield Step(
            "deactivate",
            "Deactivate the key that signed it"
            if prefix == LONG_TERM
            else "If a key of a user signed it: deactivate that key",
            (
                (
                    "Whoever has the URL or token does not have the secret: the key can be "
                    "activated again, with `--status Active`, once nothing that it signed before "
                    "is good any more."
                ),
            ),
            (
                keys.FIND_USER,
                (
                    'aws iam update-access-key --user-name "$USER_NAME" --access-key-id "$KEY_ID" '
                    "--status Inactive"
                ),
            ),
        )
    if prefix != LONG_TERM:
        step = sessions.of_role(case)
        title = f"{step.title[0].lower()}{step.title[1:]}"
        yield (
            step if prefix == TEMPORARY else step._replace(title=f"If a session signed it: {title}")
        )


def _find(prefix: str, inside: str) -> Step:
    key = keys.LAST_USE
    if prefix == LONG_TERM:
        text: tuple[str, ...] = (
            (
                "It is a key of a user: deactivating it ends everything that it has signed. The "
                "command shows who the user is."
            ),
        )
        commands: tuple[str, ...] = (key,)
    elif prefix == TEMPORARY:
        text = (
            (
                "It is that of a session: the events that the command shows name the role in "
                "`userIdentity.sessionContext.sessionIssuer`. Its sessions have to be revoked, in "
                "the next step."
            ),
        )
        commands = (issuer_of_session(),)
    else:
        text = (
            (
                "If the key ID begins with `AKIA`, it is a key of a user: deactivate it, which "
                "ends everything that it has signed. The last command shows who the user is."
            ),
            (
                "If it begins with `ASIA`, it is a session: the events that the first command "
                "shows name the role in `userIdentity.sessionContext.sessionIssuer`. Its sessions "
                "have to be revoked, in the next step."
            ),
        )
        commands = (issuer_of_session(), key)
    return Step("find-signer", "Read which key signed it", (inside, *text), commands)


def end_maker(case: Case, maker: str) -> Step:
    """Return the step that ends the sessions of the role that made a token; `maker` says who."""
    step = sessions.of_role(case)
    return step._replace(text=(maker, *step.text))


def issuer_of_session() -> str:
    """Return the command that shows events of a session in full, with the issuer in them."""
    return traces.lookup("AccessKeyId", '"$KEY_ID" --max-items 3', "Events[].CloudTrailEvent")
