"""Passwords of the package and container registries: structure that can be read offline.

ECR: base64 of JSON with the keys `payload`, `datakey`, `version`, `type` (`DATA_KEY`) and, in newer
ones, `expiration`; in a Docker configuration base64 of `AWS:` and that. CodeArtifact: a JSON Web
Encryption in compact form (RFC 7516, five parts) whose header holds `isu` and `exp` beside
`"alg":"A128GCMKW"`. Neither is documented; both forms were read from the keys of public samples.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from scanner.aws.encoded import decode

ECR_USER: Final = b"AWS:"
_ECR_KEYS: Final = frozenset(("payload", "datakey", "version", "type"))
_JWE_PARTS: Final = 5


class RegistryToken(NamedTuple):
    """What a token says about itself."""

    issued_at: str
    """`2026-01-31T12:00:00Z`, or an empty string where it does not say."""
    expires_at: str


def parse_ecr_password(text: bytes) -> RegistryToken | None:
    """Read an ECR password, or the `auth` entry with the user `AWS` before it; None for neither."""
    raw = decode(text)
    if raw is not None and raw.startswith(ECR_USER):
        raw = decode(raw[len(ECR_USER) :])
    content = _json_object(raw)
    if content is None or not content.keys() >= _ECR_KEYS or content["type"] != "DATA_KEY":
        return None
    return RegistryToken("", _iso(content.get("expiration")))


def parse_codeartifact_token(text: bytes) -> RegistryToken | None:
    """Read a CodeArtifact authorization token; None where it is something else."""
    parts = text.split(b".")
    header = _json_object(decode(parts[0])) if len(parts) == _JWE_PARTS else None
    if header is None or header.get("alg") != "A128GCMKW" or "isu" not in header:
        return None
    issued, expires = _iso(header["isu"]), _iso(header.get("exp"))
    return RegistryToken(issued, expires) if issued and expires else None


def _json_object(raw: bytes | None) -> dict[str, Any] | None:
    if raw is None or not raw.startswith(b"{"):
        return None
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _iso(seconds: object) -> str:
    from time import gmtime, strftime

    # Integers only, and of this age: an absurd number would overflow the conversion.
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 1 << 33:
        return ""
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(seconds))
