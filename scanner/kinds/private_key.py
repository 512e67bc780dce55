"""RSA private keys as EC2 hands them out: PEM around the DER structure of PKCS#1 (RFC 8017, A.1.2).

Only the outermost structure is read: a sequence of version 0 and large integers, whose size is the
size of the key. That separates a key from the shortened ones in documentation without arithmetic.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.findings import Forensics
from scanner.kinds import der, interface
from scanner.kinds.interface import Kind, only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

_PEM: Final = re.compile(
    rb"-----BEGIN RSA PRIVATE KEY-----(?P<body>[A-Za-z0-9+/=\s\\nr]{1,20000})"
    rb"-----END RSA PRIVATE KEY-----"
)
_BREAKS: Final = re.compile(rb"\s|\\[nr]")  # a line end, or one escaped in a JSON string
_INTEGERS: Final = 9  # version, modulus, two exponents, two primes, three for the remainders
_FEWEST_BITS: Final = 512  # the shortest RSA key that any tool still makes
_PEM_WIDTH: Final = 64  # characters in a line: RFC 7468, section 2


def rsa_bits(pem: bytes) -> int | None:
    r"""Return the size in bits of the unencrypted RSA key `pem`; None where it is not one.

    Lines may be broken by line ends or, as in JSON, by `\n`.
    """
    match = _PEM.fullmatch(pem)
    raw = decode(_BREAKS.sub(b"", match["body"])) if match else None
    if raw is None:
        return None

    integers = der.integers(raw)
    if len(integers) != _INTEGERS or integers[0] != b"\0":
        return None
    modulus = integers[1].lstrip(b"\0")
    bits = len(modulus) * 8
    exponent_bits = len(integers[3].lstrip(b"\0")) * 8
    return bits if bits >= _FEWEST_BITS and exponent_bits <= bits else None


def plain_lines(pem: bytes) -> bytes:
    r"""Return the PEM block `pem` with every line end, also one escaped as `\n`, as a line feed.

    One key has one value that way, however the file around it is written.
    """
    match = _PEM.fullmatch(pem)
    if match is None:
        return pem
    lines = [pem[: match.start("body")], *_BREAKS.split(match["body"]), pem[match.end("body") :]]
    return b"\n".join(filter(None, lines))


def detect_ec2(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a PEM block that is the key material in an answer of EC2."""
    pem = layer.data[match.start : match.end]
    reason = placeholder(pem)
    if reason:
        return interface.aside(rule, layer, match, reason)
    bits = rsa_bits(pem)
    if bits is None:
        return None

    evidence = [
        f"a complete RSA key of {bits} bits",
        "in the field KeyMaterial, as in EC2 responses",
    ]
    return interface.part(rule, layer, match, evidence, value=plain_lines(pem))


def tell_ec2(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read the size of a private key."""
    bits = rsa_bits(only(values))
    return Forensics(f"RSA {noun} of {bits} bits" if bits else noun)


def make_rsa_private_key(made: Generator, bits: int = 2048) -> str:
    """Return PEM with the structure of an RSA key of `bits` bits, but random numbers in it."""
    half = bits // 16
    # In bytes: modulus, public exponent, private exponent, then five of half the size.
    sizes = (bits // 8, None, bits // 8, half, half, half, half, half)
    integers = [der.encode(der.INTEGER, b"\0")]
    for size in sizes:
        number = b"\1\0\1" if size is None else b"\0\xc5" + made.raw(size - 1)
        integers.append(der.encode(der.INTEGER, number))

    body = made.encode(der.encode(der.SEQUENCE, b"".join(integers)))
    lines = [body[at : at + _PEM_WIDTH] for at in range(0, len(body), _PEM_WIDTH)]
    dashes = "-" * 5
    return "\n".join(
        [f"{dashes}BEGIN RSA PRIVATE KEY{dashes}", *lines, f"{dashes}END RSA PRIVATE KEY{dashes}"]
    )


def _make_in_json(made: Generator) -> str:
    import json

    return json.dumps(make_rsa_private_key(made))[1:-1]


EC2: Final = Kind(
    detect_ec2,
    tell_ec2,
    examples={
        "rsa_private_key": make_rsa_private_key,
        "rsa_private_key_in_json": _make_in_json,
        "windows_password_data": lambda made: made.base64(256),
    },
)
