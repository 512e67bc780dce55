"""What can be known about a credential from STS, as states, reasons and words.

The requests, the findings and the reports share this vocabulary; nothing in this module sends a
request.
"""

from __future__ import annotations

from enum import StrEnum

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class State(StrEnum):
    """What is known. `docs/liveness.md` lists the situations that lead to each state."""

    LIVE = "live"
    """STS accepted the credential and named its owner."""
    SECRET_UNPROVEN = "secret-unproven"  # noqa: S105 -- a word
    """STS knows the key ID as active; that the secret is the one of this ID is not proved."""
    INACTIVE = "inactive"
    """STS does not know the key ID: deactivated, deleted, or never issued."""
    EXPIRED = "expired"
    """It was a session, which has ended."""
    UNVERIFIABLE = "unverifiable"
    """It was not asked about: something is missing, or forbids it. The reason says what."""
    CANARY = "canary"
    """It belongs to an account of canary tokens. Asking about it would alert the owner."""
    UNKNOWN = "unknown"
    """No answer counts; the reason says why."""


class Reason(StrEnum):
    """Why a credential is unverifiable, or its state unknown."""

    NONE = ""
    # It cannot or must not be asked about.
    NO_KEY_ID = "no-key-id"
    NO_SECRET = "no-secret"  # noqa: S105 -- a word
    NO_TOKEN = "no-token"  # noqa: S105 -- a word
    IMPOSSIBLE_ID = "impossible-id"
    OTHER_KIND = "other-kind"
    ACCOUNT_LIST = "account-list"
    # There is no answer that counts.
    THROTTLED = "throttled"
    CLOCK = "clock"
    UNREACHABLE = "unreachable"
    NOT_STS = "not-sts"
    STS_FAULT = "sts-fault"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"
    TIME_LIMIT = "time-limit"
    DEFECT = "defect"


class Liveness(NamedTuple):
    """What is known about one credential."""

    state: State
    reason: Reason = Reason.NONE
    account: str = ""
    """Twelve digits, from STS; empty unless it is live."""
    arn: str = ""
    """The owner of the credential, from STS; empty unless it is live."""
    principal: str = ""
    """The kind of owner: `user`, `role`, `root`, `federated-user`; empty unless it is live."""
    partition: str = ""
    """The partition whose STS gave the answer; empty if none did."""
    detail: str = ""
    """A clause for a person. It quotes no text from the network, only codes."""


_STATES: Final = {
    State.LIVE: "live",
    State.SECRET_UNPROVEN: "key ID active, secret not verified",
    State.INACTIVE: "inactive or unknown to STS",
    State.EXPIRED: "expired, according to STS",
    State.UNVERIFIABLE: "not asked",
    State.CANARY: "canary, not asked",
    State.UNKNOWN: "unknown",
}
_REASONS: Final = {
    Reason.NO_KEY_ID: "it has no key ID",
    Reason.NO_SECRET: "it has no secret access key",
    Reason.NO_TOKEN: "a temporary key needs its session token",
    Reason.IMPOSSIBLE_ID: "AWS cannot have issued this key ID",
    Reason.OTHER_KIND: "STS can check access keys only",
    Reason.ACCOUNT_LIST: "the account lists exclude it",
    Reason.THROTTLED: "STS is throttling requests",
    Reason.CLOCK: "the clock of this machine is wrong",
    Reason.UNREACHABLE: "STS could not be reached",
    Reason.NOT_STS: "the response was not from STS",
    Reason.STS_FAULT: "STS had an internal error",
    Reason.REFUSED: "STS did not answer the request",
    Reason.INTERRUPTED: "interrupted",
    Reason.TIME_LIMIT: "out of time",
    Reason.DEFECT: "an internal error of keycatch",
}


def words(liveness: Liveness) -> str:
    """Return what is known, in words without a full stop and without the ARN."""
    text = _STATES[liveness.state]
    if liveness.principal:
        kind = "the ROOT user" if liveness.principal == "root" else liveness.principal
        text += f", {kind.replace('-', ' ')} of account {liveness.account}"
    for more in (_REASONS.get(liveness.reason, ""), liveness.detail):
        if more:
            text += f"{':' if ':' not in text else ';'} {more}"
    return text
