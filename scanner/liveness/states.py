"""What can be known of a credential at STS, in states, reasons and words.

This is the vocabulary that the question, the findings and the reports share; nothing in it asks.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """What is known. `docs/liveness.md` has every situation that leads to each."""

    LIVE = "live"
    """STS took the credential and told whose it is."""
    SECRET_UNPROVEN = "secret-unproven"  # noqa: S105 -- a word
    """STS knows the key ID as active; the secret beside it is not shown to be that of the ID."""
    INACTIVE = "inactive"
    """STS does not know the key ID: deactivated, deleted, or never issued."""
    EXPIRED = "expired"
    """It was a session, which is over."""
    UNVERIFIABLE = "unverifiable"
    """It was not asked about, since something is missing or forbids it; the reason says what."""
    CANARY = "canary"
    """It belongs to an account of decoys. It was not asked about: that would raise the alarm."""
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
    """What is known of one credential."""

    state: State
    reason: Reason = Reason.NONE
    account: str = ""
    """Twelve digits, from STS; empty unless it is live."""
    arn: str = ""
    """Whose credential it is, from STS; empty unless it is live."""
    principal: str = ""
    """What the ARN is of: `user`, `role`, `root`, `federated-user`; empty unless it is live."""
    partition: str = ""
    """The partition that gave the answer; empty where none did."""
    detail: str = ""
    """A clause for a person. Made here: nothing of it is taken from what was received."""


_STATES: Final = {
    State.LIVE: "live",
    State.SECRET_UNPROVEN: "key ID active, secret not proved",
    State.INACTIVE: "inactive or unknown to STS",
    State.EXPIRED: "expired, by the answer of STS",
    State.UNVERIFIABLE: "not asked",
    State.CANARY: "canary, not asked",
    State.UNKNOWN: "unknown",
}
_REASONS: Final = {
    Reason.NO_KEY_ID: "there is no key ID with it",
    Reason.NO_SECRET: "there is no secret access key with it",
    Reason.NO_TOKEN: "a temporary key needs its session token",
    Reason.IMPOSSIBLE_ID: "AWS cannot have issued this key ID",
    Reason.OTHER_KIND: "STS can tell of access keys only",
    Reason.ACCOUNT_LIST: "the lists of accounts exclude it",
    Reason.THROTTLED: "STS takes no more questions for now",
    Reason.CLOCK: "the clock of this machine is wrong",
    Reason.UNREACHABLE: "STS was not reached",
    Reason.NOT_STS: "the answer was not one of STS",
    Reason.STS_FAULT: "STS had a fault",
    Reason.REFUSED: "STS gave no answer to the question",
    Reason.INTERRUPTED: "interrupted",
    Reason.TIME_LIMIT: "out of time",
    Reason.DEFECT: "a defect of keycatch",
}


def words(liveness: Liveness) -> str:
    """Return what is known, in words without a full stop. The ARN is not in them."""
    text = _STATES[liveness.state]
    if liveness.principal:
        kind = "the ROOT user" if liveness.principal == "root" else liveness.principal
        text += f", {kind.replace('-', ' ')} of account {liveness.account}"
    for more in (_REASONS.get(liveness.reason, ""), liveness.detail):
        if more:
            text += f"{':' if ':' not in text else ';'} {more}"
    return text
