"""Ciphertexts, hashes of passwords and encoded data: nothing at medium confidence or higher.

Each is told by the value and what is next to it, never by the name of the file.
"""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import settings

from scanner.engine import scan_bytes
from scanner.findings import Confidence
from scanner.rulebook.generator import BASE64

OFTEN = settings().max_examples // 5
"""How many values of each form are tried, more in the profile `long`."""
CRYPT = "./" + BASE64[:62]
LETTERS = BASE64[:62]


def b64(raw):
    return base64.b64encode(raw).decode()


def wrapped(made, width, lines, tail, joint="\n"):
    return joint.join([*(made.text(BASE64, width) for _ in range(lines)), made.text(BASE64, tail)])


PASSWORD_HASHES = {
    "bcrypt 2a": lambda m: "$2a$10$" + m.text(CRYPT, 53),
    "bcrypt 2b": lambda m: "$2b$12$" + m.text(CRYPT, 53),
    "bcrypt 2y": lambda m: "$2y$12$" + m.text(CRYPT, 53),
    "bcrypt 2x": lambda m: "$2x$05$" + m.text(CRYPT, 53),
    "md5crypt": lambda m: f"$1${m.text(CRYPT, 8)}${m.text(CRYPT, 22)}",
    "sha256crypt": lambda m: f"$5${m.text(CRYPT, 16)}${m.text(CRYPT, 43)}",
    "sha256crypt, rounds": lambda m: f"$5$rounds=535000${m.text(CRYPT, 16)}${m.text(CRYPT, 43)}",
    "sha512crypt": lambda m: f"$6${m.text(CRYPT, 16)}${m.text(CRYPT, 86)}",
    "sha512crypt, rounds": lambda m: f"$6$rounds=4096${m.text(CRYPT, 16)}${m.text(CRYPT, 86)}",
    "yescrypt": lambda m: f"$y$j9T${m.text(CRYPT, 22)}${m.text(CRYPT, 43)}",
    "gost-yescrypt": lambda m: f"$gy$j9T${m.text(CRYPT, 22)}${m.text(CRYPT, 43)}",
    "scrypt": lambda m: f"$7$C6..../....{m.text(CRYPT, 22)}${m.text(CRYPT, 43)}",
    "argon2": lambda m: f"$argon2id$v=19$m=65536,t=3,p=4${m.text(BASE64, 22)}${m.text(BASE64, 40)}",
    "passlib pbkdf2": lambda m: f"$pbkdf2-sha256$29000${m.text(CRYPT, 22)}${m.text(CRYPT, 40)}",
    "phpass": lambda m: f"$P$B{m.text(CRYPT, 30)} $S$D{m.text(CRYPT, 52)}",
    "Apache": lambda m: f"user:$apr1${m.text(CRYPT, 8)}${m.text(CRYPT, 22)}",
    "Django": lambda m: f"pbkdf2_sha256$260000${m.text(LETTERS, 22)}${m.text(BASE64, 40)}",
    "SSHA": lambda m: "{SSHA}" + m.text(BASE64, 40),
    "SSHA256": lambda m: "{SSHA256}" + m.text(BASE64, 40),
    "SHA": lambda m: "{SHA}" + m.text(BASE64, 40),
    "PBKDF2 of OpenLDAP": lambda m: (
        f"{{PBKDF2-SHA256}}10000${m.text(CRYPT, 22)}${m.text(CRYPT, 40)}"
    ),
    "SCRAM": lambda m: (
        f"SCRAM-SHA-256$4096:{m.text(BASE64, 24)}${m.text(BASE64, 40)}:{b64(m.raw(32))}"
    ),
}
CIPHERTEXTS = {
    "sops": lambda m: (
        f"ENC[AES256_GCM,data:{m.text(BASE64, 40)},iv:{b64(m.raw(32))},tag:x,type:str]"
    ),
    "sops, iv": lambda m: (
        f"ENC[AES256_GCM,data:{b64(m.raw(9))},iv:{m.text(BASE64, 40)},tag:x,type:str]"
    ),
    "eyaml": lambda m: f"ENC[PKCS7,{m.text(BASE64, 40)}]",
    "jasypt": lambda m: f"ENC({m.text(BASE64, 40)})",
    "Pulumi": lambda m: f"v1:{m.text(BASE64, 16)}:{m.text(BASE64, 40)}",
    "Vault transit": lambda m: f"vault:v1:{m.text(BASE64, 40)}",
    "KMS": lambda m: "AQICAH" + m.text(BASE64, 34),
    "KMS, old": lambda m: "AQECAH" + m.text(BASE64, 34),
    "Kubernetes at rest": lambda m: f"k8s:enc:aescbc:v1:key1:{m.text(BASE64, 40)}",
    "Google KMS": lambda m: "CiQA" + m.text(BASE64, 36),
    "OpenSSL": lambda m: "U2FsdGVkX1" + m.text(BASE64, 30),
    "Fernet": lambda m: "gAAAAAB" + m.text(BASE64, 33),
    "Ansible vault": lambda m: "$ANSIBLE_VAULT;1.1;AES256\n" + m.text("0123456789", 40),
    "cipher: prefix": lambda m: "{cipher}" + m.text(BASE64, 40),
    "Rails": lambda m: f"{m.text(BASE64, 40)}--{m.text(BASE64, 16)}--{m.text(BASE64, 22)}==",
}
NAMES = ("{}", "password: {}", "secret_key: {}", 'secret = "{}"', "aws_secret_access_key: {}")


