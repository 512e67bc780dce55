"""Which parts make up one credential: key ID and secret, and the session token that goes with them.

Parts of one text are joined, whatever encodings they came out of.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from scanner.aws.randomness import MEDIUM_BITS
from scanner.engine.pairing import BEST, LAST, Spot, pair
from scanner.expressions import compile_later
from scanner.findings import Confidence
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.content import Layer, Place
    from scanner.kinds.interface import Part

# The roles and the rules that pairing knows. Their names are part of reports and of `rules/`.
KEY_ID, SECRET, TOKEN = "key_id", "secret", "session_token"
ID_RULE: Final = "aws-access-key-id"
SECRET_RULE: Final = "aws-secret-access-key"  # noqa: S105 -- the ID of a rule
UNNAMED_RULE: Final = "aws-unnamed-secret"
PAIR_RULE: Final = "aws-access-key-pair"
TOKEN_RULES: Final = ("aws-session-token", "aws-named-session-token")
CLEARLY, PERHAPS, NOT_AT_ALL, ANOTHER, STRANGER = 2, 1, 0, -1, -2
"""`Part.named` of a secret: a name of AWS, of any secret, no name, a secret of something else, a
token or an identifier. Below that it is called a checksum or the like, which is never a secret."""

_DOUBTFUL_REACH: Final = 1000
"""Bytes from a key ID within which a secret of low confidence is paired with it.

Such a value may be an identifier. A few lines from a key ID it is more likely a secret; anywhere
in a large file it would turn a coincidence into a pair of high confidence.
"""
_REACHES: Final = {PERHAPS: 50_000, NOT_AT_ALL: 10_000, ANOTHER: 300}
"""Bytes from a key ID within which a secret is paired with it, by what it is called.

In a long log an ID and a random value have nothing to do with each other; the secret of an ID is
in its block, its section or at least its page. What is called something else has to be next to it.
A secret with a name of AWS is paired at any distance.
"""
_REFERENCE_REACH: Final = 400
_NAME_REACH: Final = 80
_FAMILY: Final = compile_later(
    rb"(?<![A-Za-z0-9_.-])([A-Za-z][a-z0-9]+|[A-Z][A-Z0-9]+)(?![a-z])[A-Za-z0-9_.-]*[^A-Za-z0-9\n]{1,6}\Z"
)
_SHARED: Final = frozenset(
    (b"aws", b"amazon", b"s3", b"app", b"my", b"export", b"secret", b"access")
)
"""First words of names that say nothing about which of them belong together."""
_OF_AWS: Final = compile_later(
    rb"(?:(?<![a-z])(?:aws|amazon|s3|iam|ses|sqs|sns)(?![a-z])|access[\W_]{0,3}key[\W_]{0,3}id)"
    rb"[^\n,;&]{0,40}\Z",
    re.IGNORECASE,
)
"""A name of AWS on the line of a value, before it."""
_PUNCTUATION: Final = compile_later(rb"[^A-Za-z0-9\r\n]{1,4}")
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
    secrets = [o for o in secrets if o.part.named >= STRANGER]
    pairs: dict[int, Group] = {}
    joined: set[int] = set()

    # A reference takes the place of a secret; what is paired with one remains alone.
    taking: list[tuple[Spot, Occurrence | None]] = [(_spot(o), o) for o in secrets]
    if ids and secrets:
        taking = [(_with_family(text, spot, o, ids), o) for spot, o in taking]
        taking = [(spot, o) for spot, o in taking if not _is_strange(text, spot, o, ids)]
        spans = [(o.start, o.end) for o in ids]
        from scanner.engine.references import references  # its pattern takes 1 ms to compile

        places = references(text, spans, [o.start for o in secrets])
        taking += [(_reference(text, *place), None) for place in places]
        taking.sort(key=lambda each: each[0].start)

    for i, j in pair(text, [_spot(o) for o in ids], [spot for spot, _ in taking]):
        secret = taking[j][1]
        if secret is not None:
            pairs[id(ids[i])] = [ids[i], secret]
            joined |= {id(ids[i]), id(secret)}

    # All temporary keys take part, also those without a secret: such a key claims its own token,
    # which otherwise would be joined to the key of another credential. The token remains alone.
    temporary = [o for o in ids if o.part.value.reveal().startswith(b"ASIA")]
    tokens = [o for o in members if o.part.role == TOKEN and o.part.rule_id in TOKEN_RULES]
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

    # A named secret first, then what looks random, then what may be an identifier, then what is
    # called something else.
    if part.named == CLEARLY:
        return Spot(start, end, value, BEST)
    if part.named <= ANOTHER:
        return Spot(start, end, value, LAST, _REACHES[ANOTHER])
    rank = 1 if part.bits >= MEDIUM_BITS else 2
    reach = _DOUBTFUL_REACH if part.confidence == Confidence.LOW else _REACHES[part.named]
    return Spot(start, end, value, rank, reach)


def _with_family(text: bytes, spot: Spot, secret: Occurrence | None, ids: list[Occurrence]) -> Spot:
    """Return `spot` with the best rank if a key ID near it has a name of the same family.

    `client_secret` is no name of AWS, but after a `client_id` that is a key ID it is its secret.
    """
    if spot.rank != LAST or secret is None:
        return spot
    family = _family(text, secret.start)
    for key_id in _next_to(secret, ids, spot.reach):
        if family and _family(text, key_id.start) == family:
            return spot._replace(rank=BEST)
    return spot


def _is_strange(text: bytes, spot: Spot, secret: Occurrence | None, ids: list[Occurrence]) -> bool:
    """Return whether the value belongs to something else than the key IDs next to it.

    `GITHUB_TOKEN` after `AWS_ACCESS_KEY_ID` does: both names say what they are. After `username` or
    a bare ID only one does, and it may be wrong.
    """
    if secret is None or secret.part.named != STRANGER or spot.rank != LAST:
        return False
    if _is_of_aws(text, secret.start):
        return False
    return all(
        _is_of_aws(text, o.start) and not _touch(text, o, secret)
        for o in _next_to(secret, ids, spot.reach)
    )


def _is_of_aws(text: bytes, start: int) -> bool:
    return _OF_AWS.search(text, max(0, start - _NAME_REACH), start) is not None


def _next_to(secret: Occurrence, ids: list[Occurrence], reach: int) -> list[Occurrence]:
    """Return the last key ID before `secret` and the first one after it, if within `reach`."""
    at = bisect_left(ids, secret.start, key=lambda o: o.start)
    return [
        o
        for o in ids[max(0, at - 1) : at + 1]
        if max(secret.start - o.end, o.start - secret.end) <= reach
    ]


def _touch(text: bytes, one: Occurrence, other: Occurrence) -> bool:
    first, second = sorted((one, other), key=lambda o: o.start)
    return _PUNCTUATION.fullmatch(text, first.end, max(first.end, second.start)) is not None


def _family(text: bytes, start: int) -> bytes:
    """Return the first word of the name directly before a value: `client` of `client_id=`."""
    found = _FAMILY.search(text, max(0, start - _NAME_REACH), start)
    word = found[1].lower() if found else b""
    return b"" if word in _SHARED else word


def _reference(text: bytes, start: int, end: int) -> Spot:
    # Each is a value of its own: two key IDs may have references that read the same.
    value = b"%d %b" % (start, text[start:end])
    return Spot(start, end, value, rank=1, reach=_REFERENCE_REACH)


def _token_spot(occurrence: Occurrence) -> Spot:
    value = occurrence.part.value.reveal()
    return Spot(occurrence.start, occurrence.end, value, reach=_TOKEN_REACH)
