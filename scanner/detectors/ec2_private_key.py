"""Private keys of EC2 key pairs, where the answer of EC2 is kept: the key says that it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.placeholders import placeholder
from scanner.aws.private_key import plain_lines, rsa_bits
from scanner.detectors import results

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.detectors.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a PEM block that stands as key material in an answer of EC2."""
    pem = layer.data[match.start : match.end]
    reason = placeholder(pem)
    if reason:
        return results.aside(rule, layer, match, reason)
    bits = rsa_bits(pem)
    if bits is None:
        return None
    evidence = [f"a whole RSA key of {bits} bits", "named key material, as EC2 does"]
    return results.part(rule, layer, match, evidence, value=plain_lines(pem))