@pytest.mark.parametrize("name", [*PASSWORD_HASHES, *CIPHERTEXTS])
@pytest.mark.parametrize("around", NAMES)
def test_hashes_and_ciphertexts(name, around, made, rules):
    make = {**PASSWORD_HASHES, **CIPHERTEXTS}[name]
    for _ in range(OFTEN):
        text = around.format(make(made))
        found = scan_bytes(f"{text}\n".encode(), "x", rules)
        assert [f for f in found if f.confidence > Confidence.LOW] == [], text


@pytest.mark.parametrize("name", [*PASSWORD_HASHES, *CIPHERTEXTS])
def test_they_are_no_part_of_a_pair(name, made, rules):
    make = {**PASSWORD_HASHES, **CIPHERTEXTS}[name]
    for _ in range(OFTEN):
        text = f"aws_access_key_id: {made.access_key_id()}\nsecret_key: {make(made)}\n"
        found = scan_bytes(text.encode(), "x", rules)
        assert [f.rule_id for f in found if f.confidence > Confidence.LOW] == ["aws-access-key-id"]


# `$`, `{` and `}`.
ESCAPES = (
    ("%24", "%7B", "%7D"),
    ("%2524", "%257B", "%257D"),
    ("&#36;", "&#123;", "&#125;"),
    ("&#x24;", "&#x7B;", "&#x7D;"),
    ("&dollar;", "&lcub;", "&rbrace;"),
    ("\\u0024", "\\u007b", "\\u007d"),
    ("\\x24", "\\x7b", "\\x7d"),
    ("\\044", "\\173", "\\175"),
    ("\\u{24}", "{", "}"),
    ("$$", "{", "}"),
    ("\\$", "{", "}"),
)


@pytest.mark.parametrize("name", PASSWORD_HASHES)
def test_hashes_with_escapes(name, made, rules):
    for signs in ESCAPES:
        for _ in range(OFTEN):
            table = str.maketrans(dict(zip("${}", signs, strict=True)))
            value = PASSWORD_HASHES[name](made).translate(table)
            found = scan_bytes(f'{{"secret": "{value}"}}\n'.encode(), "x", rules)
            assert [f for f in found if f.confidence > Confidence.LOW] == [], value


