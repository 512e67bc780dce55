"""Secret access keys: 40 random characters, believed by what they are and by what names them.

A secret has no prefix and no checksum. Three things decide: whether the 40 characters are random
(`scanner.aws.randomness`), whether they stand alone rather than being a piece of longer encoded
data, and what the text before them calls them. A key ID near by is not looked at here:
`scanner.engine.pairing` does that.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scanner.aws import randomness
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.findings import Confidence, Severity
from scanner.kinds.interface import Aside, Kind, Match, Part
from scanner.kinds.surroundings import (
    dotted_tail,
    is_bare,
    label,
    long_run,
    neighbour_lines,
    url_safe_tails,
)
from scanner.records import NamedTuple
from scanner.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.content import Layer
    from scanner.rulebook.model import Rule

NAMED_FLOOR_BITS: Final = 0.0
"""A value after an AWS name is believed down to this score: 1 random secret in 10 million is below,
and so is every path, identifier and sentence that people put there (docs/randomness.md)."""

_NAME: Final = compile_later(rb"(?:[A-Za-z]{1,10} ){0,2}[A-Za-z0-9_.:/-]{1,40}\Z")
_WIDEST_WRAPPED: Final = 128
"""Characters of a line of wrapped base64: 64 in PEM (RFC 7468), 76 in MIME (RFC 2045), up to this
elsewhere. A longer run in the next line is no wrapped line: a session token, for example."""
_LEAST_GLUED: Final = 20
"""Characters of URL-safe base64 glued to a run that are enough to be judged as random."""
_OBJECTS: Final = (b"eyJ", b"ey0")
_LEAST_JWT_PART: Final = 16
"""Characters of a part of a JSON Web Token: its header and payload are longer than this."""

_NAMED_BEFORE: Final = compile_later(
    rb"(?i)(?:\A|[-_])(?:secret|key|password|passwd|pwd|pass)[-_]+\Z"
)

_REST_OF_ADDRESS: Final = compile_later(rb"[A-Za-z0-9+/=_.-]{0,64}@[A-Za-z0-9-]+\.[A-Za-z]")
"""The part of an address before its `@` has 64 characters at the most (RFC 5321, 4.5.3.1.1)."""

AWS, PERHAPS, NOTHING, OTHER, STRANGER, CONTENT = 2, 1, 0, -1, -2, -3
"""What the text before a value calls it: an AWS secret, a secret, nothing, a secret of another
service, a token or an identifier, a checksum or the like."""


class NamePatterns(NamedTuple):
    """Compiled name lists of a rule, from its option `names`.

    Of two names that end together, the one of the earlier list counts.
    """

    qualified: re.Pattern[bytes]
    aws: re.Pattern[bytes]
    perhaps: re.Pattern[bytes]
    content: re.Pattern[bytes]
    stranger: re.Pattern[bytes]
    other: re.Pattern[bytes]


_LEVELS: Final = (OTHER, AWS, PERHAPS, CONTENT, STRANGER, OTHER)  # of the lists of NamePatterns


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of exactly 40 base64 characters."""
    data = layer.data
    value = data[match.start : match.end]
    if value.upper() == value or value.lower() == value:
        return None  # one random secret in a billion; every hash and most paths

    reason, bits = _looks(value)
    if reason:
        return Aside(reason, rule.role, layer, match.start, match.end)
    if bits < NAMED_FLOOR_BITS:
        return None

    # Loaded here: most runs are words and paths, and end above.
    from scanner.kinds import encoded_places as places

    if (
        places.begins_in_escape(data, match.start)
        or places.is_percent_encoded(data, *match)
        or places.is_hash_or_ciphertext(data, *match)
        or places.follows_chunk(data, match.start)
    ):
        return None

    level, name = naming(rule, label(data, match.start))
    floor = NAMED_FLOOR_BITS if level == AWS else randomness.LOW_BITS
    if bits < floor or randomness.regularity(value):
        return None
    if inside_encoded_data(data, match) or (level != AWS and in_message_id(data, match)):
        return None

    confidence, severity = _verdict(rule, level, bits)
    evidence = [f"random-looking ({bits:.0f} bits)"]
    if level == AWS:
        evidence.append(f"named {name}")
    elif is_glued(data, match):
        level, confidence, severity = CONTENT, Confidence.LOW, Severity.LOW
        evidence.append("joined to other characters by - or _, as in tokens of other vendors")
    elif level == PERHAPS:
        evidence.append(f"assigned to {name}")
    elif level < NOTHING:
        evidence.append(f"assigned to {name}, which suggests something else")
    else:
        evidence.append("no name before it")

    if level > OTHER and places.in_address(data, *match):
        level, confidence, severity = STRANGER, Confidence.LOW, Severity.LOW
        evidence.append("in the path of a URL")

    if level != AWS and in_lines(data, match):
        # Perhaps encoded data, perhaps a list of secrets; pairing decides where key IDs are near.
        confidence, severity = Confidence.LOW, Severity.LOW
        evidence.append("one of several lines of the same length, as in encoded data")

    return Part(
        rule_id=rule.id,
        role=rule.role,
        value=Secret(value),
        layer=layer,
        start=match.start,
        end=match.end,
        confidence=confidence,
        severity=severity,
        evidence=tuple(evidence),
        bits=bits,
        named=level,
    )


