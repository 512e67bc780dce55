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

KEY_ID, SECRET, TOKEN = "key_id", "secret", "session_token"
ID_RULE: Final = "aws-access-key-id"
SECRET_RULE: Final = "aws-secret-access-key"  # noqa: S105 -- the ID of a rule
UNNAMED_RULE: Final = "aws-unnamed-secret"
PAIR_RULE: Final = "aws-access-key-pair"
TOKEN_RULE: Final = "aws-session-token"  # noqa: S105 -- the ID of a rule
CLEARLY: Final = 2
"""`Part.named` of a secret that is called one of AWS."""

_DOUBTFUL_REACH: Final = 1000
"""A value that may be an identifier after all is paired with a key ID only this near, in bytes."""
_TOKEN_REACH: Final = 20_000
"""A session token belongs to the nearest temporary key within this many bytes."""


class Occurrence(NamedTuple):
    """A part together with where it stands in the text that a person reads."""

    part: Part
    text: Layer
    start: int
    end: int
    place: Place


Group = list[Occurrence]
"""The parts of one credential: a key ID and a secret and perhaps a session token, or one part."""


def groups(occurrences: list[Occurrence], *, pairing: bool) -> list[Group]:
    """Return the groups that `occurrences` make up; without `pairing` each is one of its own."""
    if not pairing:
        return [[occurrence] for occurrence in occurrences]
    texts: dict[int, list[Occurrence]] = {}
    for occurrence in occurrences:
        texts.setdefault(id(occurrence.text), []).append(occurrence)
    return [group for members in texts.values() for group in _join(members)]


def _join(members: list[Occurrence]) -> list[Group]:
    text = members[0].text.data
    ids = [o for o in members if o.part.role == KEY_ID and o.part.rule_id == ID_RULE]
    secrets = [o for o in members if o.part.role == SECRET and o.part.rule_id == SECRET_RULE]
    secrets = [o for o in secrets if o.part.named >= 0]
    pairs: dict[int, Group] = {}
    joined: set[int] = set()
    for i, j in pair(text, [_spot(o) for o in ids], [_spot(o) for o in secrets]):
        pairs[id(ids[i])] = [ids[i], secrets[j]]
        joined |= {id(ids[i]), id(secrets[j])}
    # A temporary key without a secret takes its token out of the choice, and leaves it alone.
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
        return Spot(start, end, value, 0 if part.possible else 2)
    rank = 0 if part.named == CLEARLY else 1 if part.bits >= MEDIUM_BITS else 2
    return Spot(
        start, end, value, rank, _DOUBTFUL_REACH if part.confidence == Confidence.LOW else 0
    )


def _token_spot(occurrence: Occurrence) -> Spot:
    value = occurrence.part.value.reveal()
    return Spot(occurrence.start, occurrence.end, value, reach=_TOKEN_REACH)
