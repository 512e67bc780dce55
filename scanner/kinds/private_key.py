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
from scanner.kinds import interface
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
_SEQUENCE: Final = 0x30  # DER tags: X.690, 8.9 and 8.3
_INTEGER: Final = 0x02
_PEM_WIDTH: Final = 64  # characters in a line: RFC 7468, section 2


def rsa_bits(pem: bytes) -> int | None:
    r"""Return the size in bits of the unencrypted RSA key `pem`; None where it is not one.

    Lines may be broken by line ends or, as in JSON, by `\n`.
    """
    match = _PEM.fullmatch(pem)
    raw = decode(_BREAKS.sub(b"", match["body"])) if match else None
    if raw is None:
        return None

    integers = _integers(raw)
    if len(integers) != _INTEGERS or integers[0] != b"\0":
        return None
    modulus = integers[1].lstrip(b"\0")
    bits = len(modulus) * 8
    exponent_bits = len(integers[3].lstrip(b"\0")) * 8
    return bits if bits >= _FEWEST_BITS and exponent_bits <= bits else None


def _integers(raw: bytes) -> list[bytes]:
    """Return the content of each integer of a DER sequence that is all of `raw`, or nothing."""
    outer = _element(raw, 0, _SEQUENCE)
    if outer is None or outer[1] != len(raw):
        return []

    integers: list[bytes] = []
    at, end = outer
    while at < end:
        inner = _element(raw, at, _INTEGER)
        if inner is None or inner[1] > end:
            return []
        integers.append(raw[inner[0] : inner[1]])
        at = inner[1]
    return integers


def _element(raw: bytes, at: int, tag: int) -> tuple[int, int] | None:
    """Return where the content of the DER element with `tag` at `at` begins and ends."""
    if raw[at : at + 1] != bytes((tag,)) or at + 2 > len(raw):
        return None

    length, at = raw[at + 1], at + 2
    # A length of 128 or more is written in so many further bytes; three make 16 MB, plenty.
    if length >= 0x80:
        size = length & 0x7F
        if not 1 <= size <= 3 or at + size > len(raw):
            return None
        length, at = int.from_bytes(raw[at : at + size], "big"), at + size
    return at, at + length


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

    evidence = [f"a whole RSA key of {bits} bits", "named key material, as EC2 does"]
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
    integers = [_der(_INTEGER, b"\0")]
    for size in sizes:
        number = b"\1\0\1" if size is None else b"\0\xc5" + made.raw(size - 1)
        integers.append(_der(_INTEGER, number))

    body = made.encode(_der(_SEQUENCE, b"".join(integers)))
    lines = [body[at : at + _PEM_WIDTH] for at in range(0, len(body), _PEM_WIDTH)]
    dashes = "-" * 5
    return "\n".join(
        [f"{dashes}BEGIN RSA PRIVATE KEY{dashes}", *lines, f"{dashes}END RSA PRIVATE KEY{dashes}"]
    )


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


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
