"""Playbooks for what was made with another credential: signed URLs, passwords and tokens.

None of these can be revoked by itself. They end when their time is over, or when the session or the
key ends that made them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.leak import LONG_TERM, TEMPORARY
from scanner.response.playbook import step
from scanner.response.playbooks.sessions import end_role_sessions, lift_role_policy, only_if

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.leak import Leak
    from scanner.response.playbook import Step

_OVER: Final = (
    "A cluster accepts the token for 15 minutes after signing. If these are over, continue: what "
    "matters is how others got access to the identity that created it."
)
_BEARER: Final = (
    "Bedrock calls with an API key have "
    "`additionalEventData.callWithBearerToken` in the event. Check the bill of the service too: "
    "models run at the cost of the account."
)
"""Source: BeyondTrust, "AWS Bedrock API Keys Security Guide", part 2."""


def presigned_url(leak: Leak) -> Iterator[Step]:
    """Yield the steps for a presigned URL."""
    yield step("contain-url", partition=leak.partition or "aws")
    yield from _end_signer(
        leak,
        "The key ID is in the URL, at the beginning of `X-Amz-Credential` or in `AWSAccessKeyId`.",
    )
    yield step("trace-url")


def short_term_key(leak: Leak) -> Iterator[Step]:
    """Yield the steps for a short-term API key."""
    yield from _end_signer(
        leak,
        "The text after `-api-key-` is a signed request in base64. Its `X-Amz-Credential` begins "
        "with the key ID. The key ends with that session, or after 12 hours at the latest.",
    )
    yield step("trace-key", _BEARER)


def eks_token(leak: Leak) -> Iterator[Step]:
    """Yield the steps for a token of an EKS cluster."""
    if leak.signer:
        yield from _end_signer(
            leak,
            f"{_OVER} The text after `k8s-aws-v1.` is a signed request in base64. Its "
            "`X-Amz-Credential` begins with the key ID.",
        )
    else:
        yield _end_maker(leak, _OVER)

    yield step("trace-cluster")
    if not leak.signer.startswith(LONG_TERM):
        yield from lift_role_policy(leak)


def ecr_password(leak: Leak) -> Iterator[Step]:
    """Yield the steps for the password of ECR."""
    yield _end_maker(
        leak,
        "The password is valid for 12 hours and cannot be revoked on its own. It has the "
        "permissions of the role of the job or person that ran `aws ecr get-login-password`.",
    )
    yield step(
        "trace-service",
        "Compare the images that were pushed in this time (`PutImage`) with those that your "
        "builds pushed.",
        event_source="ecr.amazonaws.com",
    )
    yield from lift_role_policy(leak)


def codeartifact_token(leak: Leak) -> Iterator[Step]:
    """Yield the steps for the authorization token of CodeArtifact."""
    yield _end_maker(
        leak,
        "The token is valid for at most 12 hours and cannot be revoked on its own. It has the "
        "permissions of the role of the job or person that ran `aws codeartifact login`.",
    )
    yield step(
        "trace-service",
        "Compare the packages that were published in this time with those that your builds "
        "published.",
        event_source="codeartifact.amazonaws.com",
    )
    yield from lift_role_policy(leak)


def _end_signer(leak: Leak, inside: str) -> Iterator[Step]:
    """Yield the steps that end the credential whose ID is in a signature.

    The sentence `inside` says how to read the ID. Where the report shows its prefix, the steps are
    only those for a key of a user, or only those for a session.
    """
    prefix = leak.signer[:4]
    names = {LONG_TERM: "read-signing-key", TEMPORARY: "read-signing-session"}
    found = step(names.get(prefix, "read-signer"))
    yield found._replace(text=(inside, *found.text))

    if prefix != TEMPORARY:
        found = step("deactivate-signing-key")
        yield (
            found
            if prefix == LONG_TERM
            else found._replace(title="If a user's key signed it: deactivate that key")
        )
    if prefix != LONG_TERM:
        found = end_role_sessions(leak)
        yield found if prefix == TEMPORARY else only_if("a session signed it", found)


def _end_maker(leak: Leak, maker: str) -> Step:
    """Return the step that ends the sessions of the role that made a token; `maker` says which."""
    found = end_role_sessions(leak)
    return found._replace(text=(maker, *found.text))
