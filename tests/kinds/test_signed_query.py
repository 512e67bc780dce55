"""Signed query strings, read offline."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds import signed_url
from scanner.kinds.signed_query import LONGEST_EXPIRY, parse
from scanner.rulebook.generator import Generator

SIGNATURE = "0123456789abcdef" * 4


def query(**changes: str) -> str:
    parameters = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIAQ222/20260214/eu-west-1/s3/aws4_request".replace(
            "Q222", "Q222222222222222"
        ),
        "X-Amz-Date": "20260214T093000Z",
        "X-Amz-Expires": "3600",
        "X-Amz-SignedHeaders": "host;range",
        "X-Amz-Signature": SIGNATURE,
    }
    parameters.update({name.replace("_", "-"): value for name, value in changes.items()})
    return "&".join(f"{name}={quote(value, '')}" for name, value in parameters.items() if value)


def url(**changes: str) -> bytes:
    return f"https://B.s3.amazonaws.com/a/b.txt?{query(**changes)}".encode()


def test_everything_is_read() -> None:
    signed = parse(url(X_Amz_Security_Token="abc", Action="Get"))
    assert signed is not None
    assert signed.key_id == b"AKIA" + b"Q222222222222222"
    assert signed.signature == SIGNATURE.encode()
    assert (signed.version, signed.host) == (4, "b.s3.amazonaws.com")
    assert (signed.region, signed.service, signed.action) == ("eu-west-1", "s3", "Get")
    assert (signed.signed_at, signed.expires_at, signed.lifetime) == (
        "2026-02-14T09:30:00Z",
        "2026-02-14T10:30:00Z",
        3600,
    )
    assert signed.temporary
    assert signed.signed_headers == "host;range"


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)), st.integers(1, LONGEST_EXPIRY))
def test_times(began: datetime, seconds: int) -> None:
    began = began.replace(microsecond=0, tzinfo=UTC)
    form = "%Y-%m-%dT%H:%M:%SZ"
    signed = parse(url(X_Amz_Date=f"{began:%Y%m%dT%H%M%SZ}", X_Amz_Expires=str(seconds)))
    assert signed is not None
    assert signed.signed_at == began.strftime(form)
    assert signed.expires_at == (began + timedelta(seconds=seconds)).strftime(form)


@pytest.mark.parametrize(
    ("stamp", "agree"),
    [
        ("20260214T093000Z", True),
        ("20260214T235959Z", True),
        ("20260215T000000Z", False),
        ("20260213T235959Z", False),
        ("20260214T093060Z", False),
    ],
)
def test_whether_the_days_agree(stamp: str, agree: bool) -> None:
    signed = parse(url(X_Amz_Date=stamp))
    assert signed is not None
    assert signed.days_agree == agree


def test_a_day_that_is_none_agrees_with_nothing() -> None:
    scope = "AKIA" + "Q222222222222222/20260231/eu-west-1/s3/aws4_request"
    signed = parse(url(X_Amz_Credential=scope, X_Amz_Date="20260231T093000Z"))
    assert signed is not None
    assert not signed.days_agree


@pytest.mark.parametrize("separator", ["&amp;", "&#38;", "&#x26;", "\\u0026"])
def test_separators_of_html_and_json(separator: str) -> None:
    text = url().decode().replace("&", separator)
    assert parse(text.encode()) == parse(url())


def test_a_fragment_is_not_part_of_the_signature() -> None:
    assert parse(url() + b"#page=2") == parse(url())


def test_no_expiry_is_said_to_be_unknown() -> None:
    signed = parse(url(X_Amz_Expires=""))
    assert signed is not None
    assert (signed.expires_at, signed.lifetime) == ("", 0)


def test_names_in_any_case_and_without_a_scheme() -> None:
    signed = parse(
        b"db.eu-west-1.rds.amazonaws.com:5432/?"
        + query()
        .lower()
        .replace("akiaq222222222222222", "AKIA" + "Q222222222222222")
        .replace("20260214t093000z", "20260214T093000Z")
        .encode()
    )
    assert signed is not None
    assert signed.host == "db.eu-west-1.rds.amazonaws.com"
    bare = parse(query().encode())
    assert bare is not None
    assert bare.host == ""


@pytest.mark.parametrize(
    "change",
    [
        {"X_Amz_Signature": "SIGNATURE"},
        {"X_Amz_Signature": SIGNATURE.upper()},
        {"X_Amz_Signature": SIGNATURE[1:]},
        {"X_Amz_Signature": ""},
        {"X_Amz_Credential": "key/20260214/eu-west-1/s3/aws4_request"},
        {"X_Amz_Credential": "<KEY>/20260214/eu-west-1/s3/aws4_request"},
        {"X_Amz_Credential": "AKIA" + "Q222222222222222"},
        {"X_Amz_Date": "2026-02-14"},
        {"X_Amz_Date": "20261314T093000Z"},
        {"X_Amz_Date": "20260214T250000Z"},
        {"X_Amz_Date": ""},
        {"X_Amz_Expires": "0"},
        {"X_Amz_Expires": "never"},
        {"X_Amz_Expires": str(LONGEST_EXPIRY + 1)},
        {"X_Amz_Expires": "9" * 400},
        {"X_Amz_Expires": "0" * 8 + "9" * 5000},
        {"X_Amz_Expires": "0000000000000604801"},
    ],
)
def test_what_is_not_signed_with_version_4(change: dict[str, str]) -> None:
    assert parse(url(**change)) is None


def test_version_2() -> None:
    text = signed_url.make_old_url(Generator(4), 2_075_494_478)
    signed = parse(text.encode())
    assert signed is not None
    assert (signed.version, signed.service, signed.region) == (2, "s3", "")
    assert (signed.signed_at, signed.expires_at) == ("", "2035-10-08T22:14:38Z")
    assert len(base64.b64decode(signed.signature)) == 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Expires=2075494478", "Expires=soon"),
        ("Expires=2075494478", "Expires=" + "9" * 12),
        ("Signature=", "Signature=x"),
        ("AWSAccessKeyId=", "AccessKey="),
    ],
)
def test_what_is_not_signed_with_version_2(old: str, new: str) -> None:
    text = signed_url.make_old_url(Generator(4), 2_075_494_478)
    assert old in text
    assert parse(text.replace(old, new).encode()) is None


@given(st.binary(max_size=300))
def test_nothing_raises(raw: bytes) -> None:
    parse(raw)
    parse(url() + raw)
    parse(raw + url())
