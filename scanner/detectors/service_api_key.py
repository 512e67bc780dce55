"""Long-term API keys of a service: base64 of an IAM user, an account and a secret.

The option `service` says whose key a rule is about: `bedrock`, `claude-platform`, or `other` for
the services whose key has no form of its own yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import placeholder
from scanner.aws.service_api_key import BEDROCK, CLAUDE_PLATFORM, parse
from scanner.detectors import results

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.detectors.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule

SERVICES: Final = {BEDROCK: "bedrock", CLAUDE_PLATFORM: "claude-platform"}
"""By the framing bytes of a key."""


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of base64 that is long enough for such a key."""
    text = layer.data[match.start : match.end]
    key = parse(text)
    if key is None or SERVICES.get(key.frame, "other") != rule.options.get("service"):
        return None
    reason = placeholder(text) or placeholder(key.secret)
    if reason:
        return results.aside(rule, layer, match, reason)
    evidence = [
        f"decodes to an API key of IAM user {key.user} in account {key.account_id}",
    ]
    return results.part(rule, layer, match, evidence, account_id=key.account_id, user=key.user)
