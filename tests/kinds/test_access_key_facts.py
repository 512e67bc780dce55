"""What access keys and session tokens say by themselves: generation, region, impossible IDs."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Forensics
from scanner.kinds.access_key_id import tell
from scanner.kinds.session_token import read_head
from scanner.rulebook.generator import BASE32, Generator
from scanner.secret import Secret

REGIONS = ("us-east-1", "eu-west-2", "ap-southeast-7", "us-gov-west-1", "cn-northwest-1",
           "eusc-de-east-1", "us-isob-east-1")  # fmt: skip
LONG, SHORT = "long-term access key", "temporary access key"
KINDS = {"AKIA": LONG, "ASIA": SHORT}


def told(**values: str | bytes) -> Forensics:
    parts = {
        role: Secret(value if isinstance(value, bytes) else value.encode())
        for role, value in values.items()
    }
    return tell("access key", parts)


@given(st.integers(0, 999_999_999_999), st.sampled_from(sorted(KINDS)), st.integers())
def test_every_id_since_2019(account: int, prefix: str, seed: int) -> None:
    key_id = Generator(seed).access_key_id(f"{account:012d}", prefix)
    assert told(key_id=key_id) == Forensics(KINDS[prefix], 2)


@given(st.sampled_from(sorted(KINDS)), st.integers())
def test_every_id_before(prefix: str, seed: int) -> None:
    assert told(key_id=Generator(seed).old_access_key_id(prefix)) == Forensics(KINDS[prefix], 1)


@given(st.sampled_from(REGIONS), st.integers(100, 3000), st.integers())
def test_a_token_tells_where_it_was_issued(region: str, size: int, seed: int) -> None:
    made = Generator(seed)
    token = made.session_token(region, size)
    assert told(session_token=token) == Forensics("access key", region=region)
    found = told(
        key_id=made.temporary_access_key_id(), secret=made.secret_access_key(), session_token=token
    )
    assert found == Forensics(SHORT, 2, region=region)


def test_an_old_token_tells_nothing() -> None:
    assert told(session_token=Generator(1).old_session_token()) == Forensics("access key")


def test_a_secret_tells_nothing() -> None:
    assert told(secret=Generator(1).secret_access_key()) == Forensics("access key")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("B" * 16, "no issued key ID has B as its fifth character"),
        ("7" * 16, "its account number would have 13 digits"),
        ("Q" + "1" * 15, "it contains a character that key IDs never have (0, 1, 8 or 9)"),
        ("I" + "B" * 15, "key IDs from before 2019 end in A or Q"),
    ],
)
@pytest.mark.parametrize("prefix", KINDS)
def test_what_aws_cannot_have_issued(prefix: str, body: str, why: str) -> None:
    assert told(key_id=prefix + body) == Forensics(KINDS[prefix], 0, why)


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [("ABIA", "STS bearer token"), ("ACCA", "service-specific credential")],
)
@given(st.text(BASE32, min_size=16, max_size=16))
def test_of_other_ids_the_kind_is_known_and_no_more(prefix: str, kind: str, body: str) -> None:
    assert told(key_id=prefix + body) == Forensics(kind)


@given(st.binary(max_size=40))
def test_what_is_no_key_id_tells_nothing(value: bytes) -> None:
    if not value.startswith((b"A", b"a")):
        assert told(key_id=value) == Forensics("access key")


@pytest.mark.parametrize("region", ["eu-wesu-1", "nowhere", "eu-west-0", "xx-yy-zz-east-1"])
def test_what_is_no_region_is_not_told(region: str) -> None:
    assert told(session_token=Generator(1).session_token(region)).region == ""


def test_a_head_that_is_not_complete_is_not_believed() -> None:
    token = base64.b64encode(b"\x21\x0a\x09origin_ec\xff" + b"eu-west-1" * 40)
    head = read_head(token)
    assert head is not None
    assert not head.complete
    assert told(session_token=token).region == ""


def test_a_token_that_is_cut_off_tells_the_same_or_nothing() -> None:
    token = Generator(1).session_token("eu-west-2")
    for size in range(len(token)):
        assert told(session_token=token[:size]).region in ("", "eu-west-2")


@given(st.data())
def test_damage_is_no_error(data: st.DataObject) -> None:
    token = bytearray(Generator(1).session_token("eu-west-2").encode())
    at = data.draw(st.integers(0, len(token) - 1))
    token[at] = data.draw(st.integers(0, 255))
    region = told(session_token=bytes(token)).region
    # Bytes 18 to 26 of the head are the region: characters 24 to 35.
    assert region in ("", "eu-west-2") or 20 <= at < 40
