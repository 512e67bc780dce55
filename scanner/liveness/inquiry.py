"""The requests about one key ID: what is asked, in which order, and when.

If STS is asked about one key ID with different secrets within five seconds, it answers
SignatureDoesNotMatch even if the second secret is right (comments in trufflehog 3ab759fe,
`access_keys/accesskey.go`). So there is one request at a time for a key ID, and that time passes
before another secret of it is tried. Each answer then counts, and none has to be asked for again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.kinds.access_key_id import parse
from scanner.liveness.answers import unknown
from scanner.liveness.partitions import ENDPOINTS, ordered
from scanner.liveness.states import Liveness, Reason, State
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from scanner.liveness.answers import Answer
    from scanner.liveness.candidates import Candidate
    from scanner.liveness.partitions import Endpoint

    Ask = Callable[[Candidate, Endpoint], Answer]
    Tell = Callable[[Candidate, Liveness], None]
    Waits = Generator[float, None, Liveness]

ANOTHER: Final = "this key ID has another secret"
"""The detail of a candidate whose key ID is live with another secret."""


class Pace(NamedTuple):
    """How fast to ask. All times are in seconds."""

    gap: float = 5.5
    """Between two secrets of one key ID: the five of the module's text, and a margin."""
    attempts: int = 4
    """Requests for one answer, at most: the first one and three more."""
    backoff: float = 0.5
    """Before the second attempt, at most; twice as much before each further one."""
    connect: float = 5.0
    """For a connection to be made."""
    read: float = 10.0
    """For an answer to arrive."""
    together: int = 16
    """Requests at the same time."""
    per_second: float = 100.0
    """Requests in a second. The quotas of STS that they use up are those of other accounts."""
    budget: float = 120.0
    """For everything, so that a job in CI does not hang. Then the rest stays unknown."""
    hopeless: int = 8
    """Key IDs in a row that may fail to reach an endpoint before it is given up.

    Without it, a network that drops packets would cost each key ID its four attempts.
    """


class Inquiry:
    """The requests about one key ID."""

    __slots__ = ("_ask", "_candidates", "_clock", "_down", "_endpoints", "_jitter", "_last",
                 "_pace", "_secret", "_tell")  # fmt: skip

    def __init__(
        self,
        candidates: Sequence[Candidate],
        endpoints: Sequence[Endpoint],
        ask: Ask,
        tell: Tell,
        pace: Pace,
        clock: Callable[[], float],
        jitter: Callable[[], float],
        down: dict[Endpoint, int],
    ) -> None:
        """Prepare to ask about `candidates`, all of one key ID, best first.

        `ask` sends one request, `tell` receives what becomes known, `clock` returns the time in
        seconds, `jitter` a random number from 0 to 1. `down`, which all key IDs share, counts by
        endpoint how many of them failed to reach it since it last gave an answer.
        """
        self._candidates = candidates
        self._endpoints = endpoints
        self._ask = ask
        self._tell = tell
        self._pace = pace
        self._clock = clock
        self._jitter = jitter
        self._down = down
        self._secret: object = None
        self._last = 0.0

    def steps(self) -> Generator[float, None, None]:
        """Ask, one request after another; yields the seconds to wait before going on."""
        wrong: list[Candidate] = []
        rest = list(self._candidates)
        while rest:
            each = rest.pop(0)
            liveness = yield from self._about(each)
            self._tell(each, self._beyond(liveness))

            if liveness.state is State.SECRET_UNPROVEN:
                wrong.append(each)
            elif liveness.state is State.LIVE:
                # A key ID has one secret, so the other ones need no request. A candidate with the
                # same secret and another session token does.
                wrong += [one for one in rest if one.secret != each.secret]
                rest = [one for one in rest if one.secret == each.secret]
                verdict = Liveness(State.SECRET_UNPROVEN, partition=liveness.partition)
                for one in wrong:
                    self._tell(one, verdict._replace(detail=ANOTHER))
            elif liveness.state is State.INACTIVE and each.is_long_term:
                # STS does not know the key ID, so no secret can make it live. For a temporary key
                # the token may be wrong instead, and another one can be right.
                for one in rest:
                    self._tell(one, self._beyond(liveness))
                return

    def _beyond(self, liveness: Liveness) -> Liveness:
        """Return `liveness`, or the unknown state if an unreachable partition may know the key.

        The air-gapped partitions, such as aws-iso, cannot be asked. If the text around the key
        names one of them, that others do not know the key proves nothing.
        """
        if liveness.state is not State.INACTIVE:
            return liveness
        known = {endpoint.partition for endpoint in (*ENDPOINTS, *self._endpoints)}
        named = dict.fromkeys(name for each in self._candidates for name in each.partitions)
        beyond = [name for name in named if name not in known]
        if not beyond:
            return liveness
        where = " or ".join(beyond)
        return unknown(Reason.UNREACHABLE, f"it seems to belong to {where}; {liveness.detail}")

    def _about(self, candidate: Candidate) -> Waits:
        """Ask one partition after the other until one of them knows the key ID.

        A key is valid in its own partition only; STS of any other one answers
        InvalidClientTokenId, as it does for a key that was deleted.
        """
        not_in: list[str] = []
        for endpoint in ordered(self._endpoints, candidate.partitions):
            liveness = yield from self._at(endpoint, candidate)
            if liveness.state is State.INACTIVE:
                not_in.append(endpoint.partition)
                continue

            if liveness.state is State.UNKNOWN and not_in:
                detail = f"in {endpoint.partition}; unknown to {', '.join(not_in)}"
                return liveness._replace(detail=", ".join(filter(None, (liveness.detail, detail))))

            # A long-term key cannot expire: whatever answered does not know what it was asked.
            if liveness.state is State.EXPIRED and candidate.is_long_term:
                liveness = unknown(Reason.REFUSED, "it treats a long-term key as a session")

            account = parse(candidate.key_id.reveal()).account_id

            # The account is in the key ID (`scanner.aws.key_id`): a mock answers with its own.
            if liveness.state is State.LIVE and account not in ("", liveness.account):
                liveness = liveness._replace(detail=f"but the key ID encodes account {account}")
            if liveness.state is not State.UNKNOWN:
                liveness = liveness._replace(partition=liveness.partition or endpoint.partition)

            return liveness

        detail = f"asked in {', '.join(not_in)}"
        if not candidate.is_long_term:
            detail += "; or the session token belongs to another key"

        return Liveness(State.INACTIVE, detail=detail)

    def _at(self, endpoint: Endpoint, candidate: Candidate) -> Waits:
        """Ask one endpoint, and again if a further attempt may help."""
        pace = self._pace
        for attempt in range(pace.attempts):
            if attempt:
                # Between half of the time and all of it, so that key IDs that failed together do
                # not try again together.
                yield pace.backoff * 2 ** (attempt - 1) * (0.5 + self._jitter() / 2)
            if self._down.get(endpoint, 0) >= pace.hopeless:
                return unknown(Reason.UNREACHABLE, "and was not tried again")

            wait = self._last + pace.gap - self._clock()
            if self._secret not in (None, candidate.secret) and wait > 0:
                yield wait

            try:
                answer = self._ask(candidate, endpoint)
            finally:  # a request that failed may have reached STS
                self._secret, self._last = candidate.secret, self._clock()

            if answer.liveness.reason is not Reason.UNREACHABLE:
                self._down[endpoint] = 0
            if not answer.again:
                break

        if answer.liveness.reason is Reason.UNREACHABLE:
            self._down[endpoint] = self._down.get(endpoint, 0) + 1

        return answer.liveness
