"""Playbooks for temporary credentials: a session of a role or of a user, whole or its token alone.

A session continues after the credential that began it is gone. Sources: IAM User Guide, "Revoke IAM
role temporary security credentials" and "Disabling permissions for temporary security credentials";
durations: STS API Reference. The policy of these steps denies what was issued before its time. A
request that is signed with a long-term key has no `aws:TokenIssueTime`, so it is not affected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbook import step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.leak import Leak
    from scanner.response.playbook import Step

IDENTITY_CENTER: Final = "AWSReservedSSO_"
"""How the names of roles begin that IAM Identity Center makes; they cannot be changed in IAM."""

_USERS: Final = ("user", "federated-user")


def temporary(leak: Leak) -> Iterator[Step]:
    """Yield the steps for temporary credentials."""
    if leak.principal not in ("role", "user"):
        yield _find_owner(leak)
    yield from _end(leak)
    yield step("trace-key")
    yield step("look-for-new-identities")
    yield step("close-the-way")


def session_token(leak: Leak) -> Iterator[Step]:
    """Yield the steps for a session token without its key."""
    yield step("find-key-of-token")
    yield _find_owner(leak)
    yield from _end(leak)
    yield step("trace-key")
    yield step("close-the-way")


def _find_owner(leak: Leak) -> Step:
    federated = leak.principal == "federated-user"
    return step("find-federated-session-owner" if federated else "find-session-owner")


def _end(leak: Leak) -> Iterator[Step]:
    """Yield the steps that end the session, for each type of owner that it can have."""
    if leak.principal not in _USERS:
        found = end_role_sessions(leak)
        yield found if leak.principal else only_if("it belongs to a role", found)

    if leak.principal != "role":
        found = step("end-user-sessions")
        yield (
            found
            if leak.principal
            else found._replace(title="If it belongs to a user: end its sessions")
        )


def end_role_sessions(leak: Leak) -> Step:
    """Return the step that ends the sessions of a role."""
    is_center = leak.role.startswith(IDENTITY_CENTER)
    return step("end-identity-center-session" if is_center else "revoke-role-sessions")


def only_if(condition: str, found: Step) -> Step:
    """Return the step `found` with the `condition` at the beginning of its title."""
    return found._replace(title=f"If {condition}: {found.title[0].lower()}{found.title[1:]}")


def lift_role_policy(leak: Leak) -> Iterator[Step]:
    """Yield the step that removes the policy of a role again, if its policies can be changed."""
    if not leak.role.startswith(IDENTITY_CENTER):
        yield step("lift-role-policy")
