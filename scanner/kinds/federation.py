"""What a role is assumed with from outside of AWS: SAML assertions and web identity tokens.

An assertion is a response in XML, in base64, whose attribute `Role` names a role and a provider
(IAM User Guide, "Configure SAML assertions for the authentication response"). A web identity token
is a JSON Web Token whose audience is STS, or that STS issued itself (STS API Reference,
`AssumeRoleWithWebIdentity` and `GetWebIdentityToken`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.findings import Forensics, Severity
from scanner.kinds import interface, json_web_token
from scanner.kinds.interface import Kind, only
from scanner.kinds.json_web_token import WebToken, iso
from scanner.kinds.surroundings import label
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

_DAY: Final = 86_400  # seconds

_ROLE_ATTRIBUTE: Final = b"https://aws.amazon.com/SAML/Attributes/Role"
_RESPONSE: Final = re.compile(rb"<(?:[A-Za-z0-9]{1,16}:)?Response[\s>]")
_ROLE: Final = re.compile(rb"arn:aws[a-z-]{0,16}:iam::([0-9]{12}):role/")
_ISSUED: Final = re.compile(rb'\sIssueInstant="([^"]{20,32})"')
_EXPIRY: Final = re.compile(rb'\sNotOnOrAfter="([^"]{20,32})"')
_TIME: Final = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z")
# In a form the base64 is percent-encoded; in a file it is often in lines.
_BREAKS: Final = re.compile(rb"\s|\\(?:[nrt]|(?=/))|%0[ADad]|&#(?:x[aAdD]|1[03]);")
_PERCENT: Final = re.compile(rb"%(2[BbFf]|3[Dd])")

_STS_AUDIENCE: Final = re.compile(r"sts(?:\.[a-z0-9-]{1,32})?\.amazonaws\.(?:com(?:\.cn)?|eu)")
_STS_ISSUER: Final = re.compile(r"https://[^/]{1,128}\.tokens\.sts\.global\.api\.aws")
_NAMED: Final = re.compile(rb"(?i)web[_-]?identity[_-]?token")


class Assertion(NamedTuple):
    """What an assertion says; a text is empty where it does not say."""

    account_id: str
    issued: str
    expires: str
    """The earliest of its times after which it is not accepted."""


def parse_assertion(text: bytes) -> Assertion | None:
    """Read the base64 `text` of a SAML response for AWS; None for any other."""
    raw = decode(_PERCENT.sub(_byte, _BREAKS.sub(b"", text)))
    if raw is None or _ROLE_ATTRIBUTE not in raw or not _RESPONSE.search(raw):
        return None
    role = _ROLE.search(raw)
    if role is None:
        return None

    issued = _ISSUED.search(raw)
    expiries = sorted(filter(None, map(_time, _EXPIRY.findall(raw))))
    return Assertion(
        role[1].decode(), _time(issued[1]) if issued else "", expiries[0] if expiries else ""
    )


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes((int(escape[1], 16),))


def _time(text: bytes) -> str:
    match = _TIME.fullmatch(text)
    return f"{match[1].decode()}Z" if match else ""


def detect_saml(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of base64 that begins like XML."""
    text = layer.data[match.start : match.end]
    assertion = parse_assertion(text)
    if assertion is None:
        return None
    reason = placeholder(text)
    if reason:
        return interface.aside(rule, layer, match, reason)

    evidence = [
        f"decodes to a SAML response for a role in account {assertion.account_id}",
        f"expires {assertion.expires}" if assertion.expires else "",
    ]
    return interface.part(rule, layer, match, evidence, account_id=assertion.account_id)


