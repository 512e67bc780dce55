"""Many credentials at once: speed, order, limits, interrupts. The server is on loopback."""

from __future__ import annotations

import os
import signal
import threading
import time
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

from scanner.liveness.answers import Answer, unknown
from scanner.liveness.canaries import known_accounts
from scanner.liveness.candidates import Accounts
from scanner.liveness.checking import CheckOptions, check
from scanner.liveness.inquiry import Pace
from scanner.liveness.partitions import ENDPOINTS
from scanner.liveness.states import Reason, State


def test_two_hundred_credentials_are_asked_about_side_by_side(
    sts: Any, maker: Any, helpers: Any
) -> None:
    """At the real pace; `python -m bench liveness` has the time that it takes."""
    at_work: list[int] = []
    most: list[int] = []
    together = threading.Event()

    def slowly(_request: Any) -> Any:
        at_work.append(1)
        most.append(len(at_work))
        if len(at_work) > 4:
            together.set()
        together.wait(helpers.HELD)  # no answer before five are asked for
        at_work.pop()
        return helpers.LIVE

    sts.answer = slowly
    findings = [maker.finding() for _ in range(200)]
    found = check(findings, CheckOptions((sts.endpoint(),)))
    assert 4 < max(most) <= Pace().together
    assert {each.state for each in found} == {State.LIVE}
    assert sorted(request.key_id for request in sts.log) == sorted(
        helpers.plain(finding, "key_id") for finding in findings
    )
    assert sts.most_in_flight == 1
    assert sts.connections <= Pace().together  # and they are used again


def test_one_key_id_with_three_secrets_at_once(sts: Any, maker: Any, helpers: Any) -> None:
    """A server that mistakes every secret that comes too soon after another one."""
    key_id = maker.key_id()
    findings = [maker.finding(key_id) for _ in range(3)]
    sent: list[tuple[str, float]] = []
    order = {finding.fingerprint: finding for finding in findings}
    last = order[max(order)]  # the one that is asked about last

    def answer(request: Any) -> Any:
        # The signature tells secrets apart, and how long ago another one was tried.
        too_soon = bool(sent) and request.when - sent[-1][1] < 0.25
        sent.append((request.headers["Authorization"], request.when))
        time.sleep(0.05)
        return helpers.LIVE if len(sent) == 3 and not too_soon else helpers.MISMATCH

    sts.answer = answer
    found = check(findings, CheckOptions((sts.endpoint(),), pace=helpers.QUICK))
    states = {
        finding.fingerprint: each.state for finding, each in zip(findings, found, strict=True)
    }
    assert states.pop(last.fingerprint) is State.LIVE
    assert set(states.values()) == {State.SECRET_UNPROVEN}
    assert (len(sts.log), sts.most_in_flight) == (3, 1)
    times = [when for _, when in sent]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.25


def test_a_key_id_that_waits_holds_up_no_other_one(sts: Any, maker: Any, helpers: Any) -> None:
    sts.answer = lambda _request: helpers.MISMATCH
    twins = [
        [maker.finding(key_id) for _ in range(2)] for key_id in (maker.key_id(), maker.key_id())
    ]
    pace = helpers.QUICK._replace(together=1, gap=0.5)
    check([*twins[0], *twins[1]], CheckOptions((sts.endpoint(),), pace=pace))
    ids = [request.key_id for request in sts.log]
    assert len(ids) == 4
    assert ids[0] != ids[1]  # one thread, and the second key ID was asked about meanwhile


def test_each_credential_is_asked_about_once(sts: Any, maker: Any, helpers: Any) -> None:
    finding = maker.finding()
    sts.answer = lambda _request: helpers.UNKNOWN_ID
    # As in two repositories that are scanned at once.
    copies = [finding, finding._replace(partition="aws-eusc"), finding._replace(partition="aws-cn")]
    found = check(copies, CheckOptions(sts.endpoints()))
    assert [each.state for each in found] == [State.INACTIVE] * 3
    assert sts.regions == ["eusc-de-east-1", "cn-north-1", "us-east-1", "us-gov-west-1"]


