"""Passwords of IAM service-specific credentials: CodeCommit over HTTPS, Keyspaces.

The user name has a form of its own, `<IAM user>-at-<account>`. The password is 32 or more random
bytes in base64 near it: in a URL of CodeCommit, in the JSON of the IAM API, in a
`.netrc`, in a downloaded CSV file or in a `cqlshrc`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws import randomness
from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.kinds import interface
from scanner.kinds.interface import Aside, Kind, Match, Part
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_REACH: Final = 400
"""How far, in bytes, the password may be from its user name: the same entry of a `.netrc`, of the
JSON of the IAM API or of a settings file. The rule's `reach` has to cover it and the password."""
_SHORTEST: Final = 43  # characters: 32 bytes in base64 without padding
_BITS_PER_CHARACTER: Final = randomness.MEDIUM_BITS / 40  # the threshold of a secret, by character

# The colour of a terminal ends with a letter. An equals sign before a password assigns it,
# unless it is the padding of another value.
_PASSWORD: Final = re.compile(
    rb"(?:\x1b\[[0-9;]{0,16}[mK]|(?<![A-Za-z0-9+/%_-])(?<![A-Za-z0-9+/]{40}=)(?<!==))(?P<value>(?:[A-Za-z0-9+/]|%2[BbFf]){43,128}(?:=|%3[Dd]){0,2})"
    rb"(?![A-Za-z0-9+/=%_-])"
)
_CONTEXT: Final = re.compile(
    rb"(?i)passw|(?<![a-z0-9+/])(?:pass|pwd)(?![a-z0-9+/])|codecommit|cassandra|keyspaces"
)
_BEFORE_USER: Final = re.compile(rb"(?:.*[=,]|[0-9]{0,3}[mK])(?=[A-Za-z0-9+.@_-])")
"""What is glued to a user name: the name of a setting, a column of a table, the end of a colour.

A user name may have an equals sign or a comma in it (IAM User Guide, "IAM names"), but hardly any
has. After the escape character and `[` comes a colour.
"""
_COLOUR: Final = re.compile(rb"\x1b\[(?:[0-9]{0,3};){0,4}\Z")
_LOWER: Final = re.compile(rb"[a-z]")
_PERCENT: Final = re.compile(rb"%([0-9A-Fa-f]{2})")


class _Candidate(NamedTuple):
    place: Match
    plain: bytes
    """The password without percent-encoding."""
    distance: int
    """Bytes from the user name, doubled before it."""


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Look for the password near the user name at `match`; the password is what is reported."""
    data = layer.data
    start, end = max(0, match.start - _REACH), match.end + _REACH
    if not _CONTEXT.search(data, start, end):
        return None

    candidates = [
        _candidate(found, match)
        for found in _PASSWORD.finditer(data, start, end)
        # The window must not cut a longer run short.
        if found.end() < end or end >= len(data)
    ]
    candidates = [candidate for candidate in candidates if is_password(candidate.plain)]
    if not candidates:
        return None

    nearest = min(candidates, key=lambda candidate: candidate.distance)
    reason = placeholder(nearest.plain)
    if reason:
        return interface.aside(rule, layer, nearest.place, reason)

    user, _, account = _user_name(data, match).decode().rpartition("-at-")
    evidence = [f"next to the user name of IAM user {user} in account {account}"]
    return interface.part(
        rule, layer, nearest.place, evidence, value=nearest.plain, account_id=account, user=user
    )


def _user_name(data: bytes, match: Match) -> bytes:
    name = data[match.start : match.end]
    glued = _BEFORE_USER.match(name)
    colour = _COLOUR.search(data, max(0, match.start - 16), match.start)
    if glued and (glued[0][-1:] in (b"=", b",") or colour):
        return name[glued.end() :]
    return name


def _candidate(found: re.Match[bytes], user: Match) -> _Candidate:
    place = Match(*found.span("value"))
    plain = _PERCENT.sub(lambda escape: bytes((int(escape[1], 16),)), found["value"])
    # A password usually follows its user name: the same distance before it counts double.
    after = place.start >= user.end
    distance = place.start - user.end if after else 2 * (user.start - place.end)
    return _Candidate(place, plain, distance)


def is_password(plain: bytes) -> bool:
    """Return whether `plain` is 32 or more random bytes in base64."""
    bare = plain.rstrip(b"=")
    if len(bare) < _SHORTEST or (plain != bare and len(plain) % 4):
        return False
    raw = decode(plain)
    # 32 random bytes are not all ASCII, nor all their characters base32: such is a password, or
    # something else, that was encoded once more.
    if raw is None or raw.isascii() or not _LOWER.search(plain):
        return False
    return randomness.score(bare) >= _BITS_PER_CHARACTER * len(bare)


def make_user_name(made: Generator, account_id: str | None = None, user: str = "sofia") -> str:
    """Return the user name that belongs to such a password."""
    return f"{user}-at-{account_id or made.account_id()}"


def make_password(made: Generator) -> str:
    """Return a made-up password: 32 bytes in base64."""
    return made.base64(32)


KIND: Final = Kind(
    detect,
    examples={"service_password": make_password, "service_user_name": make_user_name},
)
