"""Which parts make up one credential: key ID and secret, and the session token that goes with them.

Parts of one text are joined, whatever encodings they came out of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.aws.randomness import MEDIUM_BITS
from scanner.engine.pairing import Spot, pair
from scanner.findings import Confidence

if TYPE_CHECKING:
    from scanner.content import Layer, Place
    from scanner.kinds.interface import Part

# The roles and the rules that pairing knows. Their names are part of reports and of `rules/`.
KEY_ID, SECRET, TOKEN = "key_id", "secret", "session_token"
ID_RULE: Final = "aws-access-key-id"
SECRET_RULE: Final = "aws-secret-access-key"  # noqa: S105 -- the ID of a rule
UNNAMED_RULE: Final = "aws-unnamed-secret"
PAIR_RULE: Final = "aws-access-key-pair"
TOKEN_RULE: Final = "aws-session-token"  # noqa: S105 -- the ID of a rule
CLEARLY: Final = 2
"""`Part.named` of a secret whose name says that it is one of AWS."""

_DOUBTFUL_REACH: Final = 1000
"""Bytes from a key ID within which a secret of low confidence is paired with it.

Such a value may be an identifier. A few lines from a key ID it is more likely a secret; anywhere
in a large file it would turn a coincidence into a pair of high confidence.
"""
_TOKEN_REACH: Final = 20_000
"""Bytes from a temporary key ID within which a session token is joined to it.

A token has up to some thousand characters, and several credentials can follow one another in a
file. Further away, the token is more likely that of a key which is not in the text.
"""


class Occurrence(NamedTuple):
    """A part, and where it is in the text that a person reads: the file, or a member of it."""

    part: Part
    text: Layer
    start: int
    end: int
    place: Place


Group = list[Occurrence]
"""The parts of one credential: a key ID and a secret and perhaps a session token, or one part."""


def groups(occurrences: list[Occurrence], *, pairing: bool) -> list[Group]:
    """Return the groups that `occurrences` make up; without `pairing`, each is its own group."""
    if not pairing:
        return [[occurrence] for occurrence in occurrences]
    # By identity: two members of an archive can have the same content.
    texts: dict[int, list[Occurrence]] = {}
    for occurrence in occurrences:
        texts.setdefault(id(occurrence.text), []).append(occurrence)
    return [group for members in texts.values() for group in _join(members)]


def _join(members: list[Occurrence]) -> list[Group]:
    text = members[0].text.data
    ids = [o for o in members if o.part.role == KEY_ID and o.part.rule_id == ID_RULE]
    secrets = [o for o in members if o.part.role == SECRET and o.part.rule_id == SECRET_RULE]
    # Below zero the text calls it something else, such as a checksum: never the partner of a key.
    secrets = [o for o in secrets if o.part.named >= 0]
    pairs: dict[int, Group] = {}
    joined: set[int] = set()

    for i, j in pair(text, [_spot(o) for o in ids], [_spot(o) for o in secrets]):
        pairs[id(ids[i])] = [ids[i], secrets[j]]
        joined |= {id(ids[i]), id(secrets[j])}

    # All temporary keys take part, also those without a secret: such a key claims its own token,
    # which otherwise would be joined to the key of another credential. The token remains alone.
    temporary = [o for o in ids if o.part.value.reveal().startswith(b"ASIA")]
    tokens = [o for o in members if o.part.role == TOKEN and o.part.rule_id == TOKEN_RULE]
    for i, j in pair(text, [_spot(o) for o in temporary], [_token_spot(o) for o in tokens]):
        group = pairs.get(id(temporary[i]))
        if group is not None:
            group.append(tokens[j])
            joined.add(id(tokens[j]))

    return [*pairs.values(), *([o] for o in members if id(o) not in joined)]


def _spot(occurrence: Occurrence) -> Spot:
    part = occurrence.part
    start, end, value = occurrence.start, occurrence.end, part.value.reveal()
    if part.role == KEY_ID:
        # An ID that AWS cannot have issued must not take the secret of a possible one.
        return Spot(start, end, value, 0 if part.possible else 2)

    # A named secret first, then what looks random, then what may be an identifier.
    rank = 0 if part.named == CLEARLY else 1 if part.bits >= MEDIUM_BITS else 2
    return Spot(
        start, end, value, rank, _DOUBTFUL_REACH if part.confidence == Confidence.LOW else 0
    )


def _token_spot(occurrence: Occurrence) -> Spot:
    value = occurrence.part.value.reveal()
    return Spot(occurrence.start, occurrence.end, value, reach=_TOKEN_REACH)
