"""What becomes of a key ID, by what it is and by what it stands in."""

from __future__ import annotations

import pytest

from scanner.content import Layer
from scanner.engine.matching import find
from scanner.findings import Confidence, Severity
from scanner.kinds import load
from scanner.kinds.interface import Aside, Part
from scanner.rulebook import load_rules
from scanner.rulebook.generator import BASE32, BASE64, Generator

RULE = next(rule for rule in load_rules((), ()) if rule.id == "aws-access-key-id")
PREFIXES = (b"AKIA", b"ASIA", b"ABIA", b"ACCA")


def judge(text: str) -> list[Part | Aside]:
    """Return what comes of each anchor in `text`."""
    layer = Layer(text.encode())
    results = []
    for offset in range(len(layer.data)):
        if layer.data[offset : offset + 4] in PREFIXES:
            match = find(RULE, layer.data, offset)
            if match and match.start == offset:
                results.append(load(RULE.kind).detect(RULE, layer, match))
    return [result for result in results if result]


@pytest.fixture
def made(request):
    return Generator(request.node.nodeid)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ('"', '"'),
        ("=", "&"),
        (" ", "\n"),
        ("/", "/"),
        (":", ":"),
        ("_", "_"),
        ("-", "-"),
        ("\u00e9", "\u00e9"),
        ("\0", "\0"),
        ("+", "+"),
        ("(", ")"),
        ("<", ">"),
        ("'", "',"),
        ("@", "@"),
    ],
)
def test_bounded_by_anything_but_letters_and_digits(before, after, made):
    value = made.access_key_id()
    [part] = judge(f"{before}{value}{after}")
    assert part.value.reveal() == value.encode()
    assert part.layer.data[part.start : part.end] == value.encode()


@pytest.mark.parametrize(
    ("before", "after"), [("x", ""), ("", "x"), ("7", ""), ("", "7"), ("A", "A")]
)
def test_part_of_a_longer_word(before, after, made):
    assert judge(f" {before}{made.access_key_id()}{after} ") == []


def test_in_the_scope_of_a_signature(made):
    for value in (made.access_key_id(), made.temporary_access_key_id()):
        [part] = judge(
            f"Authorization: AWS4 Credential={value}/20260101/us-east-1/s3/aws4_request,"
        )
        assert part.value.reveal() == value.encode()
        assert part.confidence == Confidence.HIGH


def test_in_encoded_data(made):
    for size in (30, 200, 2000):
        around = made.text(BASE64, size), made.text(BASE64, size)
        assert judge(f"{around[0]}/{made.access_key_id()}+{around[1]}") == []


def test_in_a_path(made):
    [part] = judge(
        f"/home/ci/backup/keys/of/the/deployment/user/{made.access_key_id()}/old/keys/file"
    )
    assert part.confidence == Confidence.HIGH


@pytest.mark.parametrize(
    ("prefix", "severity"),
    [
        ("AKIA", Severity.MEDIUM),
        ("ASIA", Severity.LOW),
        ("ABIA", Severity.LOW),
        ("ACCA", Severity.LOW),
    ],
)
def test_kinds(prefix, severity, made):
    [part] = judge(made.access_key_id("123456789012", prefix))
    assert (part.severity, part.confidence) == (severity, Confidence.HIGH)
    assert part.account_id == "123456789012"
    assert part.possible
    assert any(prefix in line for line in part.evidence)


def test_old_key_id_has_no_account(made):
    [part] = judge(made.old_access_key_id())
    assert (part.account_id, part.confidence, part.possible) == ("", Confidence.HIGH, True)
    assert "before 2019" in part.evidence[-1]


def test_impossible_key_id_is_kept_with_the_reason(made):
    for value in (f"AKIA7{made.text(BASE32, 15)}", f"AKIA0{made.text(BASE32, 15)}"):
        [part] = judge(value)
        assert (part.confidence, part.severity, part.possible) == (
            Confidence.LOW,
            Severity.LOW,
            False,
        )
        assert "AWS cannot have issued it" in part.evidence[-1]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("AKIAIOSFODNN" + "7EXAMPLE", "documentation-example"),
        ("AKIAI44QH8DH" + "BEXAMPLE", "documentation-example"),
        ("ASIAIOSFODNN" + "7EXAMPLE", "documentation-example"),
        ("AKIAIESZCNJ3" + "OEXAMPLE", "documentation-example"),
        ("AKIAJSIE27KK" + "MHXI3BJQ", "documentation-example"),
        ("AKIAXXXXXXXX" + "XXXXXXXX", "placeholder"),
        ("AKIA00000000" + "00000000", "placeholder"),
        ("AKIADEADBEEF" + "DEADBEEF", "placeholder"),
        ("AKIAABCDEFGH" + "IJKLMNOP", "placeholder"),
        ("AKIA12345678" + "90123456", "placeholder"),
    ],
)
def test_set_aside(value, reason):
    [aside] = judge(f'key = "{value}"')
    assert isinstance(aside, Aside)
    assert aside.reason == reason


def test_no_issued_id_is_set_aside(made):
    values = [made.access_key_id() for _ in range(5000)] + [
        made.old_access_key_id() for _ in range(5000)
    ]
    parts = judge("\n".join(values))
    assert [part.value.reveal().decode() for part in parts if isinstance(part, Part)] == values


def test_evidence_never_holds_the_value(made):
    for value in (made.access_key_id(), made.old_access_key_id(), f"AKIA8{made.text(BASE32, 15)}"):
        [part] = judge(value)
        assert not any(value[4:12] in line for line in part.evidence)
