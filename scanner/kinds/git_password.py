"""Passwords for Git over HTTPS at AWS: CodeCatalyst access tokens, and URLs of CodeCommit.

A URL has user and password before the host (RFC 3986, section 3.2.1). The host says what it is; the
password may be anything. Passwords of service-specific credentials, whose user name has the account
in it, have a rule of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import placeholder
from scanner.findings import Confidence
from scanner.kinds import interface
from scanner.kinds.interface import Kind, Match
from scanner.kinds.service_password import is_password

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_IN_URL: Final = re.compile(rb"://(?P<user>[^\s:@/]+):(?P<value>[^\s@/]+)@(?P<host>.+)")
_PERCENT: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_SERVICE_USER: Final = re.compile(rb"-at-[0-9]{12}$")
_SIGNED_USER: Final = re.compile(rb"A[KS]IA[A-Z0-9]{16}")  # git-remote-codecommit signs the URL
_REFERENCE: Final = re.compile(rb"[<>\[\]{}$*]|(?i:password|passwd|token|secret|your|xxx|\bpat\b)")
_FEWEST_DISTINCT: Final = 7
_RANDOM_DISTINCT: Final = 12  # of 20 or more characters


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a URL with user, password and host."""
    text = layer.data[match.start : match.end]
    found = _IN_URL.match(text)
    if found is None:
        return None
    value = _PERCENT.sub(lambda escape: bytes((int(escape[1], 16),)), found["value"])
    user = found["user"]
    if _SIGNED_USER.match(user) or (_SERVICE_USER.search(user) and is_password(value)):
        return None
    if _REFERENCE.search(value) or len(set(value)) < _FEWEST_DISTINCT:
        return None

    place = Match(*(match.start + offset for offset in found.span("value")))
    reason = placeholder(value)
    if reason:
        return interface.aside(rule, layer, place, reason)
    catalyst = b"codecatalyst" in found["host"]
    what = "CodeCatalyst access token" if catalyst else "CodeCommit password"
    certain = len(value) >= 20 and len(set(value)) >= _RANDOM_DISTINCT
    return interface.part(
        rule,
        layer,
        place,
        [f"{what} in the URL of a repository"],
        value=value,
        confidence=rule.confidence if certain else min(rule.confidence, Confidence.MEDIUM),
    )


def make_access_token(made: Generator) -> str:
    """Return a made-up access token; its form is not documented."""
    return f"{made.word(12)}-{made.base64url(30)}"


KIND: Final = Kind(detect, examples={"codecatalyst_token": make_access_token})
