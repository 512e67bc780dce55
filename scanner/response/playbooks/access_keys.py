"""Playbooks for access keys that do not expire: the key of an IAM user, its halves, the root key.

Sources: IAM User Guide, "Managing access keys for IAM users", "AWS account root user" and "Perform
a privileged task on an AWS Organizations member account". The order for a leaked key is not that of
a rotation: the key is deactivated before there is a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.leak import LONG_TERM, REGIONS, SERVICE
from scanner.response.playbook import step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.leak import Leak
    from scanner.response.playbook import Step

CONSOLES: Final = {
    "aws": "https://console.aws.amazon.com/",
    "aws-cn": "https://console.amazonaws.cn/",
    "aws-eusc": "https://console.amazonaws-eusc.eu/",
}
"""Where a root user can sign in. In AWS GovCloud (US) it has keys and no console (AWS re:Post)."""


def user_key(leak: Leak) -> Iterator[Step]:
    """Yield the steps for the access key of an IAM user, with its secret."""
    yield from stop(leak)
    yield step("revoke-user-sessions")
    yield from _trace_key_and_user()
    yield from _replace()
    yield step("lift-user-policy")


def stop(leak: Leak) -> Iterator[Step]:
    """Yield the steps that find the user, unless it is known, and deactivate the key."""
    if not leak.user:
        yield find_user(leak)
    yield step("deactivate-key")
    yield step("last-use")


def find_user(leak: Leak) -> Step:
    """Return the step that finds the user of the key, in `USER_NAME`."""
    return step("find-key-user" if leak.account else "find-key-account-and-user")


def _trace_key_and_user() -> Iterator[Step]:
    yield step("trace-key")
    yield step("revoke-assumed-roles")
    yield step("look-for-new-identities")
    yield step("inspect-user")


def _replace() -> Iterator[Step]:
    yield step("replace-key")
    yield step("test-key")
    yield step("delete-key")


def key_id(leak: Leak) -> Iterator[Step]:
    """Yield the steps for an access key ID without its secret."""
    yield step("find-secret")

    if leak.prefix == SERVICE:
        yield step("find-service-credential")
        yield step("deactivate-service-credential")
    elif leak.prefix not in ("", LONG_TERM):
        yield step("wait-for-session")
        yield step("trace-key")
    else:
        yield from user_key(leak)


def secret_key(leak: Leak) -> Iterator[Step]:
    """Yield the steps for a secret access key without its key ID."""
    yield step("find-secret-owner")
    yield from user_key(leak)


def unnamed_secret(leak: Leak) -> Iterator[Step]:
    """Yield the steps for 40 random characters without a name."""
    yield step("identify-secret")
    yield step("find-secret-owner")
    yield from stop(leak)
    yield step("revoke-user-sessions")
    yield step("trace-key")
    yield from _replace()
    yield step("lift-user-policy")


def root_key(leak: Leak) -> Iterator[Step]:
    """Yield the steps for the access key of the root user, or for a session begun with it."""
    partition = leak.partition or "aws"

    if partition in CONSOLES:
        yield step("delete-root-key-in-console", console=CONSOLES[partition])
    else:
        yield step("delete-root-key-without-console")
    yield step("delete-root-key-as-root")
    yield step("delete-root-key-from-organization", partition=partition, region=REGIONS[partition])

    yield step("check-root-user")
    yield step("secure-root-user")
    yield step("trace-key")
    yield step("look-for-new-identities")
    yield step("replace-root-key")


def smtp_password(leak: Leak) -> Iterator[Step]:
    """Yield the steps for the SMTP password of SES, which ends with the access key of its user."""
    yield step("find-smtp-user")
    yield from stop(leak)
    yield step("stop-sending")
    yield step("trace-key")
    yield step("inspect-user")
    yield step("replace-smtp-password")
    yield step("delete-key")
