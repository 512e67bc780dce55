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

    from scanner.response.cases import Case
    from scanner.response.playbook import Step

IDENTITY_CENTER: Final = "AWSReservedSSO_"
"""How the names of roles begin that IAM Identity Center makes; they cannot be changed in IAM."""

_USERS: Final = ("user", "federated-user")


def temporary(case: Case) -> Iterator[Step]:
    """Yield the steps for temporary credentials."""
    if case.principal not in ("role", "user"):
        yield _find_owner(case)
    yield from _end(case)
    yield step("trace-key")
    yield step("look-for-new-identities")
    yield step("close-the-way")


def session_token(case: Case) -> Iterator[Step]:
    """Yield the steps for a session token without its key."""
    yield step("find-key-of-token")
    yield _find_owner(case)
    yield from _end(case)
    yield step("trace-key")
    yield step("close-the-way")


def _find_owner(case: Case) -> Step:
    federated = case.principal == "federated-user"
    return step("find-federated-session-owner" if federated else "find-session-owner")


def _end(case: Case) -> Iterator[Step]:
    """Yield the steps that end the session, for each type of owner that it can have."""
    if case.principal not in _USERS:
        found = end_role_sessions(case)
        yield found if case.principal else only_if("it is of a role", found)

    if case.principal != "role":
        found = step("end-user-sessions")
        yield (
            found
            if case.principal
            else found._replace(title="If it is of a user: end its sessions")
        )


def end_role_sessions(case: Case) -> Step:
    """Return the step that ends the sessions of a role."""
    is_center = case.role.startswith(IDENTITY_CENTER)
    return step("end-identity-center-session" if is_center else "revoke-role-sessions")


def only_if(condition: str, found: Step) -> Step:
    """Return the step `found` with the `condition` at the beginning of its title."""
    return found._replace(title=f"If {condition}: {found.title[0].lower()}{found.title[1:]}")


def lift_role_policy(case: Case) -> Iterator[Step]:
    """Yield the step that removes the policy of a role again, if its policies can be changed."""
    if not case.role.startswith(IDENTITY_CENTER):
        yield step("lift-role-policy")
