"""Documentation examples and placeholders are told from values that only look odd."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path

import pytest

from scanner.aws.placeholders import DOCUMENTATION, PLACEHOLDER, placeholder
from scanner.kinds import service_key, smtp_password
from scanner.rulebook.generator import BASE32, Generator

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "pieces",
    [
        ("AKIA", "IOSFODNN7EXAMPLE"),
        ("AKIA", "I44QH8DHBEXAMPLE"),
        ("wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY"),
        ("AQoXdzELDDY////////", "//EXAMPLEtc764bNrC9SAPBSM22w" * 20),
        # The two pairs of the documentation before 2010, which hold no telling word.
        ("0PN5J17HBG", "ZHT7JJ3X82"),
        ("uV3F3YluFJax1cknvbcG", "wgjvx4QpvB+leU8dUj2o"),
        ("022QF06E7M", "XBSH9DHM02"),
        ("kWcrlUX5JEDGM/LtmEEN", "I/aVmYvHNif5zB+d9+ct"),
    ],
)
def test_documentation_examples(pieces: tuple[str, str]) -> None:
    assert placeholder("".join(pieces).encode()) == DOCUMENTATION


@pytest.mark.parametrize(
    "value",
    [
        "AKIA" + "X" * 16,
        "AKIA" + "XXXX1234XXXXQ2XX",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "AKIA" + "7654321QRSQRSABC",
        "AKIA" + "DEADBEEFDEADBEEF",
        "AKIA" + "QABQABQABQABQABQ",
        "AKIA" + "QZWRTQWZRTZQWRZT",
        "AKIA" + "TESTTESTTESTTEST",
        "ASIA" + "QAAAAAAAKZ4L3POJ",
        "x" * 40,
        "abcdefghij" * 4,
        "0123456789abcdef" * 2 + "01234567",
        "YOUR_SECRET_ACCESS_KEY_GOES_HERE_1234567",
        "changeMe/changeMe+changeMe/changeMe+1234",
        "qwertyuiop/asdfghjkl/zxcvbnm/1q2w3e4r5t6",
        "aB3" * 13 + "a",
        "REDACTED0000REDACTED0000REDACTED0000REDA",
    ],
)
def test_placeholders(value: str) -> None:
    assert placeholder(value.encode()) == PLACEHOLDER


@pytest.mark.parametrize("value", ["", "a", "da2-", "hunter2", "S3cr3t!"])
def test_short_values_are_not_judged_by_their_few_characters(value: str) -> None:
    assert placeholder(value.encode()) is None


def test_random_values_pass() -> None:
    """None of a million key IDs and none of a million secrets was taken; here are fewer."""
    generator = Generator("placeholders")
    for _ in range(5000):
        for value in (
            generator.access_key_id(),
            generator.old_access_key_id(),
            generator.secret_access_key(),
            smtp_password.make_password(generator),
            "da2-" + generator.text(BASE32.lower(), 25) + generator.text("aeimquy4", 1),
            "amzn.mws." + "-".join(generator.hex(size) for size in (8, 4, 4, 4, 12)),
        ):
            assert placeholder(value.encode()) is None, value


def test_long_values_pass() -> None:
    generator = Generator("long placeholders")
    for _ in range(200):
        assert placeholder(generator.session_token().encode()) is None
        assert placeholder(service_key.make_bedrock_key(generator).encode()) is None


def test_slashes_in_a_session_token_are_no_placeholder() -> None:
    """Negative numbers in the head of a token encode to a row of slashes."""
    token = Generator(1).session_token()
    assert placeholder((token[:20] + "/" * 10 + token[30:]).encode()) is None


def test_the_list_of_examples_is_well_formed() -> None:
    content = json.loads((ROOT / "rules" / "documentation-examples.json").read_text("utf-8"))
    entries = content["examples"]
    assert len(entries) >= 8
    for entry in entries:
        assert entry.keys() == {"source", "crc32", "sha256"}
        assert (len(entry["crc32"]), len(entry["sha256"])) == (8, 32)
        int(entry["crc32"], 16), int(entry["sha256"], 16)
    known = b"".join((b"0PN5J17HBG", b"ZHT7JJ3X82"))
    digest = {"crc32": f"{zlib.crc32(known):08x}", "sha256": hashlib.sha256(known).hexdigest()[:32]}
    assert [entry for entry in entries if entry.items() >= digest.items()]
