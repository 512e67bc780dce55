"""The forms of private keys: `scanner.kinds.key_forms`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds import key_forms
from scanner.kinds.key_forms import KeyForm, parse
from scanner.kinds.private_key import make_rsa_private_key
from scanner.rulebook.generator import Generator


def encrypted_by_openssl(made: Generator) -> str:
    """Return a key as `openssl rsa -aes256` writes it: a header, and ciphertext."""
    begin, end = (f"{'-' * 5}{word} RSA PRIVATE KEY{'-' * 5}" for word in ("BEGIN", "END"))
    header = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{made.hex(32).upper()}"
    return f"{begin}\n{header}\n\n{made.base64(600)}\n{end}"


FORMS = [
    (make_rsa_private_key, KeyForm("RSA", "PKCS#1", False)),
    (encrypted_by_openssl, KeyForm("RSA", "PKCS#1", True)),
    (key_forms.make_ec_key, KeyForm("EC", "SEC1", False)),
    (key_forms.make_pkcs8_key, KeyForm("Ed25519", "PKCS#8", False)),
    (key_forms.make_encrypted_key, KeyForm("", "PKCS#8", True)),
    (key_forms.make_openssh_key, KeyForm("Ed25519", "OpenSSH", False)),
    (
        lambda made: key_forms.make_openssh_key(made, "aes256-ctr"),
        KeyForm("Ed25519", "OpenSSH", True),
    ),
    (key_forms.make_ppk, KeyForm("Ed25519", "PuTTY", False)),
    (lambda made: key_forms.make_ppk(made, "aes256-cbc"), KeyForm("Ed25519", "PuTTY", True)),
]


@pytest.mark.parametrize(("make", "form"), FORMS)
def test_each_form_is_read(make, form: KeyForm) -> None:
    assert parse(make(Generator(1)).encode()) == form


LITERALS = [
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\n", "\\n"),
    lambda text: '\\n"\n  "'.join(text.split("\n")),
    lambda text: '\\n" +\n  "'.join(text.split("\n")),
    lambda text: "\n    ".join(text.split("\n")),
]


@pytest.mark.parametrize("write", LITERALS)
@pytest.mark.parametrize("make", [make_rsa_private_key, key_forms.make_openssh_key])
def test_lines_may_be_written_as_a_literal(make, write) -> None:
    assert parse(write(make(Generator(2))).encode()) == parse(make(Generator(2)).encode())


@pytest.mark.parametrize(("make", "form"), FORMS)
def test_a_shortened_key_is_none(make, form: KeyForm) -> None:
    lines = make(Generator(3)).splitlines()
    middle = [] if form.form == "PuTTY" or form.encrypted else lines[1:-1][: len(lines) // 2 - 1]
    assert parse("\n".join([lines[0], *middle, "...", lines[-1]]).encode()) is None


@given(st.binary(max_size=200), st.sampled_from(["RSA ", "EC ", "", "ENCRYPTED ", "OPENSSH "]))
def test_any_content_can_be_read(raw: bytes, form: str) -> None:
    parse(key_forms.armour(f"{form}PRIVATE KEY", Generator.encode(raw)).encode())
    parse(raw)
