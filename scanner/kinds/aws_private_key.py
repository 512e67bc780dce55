"""Private keys in the context of AWS: IoT, Roles Anywhere, CloudFront, EC2 and Lightsail.

A private key looks alike whatever it is for, so the text around it has to say that it is for AWS.
What EC2 answers to `CreateKeyPair` with a key in PKCS#1 has a rule of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import placeholder
from scanner.findings import Confidence, Forensics, Severity
from scanner.kinds import interface, key_forms
from scanner.kinds.interface import Kind, only
from scanner.kinds.private_key import make_rsa_private_key
from scanner.kinds.surroundings import label
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

_REACH: Final = 4096
"""How far, in bytes, before and after a key its context is looked for: between a key and the
endpoint of IoT are a certificate or two, of some 1,200 bytes each. The rule's `reach` covers it."""

_EC2_ANSWER: Final = re.compile(rb"eyMaterial[^A-Za-z0-9]{0,24}$")
_OF_OTHERS: Final = re.compile(rb"gserviceaccount\.com|\"service_account\"|googleapis\.com")


class _Use(NamedTuple):
    """What a private key is for, and the words around it that say so."""

    words: re.Pattern[bytes]
    evidence: str
    confidence: Confidence


_USES: Final = (
    _Use(
        # Endpoint, ARN, names in the examples of the device SDKs, and the beginning of Amazon Root
        # CA 1 (serial number 06:6c:9f:cf:99:bf:8c:0a:39:e2:f0), which devices store with the key.
        re.compile(
            rb"\.iot\.[a-z0-9-]{5,20}\.amazonaws\.com|:iot:[a-z0-9-]{5,20}:[0-9]{12}:"
            rb"|(?i:aws[_-]?iot|aws_cert)|MIIDQTCCAimgAwIBAgITBmyfz5m"
        ),
        "next to an AWS IoT endpoint, certificate or name",
        Confidence.HIGH,
    ),
    _Use(
        re.compile(rb"arn:aws[a-z-]{0,16}:rolesanywhere:|aws_signing_helper"),
        "next to IAM Roles Anywhere settings",
        Confidence.HIGH,
    ),
    _Use(
        re.compile(rb"(?<![A-Z0-9])APKA[A-Z0-9]{16,17}(?![A-Z0-9])|(?i:cloudfront)"),
        "next to a CloudFront public key ID or name",
        Confidence.HIGH,
    ),
    _Use(
        re.compile(
            rb"eyMaterial|ec2-user@|\bec2-[0-9-]{7,15}\.[a-z0-9.-]{1,40}amazonaws\.com"
            rb"|aws_key_pair|AWS::EC2::KeyPair|:ec2:[a-z0-9-]{5,20}:[0-9]{12}:key-pair/"
        ),
        "next to an EC2 host, user or key pair",
        Confidence.HIGH,
    ),
    _Use(
        re.compile(rb"privateKeyBase64|(?i:lightsail)"),
        "next to the name Lightsail",
        Confidence.MEDIUM,
    ),
)
_NAMED: Final = re.compile(rb"(?i)(?<![a-z])(?:aws|ec2)(?![a-z])")
_UNIQUE_ID: Final = re.compile(rb"(?<![A-Z0-9])APKA[A-Z0-9]{16,17}(?![A-Z0-9])")


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a private key: its structure, and what is around it."""
    text = layer.data[match.start : match.end]
    key = key_forms.parse(text)
    if key is None:
        return None
    before = layer.data[max(0, match.start - 64) : match.start]
    if key.form == "PKCS#1" and not key.encrypted and _EC2_ANSWER.search(before):
        return None

    use = _use(layer.data, match)
    if use is None:
        return None
    reason = placeholder(text)
    if reason:
        return interface.aside(rule, layer, match, reason)

    algorithm = f"{key.algorithm} " if key.algorithm else ""
    evidence = [f"a complete {algorithm}private key ({key.form})", *use[0]]
    if key.encrypted:
        evidence.append("encrypted: useless without its passphrase")
    return interface.part(
        rule,
        layer,
        match,
        evidence,
        confidence=min(rule.confidence, use[1]),
        severity=Severity.LOW if key.encrypted else rule.severity,
    )


def _use(data: bytes, match: Match) -> tuple[list[str], Confidence] | None:
    """Return the evidence of what the key is for, and how sure that is."""
    floor, ceiling = max(0, match.start - _REACH), match.end + _REACH
    around = data[floor : match.start] + b"\n" + data[match.end : ceiling]
    if _OF_OTHERS.search(around):
        return None
    for use in _USES:
        if use.words.search(around):
            unique = _UNIQUE_ID.search(around)
            named = [f"the ID of its public key may be {unique[0].decode()}"] if unique else []
            return [use.evidence, *named], use.confidence
    if _NAMED.search(label(data, match.start)):
        return ["its name mentions AWS"], Confidence.MEDIUM
    return None


def tell(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read the algorithm of a key, and whether it is encrypted."""
    key = key_forms.parse(only(values))
    if key is None:
        return Forensics(noun)
    words = ["encrypted" if key.encrypted else "", key.algorithm, noun]
    return Forensics(" ".join(filter(None, words)))


def make_iot_file(made: Generator) -> str:
    """Return the header file of a device: an endpoint and a private key in string literals."""
    lines = make_rsa_private_key(made).splitlines()
    literal = "\n".join(f'"{line}\\n"' for line in lines)
    endpoint = f"{made.word(14)}-ats.iot.eu-west-1.amazonaws.com"
    return f'#define ENDPOINT "{endpoint}"\nstatic const char key[] =\n{literal};'


KIND: Final = Kind(
    detect,
    tell,
    examples={
        "ec_private_key": key_forms.make_ec_key,
        "encrypted_private_key": key_forms.make_encrypted_key,
        "iot_device_file": make_iot_file,
        "openssh_private_key": key_forms.make_openssh_key,
        "pkcs8_private_key": key_forms.make_pkcs8_key,
        "ppk_private_key": key_forms.make_ppk,
    },
)
