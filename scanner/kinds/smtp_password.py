"""SMTP passwords of Amazon SES: derived from a secret access key, 33 bytes in base64.

Version 4 is `0x04` and an HMAC-SHA256 over a chain of date, region, service and terminal; the
version before, `0x02` and the HMAC-SHA256 of `SendRawEmail`. Either makes 44 characters without
padding, of which the first two are fixed but for four bits. The form alone fits 1 in 128 of all
base64 texts of 33 bytes, so the surroundings have to speak of SMTP or SES, or hold a key ID: the
user name that belongs to the password.

Source: Amazon SES Developer Guide, "Obtaining Amazon SES SMTP credentials by converting existing
AWS credentials", and its history for the older version.
"""

from __future__ import annotations

from scanner.aws import randomness
from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.findings import Confidence, Forensics
from scanner.kinds import interface
from scanner.kinds.access_key_id import parse as parse_key_id
from scanner.kinds.interface import Kind, only
from scanner.kinds.surroundings import neighbour_lines, url_safe_tails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

LENGTH: Final = 44
VERSIONS: Final = (2, 4)
"""Values of the first byte; a third form was never published."""

# The messages of the HMAC chain, as the SES Developer Guide has them.
_DATE, _SERVICE, _TERMINAL, _MESSAGE = b"11111111", b"ses", b"aws4_request", b"SendRawEmail"

_REACH: Final = 400
"""How far, in bytes, before and after the password its context is looked for: settings of a mail
server are a few lines. The rule's `reach` has to cover it, plus the lines next to the password."""

_MAIL: Final = compile_later(
    rb"(?i)smtp|(?<![a-z])ses(?![a-z])|(?<![a-z])(?:e-?mail|mail)(?:er)?[_.-]?(?:host|server)?"
    rb"[_.-]?pass"
)
_USER: Final = compile_later(rb"(?<![A-Za-z0-9])AKIA[A-Z2-7]{16}(?![A-Za-z0-9])")
_ENCODED_LINE: Final = compile_later(rb"[A-Za-z0-9+/]{44,}")
# The threshold for the 40 characters of a secret, stretched to 44.
_LEAST_BITS: Final = randomness.MEDIUM_BITS * LENGTH / 40


def version(password: bytes) -> int | None:
    """Return 4 or 2, the version that the form of `password` has, or None where it is neither."""
    raw = decode(password) if len(password) == LENGTH else None
    if raw is None or len(raw) != LENGTH * 3 // 4 or raw[0] not in VERSIONS:
        return None
    return raw[0]


def derive(secret: bytes, region: str) -> bytes:
    """Return the version 4 password that belongs to a secret access key in a region."""
    import hmac

    key = b"AWS4" + secret
    for message in (_DATE, region.encode(), _SERVICE, _TERMINAL, _MESSAGE):
        key = hmac.digest(key, message, "sha256")
    return _encode(b"\x04" + key)


def derive_version_2(secret: bytes) -> bytes:
    """Return the version 2 password that belongs to a secret access key, in any region."""
    import hmac

    return _encode(b"\x02" + hmac.digest(secret, _MESSAGE, "sha256"))


def _encode(raw: bytes) -> bytes:
    import binascii

    return binascii.b2a_base64(raw, newline=False)


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of exactly 44 base64 characters that begins like such a password."""
    data = layer.data
    value = data[match.start : match.end]
    form = version(value)
    if form is None:
        return None

    before = data[max(0, match.start - _REACH) : match.start]
    after = data[match.end : match.end + _REACH]
    mail = _MAIL.search(before) or _MAIL.search(after)
    user = _nearest_user(before, after)
    if not mail and not user:
        return None

    reason = placeholder(value)
    if reason:
        return interface.aside(rule, layer, match, reason)
    if randomness.score(value) < _LEAST_BITS or any(url_safe_tails(data, match.start, match.end)):
        return None
    # Lines of base64 above or below: this one is the last line of something longer.
    if any(map(_ENCODED_LINE.search, neighbour_lines(data, match.start, match.end))):
        return None

    evidence = [
        f"form of an SES SMTP password, version {form}",
        f"nearby text: {mail[0].decode('ascii', 'replace').lower()}" if mail else "",
        "a key ID is near it, as SES SMTP user names are" if user else "",
    ]
    return interface.part(
        rule,
        layer,
        match,
        evidence,
        confidence=rule.confidence if mail else min(rule.confidence, Confidence.MEDIUM),
        account_id=parse_key_id(user).account_id if user else "",
    )


def _nearest_user(before: bytes, after: bytes) -> bytes:
    users: list[bytes] = _USER.findall(before)
    if users:
        return users[-1]
    following = _USER.search(after)
    return following[0] if following else b""


def tell(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read the version of an SMTP password.

    Its region follows only together with the secret access key that it was derived from.
    """
    form = version(only(values))
    return Forensics(f"{noun}, version {form}" if form else noun)


def make_password(made: Generator, secret: str | None = None, region: str = "us-east-1") -> str:
    """Return the version 4 password that belongs to `secret`, or to a new one."""
    return derive((secret or made.secret_access_key()).encode(), region).decode()


def make_old_password(made: Generator, secret: str | None = None) -> str:
    """Return the password of the version before, which is the same in all regions."""
    return derive_version_2((secret or made.secret_access_key()).encode()).decode()


KIND: Final = Kind(
    detect,
    tell,
    examples={"ses_smtp_password": make_password, "old_ses_smtp_password": make_old_password},
)