def tell_saml(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read the times of an assertion."""
    assertion = parse_assertion(only(values))
    if assertion is None:
        return Forensics(noun)
    # Two times that cannot both be right say nothing.
    if assertion.issued and assertion.expires and assertion.issued >= assertion.expires:
        return Forensics(noun)
    return Forensics(noun, issued=assertion.issued, expires=assertion.expires)


def detect_web_identity(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a JSON Web Token: its audience or its issuer is STS, or its name says what it is."""
    text = layer.data[match.start : match.end]
    token = json_web_token.parse(text)
    if token is None:
        return None
    is_for_sts = _is_for_sts(token)
    if not is_for_sts and not _NAMED.search(label(layer.data, match.start)):
        return None
    reason = placeholder(text)
    if reason:
        return interface.aside(rule, layer, match, reason)

    issued, expires = _times(token)
    issuer = token.claims.get("iss")
    evidence = [
        "decodes to a token whose audience or issuer is STS"
        if is_for_sts
        else "a JSON Web Token, named as a web identity token",
        f"issued by {_host(issuer)}" if isinstance(issuer, str) and _host(issuer) else "",
        f"expires {expires}" if expires else "",
    ]
    return interface.part(
        rule, layer, match, evidence, severity=_severity(rule.severity, token, issued, expires)
    )


def _severity(usual: Severity, token: WebToken, issued: str, expires: str) -> Severity:
    if issued and expires and token.claims["exp"] - token.claims["iat"] <= _DAY:
        return min(usual, Severity.LOW)
    return usual


def _is_for_sts(token: WebToken) -> bool:
    audience, issuer = token.claims.get("aud"), token.claims.get("iss")
    audiences = audience if isinstance(audience, list) else [audience]
    names = [each.removeprefix("https://") for each in audiences if isinstance(each, str)]
    if any(_STS_AUDIENCE.fullmatch(name) for name in names):
        return True
    return isinstance(issuer, str) and bool(_STS_ISSUER.fullmatch(issuer))


def _times(token: WebToken) -> tuple[str, str]:
    """Return when the token was issued and expires; nothing where these contradict each other."""
    issued, expires = iso(token.claims.get("iat")), iso(token.claims.get("exp"))
    return ("", "") if issued and expires and issued >= expires else (issued, expires)


def _host(issuer: str) -> str:
    match = re.fullmatch(r"https://([A-Za-z0-9.-]{1,200})(?:/.{0,300})?", issuer)
    return match[1] if match else ""


def tell_web_identity(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read the times of a web identity token."""
    token = json_web_token.parse(only(values))
    if token is None:
        return Forensics(noun)
    issued, expires = _times(token)
    return Forensics(noun, issued=issued, expires=expires)


def make_assertion(made: Generator, prefix: str = "samlp", account_id: str | None = None) -> str:
    """Return a made-up assertion that expired in February 2026."""
    account = account_id or made.account_id()
    arn = f"arn:aws:iam::{account}"
    xml = (
        f'<{prefix}:Response xmlns:{prefix}="urn:oasis:names:tc:SAML:2.0:protocol"'
        f' ID="_{made.hex(32)}" IssueInstant="2026-02-14T09:30:00.000Z">'
        f"<SignatureValue>{made.base64(256)}</SignatureValue>"
        '<Conditions NotBefore="2026-02-14T09:30:00.000Z" NotOnOrAfter="2026-02-14T09:35:00.000Z"/>'
        f'<Attribute Name="{_ROLE_ATTRIBUTE.decode()}"><AttributeValue>'
        f"{arn}:role/Admin,{arn}:saml-provider/Corp</AttributeValue></Attribute></{prefix}:Response>"
    )
    return made.encode(xml.encode())


def make_web_identity_token(
    made: Generator, audience: object = "sts.amazonaws.com", seconds: int = 3600
) -> str:
    """Return a made-up token, issued in February 2026 and valid for some seconds."""
    issued = 1_771_061_400
    claims = {
        "iss": "https://token.actions.githubusercontent.com",
        "aud": audience,
        "sub": "repo:acme/site:ref:refs/heads/main",
        "iat": issued,
        "exp": issued + seconds,
    }
    return json_web_token.make(made, {"typ": "JWT", "alg": "RS256", "kid": made.hex(40)}, claims)


SAML: Final = Kind(
    detect_saml,
    tell_saml,
    examples={
        "saml_assertion": make_assertion,
        "saml2p_assertion": lambda made: make_assertion(made, "saml2p"),
    },
)
WEB_IDENTITY: Final = Kind(
    detect_web_identity,
    tell_web_identity,
    examples={
        "web_identity_token": make_web_identity_token,
        "other_web_token": lambda made: make_web_identity_token(made, "https://api.example.org"),
    },
)
