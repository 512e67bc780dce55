"""The clear head of session tokens."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Confidence
from scanner.kinds.session_token import SHORTEST, read_head
from scanner.rulebook.generator import Generator


def encoded(head: bytes, size: int = 300) -> bytes:
    return base64.b64encode(head + Generator(3).raw(size - len(head)))


@pytest.mark.parametrize(
    "region", ["eu-west-2", "us-gov-west-1", "cn-northwest-1", "eusc-de-east-1"]
)
def test_the_region_is_read(region: str) -> None:
    head = read_head(Generator(region).session_token(region).encode())
    assert head == ("origin_ec", region, True)


def test_tokens_before_have_no_region() -> None:
    assert read_head(Generator(1).old_session_token().encode()) == ("er/aws", "", True)


@pytest.mark.parametrize(
    ("start", "issuer", "region"),
    [
        # Beginnings of published tokens: see the reference in the rule.
        ("IQoJb3JpZ2luX2Vj" + "EG0aCWV1LXdlc3QtMi", "origin_ec", "eu-west-2"),
        ("IQoJb3JpZ2luX2Vj" + "EPP//////////wEaCXVzLXdlc3QtMi", "origin_ec", "us-west-2"),
        ("AgoJb3JpZ2luX2Vj" + "EPP//////////wEaCXVzLWVhc3QtMS", "origin_ec", "us-east-1"),
        ("FQoGZXIvYXdz" + "EBYaDCjq", "er/aws", ""),
        ("FwoGZXIvYXdz" + "EBYaDCjq", "er/aws", ""),
        ("AQoDYXdz" + "EPT//////////wEaDCjq", "aws", ""),
    ],
)
def test_published_beginnings(start: str, issuer: str, region: str) -> None:
    token = start + Generator(5).text("abcdefghijklmnopqrstuvwxyz", 400 - len(start))
    head = read_head(token.encode())
    assert head is not None
    assert (head.issuer, head.region) == (issuer, region)


@pytest.mark.parametrize(
    "rest",
    [b"", b"\x10", b"\x10\xff\xff", b"\x10\x05\x1b\x09eu-west-1", b"\x11\x05\x1a\x09eu-west-1"],
)
def test_an_incomplete_head_is_said_to_be_so(rest: bytes) -> None:
    filler = b"\xff" * 100
    head = read_head(base64.b64encode(b"\x21\x0a\x09origin_ec" + rest + filler))
    assert head == ("origin_ec", "", False)


def test_a_field_that_is_no_region_is_not_told() -> None:
    token = encoded(b"\x21\x0a\x09origin_ec\x10\x05\x1a\x09EU WEST 1")
    assert read_head(token) == ("origin_ec", "", True)


@pytest.mark.parametrize(
    "token",
    [
        b"",
        Generator(1).session_token().encode()[: SHORTEST - 1],
        encoded(b"\x21\x0b\x09origin_ec"),
        encoded(b"\x21\x0a\x08origin_ec"),
        encoded(b"\x21\x0a\x09origin_ex"),
        b"eyJhbGciOiJIUzI1NiJ9" + b"A" * 200,
        b"!" * 200,
    ],
)
def test_what_is_no_token(token: bytes) -> None:
    assert read_head(token) is None


@given(st.binary(max_size=200))
def test_nothing_raises(raw: bytes) -> None:
    read_head(raw)
    read_head(base64.b64encode(b"\x21\x0a\x09origin_ec" + raw))


# Detection


def test_a_session_token_tells_its_region(detect_one) -> None:
    token = Generator(1).session_token("cn-north-1")
    part = detect_one("aws-session-token", f"AWS_SESSION_TOKEN={token}\n")
    assert part.value.reveal() == token.encode()
    assert part.confidence == Confidence.HIGH
    assert "issued in cn-north-1" in part.evidence


def test_a_session_token_of_4_kilobytes(detect_one) -> None:
    token = Generator(1).session_token(size=3000)
    assert detect_one("aws-session-token", f'"{token}"').value.reveal() == token.encode()


def test_a_session_token_with_an_incomplete_head_is_less_sure(detect_one) -> None:
    token = base64.b64encode(b"\x21\x0a\x09origin_ec" + b"\xff" + Generator(2).raw(300)).decode()
    assert detect_one("aws-session-token", token).confidence == Confidence.MEDIUM


@pytest.mark.parametrize("escape", ["%2F", "%2b", "%3D", "\\/", "\\u002b", "\\u003d"])
def test_a_session_token_that_goes_on_encoded_is_left_to_the_decoders(detect, escape) -> None:
    token = Generator(1).session_token().rstrip("=")
    assert detect("aws-session-token", f"{token}{escape}AAAA") == []


def test_a_session_token_inside_other_base64(detect) -> None:
    assert detect("aws-session-token", "AAAA" + Generator(1).session_token()) == []
