"""The table in docs/liveness.md: every situation, what is on the wire, and the state reported.

Each row is asked through the real client of a server on loopback. The page has to have exactly
these rows, in this order.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scanner.liveness.canaries import known_accounts
from scanner.liveness.candidates import Accounts
from scanner.liveness.checking import CheckOptions, check
from scanner.liveness.inquiry import Pace
from scanner.liveness.partitions import ENDPOINTS, Endpoint
from scanner.liveness.states import Reason, State

PAGE = (Path(__file__).parents[2] / "docs" / "liveness.md").read_text("utf-8")
ACCOUNT = "123456789012"
FRONT_END = "http://webservices.amazon.com/AWSFault/2005-15-09"
CANARY = min(known_accounts())
ACCOUNTS = Accounts(known_accounts(), frozenset(), frozenset(["210987654321"]))


class Row(NamedTuple):
    """A situation."""

    situation: str
    wire: str
    state: State
    reason: Reason = Reason.NONE
    reply: Callable[[Any], Any] = lambda _h: None
    """From the helpers to a reply, or to a function from a request to one."""
    finding: Callable[[Any, Any], Any] = lambda maker, _h: maker.finding()
    requests: int = 1
    """How many requests arrive for it."""
    principal: str = ""


def body(text: str, status: int = 200, **headers: str) -> Callable[[Any], Any]:
    return lambda h: h.Reply(status, text.encode(), headers)


def fault(code: str, message: str, status: int = 403, **more: Any) -> Callable[[Any], Any]:
    return lambda h: h.Reply(status, h.fault(code, message, **more))


def identity(arn: str, **more: Any) -> Callable[[Any], Any]:
    return lambda h: h.Reply(200, h.identity(arn, **more))


def how(name: str) -> Callable[[Any], Any]:
    return lambda h: h.Reply(200, h.identity(), {}, name)


def only_in(region: str) -> Callable[[Any], Any]:
    return lambda h: lambda request: h.LIVE if request.region == region else h.UNKNOWN_ID


def temporary(maker: Any, _h: Any) -> Any:
    return maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())


NEVER: dict[str, Any] = {"requests": 0}
EACH: dict[str, Any] = {"requests": 4}
UNKNOWN = State.UNKNOWN
INVALID = "The security token included in the request is invalid."
HTML = "<html><body>Please log in</body></html>"

ROWS = [
    # -- it is live
    Row("the key of a user", "`GetCallerIdentityResponse`, ARN `…:user/…`", State.LIVE,
        reply=identity(f"arn:aws:iam::{ACCOUNT}:user/team/deploy"), principal="user"),
    Row("the key of the root user", "the same, ARN `…:root`", State.LIVE,
        reply=identity(f"arn:aws:iam::{ACCOUNT}:root"), principal="root"),
    Row("the session of a role", "the same, ARN `…:assumed-role/…`", State.LIVE,
        reply=identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build"), finding=temporary,
        principal="role"),
    Row("a federated user", "the same, ARN `…:federated-user/…`", State.LIVE,
        reply=identity(f"arn:aws:sts::{ACCOUNT}:federated-user/bob"), finding=temporary,
        principal="federated-user"),
    Row("a policy of a VPC endpoint forbids the question",
        "`AccessDenied`, `User: arn:… is not authorized to perform: sts:…`", State.LIVE,
        reply=fault("AccessDenied", f"User: arn:aws:iam::{ACCOUNT}:user/deploy is not authorized "
                    "to perform: sts:GetCallerIdentity with an explicit deny"), principal="user"),
    Row("a key of another partition",
        "`InvalidClientTokenId` from `aws` and `aws-us-gov`, then an identity from `aws-cn`",
        State.LIVE, reply=only_in("cn-north-1"), requests=3, principal="user"),
    Row("an identity of another account than that in the key ID",
        "an identity, as a mock gives it to everybody", State.LIVE, principal="user",
        reply=lambda h: h.LIVE,
        finding=lambda maker, h: maker.finding(key_id=maker.key_id("111122223333"))),
    # -- STS knows the key ID, or does not
    Row("the secret is not that of the key ID",
        "`SignatureDoesNotMatch`, `…signature we calculated does not match…`",
        State.SECRET_UNPROVEN, reply=lambda h: h.MISMATCH),
    Row("the key is deactivated, deleted or made up",
        "`InvalidClientTokenId` from every partition, `…token…is invalid`", State.INACTIVE,
        reply=lambda h: h.UNKNOWN_ID, **EACH),
    Row("the text around the key names a partition out of reach",
        "`InvalidClientTokenId` from every partition, beside `us-iso-east-1`", UNKNOWN,
        Reason.UNREACHABLE, reply=lambda h: h.UNKNOWN_ID,
        finding=lambda maker, h: maker.finding(partition="aws-iso"), **EACH),
    Row("a session token that is not that of the key",
        "`InvalidClientTokenId` from every partition", State.INACTIVE, finding=temporary,
        reply=lambda h: h.UNKNOWN_ID, **EACH),
    Row("a session that is over", "`ExpiredToken`, `…is expired`", State.EXPIRED,
        reply=fault("ExpiredToken", "The security token included in the request is expired"),
        finding=temporary),
    Row("a long-term key that is said to be a session which is over",
        "`ExpiredToken`, to a question without a token", UNKNOWN, Reason.REFUSED,
        reply=fault("ExpiredToken", "The security token included in the request is expired")),
    # -- not asked
    Row("a secret without a key ID", "nothing is sent", State.UNVERIFIABLE, Reason.NO_KEY_ID,
        finding=lambda maker, h: maker.finding(key_id=""), **NEVER),
    Row("a key ID without a secret", "nothing is sent", State.UNVERIFIABLE, Reason.NO_SECRET,
        finding=lambda maker, h: maker.finding(secret=""), **NEVER),
    Row("a temporary key without its session token", "nothing is sent", State.UNVERIFIABLE,
        Reason.NO_TOKEN,
        finding=lambda maker, h: maker.finding(key_id=maker.key_id(prefix="ASIA")), **NEVER),
    Row("a key ID that AWS cannot have issued", "nothing is sent", State.UNVERIFIABLE,
        Reason.IMPOSSIBLE_ID,
        finding=lambda maker, h: maker.finding(key_id="AKIA" + "B" * 16), **NEVER),
    Row("a credential of another kind", "nothing is sent", State.UNVERIFIABLE, Reason.OTHER_KIND,
        finding=lambda maker, h: maker.finding(key_id=maker.key_id(prefix="ABIA")), **NEVER),
    Row("an account that a list excludes", "nothing is sent", State.UNVERIFIABLE,
        Reason.ACCOUNT_LIST,
        finding=lambda maker, h: maker.finding(key_id=maker.key_id("210987654321")), **NEVER),
    Row("a key of a known canary account", "nothing is sent", State.CANARY,
        finding=lambda maker, h: maker.finding(key_id=maker.key_id(CANARY)), **NEVER),
    # -- no answer that counts
    Row("STS throttles", "`Throttling`, with any status, four times", UNKNOWN, Reason.THROTTLED,
        reply=fault("Throttling", "Rate exceeded", 400), **EACH),
    Row("what is before STS throttles", "the same in the namespace of AWS's front end", UNKNOWN,
        Reason.THROTTLED, reply=fault("Throttling", "Rate exceeded", 400, namespace=FRONT_END),
        **EACH),
    Row("STS has a fault", "`InternalFailure` or `ServiceUnavailable`, four times", UNKNOWN,
        Reason.STS_FAULT, reply=fault("ServiceUnavailable", "", 503), **EACH),
    Row("our clock is wrong", "`SignatureDoesNotMatch`, `Signature expired: …`", UNKNOWN,
        Reason.CLOCK,
        reply=fault("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier")),
    Row("our clock is wrong the other way", "`SignatureDoesNotMatch`, `Signature not yet current…`",
        UNKNOWN, Reason.CLOCK,
        reply=fault("SignatureDoesNotMatch", "Signature not yet current: 20300101T000000Z")),
    Row("the request took too long", "`RequestExpired`", UNKNOWN, Reason.CLOCK,
        reply=fault("RequestExpired", "Request has expired.", 400)),
    Row("a private endpoint in another region",
        "`SignatureDoesNotMatch`, `Credential should be scoped to a valid region…`", UNKNOWN,
        Reason.REFUSED,
        reply=fault("SignatureDoesNotMatch", "Credential should be scoped to a valid region.")),
    Row("denied, and no word of who asks", "`AccessDenied` without an ARN", UNKNOWN,
        Reason.REFUSED, reply=fault("AccessDenied", "Access denied")),
    Row("a known code with other words", "`InvalidClientTokenId`, `No account found…`", UNKNOWN,
        Reason.REFUSED, reply=fault("InvalidClientTokenId", "No account found for the given…")),
    Row("any other code of STS", "such as `MissingAuthenticationToken`", UNKNOWN, Reason.REFUSED,
        reply=fault("MissingAuthenticationToken", "Request is missing Authentication Token")),
    Row("what is before STS says that it does not know the key",
        "`InvalidClientTokenId` in the namespace of AWS's front end", UNKNOWN, Reason.REFUSED,
        reply=fault("InvalidClientTokenId", INVALID, namespace=FRONT_END)),
    Row("another service, or somebody who plays STS", "an error in another namespace", UNKNOWN,
        Reason.NOT_STS, reply=fault("InvalidClientTokenId", INVALID, namespace="urn:other")),
    Row("the same without a namespace", "an error in no namespace", UNKNOWN, Reason.NOT_STS,
        reply=fault("InvalidClientTokenId", INVALID, namespace="")),
    Row("an identity that contradicts itself", "an ARN of another account than `Account`", UNKNOWN,
        Reason.NOT_STS, reply=identity(f"arn:aws:iam::{ACCOUNT}:user/a", account="0" * 12)),
    Row("a captive portal", "200 and HTML", UNKNOWN, Reason.NOT_STS, reply=body(HTML)),
    Row("a firewall", "403 and HTML, or JSON", UNKNOWN, Reason.NOT_STS,
        reply=body('{"message": "Forbidden"}', 403)),
    Row("a gateway without its backend", "502 and HTML, four times", UNKNOWN, Reason.NOT_STS,
        reply=body(HTML, 502), **EACH),
    Row("nothing at all", "200 and an empty body", UNKNOWN, Reason.NOT_STS, reply=body("")),
    Row("a document with entities", "an identity behind a `DOCTYPE`", UNKNOWN, Reason.NOT_STS,
        reply=lambda h: h.Reply(200, b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + h.identity())),
    Row("a document in another charset", "NUL bytes, or no UTF-8", UNKNOWN, Reason.NOT_STS,
        reply=lambda h: h.Reply(200, h.identity().replace(b"user/", b"user/\0\xff"))),
    Row("a document without an end", "more than 64 KiB", UNKNOWN, Reason.NOT_STS,
        reply=lambda h: h.Reply(200, h.identity() + b" " * 70_000)),
    Row("a redirect", "302 to another address, which is not followed", UNKNOWN, Reason.NOT_STS,
        reply=body("", 302, Location="/elsewhere")),
    Row("an answer that is cut off", "half a document, four times", UNKNOWN, Reason.UNREACHABLE,
        reply=how("cut"), **EACH),
    Row("no answer", "the connection is closed, four times", UNKNOWN, Reason.UNREACHABLE,
        reply=how("close"), **EACH),
    Row("an answer that does not come to its end", "half a document and then nothing, four times",
        UNKNOWN, Reason.UNREACHABLE, reply=how("slow"), **EACH),
    Row("an answer that comes too slowly", "a byte now and then, four times", UNKNOWN,
        Reason.UNREACHABLE, reply=how("drip"), **EACH),
]  # fmt: skip
# Rows that take more than a reply of the server: each is entered by the test that shows it.
MORE: list[tuple[str, str, str, str]] = []


def row(situation: str, wire: str, reason: Reason) -> Callable[[Any], Any]:
    """Enter a row whose state is unknown, and give the decorated test its reason."""
    MORE.append((situation, wire, str(UNKNOWN), str(reason)))
    return pytest.mark.parametrize("told", [(UNKNOWN, reason)], ids=[situation])


@pytest.mark.parametrize("row", ROWS, ids=[row.situation for row in ROWS])
def test_situation(row: Row, sts: Any, maker: Any, helpers: Any) -> None:
    reply = row.reply(helpers)
    sts.answer = reply if callable(reply) and not isinstance(reply, tuple) else lambda _r: reply
    finding = row.finding(maker, helpers)
    # Only an answer that does not come to its end has to be waited for.
    is_late = isinstance(reply, helpers.Reply) and reply.how in ("slow", "drip", "stall")
    pace = helpers.QUICK._replace(read=0.1) if is_late else helpers.QUICK
    (found,) = check([finding], CheckOptions(sts.endpoints(), ACCOUNTS, pace))
    assert (found.state, found.reason, found.principal) == (row.state, row.reason, row.principal)
    assert len(sts.log) == row.requests
    assert bool(found.arn) is bool(found.account) is (row.state is State.LIVE)


@row("a proxy wants to know who asks", "407 to `CONNECT`, four times", Reason.UNREACHABLE)
def test_a_proxy_wants_to_know(
    told: Any, sts: Any, maker: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sts.answer = lambda _request: helpers.Reply(407, b"", {"Proxy-Authenticate": "Basic"})
    monkeypatch.setenv("HTTPS_PROXY", sts.url)
    (found,) = check([maker.finding()], CheckOptions(ENDPOINTS[:1], pace=helpers.QUICK))
    assert (found.state, found.reason) == told
    assert [request.method for request in sts.log] == ["CONNECT"] * 4


@row("no network, no such host, no proxy", "no connection, four times", Reason.UNREACHABLE)
@pytest.mark.parametrize("what", ["nobody listens", "no host", "no proxy"])
def test_no_connection(
    what: str, told: Any, closed_port: int, no_proxies: None, maker: Any, helpers: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    url = f"http://127.0.0.1:{closed_port}/"
    if what == "no proxy":
        monkeypatch.setenv("HTTPS_PROXY", url)
    if what != "nobody listens":
        url = "https://sts.nowhere.invalid/"
    sent: list[Any] = []
    from scanner.liveness.client import Client

    send = Client.ask
    monkeypatch.setattr(Client, "ask", lambda *asked: sent.append(asked) or send(*asked))
    (found,) = check(
        [maker.finding()], CheckOptions((Endpoint("aws", url, "a"),), pace=helpers.QUICK)
    )
    assert (found.state, found.reason) == told
    assert len(sent) == 4


@row("a certificate that cannot be verified", "nothing is sent", Reason.UNREACHABLE)
def test_a_bad_certificate(told: Any, authority: Any, wire: Any, maker: Any, helpers: Any) -> None:
    """More of them are in test_tls.py."""
    server = wire(b"", authority.context("sts.example.com"))
    (found,) = check([maker.finding()], CheckOptions((server.endpoint(),), pace=helpers.QUICK))
    assert (found.state, found.reason) == told
    assert (b"".join(server.requests), server.connections) == (b"", 1)


@row("Ctrl-C while STS is asked", "what is under way is left", Reason.INTERRUPTED)
@pytest.mark.skipif(os.name == "nt", reason="signals to oneself are those of POSIX")
def test_an_interrupt(told: Any, sts: Any, maker: Any, helpers: Any) -> None:
    """With real processes in test_interrupts.py."""

    def answer(_request: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        sts.hold()

    sts.answer = answer
    (found,) = check([maker.finding()], CheckOptions((sts.endpoint(),), pace=helpers.QUICK))
    assert (found.state, found.reason) == told
    assert len(sts.log) == 1


@row("two minutes are over", "what is under way is left", Reason.TIME_LIMIT)
def test_the_time_is_over(told: Any, sts: Any, maker: Any, helpers: Any, clock: Any) -> None:
    budget = Pace().budget
    assert budget == 120

    def answer(_request: Any) -> None:
        clock.put_forward(budget)
        sts.hold()

    sts.answer = answer
    pace = helpers.QUICK._replace(budget=budget)
    (found,) = check([maker.finding()], CheckOptions((sts.endpoint(),), pace=pace))
    assert (found.state, found.reason) == told
    assert len(sts.log) == 1


def table(page: str) -> list[tuple[str, str, str, str]]:
    """Return the rows of the table of situations; whatever else is in it fails the test."""
    section = page.partition("## Every situation")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if "|" in line]
    assert lines[:2] == ["| situation | what is on the wire | state and reason |", "|---|---|---|"]
    rows = []
    for line in lines[2:]:
        match = re.fullmatch(r"\| ([^|]+) \| ([^|]+) \| `([^|`]+)`(?:, `([^|`]+)`)? \|", line)
        assert match, line
        rows.append((match[1], match[2], match[3], match[4] or ""))
    return rows


def rows() -> list[tuple[str, str, str, str]]:
    return [(each.situation, each.wire, str(each.state), str(each.reason)) for each in ROWS] + MORE


def test_the_page_has_these_rows() -> None:
    assert table(PAGE) == rows()


@pytest.mark.parametrize(
    "line",
    [
        "| something new | a new answer | `unknown`, `not-sts` |", "| a new one | nothing | live |",
        "| a new one | `a` or `b` | `unknown`, `clock` or `refused` |", "| too | short |",
    ],
)  # fmt: skip
def test_a_row_that_is_added_or_dropped_is_noticed(line: str) -> None:
    lines = PAGE.splitlines()
    first = next(n for n, text in enumerate(lines) if text.startswith("| the key of a user |"))
    last = first + len(rows())
    for at in (first, first + 9, last):
        with pytest.raises(AssertionError):
            assert table("\n".join([*lines[:at], line, *lines[at:]])) == rows()
    for at in (first, first + 9, last - 1):
        assert table("\n".join([*lines[:at], *lines[at + 1 :]])) != rows()


def test_every_state_and_reason_has_a_row() -> None:
    assert {state for _, _, state, _ in rows()} == set(State)
    assert set(Reason) - {reason for *_, reason in rows()} == {Reason.DEFECT}
