"""Private keys in the context of AWS: `scanner.kinds.aws_private_key`."""

from __future__ import annotations

import json

import pytest

from scanner.findings import Confidence, Severity
from scanner.kinds import aws_private_key, key_forms
from scanner.kinds.private_key import make_rsa_private_key
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

RULE = "aws-private-key"
PUBLIC_KEY = "APKA" + "IJKLMNOPQRSTUVWX"


@pytest.mark.parametrize(
    "context",
    [
        "endpoint: a1b2-ats.iot.eu-west-1.amazonaws.com\n{}",
        '"certificateArn": "arn:aws:iot:eu-west-1:123456789012:cert/ab"\n{}',
        "{}\ntrust anchor arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/x",
        f"key_pair_id: {PUBLIC_KEY}\n{{}}",
        "# CloudFront\n{}",
        "{}\nssh -i web.pem ec2-user@198.51.100.7",
        "{}\nhost ec2-198-51-100-7.eu-west-1.compute.amazonaws.com",
        'resource "aws_key_pair" "web" {{}}\n{}',
    ],
)
@pytest.mark.parametrize(
    "make", [make_rsa_private_key, key_forms.make_openssh_key, key_forms.make_pkcs8_key]
)
def test_a_key_next_to_a_service(detect_one, context: str, make) -> None:
    key = make(Generator(1))
    part = detect_one(RULE, context.format(key) if "{{" not in context else context[:-2] + key)
    assert part.value.reveal().decode() == key
    assert (part.confidence, part.severity) == (Confidence.HIGH, Severity.HIGH)


@pytest.mark.parametrize("name", ["AWS_SSH_KEY", "ec2_private_key", "aws-key"])
def test_a_name_is_less_sure(detect_one, name: str) -> None:
    part = detect_one(RULE, f'{name}="{key_forms.make_ec_key(Generator(2))}"')
    assert part.confidence == Confidence.MEDIUM


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "server.key\n{}",
        "laws_key={}",
        '"type": "service_account", "key": "{}", "x": "APKAIJKLMNOPQRSTUVWX"',
        "{}" + "\n" + "x" * 5000 + "\nec2-user@198.51.100.7",
    ],
)
def test_any_other_private_key_is_left(detect, text: str) -> None:
    assert detect(RULE, text.replace("{}", make_rsa_private_key(Generator(3)))) == []


def test_an_encrypted_key_says_so_and_is_low(detect_one) -> None:
    for make in (
        key_forms.make_encrypted_key,
        lambda made: key_forms.make_openssh_key(made, "aes256-ctr"),
        lambda made: key_forms.make_ppk(made, "aes256-cbc"),
    ):
        part = detect_one(RULE, f"# ec2-user@198.51.100.7\n{make(Generator(4))}")
        assert part.severity == Severity.LOW
        assert any("encrypted" in line for line in part.evidence)


def test_the_id_of_the_public_key_is_shown_as_evidence(detect_one) -> None:
    part = detect_one(RULE, f"{PUBLIC_KEY}\n{key_forms.make_pkcs8_key(Generator(5))}")
    assert any(PUBLIC_KEY in line for line in part.evidence)


def test_an_answer_of_ec2_has_a_rule_of_its_own_for_rsa(detect, detect_one) -> None:
    rsa, other = make_rsa_private_key(Generator(6)), key_forms.make_openssh_key(Generator(6))
    assert detect(RULE, json.dumps({"KeyMaterial": rsa})) == []
    assert detect_one(RULE, json.dumps({"KeyMaterial": other}))


def test_a_key_tells_its_form() -> None:
    text = key_forms.make_openssh_key(Generator(7), "aes256-ctr").encode()
    told = aws_private_key.tell("private key for AWS", {"private_key": Secret(text)})
    assert told.kind == "encrypted Ed25519 private key for AWS"
