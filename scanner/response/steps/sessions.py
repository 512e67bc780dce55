"""Steps against sessions, which live on when the credential that began them is gone.

Sources: IAM User Guide, "Revoke IAM role temporary security credentials" and "Disabling permissions
for temporary security credentials"; durations: STS API Reference. The policy denies whatever was
issued before its time. A request that is signed with a long-term key has no `aws:TokenIssueTime`,
so it is not touched, nor is any session that begins later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case

USER_POLICY: Final = "RevokeOlderSessions"
ROLE_POLICY: Final = "AWSRevokeOlderSessions"
"""What the console calls it, so that its button and these commands mean the same policy."""
_NOW: Final = "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
_DENY: Final = (
    '\'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*",'
    '"Condition":{"DateLessThan":{"aws:TokenIssueTime":"\'"' + _NOW + "\"'\"}}}]}'"
)
_DENY_ROLE: Final = (
    f'aws iam put-role-policy --role-name "$ROLE_NAME" --policy-name {ROLE_POLICY} '
    f"--policy-document {_DENY}"
)
STAYS: Final = "The policy may stay: it denies nothing that begins later."
IDENTITY_CENTER: Final = "AWSReservedSSO_"
"""How the names of roles begin that IAM Identity Center makes; nobody else can change these."""


def of_user() -> Step:
    """Return the step that ends the sessions that a user's key has begun."""
    return Step(
        "revoke-sessions",
        "End the sessions that were begun with it",
        (
            (
                "Sessions of `GetSessionToken` and `GetFederationToken` outlive the key for up to "
                "36 hours. This denies the user every session that is older than now."
            ),
            (
                "Repeat it after a minute: until the deactivation holds everywhere, somebody "
                "could begin another session. Only the newest time counts."
            ),
            (
                "Sessions of roles that the key has assumed are not touched by it: they come after "
                "the next step, which finds them."
            ),
        ),
        (
            (
                f'aws iam put-user-policy --user-name "$USER_NAME" --policy-name {USER_POLICY} '
                f"--policy-document {_DENY}"
            ),
        ),
    )


def of_role(case: Case) -> Step:
    """Return the step that ends the sessions of a role."""
    if case.role.startswith(IDENTITY_CENTER):
        return Step(
            "revoke-sessions",
            "End the session in IAM Identity Center",
            (
                (
                    "The role is one of IAM Identity Center: it cannot be changed in IAM. In the "
                    "console of Identity Center open the user whose session it is, end the active "
                    "sessions, and disable the user's access until it is clear what happened."
                ),
            ),
        )
    return Step(
        "revoke-sessions",
        "Revoke the sessions of the role",
        (
            (
                "Everything that holds a session of the role from before now is denied "
                "everything: also what rightly runs with it, until that fetches new credentials. "
                "It does the same as `Revoke active sessions` in the console."
            ),
            (
                "Whoever may still assume the role can begin a new session: so find out how this "
                "one was begun, and stop that too. Roles whose names begin with `AWSReservedSSO_` "
                "are revoked in IAM Identity Center; those of services cannot be revoked."
            ),
            STAYS,
        ),
        (_DENY_ROLE,),
    )


def of_assumed_roles() -> Step:
    """Return the step that ends the sessions of roles that a key has assumed."""
    return Step(
        "revoke-roles",
        "Revoke the sessions of every role that it has assumed",
        (
            (
                "The events `AssumeRole` name the roles. This denies each role all of its sessions "
                "that are older than now, also rightful ones, until they are begun anew."
            ),
            STAYS,
        ),
        (_DENY_ROLE,),
    )


def lift_user() -> Step:
    """Return the step that takes the policy away from the user again."""
    return Step(
        "lift",
        "Take the policy away when every old session has ended, 36 hours later",
        ("It may also stay: it denies nothing that begins later.",),
        (f'aws iam delete-user-policy --user-name "$USER_NAME" --policy-name {USER_POLICY}',),
    )


def lift_role(case: Case) -> Iterator[Step]:
    """Yield the same for a role, unless its policies cannot be changed."""
    if not case.role.startswith(IDENTITY_CENTER):
        yield Step(
            "lift",
            "Take the policy away when every old session has ended, 12 hours later",
            ("It may also stay: it denies nothing that begins later.",),
            (f'aws iam delete-role-policy --role-name "$ROLE_NAME" --policy-name {ROLE_POLICY}',),
        )
