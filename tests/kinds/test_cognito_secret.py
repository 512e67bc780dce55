"""Client secrets of Cognito user pools: `scanner.kinds.cognito_secret`."""

from __future__ import annotations

import pytest

from scanner.findings import Confidence
from scanner.kinds.cognito_secret import make_secret
from scanner.kinds.interface import Aside
from scanner.rulebook.generator import Generator

RULE = "aws-cognito-client-secret"
POOL = "eu-west-1_" + "aB3dE5gH9"


@pytest.mark.parametrize(
    "text",
    [
        "COGNITO_CLIENT_SECRET={}",
        "AWS_COGNITO_APP_CLIENT_SECRET: {}",
        "userPoolClientSecret = '{}'",
        '"ClientSecret": "{}", "UserPoolId": "x"',
        f"pool: {POOL}\nsecret: {{}}",
        "client_secret={}\n" + "x=1\n" * 100 + "cognito: yes",
    ],
)
def test_a_named_secret_near_cognito(detect_one, text: str) -> None:
    secret = make_secret(Generator(text))
    part = detect_one(RULE, text.format(secret))
    assert part.value.reveal().decode() == secret
    assert (part.role, part.confidence) == ("client_secret", Confidence.HIGH)


@pytest.mark.parametrize(
    "text",
    [
        "client_secret={}",  # of any OAuth client
        "cognito build {}",  # nothing calls it a secret
        "COGNITO_SECRETARY={}",
        "COGNITO_CLIENT_SECRET={}Z",
        "COGNITO_CLIENT_SECRET=-{}",
        "COGNITO_CLIENT_SECRET={}/x",
        "COGNITO_CLIENT_SECRET={}" + "0123456",
        "cognito" + "." * 700 + "secret={}",
    ],
)
def test_anything_else_is_left(detect, text: str) -> None:
    assert detect(RULE, text.format(make_secret(Generator(text)))) == []


@pytest.mark.parametrize("length", range(45, 60))
def test_lengths(detect, length: int) -> None:
    secret = Generator(length).word(length)
    assert bool(detect(RULE, f"COGNITO_SECRET={secret}")) == (48 <= length <= 56)


@pytest.mark.parametrize(
    "value",
    [
        "0123456789abcdef" * 3 + "0123",
        "com" * 17,
        "thequickbrownfoxjumpsoverthelazydogandrunsawayquick",
    ],
)
def test_hexadecimal_and_words_are_no_secrets(detect, value: str) -> None:
    assert [found for found in detect(RULE, f"COGNITO_SECRET={value}") if found] == []


def test_a_placeholder_is_set_aside(detect) -> None:
    value = "example0" + make_secret(Generator(1))[8:]
    [found] = detect(RULE, f"COGNITO_SECRET={value}")
    assert isinstance(found, Aside)


def test_nearly_every_random_secret_is_found(detect) -> None:
    made = Generator("cognito")
    secrets = [make_secret(made) for _ in range(2000)]
    found = sum(len(detect(RULE, f"COGNITO_SECRET={secret}")) for secret in secrets)
    assert found == len(secrets)