def chunk(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


ENCODED = {
    "wrapped at 40": lambda m: "\n".join(chunk(b64(m.raw(200)), 40)),
    "wrapped at 40, indented": lambda m: "data: |\n  " + "\n  ".join(chunk(b64(m.raw(95)), 40)),
    "wrapped at 40, quoted": lambda m: (
        'x = (\n  "' + '"\n  "'.join(chunk(b64(m.raw(95)), 40)) + '")'
    ),
    "wrapped at 40, comments": lambda m: "# " + "\n# ".join(chunk(b64(m.raw(150)), 40)),
    "wrapped at 40, two lines and a tail": lambda m: "\n".join(chunk(b64(m.raw(65)), 40)),
    "wrapped at 40, slashes": lambda m: "// " + "\n// ".join(chunk(b64(m.raw(150)), 40)),
    "wrapped at 40, joined": lambda m: (
        'x = "' + '" +\n    "'.join(chunk(b64(m.raw(150)), 40)) + '"'
    ),
    "wrapped at 40, three whole lines": lambda m: "\n".join(chunk(b64(m.raw(90)), 40)),
    "PEM joined by spaces": lambda m: (
        f"-----BEGIN CERTIFICATE----- {wrapped(m, 64, 9, 40, ' ')} -----END CERTIFICATE-----"
    ),
    "PEM joined by \\n": lambda m: (
        '"-----BEGIN CERTIFICATE-----\\n' + wrapped(m, 64, 9, 40, "\\n") + '\\n-----END"'
    ),
    "PEM joined by \\\\n": lambda m: '"' + wrapped(m, 64, 9, 40, "\\\\n") + '"',
    "PEM joined by \\r\\n": lambda m: '"' + wrapped(m, 64, 9, 40, "\\r\\n") + '"',
    "PEM joined by &#10;": lambda m: '"' + wrapped(m, 64, 9, 40, "&#10;") + '"',
    "PEM joined by %0A": lambda m: '"' + wrapped(m, 76, 9, 40, "%0A") + '"',
    "wrapped at 40, joined by \\n": lambda m: '"' + "\\n".join(chunk(b64(m.raw(200)), 40)) + '"',
    "wrapped at 40, joined by \\r\\n": lambda m: (
        '"' + "\\r\\n".join(chunk(b64(m.raw(95)), 40)) + '"'
    ),
    "wrapped at 40, joined by \\\\n": lambda m: '"' + "\\\\n".join(chunk(b64(m.raw(95)), 40)) + '"',
    "wrapped at 40, joined by spaces": lambda m: " ".join(chunk(b64(m.raw(150)), 40)),
    "wrapped at 40, joined by <br>": lambda m: "<br>".join(chunk(b64(m.raw(150)), 40)),
    "wrapped at 40, joined by &#10;": lambda m: "&#10;".join(chunk(b64(m.raw(95)), 40)),
    "wrapped at 40, a name before it": lambda m: (
        "const key = '" + "' +\n  '".join(chunk(b64(m.raw(90)), 40)) + "';"
    ),
    "wrapped at 39, joined by \\n": lambda m: "\\n".join(chunk(b64(m.raw(200)), 39)),
    "wrapped at 38, joined by %0A": lambda m: "%0A".join(chunk(b64(m.raw(200)), 38)),
    "wrapped at 40 in JSON, three whole lines": lambda m: (
        '{"key": "' + "\\n".join(chunk(b64(m.raw(90)), 40)) + '"}'
    ),
    "PEM with a tail of 39 and padding": lambda m: wrapped(m, 64, 9, 39, "\\n") + "=\\n-----END",
    "PEM with a tail of 39": lambda m: wrapped(m, 64, 9, 39, "\\n") + "\\n-----END",
    "MIME joined by two spaces": lambda m: wrapped(m, 76, 9, 40, "  "),
    "percent-encoded": lambda m: quote(b64(m.raw(6000)), safe=""),
    "percent-encoded, lower case": lambda m: (
        quote(b64(m.raw(6000)), safe="").replace("%2F", "%2f").replace("%2B", "%2b")
    ),
    "percent-encoded in an attribute": lambda m: (
        f'<img src="data:image/png;base64,{quote(b64(m.raw(3000)), safe="")}"/>'
    ),
    "percent-encoded twice": lambda m: quote(quote(b64(m.raw(3000)), safe=""), safe=""),
    "path of a URL": lambda m: f"https://example.org/files/{m.text(LETTERS, 30)}\n",
    "path of a URL, in the middle": lambda m: (
        f"(https://a.example.org/d/{m.text(LETTERS, 29)}/view)"
    ),
    "path of a URL, after a dash": lambda m: f"https://example.org/a-b/x-/{m.text(LETTERS, 39)}",
    "path of a URL with a query": lambda m: f"https://a.example/x_/{m.text(LETTERS, 39)}?a=b",
    "path of a URL after a port": lambda m: f"http://localhost:8080/{m.text(LETTERS, 35)}",
    "path of a URL without a scheme": lambda m: (
        f'src="//cdn.example.org/a.b/{m.text(LETTERS, 38)}.js"'
    ),
    "path of a URL, named": lambda m: f"secret: https://example.org/s/{m.text(LETTERS, 34)}",
    "fragment of a URL": lambda m: f"https://mega.nz/file/abc#{m.text(LETTERS, 40)}",
}  # fmt: skip


@pytest.mark.parametrize("name", ENCODED)
def test_encoded_data(name, made, rules):
    for _ in range(25):
        text = ENCODED[name](made)
        found = scan_bytes(f"{text}\n".encode(), "x", rules)
        assert [f for f in found if f.confidence > Confidence.LOW] == [], text


DIGESTS = {
    "RECORD of a wheel": "botocore/data/x.json,sha256={},1234",
    "integrity in URL-safe base64": "integrity: sha256-{}",
    "digest in a path": "/cas/sha256:{}/data",
    "SHA-384 in a list": "a.js sha384-{}",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_digests_in_url_safe_base64(name, made, rules):
    size = 48 if "384" in name else 32
    for _ in range(400):
        text = DIGESTS[name].format(made.base64url(size))
        assert scan_bytes(f"{text}\n".encode(), "x", rules) == [], text


def halves(text):
    return "".join(c.upper() if at % 2 else c.lower() for at, c in enumerate(text))


ALPHABET = "abcdefghijklmnopqrstuvwxyz"
MADE_UP = (
    halves(ALPHABET + ALPHABET)[:40],
    halves((ALPHABET + "0123456789abcd")[:40]),
    halves(ALPHABET[::-1] + ALPHABET)[:40],
    "".join(c + c.upper() for c in ALPHABET)[:40],
    "".join(c.upper() + c for c in ALPHABET[::-1])[:40],
    "AbCdEfGhIjKlMnOpQrStUvWxYz" + "0123456789ABCD",
    "1a2B3c4D5e6F7g8H9i0J" + "1k2L3m4N5o6P7q8R9s0T",
    "wJalrXUtnFEMI" + "/K7MDENG/bPxRfiCYSAMPLEKEY1",
    "WJALRXUTNFEMI".lower() + "/K7MDENG/bPxRfiCY1234567890",
    "wJalrXUtnFEMI" + "+K7MDENG+bPxRfiCYzzzzzzzzzz",
    "AbCdXUtnFEMI2" + "/K7MDENG/bPxRfiCY0123456789",
    "je7MtGbClwBF" + "/2Zp9Utk/h3yCo8nvbSAMPLE1234",
)


@pytest.mark.parametrize("value", MADE_UP)
def test_made_up_secrets(value, rules):
    assert len(value) == 40
    for text in (value, f"aws_secret_access_key={value}"):
        found = scan_bytes(text.encode(), "x", rules)
        assert [f for f in found if f.confidence > Confidence.LOW] == []


FAKES = (
    "UNITTEST" "ACCESSKY",
    "THISISNO" "TAREALID",
    "SOMEACCE" "SSKEYIDX",
    "YOURKEYG" "OESHEREX",
    "TESTACCE" "SSKEYIDX",
    "RANDOMKE" "YFORTEST",
    "TEMPKEYF" "ORCITEST",
    "VALIDACC" "ESSKEYID",
    "STAGINGK" "EY234567",
    "USERNAME" "HERE2345",
    "SECRETAC" "COUNTKEY",
    "XMOCKEDC" "REDENTIA",
    "QACCOUNT" "FORTESTS",
    "TESTUSER" "23456723",
    "WRONGKEY" "WRONGKEY",
)  # fmt: skip


@pytest.mark.parametrize("body", FAKES)
def test_typed_key_ids_are_low(body, rules):
    found = scan_bytes(f"id = AKIA{body}\n".encode(), "x", rules)
    assert [f for f in found if f.confidence > Confidence.LOW] == []


def test_random_key_ids_are_not_taken_for_typed_ones(made, rules):
    text = "\n".join(f"id = {made.access_key_id()}" for _ in range(3000))
    found = scan_bytes(text.encode(), "x", rules)
    assert sum(f.confidence == Confidence.HIGH for f in found) >= 2999
