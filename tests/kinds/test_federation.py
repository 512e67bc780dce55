"""SAML assertions and web identity tokens: `scanner.kinds.federation`."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Severity
from scanner.kinds import federation, json_web_token
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

SAML, WEB = "aws-saml-assertion", "aws-web-identity-token"


@pytest.mark.parametrize("prefix", ["samlp", "saml2p", "ns0"])
@pytest.mark.parametrize(
    "write",
    [
        lambda text: text,
        lambda text: text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
        lambda text: "\n".join(text[at : at + 76] for at in range(0, len(text), 76)),
        lambda text: text.replace("/", "\\/"),
        lambda text: "\\n".join(text[at : at + 76] for at in range(0, len(text), 76)),
    ],
)
def test_an_assertion(detect_one, prefix: str, write) -> None:
    text = write(federation.make_assertion(Generator(1), prefix, "123456789012"))
    part = detect_one(SAML, f"SAMLResponse={text}&RelayState=x\n")
    assert part.value.reveal().decode() == text
    assert part.account_id == "123456789012"
    assert "expires 2026-02-14T09:35:00Z" in part.evidence
    told = federation.tell_saml("assertion", {"assertion": part.value})
    assert (told.issued, told.expires) == ("2026-02-14T09:30:00Z", "2026-02-14T09:35:00Z")


def test_with_an_xml_declaration(detect_one) -> None:
    raw = base64.b64decode(federation.make_assertion(Generator(2)))
    text = base64.b64encode(b'<?xml version="1.0" encoding="UTF-8"?>' + raw).decode()
    assert detect_one(SAML, text).value.reveal().decode() == text


def test_an_assertion_for_another_application_is_left(detect) -> None:
    raw = base64.b64decode(federation.make_assertion(Generator(3)))
    other = base64.b64encode(raw.replace(b"aws.amazon.com", b"app.example.com")).decode()
    assert detect(SAML, f"SAMLResponse={other}") == []


@given(st.binary(max_size=200))
def test_any_text_can_be_read(text: bytes) -> None:
    federation.parse_assertion(text)
    federation.parse_assertion(base64.b64encode(text))


@pytest.mark.parametrize(
    ("audience", "found"),
    [
        ("sts.amazonaws.com", True),
        (["sts.amazonaws.com"], True),
        ("sts.eu-west-1.amazonaws.com", True),
        ("sts.amazonaws.com.cn", True),
        ("https://sts.amazonaws.com", True),
        ("https://github.com/acme", False),
        ("sts.example.com", False),
        (7, False),
        (None, False),
    ],
)
def test_the_audience_decides(detect, audience: object, found: bool) -> None:
    token = federation.make_web_identity_token(Generator(4), audience)
    assert bool(detect(WEB, f"TOKEN={token}")) is found


@pytest.mark.parametrize(
    ("seconds", "severity"),
    [(300, Severity.LOW), (86_400, Severity.LOW), (90_000, Severity.MEDIUM)],
)
def test_the_severity_depends_on_the_validity(detect_one, seconds: int, severity: Severity) -> None:
    token = federation.make_web_identity_token(Generator(5), seconds=seconds)
    assert detect_one(WEB, token).severity == severity


def test_a_name_makes_up_for_the_audience(detect, detect_one) -> None:
    token = federation.make_web_identity_token(Generator(6), "https://gitlab.example.com")
    assert detect(WEB, f"ID_TOKEN={token}") == []
    assert detect_one(WEB, f"AWS_WEB_IDENTITY_TOKEN={token}")
    assert detect_one(WEB, f"aws sts assume-role --web-identity-token {token}")


def test_a_token_that_sts_issued(detect_one) -> None:
    claims = {"iss": "https://abc.tokens.sts.global.api.aws", "aud": "x", "exp": 1_771_061_400}
    part = detect_one(WEB, json_web_token.make(Generator(7), {"alg": "ES384"}, claims, 96))
    assert "issued by abc.tokens.sts.global.api.aws" in part.evidence


def test_times_that_contradict_each_other_say_nothing() -> None:
    text = federation.make_web_identity_token(Generator(8), seconds=-5)
    told = federation.tell_web_identity("token", {"token": Secret(text.encode())})
    assert (told.issued, told.expires) == ("", "")
