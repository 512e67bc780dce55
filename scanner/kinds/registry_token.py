"""Passwords of the package and container registries: structure that can be read offline.

ECR: base64 of JSON with the keys `payload`, `datakey`, `version`, `type` (`DATA_KEY`) and, in newer
ones, `expiration`; in a Docker configuration, base64 of `AWS:` and that. CodeArtifact: a JSON Web
Encryption in compact form (RFC 7516, five parts) whose header has `isu` and `exp` next to
`"alg":"A128GCMKW"`. Neither is documented; both forms were read from the keys of public samples.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.findings import Forensics
from scanner.kinds import interface
from scanner.kinds.interface import Kind, only
from scanner.kinds.json_web_token import iso, json_object
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

ECR_USER: Final = b"AWS:"
_ECR_KEYS: Final = frozenset(("payload", "datakey", "version", "type"))
_JWE_PARTS: Final = 5
_HALF_A_DAY: Final = 43_200  # seconds that either token is valid by default


class RegistryToken(NamedTuple):
    """When a token was issued and when it expires."""

    issued_at: str
    """`2026-01-31T12:00:00Z`, or an empty string where it does not say."""
    expires_at: str


def parse_ecr_password(text: bytes) -> RegistryToken | None:
    """Read an ECR password, or the `auth` entry with the user `AWS` before it; None for neither."""
    raw = decode(text)
    if raw is not None and raw.startswith(ECR_USER):
        raw = decode(raw[len(ECR_USER) :])

    content = json_object(raw)
    if content is None or not content.keys() >= _ECR_KEYS or content["type"] != "DATA_KEY":
        return None
    return RegistryToken("", iso(content.get("expiration")))


def parse_codeartifact_token(text: bytes) -> RegistryToken | None:
    """Read a CodeArtifact authorization token; None where it is something else."""
    parts = text.split(b".")
    header = json_object(decode(parts[0])) if len(parts) == _JWE_PARTS else None
    if header is None or header.get("alg") != "A128GCMKW" or "isu" not in header:
        return None

    issued, expires = iso(header["isu"]), iso(header.get("exp"))
    return RegistryToken(issued, expires) if issued and expires else None


def detect_ecr(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of base64 that begins like an ECR password, or like one with its user name."""
    value = layer.data[match.start : match.end]
    token = parse_ecr_password(value)
    if token is None:
        return None
    reason = placeholder(value)
    if reason:
        return interface.aside(rule, layer, match, reason)

    expires = f"expires {token.expires_at}" if token.expires_at else ""
    return interface.part(rule, layer, match, ["decodes to an ECR password", expires])


def detect_codeartifact(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge five parts of base64 joined by full stops."""
    token = parse_codeartifact_token(layer.data[match.start : match.end])
    if token is None:
        return None

    evidence = [
        "its header decodes to a CodeArtifact token header",
        f"issued {token.issued_at}, expires {token.expires_at}",
    ]
    return interface.part(rule, layer, match, evidence)


def tell_ecr(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read an ECR password, which says when it expires."""
    token = parse_ecr_password(only(values))
    return Forensics(noun, expires=token.expires_at if token else "")


def tell_codeartifact(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a CodeArtifact token, which says when it was issued and when it expires."""
    token = parse_codeartifact_token(only(values))
    if token is None or token.issued_at >= token.expires_at:
        return Forensics(noun)
    return Forensics(noun, issued=token.issued_at, expires=token.expires_at)


def make_ecr_password(made: Generator) -> str:
    """Return a made-up ECR password that expires in February 2026."""
    content = {
        "payload": made.base64(900),
        "datakey": made.base64(138),
        "version": "2",
        "type": "DATA_KEY",
        "expiration": 1_771_104_600 + made.number(10_000),
    }
    return made.encode(json.dumps(content, separators=(",", ":")).encode())


def make_ecr_entry(made: Generator) -> str:
    """Return the same with its user name, as a Docker configuration has it."""
    return made.encode(ECR_USER + make_ecr_password(made).encode())


def make_codeartifact_token(made: Generator) -> str:
    """Return a made-up CodeArtifact token that expires in February 2026."""
    issued = 1_771_061_400 + made.number(10_000)
    header = {
        "ver": 1,
        "isu": issued,
        "enc": "A128GCM",
        "tag": made.base64url(16),
        "exp": issued + _HALF_A_DAY,
        "alg": "A128GCMKW",
        "iv": made.base64url(12),
    }
    head = made.encode_url(json.dumps(header, separators=(",", ":")).encode())
    return ".".join([head, *(made.base64url(size) for size in (16, 12, 420, 16))])


ECR: Final = Kind(
    detect_ecr,
    tell_ecr,
    examples={"ecr_password": make_ecr_password, "ecr_authorization_token": make_ecr_entry},
)
CODEARTIFACT: Final = Kind(
    detect_codeartifact, tell_codeartifact, examples={"codeartifact_token": make_codeartifact_token}
)
