"""Temporary credentials: a session of a role, or of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import sessions, signers, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case

_USERS: Final = ("user", "federated-user")


def _steps(case: Case) -> Iterator[Step]:
    if case.principal not in ("role", "user"):
        yield who(case)
    yield from end(case)
    yield traces.of_key()
    yield traces.left_behind()
    yield how_it_came()


def who(case: Case) -> Step:
    """Return the step that tells whose session it is."""
    federated = (
        "The session is one of `GetFederationToken`: its ARN names what the caller chose. The "
        "event tells which user called."
        if case.principal == "federated-user"
        else "`userIdentity.sessionContext.sessionIssuer` names the role, `userIdentity` the user."
    )
    return Step(
        "find-owner",
        "Find out whose session it is",
        (
            "The command shows a few events of the session in full. " + federated,
            (
                "If there are none, it was not used for anything that the event history has: look "
                "for `AssumeRole` and `GetSessionToken` at the time when it was issued."
            ),
        ),
        (signers.issuer_of_session(),),
    )


def end(case: Case) -> Iterator[Step]:
    """Yield the steps that end the session, for the kinds of owners that it can have."""
    if case.principal not in _USERS:
        step = sessions.of_role(case)
        yield (
            step
            if case.principal
            else step._replace(title=f"If it is of a role: {step.title[0].lower()}{step.title[1:]}")
        )
    if case.principal != "role":
        deny = sessions.of_user()
        yield Step(
            "revoke-user-sessions",
            "End the sessions of the user"
            if case.principal
            else "If it is of a user: end its sessions",
            (
                (
                    "A key of the user has begun it: the event `GetSessionToken` or "
                    "`GetFederationToken` tells which one. If that key can have leaked as well, "
                    "it can begin further sessions: deactivate it and replace it."
                ),
                deny.text[0],
                sessions.STAYS,
            ),
            ('aws iam list-access-keys --user-name "$USER_NAME"', *deny.commands),
        )


def how_it_came() -> Step:
    """Return the step that closes the way by which a session got into a file."""
    return Step(
        "replace",
        "Find out how the session came into the file, and close that way",
        (
            (
                "Nobody has to write temporary credentials down: the tools fetch new ones when "
                "the old ones end. Output of `aws sts`, a debug log, a notebook or a copied "
                "environment is where they come from."
            ),
        ),
    )


PLAYBOOK: Final = Playbook("Temporary credentials, a session", _steps, by_path=True)
