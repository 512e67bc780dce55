"""Short-term API keys of a service: a prefix and base64 of a presigned URL.

The option `service` is the host that the URL inside has to be for, such as `bedrock`.
"""

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

_ACTION = "CallWithBearerToken"


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a value that begins like such a key."""
    value = layer.data[match.start : match.end]
    url = decode(value.partition(b"-api-key-")[2])
    request = parse(url) if url else None
    if request is None or request.action != _ACTION:
        return None
    if request.host.partition(".")[0] != rule.options.get("service"):
        return None
    reason = signed.made_up(request)
    if reason:
        return results.aside(rule, layer, match, reason)
    signer = signed.signer(request)
    region = f"decodes to a request signed for {request.service} in {request.region}"
    return results.part(
        rule,
        layer,
        match,
        [region, signed.times(request), signer.evidence],
        confidence=rule.confidence if signer.possible else Confidence.LOW,
        account_id=signer.account_id,
    )
