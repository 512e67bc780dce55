"""Long-term API keys of services, taken apart."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds import service_key, signed_query
from scanner.kinds.interface import Aside, Part
from scanner.kinds.service_key import BEDROCK, CLAUDE_PLATFORM, parse
from scanner.rulebook.generator import Generator

ACCOUNT = "012345678901"


def test_the_parts_of_a_bedrock_key() -> None:
    text = service_key.make_bedrock_key(Generator(1), ACCOUNT)
    assert (len(text), text[:4]) == (132, "ABSK")  # as published keys have it
    key = parse(text.encode())
    assert key is not None
    assert (key.frame, key.account_id, len(key.secret)) == (BEDROCK, ACCOUNT, 60)
    assert key.user.startswith("BedrockAPIKey-")


def test_the_parts_of_a_claude_platform_key() -> None:
    text = service_key.make_claude_platform_key(Generator(1), ACCOUNT)
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
    text = service_key.make_bedrock_key(Generator(1), ACCOUNT, "sofia").rstrip("=")
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


# Detection


def test_a_service_key_tells_user_and_account(detect_one) -> None:
    key = service_key.make_bedrock_key(Generator(1), ACCOUNT, "sofia")
    part = detect_one("aws-bedrock-api-key", f"AWS_BEARER_TOKEN_BEDROCK={key}")
    assert part.account_id == ACCOUNT
    assert part.evidence == (f"decodes to an API key of IAM user sofia in account {ACCOUNT}",)


@pytest.mark.parametrize("user", ["a", "ab", "abc", "a-long.user+name@example", "u" * 64])
def test_service_keys_are_found_at_every_alignment(detect, user: str) -> None:
    key = service_key.make_service_key(Generator(1), ACCOUNT, user)
    found = detect("aws-service-api-key", f"token: {key}")
    assert [item.value.reveal() for item in found if isinstance(item, Part)] == [key.encode()]


def test_each_service_key_has_one_rule(detect) -> None:
    made = Generator(4)
    keys = {
        "aws-bedrock-api-key": service_key.make_bedrock_key(made),
        "aws-claude-platform-api-key": service_key.make_claude_platform_key(made),
        "aws-service-api-key": service_key.make_service_key(made),
    }
    for rule_id in keys:
        assert [owner for owner, key in keys.items() if detect(rule_id, key)] == [rule_id]


def test_a_service_key_with_a_made_up_secret_is_set_aside(detect) -> None:
    raw = b"\x00\x14\x8a" + f"sofia-at-{ACCOUNT}:{'EXAMPLE' * 8}".encode()
    found = detect("aws-bedrock-api-key", base64.b64encode(raw).decode())
    assert [type(item) for item in found] == [Aside]


@pytest.mark.parametrize(
    ("rule_id", "service"),
    [
        ("aws-bedrock-short-term-api-key", "bedrock"),
        ("aws-claude-platform-short-term-api-key", "aws-external-anthropic"),
    ],
)
def test_a_short_term_key_tells_its_times(detect_one, rule_id: str, service: str) -> None:
    key = service_key.make_short_term_key(Generator(3), service, "eu-central-1")
    part = detect_one(rule_id, f"key={key}\n")
    assert len(part.account_id) == 12
    assert "signed 2026-02-14T09:30:00Z, expires 2026-02-14T21:30:00Z" in part.evidence
    assert any("eu-central-1" in line for line in part.evidence)


def bearer(text: str) -> str:
    return "bedrock-api-key-" + base64.b64encode(text.encode()).decode()


def test_a_short_term_key_has_to_be_for_the_service(detect) -> None:
    made = Generator(3)
    query = signed_query.make_query(made, "bedrock", temporary=True, action="CallWithBearerToken")
    rule_id = "aws-bedrock-short-term-api-key"
    assert len(detect(rule_id, bearer(f"bedrock.amazonaws.com/?{query}"))) == 1
    assert detect(rule_id, bearer(f"s3.amazonaws.com/?{query}")) == []
    other = query.replace("CallWithBearerToken", "ListModels")
    assert detect(rule_id, bearer(f"bedrock.amazonaws.com/?{other}")) == []
