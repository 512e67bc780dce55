"""Signed URLs and cookies of CloudFront: `scanner.kinds.cloudfront_signature`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Severity
from scanner.kinds import cloudfront_signature
from scanner.kinds.cloudfront_signature import expiry
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

RULE = "aws-cloudfront-signature"
EXPIRES = "2026-02-14T21:30:00Z"


@pytest.mark.parametrize("make", [cloudfront_signature.make_url])
@pytest.mark.parametrize("around", ["{}", 'curl "{}"', "[film]({}).", "<a href='{}'>"])
def test_a_signed_url(detect_one, make, around: str) -> None:
    url = make(Generator(1))
    part = detect_one(RULE, around.format(url))
    assert part.value.reveal().decode() == url
    assert f"expires {EXPIRES}" in part.evidence
    told = cloudfront_signature.tell("URL", {"signature": Secret(url.encode())})
    assert told.expires == EXPIRES


def test_cookies_in_every_spelling(detect_one) -> None:
    header = cloudfront_signature.make_cookies(Generator(2))
    pairs = dict(each.split("=", 1) for each in header.removeprefix("Cookie: ").split("; "))
    jar = "\n".join(f".acme.org\tTRUE\t/\tTRUE\t0\t{n}\t{v}" for n, v in pairs.items())
    lines = "\n".join(f"Set-Cookie: {n}={v}; Secure" for n, v in pairs.items())
    for text in (header, jar, lines, json.dumps(pairs), json.dumps(pairs, indent=1)):
        part = detect_one(RULE, text)
        assert part.value.reveal().decode() == pairs["CloudFront-Signature"]
        assert f"expires {EXPIRES}" in part.evidence


@pytest.mark.parametrize(
    ("expires", "severity"), [(1_771_104_600, Severity.MEDIUM), (4_102_444_800, Severity.HIGH)]
)
def test_one_without_end_is_worse(detect_one, expires: int, severity: Severity) -> None:
    made = Generator(3)
    policy = cloudfront_signature.make_policy(made, expires)
    url = cloudfront_signature.make_url(made)
    start = url.index("Policy=") + len("Policy=")
    url = url[:start] + policy + url[url.index("&Signature") :]
    assert detect_one(RULE, url).severity == severity


def test_the_id_alone_is_no_finding(detect) -> None:
    assert detect(RULE, "CloudFront-Key-Pair-Id=K2JCJMDEHXQW5F; path=/") == []
    assert detect(RULE, '"Key-Pair-Id": "APKA' + 'IJKLMNOPQRSTUVWX"') == []


@given(st.binary(max_size=300))
def test_any_text_can_be_read(text: bytes) -> None:
    expiry(text)
    expiry(b"Policy=" + text)


@pytest.mark.parametrize("policy", [{}, [], {"Statement": []}, {"Statement": [{"Condition": 1}]}])
def test_another_policy_has_no_expiry(policy: object) -> None:
    text = Generator.encode(json.dumps(policy).encode() + b" " * 60)
    assert expiry(b"Policy=" + text.replace("=", "_").encode()) == ""
