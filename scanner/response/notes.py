"""Sentences on what the state of a credential means, and on what its report may lack.

They take nothing from a report but numbers and words of a fixed list: anybody can have written it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.liveness.states import Liveness, Reason, State, words
from scanner.reports.wording import HISTORY_KIND, INDEX_KIND
from scanner.response.leak import LONG_TERM, Leak, ResponseKind
from scanner.response.order import is_dead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.saved.report import SavedReport

EVENT_HISTORY_DAYS: Final = 90
"""How far back the event history of CloudTrail goes (AWS CloudTrail User Guide, Event history)."""

# By the state that STS or a list of accounts gave.
_ASKED: Final = {
    State.LIVE: "It works: STS accepted it. Deal with it now.",
    State.SECRET_UNPROVEN: (
        "The key ID is active, but the secret next to it could not be verified as the secret of "
        "this ID. The real secret may be near, and this one may belong to another key."
    ),
    State.INACTIVE: (
        "STS does not know the key ID: it is deactivated, deleted, from another partition or made "
        "up."
    ),
    State.EXPIRED: "It was a session, which has expired.",
    State.CANARY: "It belongs to a canary account.",
    State.UNKNOWN: "STS gave no conclusive answer. Treat it as live until it does.",
}

# By the reason for which nobody asked. Without an answer a credential is taken as live: to be wrong
# that way costs a little work, and the other way an account.
_NOT_ASKED: Final = {
    Reason.NO_KEY_ID: "Without its key ID, it cannot be checked. Treat it as live.",
    Reason.NO_SECRET: "Without its secret, it cannot be checked.",
    Reason.NO_TOKEN: "Without its session token, it cannot be checked.",
    Reason.IMPOSSIBLE_ID: "AWS cannot have issued this key ID: it may be mistyped.",
    Reason.OTHER_KIND: "STS can check access keys only. Treat it as live.",
    Reason.ACCOUNT_LIST: "An account list excluded it from the check. Treat it as live.",
}

_ANOTHER_KEY: Final = (
    "AWS cannot have issued the key ID next to it: the secret may belong to another key. Treat it "
    "as live."
)
_ACCESS_KEY: Final = frozenset(("key_id", "secret", "session_token"))
"""Parts of access keys: STS can be asked about nothing else."""
_CHANGES: Final = ("push", "range", "receive", "ci", INDEX_KIND)
"""Kinds of reports that do not have what was there before a change."""


def notes_on(leak: Leak, report: SavedReport) -> tuple[str, ...]:
    """Return the sentences to read about `leak` before its first step."""
    return tuple(_notes(leak, report))


def _notes(leak: Leak, report: SavedReport) -> Iterator[str]:
    liveness, history = leak.finding.liveness, leak.finding.history
    # For what is dead by its own date or kind, nothing depends on an answer.
    if not (is_dead(leak) and leak.state in (None, State.UNVERIFIABLE)):
        yield _whether_live(leak)

    answered = liveness.account if liveness and leak.is_live else ""
    # A mock of AWS gives everybody the same identity.
    if answered and leak.finding.account_id not in ("", answered):
        yield (
            "STS names another account than its key ID encodes: the endpoint that answered is "
            "probably not AWS."
        )
    if leak.is_over and leak.state is not State.EXPIRED:
        yield "It has expired, according to its own date."

    if leak.kind == ResponseKind.ROOT_KEY:
        yield "It is the key of the ROOT user: no policy limits it."
    # AWSCompromisedKeyQuarantine and its versions deny some actions only.
    if leak.is_live and leak.prefix == LONG_TERM:
        yield "An AWS quarantine policy, if one is attached, leaves it active."
    if leak.finding.owner == "foreign":
        yield "Its account is not in your list of own accounts."

    if history and history.days > EVENT_HISTORY_DAYS:
        yield (
            f"It has been there for {history.days:,} days, but the CloudTrail event history "
            f"covers only {EVENT_HISTORY_DAYS}. Earlier events are in a trail's bucket, if there "
            "is one."
        )
    if report.kind == INDEX_KIND:
        yield (
            "According to this report it was never committed, so nobody else has it through git. "
            "If the file was nowhere else, removing it from the file is enough."
        )
    elif leak.finding.severity is Severity.NOTE and report.kind in _CHANGES and liveness is None:
        yield "It was there before the change that was scanned."


def _whether_live(leak: Leak) -> str:
    """Return what is known of whether `leak` is live, and what follows from it."""
    liveness, values = leak.finding.liveness, leak.finding.values
    if leak.is_canary:
        return _ASKED[State.CANARY]

    # Where nobody asked, the credential itself can say why asking would be of no use.
    state = liveness.state if liveness else None
    reason = liveness.reason if liveness else Reason.NONE
    if state is None and leak.impossible:
        reason = Reason.IMPOSSIBLE_ID
    elif state is None and _ACCESS_KEY.isdisjoint(values):
        reason = Reason.OTHER_KIND
    if state not in (None, State.UNVERIFIABLE):
        return _ASKED[state]

    if reason is Reason.IMPOSSIBLE_ID and leak.kind == ResponseKind.SECRET:
        return _ANOTHER_KEY
    if reason is Reason.OTHER_KIND and leak.kind == ResponseKind.PRESIGNED_URL:
        return "STS cannot check a URL. Treat it as live until it expires."
    if state is None:
        return _NOT_ASKED.get(reason, "It was not checked. Treat it as live.")
    return _NOT_ASKED.get(reason, "It was not checked. Treat it as live.")


def warnings(
    report: SavedReport, unanswered: Mapping[str, Liveness] | None = None
) -> tuple[str, ...]:
    """Return why `report` may lack something, or say what is not certain, worst first.

    `unanswered` is None unless STS was asked about the report just now. Then it has, by
    fingerprint, what came instead of an answer where the state in the report is kept.
    """
    return tuple(_warnings(report, unanswered))


def _warnings(report: SavedReport, unanswered: Mapping[str, Liveness] | None) -> Iterator[str]:
    if not report.complete:
        yield (
            "The scan was incomplete: something that could contain a credential was not read. "
            "There may be more than these."
        )
    if report.narrowed:
        yield "Options limited the scan to a part of the history. There may be more than these."
    if report.kind in _CHANGES:
        yield "The scan covered a change only, not what was there before it."
    elif report.kind != HISTORY_KIND:
        yield "The scan covered the current files, not their history."

    now = unanswered or {}
    answers = [now.get(each.fingerprint, each.liveness) for each in report.findings]
    reasons = Counter(each.reason for each in answers if each and each.state is State.UNKNOWN)
    if reasons:
        why = ", ".join(f"{reason_words(each)} ({reasons[each]:,})" for each in sorted(reasons))
        number = reasons.total()
        them = "it" if number == 1 else "them"
        yield (
            f"STS gave no answer about {number:,} of these: {why}. Treat {them} as live until it "
            "does."
        )

    silent = answers.count(None)
    if not silent:
        return
    if unanswered is not None:
        they = "it was" if silent == 1 else "they were"
        yield f"STS was not asked about {silent:,} of these: {they} not found again in the source."
        return

    which = "which of them are live" if silent == len(answers) else f"about {silent:,} of these"
    yield (
        f"STS was not asked {which}. `keycatch respond REPORT --check-liveness` asks it and puts "
        "the live ones first."
    )


def reason_words(reason: Reason) -> str:
    """Return why there is no answer, as a clause without a full stop."""
    # The words for the state come first, then a colon, then the clause.
    text = words(Liveness(State.UNKNOWN, reason))
    return text.partition(": ")[2] or text