def test_no_request_for_a_canary_ever(sts: Any, maker: Any, helpers: Any) -> None:
    accounts = Accounts(known_accounts() | {"111122223333"})
    canaries = [
        maker.finding(maker.key_id(account, prefix), token=maker.token())
        for account in sorted(accounts.canaries)
        for prefix in ("AKIA", "ASIA")
    ]
    others = [maker.finding() for _ in range(5)]
    found = check([*canaries, *others], CheckOptions((sts.endpoint(),), accounts))
    assert [each.state for each in found] == [State.CANARY] * len(canaries) + [State.LIVE] * 5
    assert {request.key_id for request in sts.log} == {
        helpers.plain(finding, "key_id") for finding in others
    }
    assert len(sts.log) == 5


def test_the_known_canaries_are_accounts_with_a_source_and_a_date() -> None:
    import json
    import re

    from scanner.rulebook.files import data_path

    data = json.loads(Path(data_path("canary-accounts.json")).read_text("utf-8"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["date"])
    assert all(source["name"] and source["source"] for source in data["sources"])
    named = [account for source in data["sources"] for account in source["accounts"]]
    assert len(named) == len(set(named)) == len(known_accounts()) == 29
    assert all(re.fullmatch(r"\d{12}", account) for account in named)


@pytest.mark.parametrize(
    ("allow", "deny", "asked"),
    [
        ([], [], "abo"), (["a"], [], "a"), ([], ["a"], "bo"), (["a", "b"], ["a"], "b"),
    ],
)  # fmt: skip
def test_lists_of_accounts(
    allow: list[str], deny: list[str], asked: str, sts: Any, maker: Any, helpers: Any
) -> None:
    numbers = {"a": "111111111111", "b": "222222222222"}
    findings = {
        **{name: maker.finding(maker.key_id(number)) for name, number in numbers.items()},
        "o": maker.finding(maker._generator.old_access_key_id()),  # tells no account
    }
    accounts = Accounts(
        frozenset(), {numbers[name] for name in allow}, {numbers[name] for name in deny}
    )
    found = check(list(findings.values()), CheckOptions((sts.endpoint(),), accounts))
    live = [name for name, each in zip(findings, found, strict=True) if each.state is State.LIVE]
    assert "".join(live) == asked
    assert len(sts.log) == len(asked)


# -- limits and interrupts ------------------------------------------------------------------------


def test_what_takes_too_long_in_all_stays_unknown(
    sts: Any, maker: Any, helpers: Any, clock: Any
) -> None:
    """Two threads: one is held by a slow answer, the other by the third of the quick ones."""
    slow = maker.finding()
    turns = count()

    def answer(request: Any) -> Any:
        if request.key_id == helpers.plain(slow, "key_id"):
            sts.hold()
        elif next(turns) == 2:  # by now the two answers before it have been stored
            clock.put_forward(helpers.QUICK.budget)
            sts.hold()
        return helpers.LIVE

    sts.answer = answer
    pace = helpers.QUICK._replace(together=2)
    findings = [maker.finding(), slow, maker.finding(), maker.finding()]
    found = check(findings, CheckOptions((sts.endpoint(),), pace=pace))
    assert (found[1].state, found[1].reason) == (State.UNKNOWN, Reason.TIME_LIMIT)
    assert sorted(each.state for each in found) == [State.LIVE] * 2 + [State.UNKNOWN] * 2


@pytest.mark.skipif(os.name == "nt", reason="signals to oneself are those of POSIX")
def test_an_interrupt_ends_the_asking_and_keeps_what_is_known(
    sts: Any, maker: Any, helpers: Any
) -> None:
    sts.answer_first(5)

    def interrupt() -> None:
        sts.wait_until_answers_are_read(5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    findings = [maker.finding() for _ in range(40)]
    found = check(findings, CheckOptions((sts.endpoint(),), pace=helpers.QUICK))
    assert sorted((each.state, each.reason) for each in found) == (
        [(State.LIVE, Reason.NONE)] * 5 + [(State.UNKNOWN, Reason.INTERRUPTED)] * 35
    )
    sent = len(sts.log)
    time.sleep(0.3)
    assert len(sts.log) == sent  # nothing more is asked


def test_an_interrupt_before_the_first_question(
    maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("scanner.liveness.client.Client.__init__", interrupted)
    (found,) = check([maker.finding()], CheckOptions())
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.INTERRUPTED)


def test_a_defect_costs_one_key_id(maker: Any) -> None:
    findings = [maker.finding() for _ in range(3)]

    def ask(candidate: Any, _endpoint: Any) -> Answer:
        if candidate.key_id == findings[1].values["key_id"]:
            raise RuntimeError(candidate.secret.reveal().decode())
        return Answer(unknown(Reason.REFUSED))

    found = check(findings, CheckOptions(ENDPOINTS[:1]), ask)
    assert [each.reason for each in found] == [Reason.REFUSED, Reason.DEFECT, Reason.REFUSED]
    assert "RuntimeError at test_checking.py" in found[1].detail
    assert findings[1].values["secret"].reveal().decode() not in repr(found)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_where_there_are_no_more_threads_those_that_there_are_do(
    number: int, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def limited(thread: threading.Thread) -> None:
        if len(started) == number:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    answer = Answer(unknown(Reason.REFUSED))
    found = check(
        [maker.finding() for _ in range(9)], CheckOptions(ENDPOINTS[:1]), lambda *_: answer
    )
    assert {each.reason for each in found} == {Reason.REFUSED if number else Reason.DEFECT}


@pytest.mark.parametrize("what", ["scanner.liveness.client.Client.__init__",
                                  "scanner.liveness.protection.forbid_core_dumps",
                                  "scanner.liveness.client.Client.close"])  # fmt: skip
def test_whatever_fails_costs_no_finding(
    what: str, sts: Any, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError("no more files")

    monkeypatch.setattr(what, fail)
    found = check([maker.finding(secret=""), maker.finding()], CheckOptions((sts.endpoint(),)))
    assert found[0].reason is Reason.NO_SECRET
    done = what.endswith("close")
    assert found[1].state is (State.LIVE if done else State.UNKNOWN)
    assert done or (found[1].reason, "OSError at" in found[1].detail) == (Reason.DEFECT, True)


def test_an_account_that_is_known_otherwise_is_a_canary_too(sts: Any, maker: Any) -> None:
    """A key ID of before 2019 tells none, but who found it may know it."""
    canary = min(known_accounts())
    finding = maker.finding(maker._generator.old_access_key_id(), account_id=canary)
    (found,) = check([finding], CheckOptions((sts.endpoint(),), Accounts(known_accounts())))
    assert found.state is State.CANARY
    assert sts.log == []


def test_the_rate_is_limited(maker: Any) -> None:
    times: list[float] = []

    def ask(_candidate: Any, _endpoint: Any) -> Answer:
        times.append(time.monotonic())
        return Answer(unknown(Reason.REFUSED))

    pace = Pace(per_second=50.0)
    begin = time.monotonic()
    check([maker.finding() for _ in range(11)], CheckOptions(ENDPOINTS[:1], pace=pace), ask)
    assert max(times) - begin >= 10 / 50


def test_once_the_time_is_up_nothing_more_is_sent(
    maker: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is up while the only thread waits for its second turn, a thousand seconds later."""
    sent: list[object] = []
    waits: list[float] = []
    pause = time.sleep

    def wait(seconds: float) -> None:
        if not waits:
            clock.put_forward(500)
        waits.append(seconds)
        pause(0.001)

    def ask(candidate: Any, _endpoint: Any) -> Answer:
        sent.append(candidate)
        return Answer(unknown(Reason.REFUSED))

    monkeypatch.setattr("scanner.liveness.checking.sleep", wait)
    pace = Pace(per_second=1 / 1000, budget=100, together=1)
    found = check([maker.finding() for _ in range(8)], CheckOptions(ENDPOINTS[:1], pace=pace), ask)
    assert waits
    clock.put_forward(1000)  # it would be its turn
    pause(0.05)
    assert len(sent) == 1
    reasons = [each.reason for each in found]
    assert (reasons.count(Reason.REFUSED), reasons.count(Reason.TIME_LIMIT)) == (1, 7)


def test_nothing_to_ask_starts_nothing(maker: Any) -> None:
    before = threading.active_count()

    def ask(*_arguments: Any) -> Answer:
        raise AssertionError

    found = check([maker.finding(secret=""), maker.finding(key_id="")], CheckOptions(), ask)
    assert [each.reason for each in found] == [Reason.NO_SECRET, Reason.NO_KEY_ID]
    assert check([], CheckOptions(), ask) == []
    assert threading.active_count() == before
