"""The checks of a secret access key: scores in bits against thresholds, names, neighbours.

They are those of `scanner.kinds.secret_access_key.detect`, in its order and with its functions; the
tests compare the two on many values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.aws import randomness
from scanner.aws.placeholders import placeholder
from scanner.explain.interface import Check
from scanner.explain.pattern import no_placeholder
from scanner.kinds import encoded_places as places
from scanner.kinds import secret_access_key as kind
from scanner.kinds.surroundings import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.content import Layer
    from scanner.kinds.interface import Match
    from scanner.rulebook.model import Rule

_LEVELS: Final = {
    kind.AWS: "a name of an AWS secret",
    kind.PERHAPS: "a name that secrets often have",
    kind.OTHER: "a name of a secret of another service",
    kind.STRANGER: "a name of a token or an identifier",
    kind.CONTENT: "a name of a checksum or similar",
}


def checks(rule: Rule, layer: Layer, match: Match) -> Iterator[Check]:
    """Yield the checks of `scanner.kinds.secret_access_key.detect`."""
    data = layer.data
    value = data[match.start : match.end]
    if value.upper() == value or value.lower() == value:
        yield Check(False, "letters of one case only, as in a hash; a secret has both cases")
        return
    yield Check(True, "40 base64 characters, with letters of both cases")

    reason = placeholder(value)
    yield Check(not reason, no_placeholder(reason))
    if reason:
        return

    level, name = kind.naming(rule, label(data, match.start))
    bits = randomness.score(value)
    needed = kind.NAMED_FLOOR_BITS if level == kind.AWS else randomness.LOW_BITS
    if bits < kind.NAMED_FLOOR_BITS:
        yield _score(bits, needed, level)
        return

    encoded = _encoded(data, match)
    yield Check(not encoded, encoded or "no hash, ciphertext or escape around it")
    if encoded:
        return

    said = f"named {name}: {_LEVELS[level]}" if level != kind.NOTHING else "no name near it"
    yield Check(True, said)
    yield _score(bits, needed, level)
    if bits < needed:
        return

    regular = randomness.regularity(value)
    yield Check(not regular, regular or "no regularity, such as words or hexadecimal digits")
    if regular:
        return

    inside = kind.inside_encoded_data(data, match)
    yield Check(
        not inside, "a piece of longer encoded data" if inside else "not a piece of encoded data"
    )
    if inside:
        return
    if level != kind.AWS:
        mail = kind.in_message_id(data, match)
        yield Check(not mail, "in the ID of an e-mail" if mail else "not in the ID of an e-mail")
        if mail:
            return
    yield from _doubts(data, match, level, bits)


def _score(bits: float, needed: float, level: int) -> Check:
    of = "with such a name" if level == kind.AWS else "without a name of AWS"
    return Check(bits >= needed, f"score {bits:.1f} bits, at least {needed:.0f} needed {of}")


def _encoded(data: bytes, match: Match) -> str:
    if places.begins_in_escape(data, match.start):
        return "begins in the middle of an escape"
    if places.is_percent_encoded(data, *match):
        return "percent-encoded: the decoded form is checked instead"
    if places.is_hash_or_ciphertext(data, *match):
        return "a piece of a password hash, a digest or a ciphertext"
    if places.follows_chunk(data, match.start):
        return "follows a chunk of base64, so it is the end of encoded data"
    return ""


def _doubts(data: bytes, match: Match, level: int, bits: float) -> Iterator[Check]:
    """Yield what decides about the confidence of a secret that is reported."""
    medium = randomness.MEDIUM_BITS
    if level == kind.AWS:
        likely = bits >= randomness.LOW_BITS
        said = "high" if likely else "medium"
        yield Check(True, f"{said} confidence: {bits:.1f} bits, {randomness.LOW_BITS:.0f} for high")
        return

    doubts = []
    if level < kind.NOTHING:
        doubts.append("the name suggests something else")
    elif bits < medium:
        doubts.append(f"{bits:.1f} bits, {medium:.0f} for medium")
    if kind.is_glued(data, match):
        doubts.append("joined to other characters by - or _")
    if places.in_address(data, *match):
        doubts.append("in the path of a URL")
    if kind.in_lines(data, match):
        doubts.append("one of several lines of the same length")
    if doubts:
        yield Check(True, f"low confidence: {', '.join(doubts)}")
    else:
        yield Check(True, f"medium confidence: {bits:.1f} bits, {medium:.0f} for medium")
