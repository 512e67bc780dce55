"""What looks like a key ID or a secret and is none: nothing at medium confidence or higher."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from scanner.engine import scan_bytes
from scanner.findings import Confidence
from scanner.rulebook.generator import BASE32, BASE64, HEX, Generator

LETTERS = BASE64[:62]
URL_SAFE = LETTERS + "-_"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def wrapped(made: Generator, width: int, lines: int, tail: int) -> str:
    body = [made.text(BASE64, width) for _ in range(lines)]
    return "\n".join([*body, made.text(BASE64, tail)])


def jwt(made: Generator, payload: int, signature: int) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.eyJ{made.text(URL_SAFE, payload - 3)}.{made.text(URL_SAFE, signature)}"


NEGATIVES = {
    # -- identifiers of other things at AWS
    "principal IDs": lambda m: "\n".join(
        f"{prefix}{m.text('Q23456', 1)}{m.text(BASE32, 16)}"
        for prefix in ("AIDA", "AROA", "AGPA", "AIPA", "ANPA", "ANVA", "APKA", "ASCA")
    ),
    "IDs of 20 characters with these prefixes": lambda m: "\n".join(
        f"{prefix}{m.text(BASE32, 16)}" for prefix in ("AIDA", "AROA", "AGPA", "APKA", "A3TX")
    ),
    "impossible key IDs": lambda m: f"AKIA0189{m.text(BASE32, 12)} AKIA7{m.text(BASE32, 15)}",
    "key ID in a longer word": lambda m: f"M{m.access_key_id()} {m.access_key_id()}7x",
    "lower-case key ID": lambda m: m.access_key_id().lower(),
    # -- hashes
    "SHA-1 in hexadecimal": lambda m: f'secret_key = "{m.text(HEX, 40)}"',
    "SHA-1 in upper-case hexadecimal": lambda m: f"aws_secret = {m.text(HEX, 40).upper()}",
    "git objects": lambda m: f"commit {m.text(HEX, 40)}\ntree {m.text(HEX, 40)}",
    "SHA-1 in base64": lambda m: f"sha1-{b64(m.raw(20))}",
    "integrity": lambda m: (
        f'"integrity": "sha384-{b64(m.raw(48))}", "x": "sha512-{b64(m.raw(64))}"'
    ),
    "go.sum": lambda m: f"github.com/a/b v1.2.3 h1:{b64(m.raw(32))}\n",
    "yarn.lock": lambda m: (
        f'  resolved "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#{m.text(HEX, 40)}"\n'
        f"  integrity sha512-{b64(m.raw(64))}\n"
    ),
    "Cargo.lock": lambda m: f'checksum = "{m.text(HEX, 64)}"\n',
    "Pipfile.lock": lambda m: f'"hashes": ["sha256:{m.text(HEX, 64)}"]\n',
    "etag": lambda m: f"ETag: {m.text(LETTERS, 40)}",
    "digest of 30 bytes": lambda m: f'"digest": "{b64(m.raw(30))}"',
    # -- encoded data
    "certificate with a tail of 40": lambda m: (
        "-----BEGIN CERTIFICATE-----\n" + wrapped(m, 64, 12, 40) + "\n-----END CERTIFICATE-----\n"
    ),
    "certificate in YAML": lambda m: (
        "cert: |\n  " + wrapped(m, 64, 12, 40).replace("\n", "\n  ") + "\nother: x\n"
    ),
    "MIME": lambda m: wrapped(m, 76, 30, 40) + "\n",
    "string literals": lambda m: (
        'x = ("' + wrapped(m, 76, 5, 40).replace("\n", '"\n     "') + '")\n'
    ),
    "one long line": lambda m: f'image = "{m.text(BASE64, 4000)}=="',
    "key ID in a long base64 text": lambda m: (
        f"{m.text(BASE64, 500)}/{m.access_key_id()}+{m.text(BASE64, 500)}"
    ),
    "data URI": lambda m: f'src="data:image/png;base64,{m.text(BASE64, 40)}"',
    "data URI, longer": lambda m: f"url(data:font/woff2;base64,{m.text(BASE64, 800)})",
    "URL-safe base64": lambda m: (
        f"token={m.text(LETTERS, 30)}-{m.text(LETTERS, 40)}_{m.text(LETTERS, 26)}"
    ),
    "JSON Web Token": lambda m: f"Bearer {jwt(m, 180, 342)}",
    "JSON Web Token with parts of 40": lambda m: f"Bearer {jwt(m, 60, 43)} {jwt(m, 40, 40)}",
    "Fernet key": lambda m: f"FERNET_KEY={b64(m.raw(32))}",
    "SSH key": lambda m: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{m.text(BASE64, 43)} a@b",
    "41 and 39 characters": lambda m: (
        f"aws_secret_access_key={m.text(BASE64, 41)}\naws_secret={m.text(BASE64, 39)}"
    ),
    "39 characters and padding": lambda m: f"aws_secret_access_key={m.text(BASE64, 39)}=",
    # -- text
    "CamelCase": lambda m: 'key = "TheQuickBrownFoxJumpsOverTheLazyDogAgain"',
    "CamelCase, named": lambda m: (
        "aws_secret_access_key = getSecretAccessKeyFromEnvironmentVariab1"
    ),
    "class name": lambda m: "new AbstractAnnotationConfigDispatcherServlet1()",
    "path": lambda m: 'secret_key: "examples/tree/main/javav2/usecases/video"',
    "path with a number": lambda m: "see src/main/java/com/example/service/Handler42 there",
    "URL": lambda m: "https://docs.aws.amazon.com/IAM/latest/UserGuide/credentials/access",
    "constant": lambda m: "AWS_SECRET_ACCESS_KEY_FROM_PARAMETER_STORE_FOR_DEPLOY = 1",
    "digits": lambda m: f"secret = {m.text('0123456789', 40)}",
    # -- examples and placeholders
    "documentation pair": lambda m: (
        "aws_access_key_id = AKIA" + "IOSFODNN7EXAMPLE\n"
        "aws_secret_access_key = wJalrXUtnFEMI" + "/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
    ),
    "second documentation pair": lambda m: (
        "aws_access_key_id=AKIA" "I44QH8DHBEXAMPLE\naws_secret_access_key=je7MtGbClwBF"
        "/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n"
    ),
    "old documentation secret": lambda m: (
        "secret_access_key = uV3F3YluFJax1cknvbc" + "Gwgjvx4QpvB+leU8dUj2o\n"
    ),
    "article": lambda m: (
        "aws_secret_access_key = 5bEYu26084qjSFyclM" + "/f2pz4gviSfoOg+mFwBH39\n"
    ),
    "masked": lambda m: f"AWS_ACCESS_KEY_ID=AKIA{'X' * 16}\nAWS_SECRET_ACCESS_KEY={'x' * 40}",
    "stars": lambda m: "aws_secret_access_key = " + "*" * 40,
    "placeholder": lambda m: "aws_secret_access_key = YOUR_AWS_SECRET_ACCESS_KEY_GOES_HERE_1234",
    "glued placeholder": lambda m: "aws_secret_access_key=YourAwsSecretAccessKeyGoesHere1234567890",
    "sequence": lambda m: "aws_secret_access_key = ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn",
    "alphabet and digits": lambda m: "secret = abcdefghijklmnopqrstuvwxyzABCD1234567890",
    "keyboard": lambda m: "aws_secret_access_key = qwertyuiopASDFGHJKLzxcvbnmQWERTYUIOPasdf",
    "repeated": lambda m: "aws_secret_access_key = " + "aB3/" * 10,
    "template": lambda m: "aws_secret_access_key = ${AWS_SECRET}\nkey = {{ secret_key }}",
    "call": lambda m: "aws_secret_access_key = os.environ['AWS_SECRET_ACCESS_KEY']",
    "base64 of text": lambda m: "secret_key: " + b64(b"user:correct-horse-battery-staple1"[:30]),
    # -- tokens of others
    "glued behind": lambda m: f"token = ghp_{m.text(LETTERS, 40)}",
    "glued in front": lambda m: f"key = {m.text(LETTERS, 40)}-us7",
    "glued in the middle": lambda m: f"sk-proj-{m.text(LETTERS, 40)}-T3Blbk",
    "client secret": lambda m: f'"client_secret": "{m.text(LETTERS, 40)}"',
    "API key": lambda m: f"x-api-key: {m.text(LETTERS, 40)}",
    "GitHub": lambda m: f'GITHUB_TOKEN = "{m.text(LETTERS, 40)}"',
    "page token": lambda m: f'"NextToken": "{m.text(BASE64, 40)}"',
    "request ID": lambda m: f'"x-amz-id-2": "{m.text(BASE64, 40)}"',
}  # fmt: skip


@pytest.mark.parametrize("name", NEGATIVES)
def test_nothing_at_medium_or_higher(name, rules, made):
    for _ in range(20):
        text = NEGATIVES[name](made)
        for before, after in (("", ""), ("# comment\n", "\n# comment\n")):
            findings = scan_bytes(f"{before}{text}{after}".encode(), "x", rules)
            assert [f for f in findings if f.confidence > Confidence.LOW] == [], text


def test_the_negatives_are_close_to_what_is_found(rules, made):
    """The same values do count where nothing speaks against them."""
    secret = made.text(LETTERS, 40)
    for text in (f"secret_access_key = {secret}", f"x = {secret}"):
        [found] = scan_bytes(text.encode(), "x", rules)
        assert found.confidence >= Confidence.MEDIUM


def test_minified_source_map_is_clean(rules, made):
    mappings = ";".join(
        made.text("ACEGIKMOQSUWY", 4) + "," + made.text("AACAEAI", 4) for _ in range(9000)
    )
    data = json.dumps({"version": 3, "mappings": mappings, "names": ["getSecretAccessKey"]})
    assert scan_bytes(data.encode(), "app.js.map", rules) == []


def test_list_of_hashes_is_clean(rules):
    lines = [f"{hashlib.sha1(b'%d' % n).hexdigest()}  file-{n}" for n in range(2000)]
    assert scan_bytes("\n".join(lines).encode(), "SHA1SUMS", rules) == []


def test_wrapped_text_of_another_width_is_found_by_its_own_lines_only(rules, made):
    """Forty characters that end wrapped base64 are not a secret, but the same ones alone are."""
    tail = made.secret_access_key()
    body = "\n".join(made.base64(48) for _ in range(6))
    assert scan_bytes(f"{body}\n{tail}\n".encode(), "x", rules) == []
    [found] = scan_bytes(f"words\n{tail}\n".encode(), "x", rules)
    assert found.values["secret"].reveal() == tail.encode()
