"""What the AWS CLI and the SDKs keep of a sign-in: tokens of IAM Identity Center and `aws login`.

`~/.aws/sso/cache/*.json` has an access token, a refresh token and the secret of the client that was
registered for them; `~/.aws/login/cache/*.json` has temporary credentials, a refresh token and the
private key that the token is bound to. Names of the members: `tokens.py`, `utils.py` and
`credentials.py` of botocore.

The forms are not documented and were read from public samples. An access token is `aoa`, a refresh
token `aor`, each with URL-safe base64, a colon and an ECDSA signature on P-384 in base64. A client
secret is a JSON Web Token whose claim `serialized` is JSON that describes the client.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from scanner.aws.encoded import decode
from scanner.aws.partitions import is_region
from scanner.aws.placeholders import placeholder
from scanner.findings import Forensics
from scanner.kinds import der, interface, json_web_token
from scanner.kinds.interface import Kind, Match, only
from scanner.kinds.json_web_token import iso, json_object
from scanner.kinds.key_forms import make_ec_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

_REACH: Final = 8192
"""How far, in bytes, before and after an anchor the members of a cache file are looked for: the
client secret has some 1,500 bytes, a session token up to 4,096. The rules' `reach` covers it."""

_TOKEN: Final = re.compile(
    rb"(?P<kind>ao[ar])[A-Za-z0-9_-]{40,4096}:(?P<signature>[A-Za-z0-9+/]{100,160}={0,2})"
)
_NAMES: Final = {b"aoa": "access token", b"aor": "refresh token"}
_P384_SIZE: Final = 48  # bytes of each of the two numbers of a signature, at most
_REFRESH_TOKEN: Final = re.compile(rb'"refreshToken"\s{0,8}:\s{0,8}"(?P<value>[^\s"\\]{40,8192})')
_EXPIRY: Final = re.compile(rb'"expiresAt"\s{0,8}:\s{0,8}"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"')
_REGION: Final = re.compile(rb'"region"\s{0,8}:\s{0,8}"([a-z0-9-]{5,32})"')
_FEWEST_DISTINCT: Final = 20  # of 40 or more random characters of base64: fewer is below 1e-7


def is_token(text: bytes) -> bool:
    """Return whether `text` has the form of an access or refresh token, and a whole signature."""
    match = _TOKEN.fullmatch(text)
    raw = decode(match["signature"]) if match else None
    # Two integers, ECDSA-Sig-Value of RFC 3279, section 2.2.3.
    numbers = der.integers(raw) if raw else []
    return len(numbers) == 2 and max(map(len, numbers)) <= _P384_SIZE + 1


def detect_token(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a value with the form of a token."""
    text = layer.data[match.start : match.end]
    if not is_token(text):
        return None
    evidence = f"form and signature of an IAM Identity Center {_NAMES[text[:3]]}"
    return _part(rule, layer, match, [evidence])


def _part(rule: Rule, layer: Layer, match: Match, evidence: list[str]) -> Part | Aside:
    text = layer.data[match.start : match.end]
    reason = placeholder(text)
    if reason:
        return interface.aside(rule, layer, match, reason)

    begin, end = _object_around(layer.data, match)
    expiry = _EXPIRY.search(layer.data, begin, end)
    region = _REGION.search(layer.data, begin, end)
    if region and is_region(region[1].decode()):
        evidence.append(f"the file gives the region {region[1].decode()}")
    if expiry:
        evidence.append(f"the file says that the access token expires {expiry[1].decode()}")
    return interface.part(rule, layer, match, evidence)


def _object_around(data: bytes, match: Match) -> tuple[int, int]:
    """Return the span of the JSON object that holds `match`, up to 8 KiB to either side.

    The members of a cache file are texts, so that the next brace on either side is its own.
    """
    floor, ceiling = max(0, match.start - _REACH), min(len(data), match.end + _REACH)
    begin = data.rfind(b"{", floor, match.start)
    end = data.find(b"}", match.end, ceiling)
    return (begin if begin >= 0 else floor), (end if end >= 0 else ceiling)


def _is_random(value: bytes) -> bool:
    return len(set(value)) >= _FEWEST_DISTINCT and b"${" not in value and b"{{" not in value


def client(text: bytes) -> dict[str, Any] | None:
    """Return what the client secret `text` says of its client; None for any other token."""
    token = json_web_token.parse(text)
    serialized = token.claims.get("serialized") if token else None
    content = json_object(serialized.encode()) if isinstance(serialized, str) else None
    return content if content and "clientId" in content else None


def detect_client_secret(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a JSON Web Token."""
    text = layer.data[match.start : match.end]
    content = client(text)
    if content is None:
        return None
    reason = placeholder(text)
    if reason:
        return interface.aside(rule, layer, match, reason)

    expires = iso(content.get("expirationTimestamp"))
    evidence = [
        "decodes to an IAM Identity Center client registration",
        f"expires {expires}" if expires else "",
    ]
    return interface.part(rule, layer, match, evidence)


def tell_client_secret(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read when a client secret expires."""
    content = client(only(values)) or {}
    return Forensics(noun, expires=iso(content.get("expirationTimestamp")))


def detect_login(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge the cache file of `aws login` around the name of its private key."""
    data = layer.data
    begin, end = max(0, match.start - _REACH), match.end + _REACH
    found = [each for each in _REFRESH_TOKEN.finditer(data, begin, end) if _is_random(each[1])]
    if not found:
        return None

    nearest = min(found, key=lambda each: abs(each.start() - match.start))
    place = Match(*nearest.span("value"))
    reason = placeholder(nearest["value"])
    if reason:
        return interface.aside(rule, layer, place, reason)
    evidence = [
        "named as a refresh token in a cache file of `aws login`",
        "the private key that it is bound to is next to it",
    ]
    return interface.part(rule, layer, place, evidence)


def make_token(made: Generator, kind: str = "aoa") -> str:
    """Return a made-up access token, or a refresh token for the `kind` `aor`."""
    numbers = (b"\x5a" + made.raw(47), b"\0\xc3" + made.raw(47))
    parts = b"".join(der.encode(der.INTEGER, number) for number in numbers)
    signature = der.encode(der.SEQUENCE, parts)
    return f"{kind}{made.base64url(66)}:{made.encode(signature).rstrip('=')}"


def make_client_secret(made: Generator, expires: int = 1_778_751_000) -> str:
    """Return a made-up client secret that expires in May 2026."""
    content = {
        "clientId": {"value": made.base64url(25)},
        "clientName": "botocore-client-cli",
        "expirationTimestamp": expires,
        "createdTimestamp": expires - 7_776_000,
        "scopes": ["sso:account:access"],
    }
    claims = {"serialized": json.dumps(content, separators=(",", ":"))}
    return json_web_token.make(made, {"kid": "key-1", "alg": "HS384"}, claims, 48)


TOKEN: Final = Kind(
    detect_token,
    examples={
        "identity_center_token": make_token,
        "identity_center_refresh_token": lambda made: make_token(made, "aor"),
    },
)
CLIENT_SECRET: Final = Kind(
    detect_client_secret,
    tell_client_secret,
    examples={"identity_center_client_secret": make_client_secret},
)
LOGIN: Final = Kind(
    detect_login,
    examples={
        "dpop_key": lambda made: make_ec_key(made).replace("\n", "\\n"),
        "login_refresh_token": lambda made: made.base64url(600),
    },
)
