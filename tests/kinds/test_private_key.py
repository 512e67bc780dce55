"""RSA private keys, recognised by their structure."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds import private_key
from scanner.kinds.private_key import plain_lines, rsa_bits
from scanner.rulebook.generator import Generator

DASHES = "-" * 5
PEM = private_key.make_rsa_private_key(Generator(9), 2048)


def wrapped(body: str) -> bytes:
    lines = (f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}", body, f"{DASHES}END RSA PRIVATE KEY{DASHES}")
    return "\n".join(lines).encode()


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_the_size_is_read(bits: int) -> None:
    assert rsa_bits(private_key.make_rsa_private_key(Generator(bits), bits).encode()) == bits


def test_line_ends_of_every_kind() -> None:
    forms = [PEM, PEM.replace("\n", "\r\n"), json.dumps(PEM)[1:-1], PEM.replace("\n", "\\r\\n")]
    assert {rsa_bits(form.encode()) for form in forms} == {2048}
    assert {plain_lines(form.encode()) for form in forms} == {PEM.encode()}


def test_a_shortened_key_is_no_key() -> None:
    lines = PEM.splitlines()
    assert rsa_bits("\n".join(lines[:10] + lines[-1:]).encode()) is None
    assert rsa_bits("\n".join(lines[:3] + lines[4:]).encode()) is None


@pytest.mark.parametrize(
    "body",
    ["", "AAAA", "MIIEpAIBAAKCAQEA", "MIICXAIBAA" + "A" * 800, "Proc-Type: 4,ENCRYPTED", "\\n"],
)
def test_what_is_no_key(body: str) -> None:
    assert rsa_bits(wrapped(body)) is None
    assert rsa_bits(body.encode()) is None


def test_bytes_behind_the_key_make_it_something_else() -> None:
    body = base64.b64decode("".join(PEM.splitlines()[1:-1]))
    assert rsa_bits(wrapped(base64.b64encode(body).decode())) == 2048
    assert rsa_bits(wrapped(base64.b64encode(body + b"x").decode())) is None


def test_other_text_keeps_its_lines() -> None:
    assert plain_lines(b"a\\nb\n") == b"a\\nb\n"


@given(st.binary(max_size=400))
def test_nothing_raises(raw: bytes) -> None:
    rsa_bits(wrapped(base64.b64encode(raw).decode()))
    rsa_bits(raw)


@given(st.integers(0, 1190), st.integers(0, 255))
def test_a_changed_byte_never_raises(at: int, value: int) -> None:
    body = bytearray(base64.b64decode("".join(PEM.splitlines()[1:-1])))
    body[at] = value
    rsa_bits(wrapped(base64.b64encode(body).decode()))


# Detection


def test_one_key_pair_has_one_value(detect) -> None:
    pem = private_key.make_rsa_private_key(Generator(9))
    forms = [
        json.dumps({"KeyMaterial": pem}),
        json.dumps(json.dumps({"KeyMaterial": pem})),
        f"<keyMaterial>{pem}</keyMaterial>",
        f"KeyMaterial: '{pem}'",
    ]
    found = [detect("aws-ec2-private-key", form) for form in forms]
    values = {part.value.reveal() for parts in found for part in parts}
    assert values == {pem.encode()}
    assert [len(parts) for parts in found] == [1, 0, 1, 1]  # JSON in JSON is the decoders' business
    assert found[0][0].evidence[0] == "a complete RSA key of 2048 bits"


def test_other_private_keys_are_left(detect) -> None:
    pem = private_key.make_rsa_private_key(Generator(9))
    assert detect("aws-ec2-private-key", pem) == []
    assert detect("aws-ec2-private-key", f"KeyMaterial is a word\n\n{pem}") == []
    shortened = "\n".join(pem.splitlines()[:5] + pem.splitlines()[-1:])
    assert detect("aws-ec2-private-key", json.dumps({"KeyMaterial": shortened})) == []
