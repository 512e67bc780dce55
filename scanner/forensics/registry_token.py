"""Passwords and tokens of registries: the times in the part of them that is not encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.registry_token import parse_codeartifact_token, parse_ecr_password
from scanner.findings import Forensics
from scanner.forensics.interface import only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.secret import Secret


def read_ecr(kind: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a password of ECR, which tells when it expires."""
    token = parse_ecr_password(only(values))
    return Forensics(kind, expires=token.expires_at if token else "")


def read_codeartifact(kind: str, values: Mapping[str, Secret]) -> Forensics:
    """Read a token of CodeArtifact, which tells when it was issued and when it expires."""
    token = parse_codeartifact_token(only(values))
    if token is None or token.issued_at >= token.expires_at:
        return Forensics(kind)
    return Forensics(kind, issued=token.issued_at, expires=token.expires_at)
