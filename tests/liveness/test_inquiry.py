"""The order of questions about one key ID, with a clock that is the test's own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from scanner.liveness.answers import Answer, read, unknown
from scanner.liveness.candidates import Accounts, Candidate, candidate, groups
from scanner.liveness.inquiry import ANOTHER, Inquiry, Pace
from scanner.liveness.partitions import ENDPOINTS, Endpoint, ordered
from scanner.liveness.states import Liveness, Reason, State

PACE = Pace()
GLOBAL = ENDPOINTS[:1]


class Conversation:
    """What was asked when, and what became known, with a clock that only waits move on."""

    def __init__(self, answer: Callable[[Any, Any], Answer], endpoints: Any = GLOBAL) -> None:
        self.now = 1000.0
        self.asked: list[tuple[float, Candidate, str]] = []
        self.known: dict[Candidate, Liveness] = {}
        self.waits: list[float] = []
        self.endpoints = endpoints
        self.down: dict[Any, int] = {}
        self._answer = answer

    def _ask(self, candidate: Any, endpoint: Any) -> Answer:
        self.asked.append((self.now, candidate, endpoint.partition))
        return self._answer(candidate, endpoint)

    def run(self, candidates: list[Candidate], pace: Pace = PACE) -> list[State]:
        steps = Inquiry(
            candidates, self.endpoints, self._ask, self.known.__setitem__, pace,
            lambda: self.now, lambda: 1.0, self.down,
        ).steps()  # fmt: skip
        for wait in steps:
            assert wait > 0
            self.waits.append(wait)
            self.now += wait
        return [self.known[each].state for each in candidates]


@pytest.fixture
def replies(helpers: Any) -> Any:
    return {
        name: read(reply.status, reply.body)
        for name, reply in (
            ("live", helpers.LIVE), ("mismatch", helpers.MISMATCH), ("no", helpers.UNKNOWN_ID)
        )
    }  # fmt: skip


def candidates(maker: Any, number: int = 1, **more: Any) -> list[Candidate]:
    key_id = maker.key_id()
    found = [candidate(maker.finding(key_id=key_id, **more), Accounts()) for _ in range(number)]
    assert all(isinstance(each, Candidate) for each in found)
    return found  # type: ignore[return-value]


class Quirky:
    """STS: within five seconds of another secret for the key ID, no signature is right."""

    def __init__(self, right: Any, replies: Any, conversation: Any = None) -> None:
        self.right, self.replies = right, replies
        self.last: tuple[Any, float] | None = None
        self.clock = lambda: 0.0

    def __call__(self, candidate: Any, _endpoint: Any) -> Answer:
        before, self.last = self.last, (candidate.secret, self.clock())
        if before and before[0] != candidate.secret and self.clock() - before[1] < 5:
            return self.replies["mismatch"]
        return self.replies["live" if candidate.secret == self.right else "mismatch"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_false_mismatch_hides_no_live_secret(place: int, maker: Any, replies: Any) -> None:
    three = candidates(maker, 3)
    quirky = Quirky(three[place].secret, replies)
    talk = Conversation(quirky)
    quirky.clock = lambda: talk.now
    states = talk.run(three)
    assert states == [
        State.LIVE if number == place else State.SECRET_UNPROVEN for number in range(3)
    ]
    # Once the right one is known nobody needs to ask for the others.
    assert [each for _, each, _ in talk.asked] == three[: place + 1]
    assert all(later[0] - earlier[0] >= 5 for earlier, later in pairwise(talk.asked))
    others = [each for each in three if each is not three[place]]
    assert {talk.known[each].detail for each in others} == {ANOTHER}


def test_an_unknown_id_is_asked_about_once_whatever_the_secrets(maker: Any, replies: Any) -> None:
    three = candidates(maker, 3)
    talk = Conversation(lambda *_: replies["no"], ENDPOINTS)
    assert talk.run(three) == [State.INACTIVE] * 3
    assert [partition for _, _, partition in talk.asked] == [each.partition for each in ENDPOINTS]
    assert talk.waits == []
    assert talk.known[three[2]].detail == "asked in aws, aws-us-gov, aws-cn, aws-eusc"


@pytest.mark.parametrize("name", ["live", "mismatch"])
def test_other_partitions_are_asked_only_after_an_unknown_id(
    name: str, maker: Any, replies: Any
) -> None:
    talk = Conversation(lambda *_: replies[name], ENDPOINTS)
    talk.run(candidates(maker))
    assert [partition for _, _, partition in talk.asked] == ["aws"]


def test_a_long_term_key_cannot_expire(maker: Any) -> None:
    talk = Conversation(lambda *_: Answer(Liveness(State.EXPIRED)), ENDPOINTS)
    (one,) = candidates(maker)
    assert talk.run([one]) == [State.UNKNOWN]
    assert talk.known[one].reason is Reason.REFUSED
    temporary = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    session = candidate(temporary, Accounts())
    assert talk.run([session]) == [State.EXPIRED]  # type: ignore[list-item]


@pytest.mark.parametrize(("account", "is_other"), [("123456789012", False), ("2" * 12, True)])
def test_an_identity_of_another_account_is_pointed_out(
    account: str, is_other: bool, maker: Any, replies: Any
) -> None:
    """Such as a mock gives, which knows one account only."""
    talk = Conversation(lambda *_: replies["live"])
    details: list[str] = []
    for key_id in (maker.key_id(account), maker._generator.old_access_key_id()):
        one = candidate(maker.finding(key_id), Accounts())
        assert talk.run([one]) == [State.LIVE]  # type: ignore[list-item]
        details.append(talk.known[one].detail)  # type: ignore[index]
    # A key of before 2019 tells no account.
    assert details == [f"but the key ID encodes account {account}" if is_other else "", ""]


def test_a_partition_that_cannot_be_reached_leaves_it_open(maker: Any, replies: Any) -> None:
    def answer(_candidate: Any, endpoint: Any) -> Answer:
        if endpoint.partition == "aws-cn":
            return Answer(unknown(Reason.UNREACHABLE, "no connection"))
        return replies["no"]

    talk = Conversation(answer, ENDPOINTS)
    (one,) = candidates(maker)
    assert talk.run([one]) == [State.UNKNOWN]
    assert talk.known[one].reason is Reason.UNREACHABLE
    assert talk.known[one].detail == "no connection, in aws-cn; unknown to aws, aws-us-gov"


def test_the_likely_partition_comes_first(maker: Any, replies: Any) -> None:
    talk = Conversation(lambda *_: replies["no"], ENDPOINTS)
    talk.run(candidates(maker, partition="aws-cn"))
    assert [name for *_, name in talk.asked] == ["aws-cn", "aws", "aws-us-gov", "aws-eusc"]
    token = maker.finding(
        key_id=maker.key_id(prefix="ASIA"), token=maker.token("us-gov-west-1"), partition="aws-cn"
    )
    hinted = candidate(token, Accounts())
    assert isinstance(hinted, Candidate)
    assert [each.partition for each in ordered(ENDPOINTS, hinted.partitions)] == [
        "aws-us-gov", "aws-cn", "aws", "aws-eusc",
    ]  # fmt: skip
    # A partition that is not in the list, such as aws-iso, changes nothing of the order.
    assert ordered(ENDPOINTS, ["aws-iso"]) == list(ENDPOINTS)


def test_what_a_partition_out_of_reach_may_know_is_open(maker: Any, replies: Any) -> None:
    talk = Conversation(lambda *_: replies["no"], ENDPOINTS)
    first, second = candidates(maker, 2, partition="aws-iso-b")
    assert talk.run([first, second]) == [State.UNKNOWN] * 2
    assert len(talk.asked) == len(ENDPOINTS)  # for all secrets together, as ever
    for one in (first, second):
        assert talk.known[one].reason is Reason.UNREACHABLE
        assert talk.known[one].detail == (
            "it seems to belong to aws-iso-b; asked in aws, aws-us-gov, aws-cn, aws-eusc"
        )
    # What such a partition has answered, from inside, counts.
    talk = Conversation(lambda *_: replies["no"], [Endpoint("aws-iso-b", "https://x/", "x")])
    assert talk.run([first]) == [State.INACTIVE]
    # Any other one makes no difference: it can be asked.
    assert talk.run(candidates(maker, partition="aws-cn")) == [State.INACTIVE]
    talk = Conversation(lambda *_: replies["live"], ENDPOINTS)
    assert talk.run(candidates(maker, partition="aws-iso")) == [State.LIVE]


def test_attempts_back_off_and_end(maker: Any) -> None:
    talk = Conversation(lambda *_: Answer(unknown(Reason.THROTTLED), again=True))
    assert talk.run(candidates(maker)) == [State.UNKNOWN]
    assert (len(talk.asked), talk.waits) == (4, [0.5, 1.0, 2.0])


def test_jitter_halves_a_wait_at_most(maker: Any) -> None:
    answer = Answer(unknown(Reason.STS_FAULT), again=True)
    for jitter in (0.0, 0.5, 1.0):
        steps = Inquiry(
            candidates(maker), GLOBAL, lambda *_: answer, lambda *_: None, PACE, lambda: 0.0,
            lambda drawn=jitter: drawn, {},
        ).steps()  # fmt: skip
        assert list(steps) == [most * (0.5 + jitter / 2) for most in (0.5, 1.0, 2.0)]


def test_a_passing_fault_does_not_count(maker: Any, replies: Any) -> None:
    answers = [Answer(unknown(Reason.THROTTLED), again=True), replies["live"]]
    talk = Conversation(lambda *_: answers.pop(0))
    assert talk.run(candidates(maker)) == [State.LIVE]
    assert len(talk.waits) == 1


def test_an_endpoint_that_nobody_reaches_is_given_up(maker: Any) -> None:
    talk = Conversation(lambda *_: Answer(unknown(Reason.UNREACHABLE, "no connection"), again=True))
    for _ in range(PACE.hopeless + 3):
        assert talk.run(candidates(maker)) == [State.UNKNOWN]
    assert len(talk.asked) == PACE.hopeless * PACE.attempts


def test_an_answer_gives_an_endpoint_its_chances_back(maker: Any, replies: Any) -> None:
    lost = Answer(unknown(Reason.UNREACHABLE, "no connection"))
    state = {"answer": lost}
    talk = Conversation(lambda *_: state["answer"])
    for _ in range(PACE.hopeless - 1):
        talk.run(candidates(maker))
    state["answer"] = replies["mismatch"]
    talk.run(candidates(maker))
    state["answer"] = lost
    before = len(talk.asked)
    for _ in range(PACE.hopeless):
        talk.run(candidates(maker))
    assert len(talk.asked) - before == PACE.hopeless


def test_a_temporary_key_is_asked_about_with_each_token(maker: Any, replies: Any) -> None:
    key_id, secret = maker.key_id(prefix="ASIA"), maker.secret()
    two = [
        candidate(maker.finding(key_id, secret, maker.token()), Accounts()) for _ in range(2)
    ]  # fmt: skip
    answers = [replies["no"], replies["live"]]
    talk = Conversation(lambda *_: answers.pop(0))
    assert talk.run(two) == [State.INACTIVE, State.LIVE]  # type: ignore[arg-type]
    assert talk.waits == []  # it is the same secret


def test_the_surest_candidate_comes_first_in_any_order_of_findings(maker: Any) -> None:
    from scanner.findings import Confidence, Severity

    key_id = maker.key_id()
    ranks = [
        (Confidence.HIGH, Severity.HIGH), (Confidence.HIGH, Severity.LOW),
        (Confidence.MEDIUM, Severity.CRITICAL), (Confidence.LOW, Severity.NOTE),
    ]  # fmt: skip
    findings = [
        maker.finding(key_id, confidence=confidence, severity=severity)
        for confidence, severity in ranks
    ]
    pairs = [(finding, candidate(finding, Accounts())) for finding in findings]
    best = [each for _, each in pairs]
    for turned in (pairs, pairs[::-1], pairs[2:] + pairs[:2]):
        assert groups(turned) == [best]  # type: ignore[arg-type]
    # One that stands in two places is as good as in the better of them.
    worse = (findings[0]._replace(confidence=Confidence.LOW), best[0])
    for repeated in ([*pairs, worse], [worse, *pairs]):
        assert groups(repeated) == [best]  # type: ignore[arg-type]


def test_the_pace_is_the_one_that_is_documented() -> None:
    """In docs/liveness.md; a slower one annoys, a faster one is throttled or gets wrong answers."""
    pace = Pace()
    assert 5 < pace.gap < 6
    assert (pace.together, pace.per_second, pace.attempts) == (16, 100, 4)
    assert (pace.connect, pace.read, pace.budget, pace.hopeless) == (5, 10, 120, 8)
