"""Authorization tokens of CodeArtifact: an encrypted token with a readable header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.registry_token import parse_codeartifact_token
from scanner.detectors import results

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.detectors.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge five parts of base64 joined by full stops."""
    token = parse_codeartifact_token(layer.data[match.start : match.end])
    if token is None:
        return None
    evidence = [
        "its header decodes to that of a CodeArtifact token",
        f"issued {token.issued_at}, expires {token.expires_at}",
    ]
    return results.part(rule, layer, match, evidence)
