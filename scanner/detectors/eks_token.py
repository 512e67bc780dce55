"""Tokens for a Kubernetes cluster of EKS: `k8s-aws-v1.` and base64 of a presigned URL of STS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.encoded import decode
from scanner.aws.presigned_url import parse
from scanner.detectors import results, signed
from scanner.findings import Confidence

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.detectors.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a value that begins like such a token."""
    value = layer.data[match.start : match.end]
    url = decode(value.partition(b".")[2])
    request = parse(url) if url else None
    if request is None or request.action != "GetCallerIdentity":
        return None
    reason = signed.made_up(request)
    if reason:
        return results.aside(rule, layer, match, reason)
    signer = signed.signer(request)
    # The URL is good for a minute at STS, but a cluster takes the token for 15 minutes.
    evidence = [
        f"decodes to a presigned request to {request.host}",
        f"signed {request.signed_at}, accepted for 15 minutes",
        signer.evidence,
    ]
    return results.part(
        rule,
        layer,
        match,
        evidence,
        confidence=rule.confidence if signer.possible else Confidence.LOW,
        account_id=signer.account_id,
    )
