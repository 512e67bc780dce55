"""Seeds of virtual MFA devices: whoever has one can compute every code of the device.

The QR code of a device is `otpauth://totp/...?secret=<seed>` (IAM API Reference,
`VirtualMFADevice`; Google Authenticator, "Key Uri Format"), with `Amazon Web Services` or `AWS` as
issuer or in its label. A seed alone is base32; the ARN of a device next to it says what it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import placeholder
from scanner.kinds import interface
from scanner.kinds.interface import Kind, Match
from scanner.kinds.surroundings import label

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_REACH: Final = 600
"""How far, in bytes, a seed may be from the ARN of its device: the same answer of the API, or the
same entry of a settings file. The rule's `reach` has to cover it."""

_SECRET: Final = re.compile(
    rb"[?&;]secret=(?P<value>[A-Z2-7]{16,128})(?:=|%3D){0,6}(?![A-Za-z0-9])"
)
_ISSUER: Final = re.compile(
    rb"(?i)amazon(?:\+|%20| )web(?:\+|%20| )services|(?<![a-z])aws(?![a-z])"
)
_ARN: Final = re.compile(rb"arn:aws[a-z-]{0,16}:iam::(?P<account>[0-9]{12}):mfa/(?P<device>.+)")
# The seeds of the console have 64 characters, those of other issuers 16 or 32.
_SEED: Final = re.compile(
    rb"(?<![A-Za-z0-9+/])(?P<value>[A-Z2-7]{32}(?:[A-Z2-7]{32})?)(?![A-Za-z0-9+/])"
)
_NAME: Final = re.compile(rb"(?i)seed|secret|totp|otp(?![a-z])|mfa|base_?32")
_FEWEST_DISTINCT: Final = 10  # of 16 random characters of base32: fewer is below 1 in 10,000
_FEWEST_DIGITS: Final = 1  # of 16 random characters: none is 0.03


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge the address of a QR code, or look for the seed near the ARN of an MFA device."""
    text = layer.data[match.start : match.end]
    arn = _ARN.fullmatch(text)
    if arn is None:
        found = _SECRET.search(text)
        if found is None or not _ISSUER.search(text):
            return None
        start, end = found.span("value")
        place = Match(match.start + start, match.start + end)
        return _part(rule, layer, place, "the QR code of a virtual MFA device of AWS", "")

    near = _near(layer.data, match)
    if near is None:
        return None
    account = arn["account"].decode()
    evidence = f"named a seed next to an MFA device of account {account}"
    return _part(rule, layer, near, evidence, account)


def _near(data: bytes, arn: Match) -> Match | None:
    """Return the nearest seed with a name, up to 600 bytes from the ARN of a device."""
    start, end = max(0, arn.start - _REACH), arn.end + _REACH
    places = [
        Match(*found.span("value"))
        for found in _SEED.finditer(data, start, end)
        if _NAME.search(label(data, found.start())) and _is_random(found["value"])
    ]
    return min(places, key=lambda place: abs(place.start - arn.start), default=None)


def _is_random(seed: bytes) -> bool:
    digits = sum(seed.count(digit) for digit in (b"2", b"3", b"4", b"5", b"6", b"7"))
    return len(set(seed)) >= _FEWEST_DISTINCT and digits >= _FEWEST_DIGITS


def _part(
    rule: Rule, layer: Layer, place: Match, evidence: str, account: str
) -> Part | Aside | None:
    seed = layer.data[place.start : place.end]
    reason = placeholder(seed)
    if reason:
        return interface.aside(rule, layer, place, reason)
    if not _is_random(seed):
        return None
    return interface.part(rule, layer, place, [evidence], account_id=account)


def make_seed(made: Generator, size: int = 64) -> str:
    """Return a made-up seed of `size` characters, at least two of them digits."""
    from scanner.rulebook.generator import BASE32

    return made.text(BASE32[26:], 2) + made.text(BASE32, size - 2)


def make_address(made: Generator) -> str:
    """Return what the QR code of a made-up device holds."""
    label_text = f"Amazon%20Web%20Services:sofia@{made.account_id()}"
    return f"otpauth://totp/{label_text}?secret={make_seed(made)}&issuer=Amazon%20Web%20Services"


KIND: Final = Kind(detect, examples={"mfa_seed": make_seed, "mfa_address": make_address})
