"""Passwords of the registries: what they say about themselves."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds import registry_token
from scanner.kinds.registry_token import parse_codeartifact_token, parse_ecr_password
from scanner.rulebook.generator import Generator

CONTENT = {"payload": "x", "datakey": "y", "version": "2", "type": "DATA_KEY"}


def ecr(**changes: object) -> bytes:
    content = {key: value for key, value in {**CONTENT, **changes}.items() if value is not None}
    return base64.b64encode(json.dumps(content).encode())


@pytest.mark.parametrize(
    ("expiration", "said"),
    [
        (1_771_104_600, "2026-02-14T21:30:00Z"),
        (None, ""),
        ("soon", ""),
        (-5, ""),
        (True, ""),
        (10**30, ""),
    ],
)
def test_ecr_passwords(expiration: object, said: str) -> None:
    token = parse_ecr_password(ecr(expiration=expiration))
    assert token == ("", said)


def test_the_user_name_may_stand_before() -> None:
    assert parse_ecr_password(base64.b64encode(b"AWS:" + ecr())) == ("", "")
    assert parse_ecr_password(base64.b64encode(b"BWS:" + ecr())) is None


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"abc",
        ecr(type="OTHER"),
        ecr(payload=None),
        base64.b64encode(b"[1, 2]"),
        base64.b64encode(b"{" * 5000),
        base64.b64encode(b'{"a":' * 50_000),
        base64.b64encode(b'{"n": ' + b"9" * 5000 + b"}"),
    ],
)
def test_what_is_no_ecr_password(value: bytes) -> None:
    assert parse_ecr_password(value) is None


def codeartifact(**changes: object) -> bytes:
    header: dict[str, object] = {"ver": 1, "isu": 1_771_061_400, "exp": 1_771_104_600}
    header.update({"alg": "A128GCMKW", **changes})
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=")
    return b".".join([head, b"a", b"b", b"c", b"d"])


def test_codeartifact_tokens() -> None:
    token = parse_codeartifact_token(codeartifact())
    assert token == ("2026-02-14T09:30:00Z", "2026-02-14T21:30:00Z")
    assert (
        parse_codeartifact_token(registry_token.make_codeartifact_token(Generator(1)).encode())
        is not None
    )


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"a.b.c.d.e",
        codeartifact()[:-2],
        codeartifact() + b".e",
        codeartifact(alg="RS256"),
        codeartifact(exp=None),
        codeartifact(isu="x"),
    ],
)
def test_what_is_no_codeartifact_token(value: bytes) -> None:
    assert parse_codeartifact_token(value) is None


@given(st.binary(max_size=200))
def test_nothing_raises(raw: bytes) -> None:
    for value in (raw, base64.b64encode(raw), base64.b64encode(b"{" + raw)):
        parse_ecr_password(value)
        parse_codeartifact_token(value + b".a.b.c.d")


# Detection


def test_the_two_forms_of_an_ecr_password(detect_one) -> None:
    for value in (
        registry_token.make_ecr_password(Generator(1)),
        registry_token.make_ecr_entry(Generator(1)),
    ):
        part = detect_one("aws-ecr-password", f'{{"auth": "{value}"}}')
        assert part.value.reveal().decode() == value
        assert part.evidence[1].startswith("expires 2026-02-14T2")


def test_a_codeartifact_token(detect_one) -> None:
    token = registry_token.make_codeartifact_token(Generator(1))
    part = detect_one("aws-codeartifact-token", f"https://aws:{token}@x.d.codeartifact")
    assert part.value.reveal().decode() == token
    assert "expires 2026-02-14T2" in part.evidence[1]


def test_a_web_token_is_neither(detect) -> None:
    made = Generator(2)
    header = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": "x" * 90}).encode())
    token = b".".join([header.rstrip(b"="), *(made.text("abc", 300).encode(),) * 4])
    assert detect("aws-codeartifact-token", token) == []
    assert detect("aws-ecr-password", token) == []
