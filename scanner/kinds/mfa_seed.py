"""Seeds of virtual MFA devices: whoever has one can compute every code of the device.

The QR code of a device is `otpauth://totp/...?secret=<seed>` (IAM API Reference,
`VirtualMFADevice`; Google Authenticator, "Key Uri Format"), with `Amazon Web Services` or `AWS` as
issuer or in its label. A seed of IAM is 64 characters of base32, as public samples show; without an
address the ARN of a device next to it says what it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import placeholder
from scanner.kinds import interface
from scanner.kinds.interface import Kind
from scanner.kinds.surroundings import label

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_REACH: Final = 600
"""How far, in bytes, a seed may be from the ARN of its device: the same answer of the API, or the
same entry of a settings file. The rule's `reach` has to cover it."""

_ADDRESS: Final = re.compile(rb"otpauth://totp/[!#-&(-;=?-~]{1,600}")
_ISSUER: Final = re.compile(
    rb"(?i)amazon(?:\+|%20| )web(?:\+|%20| )services|(?<![a-z])aws(?![a-z])"
)
_ARN: Final = re.compile(rb"arn:aws[a-z-]{0,16}:iam::(?P<account>[0-9]{12}):mfa/")
_NAME: Final = re.compile(rb"(?i)seed|secret|totp|otp(?![a-z])|mfa|base_?32")

# Of 64 random characters of base32: fewer is below 1e-9, and fewer digits below 1e-3.
_FEWEST_DISTINCT: Final = 16
_FEWEST_DIGITS: Final = 3


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge 64 characters of base32 by the address that has them, or by the ARN near them."""
    data = layer.data
    seed = data[match.start : match.end]
    digits = sum(map(seed.count, (b"2", b"3", b"4", b"5", b"6", b"7")))
    account = ""
    if _is_in_address(data, match):
        evidence = "in the QR code of an AWS virtual MFA device"
    else:
        arn = _nearest_arn(data, match)
        if arn is None or not _NAME.search(label(data, match.start)):
            return None
        account = arn["account"].decode()
        evidence = f"named as a seed next to an MFA device of account {account}"

    reason = placeholder(seed)
    if reason:
        return interface.aside(rule, layer, match, reason)
    if len(set(seed)) < _FEWEST_DISTINCT or digits < _FEWEST_DIGITS:
        return None
    return interface.part(rule, layer, match, [evidence], account_id=account)


def _is_in_address(data: bytes, match: Match) -> bool:
    floor = max(0, match.start - _REACH)
    for address in _ADDRESS.finditer(data, floor, match.end + _REACH):
        if address.start() < match.start and address.end() >= match.end:
            named = data[match.start - len(b"secret=") : match.start] == b"secret="
            return named and bool(_ISSUER.search(address[0]))
    return False


def _nearest_arn(data: bytes, match: Match) -> re.Match[bytes] | None:
    arns = _ARN.finditer(data, max(0, match.start - _REACH), match.end + _REACH)
    return min(arns, key=lambda arn: abs(arn.start() - match.start), default=None)


def make_seed(made: Generator, size: int = 64) -> str:
    """Return a made-up seed of `size` characters, at least three of them digits."""
    from scanner.rulebook.generator import BASE32

    return made.text(BASE32[26:], 3) + made.text(BASE32, size - 3)


def make_address(made: Generator) -> str:
    """Return what the QR code of a made-up device holds."""
    label_text = f"Amazon%20Web%20Services:sofia@{made.account_id()}"
    return f"otpauth://totp/{label_text}?secret={make_seed(made)}&issuer=Amazon%20Web%20Services"


KIND: Final = Kind(detect, examples={"mfa_seed": make_seed, "mfa_address": make_address})