@lru_cache(maxsize=4096)
def _looks(value: bytes) -> tuple[str, float]:
    """Return why `value` is made up (empty if it is not) and its score in bits.

    Cached, since the versions of a file in a history repeat the same long identifiers.
    """
    return placeholder(value) or "", randomness.score(value)


def _verdict(rule: Rule, level: int, bits: float) -> tuple[Confidence, Severity]:
    random = bits >= randomness.MEDIUM_BITS
    if level == AWS:
        likely = bits >= randomness.LOW_BITS
        return (rule.confidence if likely else Confidence.MEDIUM), Severity.HIGH
    if level == PERHAPS:
        return (Confidence.MEDIUM if random else Confidence.LOW), Severity.HIGH
    if level == NOTHING:
        return (Confidence.MEDIUM if random else Confidence.LOW), Severity.MEDIUM
    return Confidence.LOW, Severity.LOW


def naming(rule: Rule, text: bytes) -> tuple[int, str]:
    """Return what the label `text` calls the value after it: the level and the name.

    The name nearest to the value counts, so that in `integrity: ..., secret_key: ...` each value
    has its own. Names come from the option `names` of the rule.
    """
    names = _names(rule)
    best_end, best_level, best_name = -1, NOTHING, b""
    for level, pattern in zip(_LEVELS, names, strict=True):
        for found in pattern.finditer(text):
            if found.end() > best_end:
                best_end, best_level = found.end(), level
                best_name = found[0]
    return best_level, _quotable(best_name)


def _quotable(name: bytes) -> str:
    # Evidence never holds credential material, and a pattern may reach over another value: only
    # the last word is quoted, and before it only words that clearly belong to the same name.
    said = _NAME.search(name.rstrip(b" \t\r\n\"'=:>,|("))
    return said[0].decode("ascii") if said else "so"


@lru_cache(maxsize=8)
def _names_of(lists: tuple[tuple[str, ...], ...]) -> NamePatterns:
    return NamePatterns(
        *(re.compile("|".join(names).encode() or b"(?!)", re.IGNORECASE) for names in lists)
    )


def _names(rule: Rule) -> NamePatterns:
    names = rule.options.get("names")
    lists = names if isinstance(names, dict) else {}
    return _names_of(tuple(tuple(lists.get(key, ())) for key in NamePatterns._fields))


def inside_encoded_data(data: bytes, match: Match) -> bool:
    """Return whether the run at `match` is a piece of longer encoded data."""
    # The last line of wrapped base64 (PEM, MIME, YAML) can be 40 characters long, and a run
    # between the `-` and `_` of URL-safe base64 or between the dots of a JWT can be as well.
    if _ends_wrapped_lines(data, match):
        return True
    if data[max(0, match.start - 7) : match.start] == b"base64,":
        return True
    before, after = url_safe_tails(data, match.start, match.end)
    glued = (before + after).replace(b"-", b"").replace(b"_", b"")
    if len(glued) >= _LEAST_GLUED and randomness.score(glued) > 0:
        return True
    return _between_dots(data, match)


def _ends_wrapped_lines(data: bytes, match: Match) -> bool:
    if not is_bare(data, match.start):
        return False
    return any(
        match.end - match.start < len(run) <= _WIDEST_WRAPPED and randomness.score(run) > 0
        for run in map(long_run, neighbour_lines(data, match.start, match.end))
    )


def _between_dots(data: bytes, match: Match) -> bool:
    if data[match.start - 1 : match.start] == b"." and match.start > 1:
        parts = dotted_tail(data, match.start - 1).split(b".")
        # Base64 of `{"`, and of `{` before a line end: the beginning of a JSON object. It is the
        # part right before the value, or that before this one.
        if any(len(part) >= _LEAST_JWT_PART and part[:3] in _OBJECTS for part in parts[-2:]):
            return True
    if data[match.end : match.end + 1] == b".":
        _, after = url_safe_tails(data, match.start, match.end + 1)
        return len(after) >= _LEAST_JWT_PART
    return False


def in_message_id(data: bytes, match: Match) -> bool:
    """Return whether the run at `match` is in the ID of an e-mail."""
    # Commit messages cite the IDs of e-mails: random characters, perhaps glued to more of them, and
    # a host. A colon right before the value makes it the password in a URL instead.
    if data[match.start - 1 : match.start] == b":":
        return False
    return _REST_OF_ADDRESS.match(data, match.end) is not None


def is_glued(data: bytes, match: Match) -> bool:
    """Return whether `-` or `_` join the run at `match` to other characters."""
    # Emphasis (`_..._`) and the dashes of an option do not count: a character has to follow them.
    # Nor does a word that says what follows it, as in `secret-...`: no vendor's tokens begin so.
    before, after = url_safe_tails(data, match.start, match.end)
    return bool(after.strip(b"-_") or (before.strip(b"-_") and not _NAMED_BEFORE.search(before)))


def in_lines(data: bytes, match: Match) -> bool:
    """Return whether the run at `match` is one of several lines of the same length."""
    if _among_its_like(data, match):
        return True
    from scanner.kinds.wrapped_lines import (
        in_wrapped_lines,
    )  # here: only what is reported gets here

    return in_wrapped_lines(data, *match)


def _among_its_like(data: bytes, match: Match) -> bool:
    length = match.end - match.start
    return all(
        len(long_run(line)) == length for line in neighbour_lines(data, match.start, match.end)
    )


KIND: Final = Kind(
    detect,
    options=frozenset(("names",)),
    examples={"secret_access_key": lambda made: made.secret_access_key()},
)
