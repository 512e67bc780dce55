"""The structure of access key IDs: published facts, and what the test accepts and rejects."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.kinds import access_key_id as key_id

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

# Published by Aidan Steele, Tal Be'ery, TruffleHog, aurelian and known_aws_accounts; in two pieces,
# cut inside of the first four letters, since keycatch joins others.
VECTORS = [
    ("AS" + "IAY34FZKBOKMUTVV7A", "609629065308"),
    ("AS" + "IAQNZGKIQY56JQ7WML", "029608264753"),
    ("AK" + "IASP2TPHJSQH3FJRUX", "171436882533"),
    ("AK" + "IAWDB7XWLS3OBANPCE", "418892985061"),
    ("AK" + "IAVCODYLSA53PQK4ZA", "348839763073"),
    ("AK" + "IAYVP4CIPPERUVIFXG", "595918472158"),
    ("AK" + "IAXYZDQCEN4B6JSJQI", "534261010715"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "account"), VECTORS)
def test_published_accounts(value, account):
    parsed = key_id.parse(value.encode())
    assert (parsed.generation, parsed.account_id, parsed.impossible) == (2, account, "")


@pytest.mark.parametrize(
    ("head", "accounts"),
    [
        ("QAAAAAAA", {"000000000000", "000000000001"}),
        ("6RVFFB77", {"999999999998", "999999999999"}),
    ],
)
def test_first_and_last_account(head, accounts):
    found = set()
    for rest in ("AAAAAAAA", "77777777"):
        parsed = key_id.parse(f"AKIA{head}{rest}".encode())
        assert parsed.generation == 2
        found.add(parsed.account_id)
    assert found == accounts


def test_an_id_of_before_2019_has_no_account_inside():
    # Its body decodes to 666561056834; the account that it belongs to is another one.
    parsed = key_id.parse(b"AK" + b"IAJWMRCSBBKQO4HQCQ")
    assert (parsed.generation, parsed.account_id, parsed.impossible) == (1, "", "")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("AK" + "IAIOSFODNN7EXAMPLE", "end in A or Q"),
        ("AK" + "IAI44QH8DHBEXAMPLE", "0, 1, 8 or 9"),
        ("AK" + "IALALEMEL33243OLIB", "L as its fifth character"),
        ("AS" + "IAOZW6VBVAZFJHJLQA", "O as its fifth character"),
        ("AK" + "IA7AAAAAAAAAAAAAAA", "13 digits"),
        ("AK" + "IA0189ABCDEFGHIJKL", "0, 1, 8 or 9"),
        ("AK" + "IA6RVFFCAAAAAAAAAA", "13 digits"),
        ("AK" + "IAABCDEFGHIJKLMNOP", "A as its fifth character"),
    ],
)  # fmt: skip
def test_impossible(value, reason):
    parsed = key_id.parse(value.encode())
    assert parsed.generation == 0
    assert reason in parsed.impossible
    assert parsed.account_id == ""


@pytest.mark.parametrize(
    "value",
    [b"", b"AKIA", b"AKIA" + b"A" * 15, b"AKIA" + b"A" * 17, b"AIDA" + b"Q" * 16, b"akia" * 5],
)
def test_not_of_the_form(value):
    with pytest.raises(ValueError, match="not in the form"):
        key_id.parse(value)


@pytest.mark.parametrize("prefix", ["AKIA", "ASIA", "ABIA", "ACCA"])
def test_each_prefix_has_words(prefix):
    assert key_id.parse(f"{prefix}Q{'A' * 15}".encode()).kind


def reference(value: str) -> str:
    """The account number by way of base64.b32decode, as it was published."""
    number = int.from_bytes(base64.b32decode(value[4:20])[:6], "big")
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"


@given(st.integers(0, 999_999_999_999), st.integers(0, (1 << 39) - 1))
def test_any_account_is_read_back(account, rest):
    number = 1 << 79 | account << 39 | rest
    value = "AKIA" + "".join(BASE32[number >> shift & 31] for shift in range(75, -1, -5))
    parsed = key_id.parse(value.encode())
    assert parsed.account_id == f"{account:012d}" == reference(value)
    assert value[4] in "QRSTUVWXYZ23456"


def issued(rng: random.Random) -> bytes:
    """Return an ID as AWS issues or issued it, made in another way than the program's own one."""
    prefix = rng.choice(("AKIA", "ASIA", "ABIA", "ACCA"))
    if rng.random() < 0.3:
        raw = base64.b32decode(f"{prefix}{rng.choice('IJ')}AAA")[:4] + rng.randbytes(8)
        # 12 bytes in base32; the fifth character keeps its first four bits.
        text = base64.b32encode(raw).decode().rstrip("=")
        return (text[:4] + rng.choice("IJ") + text[5:]).encode()
    while True:
        raw = bytes((0x80 | rng.randrange(0x80),)) + rng.randbytes(9)
        body = base64.b32encode(raw).decode()
        if int(reference(prefix + body)) <= 999_999_999_999:
            return (prefix + body).encode()


def test_every_issued_id_is_accepted():
    rng = random.Random(2026)
    number = 400 * settings().max_examples
    assert not [
        value for value in (issued(rng) for _ in range(number)) if key_id.parse(value).impossible
    ]


def test_most_made_up_ids_are_impossible():
    """Measured: 92.96 % of 200,000 bodies of [A-Z0-9]; 54.4 % of bodies of base32."""
    rng = random.Random(2027)
    shares = {}
    for name, alphabet in (("any", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), ("base32", BASE32)):
        values = ("AKIA" + "".join(rng.choices(alphabet, k=16)) for _ in range(200_000))
        impossible = sum(bool(key_id.parse(value.encode()).impossible) for value in values)
        shares[name] = impossible / 200_000
    assert shares["any"] == pytest.approx(0.9296, abs=0.003)
    assert shares["base32"] == pytest.approx(0.544, abs=0.005)
