"""Long-term API keys of services, taken apart."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.aws.service_api_key import BEDROCK, CLAUDE_PLATFORM, parse
from scanner.rulebook.examples import Generator

ACCOUNT = "012345678901"


def test_the_parts_of_a_bedrock_key() -> None:
    text = Generator(1).bedrock_api_key(ACCOUNT)
    assert (len(text), text[:4]) == (132, "ABSK")  # as published keys have it
    key = parse(text.encode())
    assert key is not None
    assert (key.frame, key.account_id, len(key.secret)) == (BEDROCK, ACCOUNT, 60)
    assert key.user.startswith("BedrockAPIKey-")


def test_the_parts_of_a_claude_platform_key() -> None:
    text = Generator(1).claude_platform_api_key(ACCOUNT)
    assert text.startswith("AEAAQWVhQXBpS2V5")
    key = parse(text.encode())
    assert key is not None
    assert (key.frame, key.account_id) == (CLAUDE_PLATFORM, ACCOUNT)


@given(st.from_regex(r"[A-Za-z0-9_+=,.@-]{1,64}", fullmatch=True), st.binary(max_size=3))
def test_any_user_name(user: str, frame: bytes) -> None:
    frame = frame if len(frame) == 3 and frame[:1] in (b"\x00", b"\x01", b"\xff") else b""
    secret = "s" * 60
    raw = frame + f"{user}-at-{ACCOUNT}:{secret}".encode()
    key = parse(base64.b64encode(raw))
    assert key == (frame, user, ACCOUNT, secret.encode())


def test_padding_may_be_missing() -> None:
    text = Generator(1).bedrock_api_key(ACCOUNT, "sofia").rstrip("=")
    key = parse(text.encode())
    assert key is not None
    assert key.user == "sofia"


@pytest.mark.parametrize(
    "raw",
    [
        f"\0\0\0sofia-at-{ACCOUNT[1:]}:{'s' * 60}",
        f"\0\0\0sofia-at-{ACCOUNT}1:{'s' * 60}",
        f"\0\0\0sofia_at_{ACCOUNT}:{'s' * 60}",
        f"\0\0\0sofia-at-{ACCOUNT};{'s' * 60}",
        f"\0\0\0-at-{ACCOUNT}:{'s' * 60}",
        f"\0\0\0sofia-at-{ACCOUNT}:short",
        f"\0\0\0sofia-at-{ACCOUNT}:{'s p ' * 30}",
        f"\0\0\0\0sofia-at-{ACCOUNT}:{'s' * 60}",
        f"more text: sofia-at-{ACCOUNT}:{'s' * 60}",
    ],
)
def test_what_is_no_key(raw: str) -> None:
    assert parse(base64.b64encode(raw.encode())) is None


@given(st.binary(max_size=300))
def test_nothing_raises(raw: bytes) -> None:
    parse(raw)
    parse(base64.b64encode(raw))
