"""Documents to states, without a network. Whole situations are in test_situations.py."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.liveness.answers import FAULTS, MAX_BYTES, THROTTLING, _document, read
from scanner.liveness.states import Liveness, Reason, State, words

ACCOUNT = "123456789012"


@given(st.integers(100, 599), st.binary(max_size=400))
def test_garbage_says_nothing_of_a_credential(status: int, body: bytes) -> None:
    answer = read(status, body)
    detail = f"HTTP status {status}"
    assert answer.liveness == Liveness(State.UNKNOWN, Reason.NOT_STS, detail=detail)
    assert answer.again is (status == 429 or status >= 500)


NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
PIECES = st.sampled_from([
    b"<", b">", b"/", b"'", b'"', b"=", b"&#0;", b"&amp;", b"&a;", b"<![CDATA[", b"]]>", b"<!--",
    b"-->", b"<?", b"?>", b"xmlns", b":", b"<!DOCTYPE", b"<?xml version='1.0' encoding='", b"rot13",
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b" ", b"GetCallerIdentityResponse", b"ErrorResponse",
    b"Error", b"Code", b"Message", b"Arn", b"Account", b"UserId", b"GetCallerIdentityResult",
    b"InvalidClientTokenId", b"ExpiredToken", b"Throttling", ACCOUNT.encode(), NAMESPACE.encode(),
    b"The security token included in the request is invalid", b"arn:aws:iam::123456789012:root",
])  # fmt: skip


@given(st.integers(-1, 10_000), st.lists(PIECES | st.binary(max_size=9), max_size=60))
def test_any_bytes_are_an_answer(status: int, pieces: list[bytes]) -> None:
    """And none that counts, unless the namespace of STS is in them."""
    body = b"".join(pieces)
    answer = read(status, body)
    if NAMESPACE.encode() not in body:
        assert answer.liveness.state is State.UNKNOWN
    assert words(answer.liveness).isprintable()


@given(
    st.sampled_from(["identity", "fault"]), st.integers(0, 400), st.integers(0, 40),
    st.lists(PIECES | st.binary(max_size=9), max_size=3), st.floats() | st.none(),
)  # fmt: skip
def test_a_changed_document_says_the_same_or_nothing(
    kind: str, at: int, cut: int, pieces: list[bytes], ahead: float | None
) -> None:
    """Bytes put in or taken out never make another identity of it, and of an error none."""
    from scanner.liveness.answers import STS

    whole = (
        f'<GetCallerIdentityResponse xmlns="{STS}"><GetCallerIdentityResult>'
        f"<Arn>arn:aws:iam::{ACCOUNT}:user/a</Arn><UserId>A</UserId><Account>{ACCOUNT}</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
        if kind == "identity"
        else f'<ErrorResponse xmlns="{STS}"><Error><Code>InvalidClientTokenId</Code><Message>The '
        "security token included in the request is invalid</Message></Error></ErrorResponse>"
    ).encode()
    found = read(200, whole[:at] + b"".join(pieces) + whole[at + cut :], ahead).liveness
    if found.state is State.LIVE:
        assert (kind, found.account) == ("identity", ACCOUNT)
        assert found.arn.startswith(f"arn:aws:iam::{ACCOUNT}:")
    elif kind == "identity":
        assert found.state is State.UNKNOWN


DATES = st.from_regex(r"(Mon, )?\d{1,3} [A-Z][a-z]{2} \d{1,5} [\d:]{0,9} .{0,6}")


@given(st.text(max_size=60) | DATES)
def test_any_date_of_a_server_is_a_date_or_none(date: str) -> None:
    from scanner.liveness.client import _ahead

    assert isinstance(_ahead(date), float | None)


def test_a_path_may_have_every_printable_character(helpers: Any) -> None:
    """As IAM allows it: a live key must not be lost for the name of a department."""
    path = "".join(chr(code) for code in range(0x21, 0x7F))
    arn = f"arn:aws:iam::{ACCOUNT}:user/{path}/deploy"
    body = helpers.identity(arn.replace("&", "&amp;").replace("<", "&lt;"))
    assert (read(200, body).liveness.state, read(200, body).liveness.arn) == (State.LIVE, arn)
    message = f"User: {arn} is not authorized to perform: sts:GetCallerIdentity"
    denied = helpers.fault("AccessDenied", message.replace("&", "&amp;").replace("<", "&lt;"))
    assert read(403, denied).liveness.arn == arn


@pytest.mark.parametrize("status", [200, 301, 400, 403, 407, 429, 500, 503])
def test_only_what_may_pass_is_asked_again_without_a_document(status: int) -> None:
    assert read(status, b"<html>").again is (status in (429, 500, 503))


@pytest.mark.parametrize("status", [200, 301, 400, 403, 407, 429, 500, 503])
def test_the_status_changes_nothing(status: int, helpers: Any) -> None:
    for reply in (helpers.LIVE, helpers.UNKNOWN_ID, helpers.MISMATCH):
        assert read(status, reply.body) == read(200, reply.body)
        assert read(status, reply.body).again is False


@pytest.mark.parametrize("number", range(20))
def test_a_document_that_is_cut_says_nothing(number: int, helpers: Any) -> None:
    body = helpers.identity()
    assert read(200, body[: len(body) * number // 20]).liveness.reason is Reason.NOT_STS


@pytest.mark.parametrize("code", sorted(THROTTLING | FAULTS))
def test_what_may_pass_is_asked_again(code: str, helpers: Any) -> None:
    for namespace in (helpers.NAMESPACE, "http://webservices.amazon.com/AWSFault/2005-15-09"):
        answer = read(400, helpers.fault(code, "Rate exceeded", namespace))
        reason = Reason.THROTTLED if code in THROTTLING else Reason.STS_FAULT
        assert (answer.liveness.reason, answer.again) == (reason, True)


@pytest.mark.parametrize(
    "arn",
    [
        "", "arn:aws:iam::1:user/a",
        f"arn:aws:iam::{ACCOUNT}:user", f"arn:aws:iam::{ACCOUNT}:user/",
        f"arn:aws:iam::{ACCOUNT}:root/a", f"arn:aws:iam::{ACCOUNT}:group/a",
        f"arn:aws:s3::{ACCOUNT}:user/a", f"arn:other:iam::{ACCOUNT}:user/a",
        f"arn:aws:iam::{ACCOUNT}:user/a\x1b[31m", f"arn:aws:iam::{ACCOUNT}:user/a b",
    ],
)  # fmt: skip
def test_an_identity_needs_an_arn_of_the_right_form(arn: str, helpers: Any) -> None:
    assert read(200, helpers.identity(arn)).liveness.reason is Reason.NOT_STS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Account>123456789012</Account>", b""),
        (b"<UserId>AIDA</UserId>", b""),
        (b"<UserId>", b"<Account>123456789012</Account><UserId>"),
        (b"GetCallerIdentityResult", b"GetSessionTokenResult"),
        (b"GetCallerIdentityResponse", b"AssumeRoleResponse"),
        (b"<Arn>", b"<Arn xmlns='urn:other'>"),
        (b"sts.amazonaws.com", b"iam.amazonaws.com"),
    ],
)
def test_an_identity_has_to_be_whole_and_said_once(old: bytes, new: bytes, helpers: Any) -> None:
    body = helpers.identity()
    assert old in body
    assert read(200, body).liveness.state is State.LIVE
    assert read(200, body.replace(old, new)).liveness.reason is Reason.NOT_STS


def test_entities_are_not_expanded(helpers: Any) -> None:
    levels = "".join(
        f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 9)
    )  # a billion characters, if it were
    bomb = f"<!DOCTYPE a [<!ENTITY a0 'lol'>{levels}]><a>&a8;</a>".encode()
    assert read(200, bomb).liveness.reason is Reason.NOT_STS


def test_deep_and_long_documents_are_no_answers(helpers: Any) -> None:
    assert read(200, b"<a>" * 5000 + b"</a>" * 5000).liveness.reason is Reason.NOT_STS
    # The cost of a path grows with its depth: documents of STS have three levels.
    for depth, is_read in ((9, True), (10, False), (9000, False)):
        assert (_document(b"<a>" * depth + b"</a>" * depth) is not None) is is_read
    body = helpers.identity()
    assert read(200, body + b" " * (MAX_BYTES - len(body))).liveness.state is State.LIVE
    assert read(200, body + b" " * (MAX_BYTES - len(body) + 1)).liveness.reason is Reason.NOT_STS


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (None, ""), (3.0, ""), (7200.0, "about 120 minutes ahead"),
        (-3600.0, "about 60 minutes behind"), (-61.0, "about 1 minute behind"),
    ],
)  # fmt: skip
def test_a_wrong_clock_is_told_with_its_error(ahead: float | None, told: str, helpers: Any) -> None:
    body = helpers.fault("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now")
    liveness = read(403, body, ahead).liveness
    assert (liveness.reason, liveness.detail) == (Reason.CLOCK, told)
    assert read(403, helpers.MISMATCH.body, ahead).liveness.state is State.SECRET_UNPROVEN


MESSAGES = st.text(st.characters(codec="ascii", exclude_characters="<&"), max_size=80)


@given(st.sampled_from(["SignatureDoesNotMatch", "AccessDenied", "Other.Code"]), MESSAGES)
def test_no_message_is_passed_on(code: str, message: str) -> None:
    """STS repeats the request in some of them, with the session token."""
    quoted = f"marker-{message}"
    space = "https://sts.amazonaws.com/doc/2011-06-15/"
    body = (
        f'<ErrorResponse xmlns="{space}"><Error><Code>{code}</Code>'
        f"<Message>{quoted}</Message></Error></ErrorResponse>"
    ).encode("ascii")
    assert "marker" not in words(read(403, body).liveness)


def test_a_code_of_another_form_is_not_passed_on(helpers: Any) -> None:
    for code in ("a b", "x" * 65, "&#27;[31m", "1"):
        assert read(403, helpers.fault(code, "")).liveness.reason is Reason.NOT_STS


def test_words_are_one_printable_line() -> None:
    for state in State:
        for reason in Reason:
            for detail in ("", "so: it is"):
                text = words(Liveness(state, reason, detail=detail))
                assert text.isprintable()
                assert not text.endswith((":", " "))
    root = Liveness(State.LIVE, Reason.NONE, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", "root")
    assert words(root) == f"live, the ROOT user of account {ACCOUNT}"


def test_the_longest_document(helpers: Any) -> None:
    body = helpers.identity()
    longest = body + b" " * ((64 << 10) - len(body))
    assert read(200, longest).liveness.state is State.LIVE
    assert read(200, longest + b" ").liveness.reason is Reason.NOT_STS


@pytest.mark.parametrize(
    ("ahead", "detail"),
    [
        (None, ""), (59.0, ""), (-59.0, ""), (60.0, "about 1 minute ahead"),
        (-60.0, "about 1 minute behind"), (300.0, "about 5 minutes ahead"),
    ],
)  # fmt: skip
def test_a_clock_is_wrong_from_a_minute_on(ahead: float | None, detail: str, helpers: Any) -> None:
    body = helpers.fault("SignatureDoesNotMatch", "Signature expired: x is now earlier than y")
    found = read(403, body, ahead).liveness
    assert (found.reason, found.detail) == (Reason.CLOCK, detail)
