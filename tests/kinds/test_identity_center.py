"""Tokens of IAM Identity Center and `aws login`: `scanner.kinds.identity_center`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds import identity_center
from scanner.kinds.interface import Aside
from scanner.kinds.key_forms import make_ec_key
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

TOKEN, SECRET = "aws-identity-center-token", "aws-identity-center-client-secret"
LOGIN = "aws-login-refresh-token"
KEY = make_ec_key(Generator(0)).replace("\n", "\\n")


def cache_file(made: Generator, access: str, indent: int | None = None) -> str:
    content = {
        "startUrl": "https://acme.awsapps.com/start",
        "region": "eu-west-1",
        "accessToken": access,
        "expiresAt": "2026-02-14T17:30:00Z",
        "clientId": made.base64url(25),
        "clientSecret": identity_center.make_client_secret(made),
        "registrationExpiresAt": "2026-05-14T09:30:00Z",
        "refreshToken": identity_center.make_token(made, "aor"),
    }
    return json.dumps(content, indent=indent)


@pytest.mark.parametrize("indent", [None, 2])
def test_both_tokens_and_the_client_secret_of_a_cache_file(detect, indent: int | None) -> None:
    made = Generator(1)
    text = cache_file(made, identity_center.make_token(made), indent)
    content = json.loads(text)
    tokens = {part.value.reveal().decode(): part for part in detect(TOKEN, text)}
    assert tokens.keys() == {content["accessToken"], content["refreshToken"]}
    access = tokens[content["accessToken"]]
    assert "the file gives the region eu-west-1" in access.evidence
    assert any("2026-02-14T17:30:00Z" in line for line in access.evidence)
    [secret] = detect(SECRET, text)
    assert secret.value.reveal().decode() == content["clientSecret"]


@pytest.mark.parametrize("size", [1, 5, 60])
def test_a_cut_signature_is_no_token(detect, size: int) -> None:
    assert detect(TOKEN, identity_center.make_token(Generator(3))[:-size]) == []


@given(st.integers(0, 1 << 30), st.sampled_from(["aoa", "aor"]))
def test_every_token_is_recognised(seed: int, kind: str) -> None:
    token = identity_center.make_token(Generator(seed), kind).encode()
    assert identity_center.is_token(token)
    assert not identity_center.is_token(token + b"A")


def test_a_client_secret_says_when_it_expires() -> None:
    text = identity_center.make_client_secret(Generator(4), 1_771_061_400)
    told = identity_center.tell_client_secret("secret", {"x": Secret(text.encode())})
    assert told.expires == "2026-02-14T09:30:00Z"


def test_the_cache_of_a_login(detect_one) -> None:
    made = Generator(5)
    token = made.base64url(700)
    content = {
        "accessToken": {
            "accessKeyId": made.temporary_access_key_id(),
            "secretAccessKey": made.secret_access_key(),
            "sessionToken": made.session_token(),
        },
        "tokenType": "aws_sigv4",
        "refreshToken": token,
        "idToken": made.base64url(900),
        "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": make_ec_key(made),
    }
    part = detect_one(LOGIN, json.dumps(content))
    assert part.value.reveal().decode() == token
    assert part.role == "refresh_token"


def test_a_placeholder_is_set_aside(detect) -> None:
    text = f'"dpopKey": "{KEY}", "refreshToken": "{Generator(6).base64url(60)}EXAMPLE"'
    assert all(isinstance(each, Aside) for each in detect(LOGIN, text))
