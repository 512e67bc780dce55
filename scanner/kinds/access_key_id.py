"""Access key IDs: 20 characters whose structure shows whether AWS can have issued them.

AWS documents the prefixes only (IAM User Guide, "Understanding unique ID prefixes"). The rest is
public research, listed with its sources on the page of the rule `aws-access-key-id`:

* the 16 characters after the prefix are base32 (`A-Z2-7`), 80 bits, most significant bit first;
* since March 2019 the first of those bits is set and the next 40 are the account number, so the
  fifth character is one of `Q-Z2-6` (`7` would make an account number of 13 digits);
* before, the fifth character was `I` or `J` and the last one `A` or `Q` (the whole ID was the
  base32 form of 12 bytes, which leaves four padding bits), and the account number is not inside.

There is no checksum. The test accepts every ID that AWS issued and 7 % of the strings that people
make up from `[A-Z0-9]`.
"""

from __future__ import annotations

from scanner.aws import randomness
from scanner.aws.placeholders import placeholder
from scanner.aws.typed import words_in
from scanner.findings import Confidence, Severity
from scanner.kinds import interface
from scanner.kinds.interface import Aside, Kind, Match, Part
from scanner.kinds.surroundings import encoded_run
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from scanner.content import Layer
    from scanner.findings import Forensics
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

LENGTH: Final = 20

PREFIXES: Final = {
    b"AKIA": "long-term access key",
    b"ASIA": "temporary access key",
    b"ABIA": "STS bearer token",
    b"ACCA": "service-specific credential",
}
"""What an ID belongs to, by its first four characters."""

_BASE32: Final = {
    character: index for index, character in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
}
_MAX_ACCOUNT: Final = 999_999_999_999  # account numbers have 12 digits
_GENERATION_1_FIFTH: Final = b"IJ"
_GENERATION_1_LAST: Final = b"AQ"

# The structure is proved for these two. That the IDs of bearer tokens and of service-specific
# credentials are built alike is an assumption: good enough to look for them, not to report facts.
_PROVED: Final = (b"AKIA", b"ASIA")

_ENCODED_LENGTH: Final = 64
"""A run of base64 characters at least this long around an ID may be encoded data. An ID in the path
of a URL or in the scope of a signature stands in shorter ones."""


class KeyId(NamedTuple):
    """What an access key ID says by itself."""

    kind: str
    """What the prefix means, in words."""
    generation: int
    """2 since 2019, 1 before, 0 where AWS cannot have issued it."""
    account_id: str
    """The 12 digits of the account; empty for generations 0 and 1."""
    impossible: str
    """Why AWS cannot have issued it; empty where it can."""


def parse(value: bytes) -> KeyId:
    """Read the access key ID `value`: 20 characters that start with one of `PREFIXES`.

    Raises ValueError for anything that has another length or prefix.
    """
    kind = PREFIXES.get(value[:4])
    if kind is None or len(value) != LENGTH:
        raise ValueError("not in the form of an access key ID")

    number = 0
    for character in value[4:]:
        digit = _BASE32.get(character)
        if digit is None:
            return KeyId(
                kind, 0, "", "it contains a character that key IDs never have (0, 1, 8 or 9)"
            )
        number = number << 5 | digit

    # Generation 2: bit 79 is set, bits 78 to 39 are the account number.
    if number >> 79:
        account = number >> 39 & (1 << 40) - 1
        if account > _MAX_ACCOUNT:
            return KeyId(kind, 0, "", "its account number would have 13 digits")
        return KeyId(kind, 2, f"{account:012d}", "")

    if value[4] not in _GENERATION_1_FIFTH:
        fifth = chr(value[4])
        return KeyId(kind, 0, "", f"no issued key ID has {fifth} as its fifth character")
    if value[-1] not in _GENERATION_1_LAST:
        return KeyId(kind, 0, "", "key IDs from before 2019 end in A or Q")
    return KeyId(kind, 1, "", "")


def parse_proved(value: bytes) -> KeyId | None:
    """Read the access key ID `value` as far as there are facts; None for any other text."""
    try:
        parsed = parse(value)
    except ValueError:
        return None
    return parsed if value.startswith(_PROVED) else KeyId(parsed.kind, 0, "", "")


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a match of the form of a key ID; an impossible one is kept, at low confidence.

    It still makes a pair next to a secret, and people try a scanner with a made-up key.
    """
    value = layer.data[match.start : match.end]
    try:
        parsed = parse(value)
    except ValueError:
        return None

    reason = placeholder(value)
    if reason:
        return interface.aside(rule, layer, match, reason)
    if inside_encoded_data(layer.data, match):
        return None

    evidence = [f"prefix {value[:4].decode()}: {parsed.kind}"]
    if parsed.impossible:
        evidence.append(f"AWS cannot have issued it: {parsed.impossible}")
    elif parsed.generation == 1:
        evidence.append("structure of a key ID issued before 2019")
    else:
        evidence.append(f"structure of a key ID issued since 2019, account {parsed.account_id}")

    typed = words_in(value[4:])
    if typed:
        evidence.append(f"spells words: {' '.join(typed)}")

    possible = not parsed.impossible and not typed
    # A temporary ID alone is worth little: its session ends, and its secret is never shown again.
    long_term = value.startswith(b"AKIA")
    found = interface.part(
        rule,
        layer,
        match,
        evidence,
        confidence=rule.confidence if possible else Confidence.LOW,
        severity=rule.severity if long_term and possible else Severity.LOW,
        account_id="" if typed else parsed.account_id,
    )
    return found._replace(possible=possible)


def inside_encoded_data(data: bytes, match: Match) -> bool:
    """Return whether the ID at `match` is a piece of longer encoded data."""
    # `+` and `/` appear next to an ID in a URL or in the scope of a signature, but also within
    # base64 of anything. The rest of the run without the ID shows which: text or random bytes.
    start, end = encoded_run(data, match.start, match.end)
    if end - start < _ENCODED_LENGTH:
        return False
    rest = data[start : match.start] + data[match.end : end]
    return randomness.score(rest) > 0


def tell(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read an access key, with or without its secret and session token.

    The ID shows its type, its generation and whether AWS can have issued it; the token, its region.
    Neither says when it was issued or when it expires. A secret access key says nothing.
    """
    from scanner.kinds.session_token import tell as tell_token

    told = tell_token(noun, values)
    identifier = values.get("key_id")
    parsed = parse_proved(identifier.reveal()) if identifier else None
    if parsed is None:
        return told

    return told._replace(
        kind=parsed.kind, generation=parsed.generation, impossible=parsed.impossible
    )


KIND: Final = Kind(
    detect,
    tell,
    examples={
        "access_key_id": lambda made: made.access_key_id(),
        "old_access_key_id": lambda made: made.old_access_key_id(),
        "temporary_access_key_id": lambda made: made.temporary_access_key_id(),
    },
)
