"""RSA private keys, recognised by their structure."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.aws.private_key import plain_lines, rsa_bits
from scanner.rulebook.examples import Generator

DASHES = "-" * 5
PEM = Generator(9).rsa_private_key(2048)


def wrapped(body: str) -> bytes:
    lines = (f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}", body, f"{DASHES}END RSA PRIVATE KEY{DASHES}")
    return "\n".join(lines).encode()


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_the_size_is_read(bits: int) -> None:
    assert rsa_bits(Generator(bits).rsa_private_key(bits).encode()) == bits


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
