"""RSA private keys as EC2 hands them out: PEM around the DER structure of PKCS#1 (RFC 8017, A.1.2).

Only the outermost structure is read: a sequence of version 0 and large integers, whose size is the
size of the key. That tells a key from the shortened ones in documentation without any arithmetic.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.aws.encoded import decode

_PEM = re.compile(
    rb"-----BEGIN RSA PRIVATE KEY-----(?P<body>[A-Za-z0-9+/=\s\\nr]{1,20000})"
    rb"-----END RSA PRIVATE KEY-----"
)
_BREAKS = re.compile(rb"\s|\\[nr]")
_INTEGERS: Final = 9  # version, modulus, two exponents, two primes, three for the remainders


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
    return bits if bits >= 512 and len(integers[3].lstrip(b"\0")) * 8 <= bits else None


def _integers(raw: bytes) -> list[bytes]:
    """Return the content of each integer of a DER sequence that is all of `raw`, or nothing."""
    outer = _element(raw, 0, 0x30)
    if outer is None or outer[1] != len(raw):
        return []
    integers: list[bytes] = []
    at, end = outer
    while at < end:
        inner = _element(raw, at, 0x02)
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
    if length >= 0x80:
        size = length & 0x7F
        if not 1 <= size <= 3 or at + size > len(raw):
            return None
        length, at = int.from_bytes(raw[at : at + size], "big"), at + size
    return at, at + length


def plain_lines(pem: bytes) -> bytes:
    r"""Return the PEM block `pem` with every line end, also one escaped as `\n`, as a line feed.

    One key has one value that way, however the file that holds it is written.
    """
    match = _PEM.fullmatch(pem)
    if match is None:
        return pem
    lines = [pem[: match.start("body")], *_BREAKS.split(match["body"]), pem[match.end("body") :]]
    return b"\n".join(filter(None, lines))
