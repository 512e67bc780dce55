"""What becomes of 40 characters, by what they are, what they stand in and what names them."""

from __future__ import annotations

import pytest

from scanner.content import Layer
from scanner.engine.anchors import AnchorIndex
from scanner.engine.matching import find
from scanner.findings import Confidence, Severity
from scanner.kinds import load
from scanner.kinds.interface import Aside, Part
from scanner.kinds.secret_access_key import (
    AWS,
    CONTENT,
    NOTHING,
    OTHER,
    PERHAPS,
    STRANGER,
    naming,
)
from scanner.rulebook import load_rules
from scanner.rulebook.generator import BASE64, Generator

RULE = next(rule for rule in load_rules((), ()) if rule.id == "aws-secret-access-key")
INDEX = AnchorIndex(RULE.anchors)


def judge(text: str | bytes) -> list[Part | Aside]:
    layer = Layer(text.encode() if isinstance(text, str) else text)
    results = []
    for offset, _ in INDEX.search_bytes(layer.data):
        match = find(RULE, layer.data, offset)
        if match:
            results.append(load(RULE.kind).detect(RULE, layer, match))
    return [result for result in results if result]


@pytest.fixture
def made(request):
    return Generator(request.node.nodeid)


def test_the_ends_may_be_slash_or_plus(made):
    """6 % of all secrets begin or end with one, so a word boundary would lose them."""
    ends = 0
    for _ in range(2000):
        secret = made.secret_access_key()
        ends += secret[0] in "/+" or secret[-1] in "/+"
        [part] = judge(f"aws_secret_access_key={secret}\n")
        assert part.value.reveal().decode() == secret
        assert (part.confidence, part.named) == (Confidence.HIGH, AWS)
    assert 0.04 < ends / 2000 < 0.085


def test_bare_secrets_are_reported(made):
    found = [judge(made.secret_access_key()) for _ in range(2000)]
    assert all(found)
    medium = sum(part.confidence == Confidence.MEDIUM for [part] in found)
    assert medium >= 1990
    assert {part.named for [part] in found} == {NOTHING}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ('"', '"'),
        (" ", "\n"),
        (":", "@"),
        ("=", "&"),
        (">", "<"),
        ("|", "|"),
        ("\u00e9", "\u00e9"),
        ("\0", "\0"),
        ("(", ")"),
        ("\t", ","),
        ("`", "`"),
        ("\\", "\\"),
        ("**", "**"),
        ("_", "_"),
        ("~", "~"),
    ],
)
def test_bounded_by_anything_outside_base64(before, after, made):
    secret = made.secret_access_key()
    [part] = judge(f"{before}{secret}{after}")
    assert part.layer.data[part.start : part.end].decode() == secret
    assert part.confidence == Confidence.MEDIUM


@pytest.mark.parametrize(
    ("before", "after"), [("a", ""), ("", "/"), ("", "="), ("", "=="), ("+", "")]
)
def test_part_of_something_longer(before, after, made):
    assert judge(f" {before}{made.secret_access_key()}{after} ") == []


NAMES = {
    AWS: (
        "aws_secret_access_key = ",
        "AWS_SECRET_ACCESS_KEY=",
        '"SecretAccessKey": "',
        "secretAccessKey: ",
        "AWSSecretKey=",
        "aws.secretKey=",
        "fs.s3a.secret.key</name>\n  <value>",
        "Secret access key: ",
        "AWS_SECRET=",
        "S3_SECRET=",
        "secret-access-key: ",
        "-SecretKey ",
        "awsSecret = ",
        "aws secret: ",
    ),
    PERHAPS: (
        "secret_key: ",
        "password=",
        "secret = ",
        "access_key: ",
        "credentials: ",
        "--user x:",
    ),
    OTHER: ("client_secret=", "x-api-key: ", "github_secret: ", "session_secret="),
    STRANGER: ("github_token: ", "sendgrid_api_key=", "device_id=", "Cookie: session="),
    CONTENT: ("digest: ", "etag: ", '"integrity": "', "commit ", "signature="),
    NOTHING: ("", "x = ", "- ", "the value is "),
}


@pytest.mark.parametrize(
    ("level", "name"), [(level, name) for level, names in NAMES.items() for name in names]
)
def test_names(level, name, made):
    [part] = judge(f"{name}{made.secret_access_key()}\n")
    assert part.named == level


def test_the_nearest_name_counts():
    assert naming(RULE, b"aws_secret_access_key integrity: ")[0] == CONTENT
    assert naming(RULE, b"integrity, aws_secret_access_key: ")[0] == AWS


def test_a_key_id_is_no_name(made):
    """Its letters may spell any name, such as MD5."""
    key_id = made.access_key_id()
    for number, word in enumerate(("MD5", "ETAG", "SHA256", "DIGEST", "SECRET")):
        spelled = key_id[:8] + word + key_id[8 + len(word) :]
        [part] = judge(f"f{number}('{spelled}', '{made.secret_access_key()}')")
        assert part.named == NOTHING


def test_what_names_another_value_does_not_name_this_one(made):
    text = f"aws_secret_access_key={made.secret_access_key()} next={made.secret_access_key()}"
    first, second = judge(text)
    assert (first.named, second.named) == (AWS, NOTHING)


def test_verdicts(made):
    def verdict(text):
        [part] = judge(text)
        return part.confidence, part.severity

    secret = made.secret_access_key()
    assert verdict(f"aws_secret_access_key={secret}") == (Confidence.HIGH, Severity.HIGH)
    assert verdict(f"secret={secret}") == (Confidence.MEDIUM, Severity.HIGH)
    assert verdict(secret) == (Confidence.MEDIUM, Severity.MEDIUM)
    assert verdict(f"digest={secret}") == (Confidence.LOW, Severity.LOW)


def test_a_session_token_in_the_next_line_does_not_make_it_encoded_data(made):
    secret, token = made.secret_access_key(), made.session_token()
    for text in (
        f"aws_secret_access_key = {secret}\naws_session_token = {token}\n",
        f"{secret}\n{token}\n",
        f"{token}\n{secret}\n",
    ):
        parts = judge(text)
        assert [part.value.reveal().decode() for part in parts] == [secret]


def test_encoded_data_in_the_next_line_does_not_make_a_named_value_part_of_it(made):
    secret = made.secret_access_key()
    for text in (
        f"secret_key = {secret}\nother = {made.text(BASE64, 64)}\n",
        f"other = {made.text(BASE64, 64)}\nx: {secret}\n",
    ):
        [part] = judge(text)
        assert part.value.reveal().decode() == secret
        assert part.confidence == Confidence.MEDIUM


def test_the_last_line_of_wrapped_base64_is_no_secret(made):
    for width in (64, 76, 120):
        lines = [made.text(BASE64, width) for _ in range(4)]
        for indent, quote in (("", ""), ("    ", ""), ("  ", '"')):
            body = "\n".join(
                f"{indent}{quote}{line}{quote}" for line in [*lines, made.text(BASE64, 40)]
            )
            assert judge(body + "\n") == []


def test_one_of_many_lines_of_40_is_doubtful_but_can_be_paired(made):
    secrets = [made.secret_access_key() for _ in range(5)]
    parts = judge("\n".join(secrets))
    assert [part.confidence for part in parts[1:-1]] == [Confidence.LOW] * 3
    assert {part.named for part in parts} == {NOTHING}
    named = judge("\n".join(f"aws_secret_key={secret}" for secret in secrets))
    assert {part.confidence for part in named} == {Confidence.HIGH}


@pytest.mark.parametrize("glue", ["sk-{}", "{}-us7", "ghp_{}", "{}_x"])
def test_glued_by_a_dash_it_is_of_another_vendor(glue, made):
    for _ in range(50):
        [part] = judge(glue.format(made.secret_access_key()))
        assert (part.confidence, part.named) == (Confidence.LOW, CONTENT)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("wJalrXUtnFEMI" + "/K7MDENG/bPxRfiCYEXAMPLEKEY", "documentation-example"),
        ("je7MtGbClwBF" + "/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", "documentation-example"),
        ("uV3F3YluFJax1cknvbc" + "Gwgjvx4QpvB+leU8dUj2o", "documentation-example"),
        ("kWcrlUX5JEDGM/LtmEENI" + "/aVmYvHNif5zB+d9+ct", "documentation-example"),
        ("5bEYu26084qjSFyclM" + "/f2pz4gviSfoOg+mFwBH39", "documentation-example"),
        ("YourSecretKeyGoesHere" + "1234567890abcdefghi", "placeholder"),
    ],
)
def test_set_aside(value, reason):
    [aside] = judge(f"aws_secret_access_key = {value}")
    assert isinstance(aside, Aside)
    assert aside.reason == reason


def test_an_unlikely_value_needs_a_name():
    weak = "plans/Tree/main/javav2/usecases/vide0/ab"
    assert len(weak) == 40
    assert judge(weak) == []
    assert judge("aws_secret_access_key = " + weak) == []


def test_evidence_never_holds_the_value_or_another_one(made):
    password = made.text("abcdefghij0123456789", 14)
    secret = made.secret_access_key()
    for text in (
        f"aws {password} secret {secret}",
        f"aws.{password} {password}: secret = {secret}",
        f"aws_secret_access_key {made.access_key_id()} secret {secret}",
    ):
        for part in judge(text):
            for line in part.evidence:
                for at in range(29):
                    assert secret[at : at + 12] not in line
                assert password[:12] not in line
                assert "AKIA" not in line


def test_any_bytes_around_do_no_harm(made):
    for _ in range(300):
        judge(made.raw(300) + made.secret_access_key().encode() + made.raw(300))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[1]: <CANrWfmQWa=", "+eP0OpA@mail.gmail.com>"),
        ("https://lore.kernel.org/git/CAPUEsphMh_", "@mail.gmail.com/"),
        ("In-Reply-To: <", ".fsf@example.org>"),
    ],
)
def test_the_message_id_of_an_email_is_none(made, before, after):
    """Commit messages are full of them, and those of some hosts are random in base64."""
    assert judge(f"{before}{made.secret_access_key()}{after}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "https://{id}:{secret}@host.example.org/",
        "aws_secret_access_key={secret}@host.example.org",
        "{secret}@host",
    ],
)
def test_the_password_in_a_url_is_no_message_id(made, text):
    assert judge(text.format(id=made.access_key_id(), secret=made.secret_access_key()))
