"""A rule as the engine uses it: what to look for, which kind judges it, what the user is shown.

Rules are written as YAML (`rules/*.yaml`, described by `rules/rule.schema.json`). The shipped ones
are compiled into a module, so that a scan pays neither for a YAML parser nor for the
examples. `scanner.rulebook.loading` reads the first, `scanner.rulebook.compiled` the second.
"""

from __future__ import annotations

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.findings import Confidence, Severity

BEFORE: Final = 256
"""How far before an anchor, in bytes, the pattern of a rule is tried, unless the rule says."""
AFTER: Final = 8192
"""How far after the start of an anchor it is tried; a longer match is followed to its end."""

ENCODED_RUN: Final = 40
"""The shortest run of base64 in which an encoded literal counts. Runs of 27 to 39 are four times as
many in source code, as names and paths; the price is a word on a short last line of base64."""


CASES = ("mixed", "upper", "lower", "varied")
"""What an anchor can ask of the letters of a run."""


class Anchor(NamedTuple):
    """Something that can be found at memory speed and makes a place worth a precise look.

    Either a literal, or a run of exactly `run` characters of the base64 alphabet that is bounded
    by other bytes, or the `head` of a longer run. A rule lists its anchors, of which one has to be
    there. The other conditions of an anchor cost next to nothing and spare the precise look at most
    of its places.
    """

    literal: bytes = b""
    encoded: bool = False
    """For a literal of the base64 alphabet: only inside a run of `ENCODED_RUN` or more of it.

    A run without capital letters, or of letters alone of which less than a fifth are `A`, does not
    count: base64 of UTF-16 has more. 40 random characters of base64 are of letters alone two or
    three times in ten thousand, 54 once in a hundred thousand.
    """
    run: int = 0
    before: bytes = b""
    """For a run: only if one of these bytes is directly before it; empty for any."""
    after: bytes = b""
    """For a run: only if one of these bytes is directly after it; empty for any."""
    first: bytes = b""
    """For a run: only if it begins with one of these bytes; empty for any."""
    then: tuple[bytes, ...] = ()
    """For a run: the bytes after the first one are in these sets, one set for each byte."""
    case: str = ""
    """For a run: "mixed" if it holds both a capital and a small letter, "upper" if it is of capital
    letters and digits, "lower" if it is of small letters and digits, "varied" if it is of capital
    letters, small letters and digits; empty for any."""
    head: bytes = b""
    """A regular expression without groups, of no more than `ENCODED_RUN` characters: a run of
    `ENCODED_RUN` or more that begins with it. Text in base64 is known by that, whatever it says.
    What is said above for `encoded` holds, but that a run without capital letters counts if its
    first byte is one of `first`, and `case` is empty."""
    name: bool = False
    """For a literal: it is part of the name of a value and of no value. Names are frequent in code,
    and escapes do not change them."""


class Rule(NamedTuple):
    """One credential kind."""

    id: str
    """Stable identifier: `aws-access-key-id`."""
    name: str
    """What it is, in title form: `AWS access key ID`."""
    summary: str
    """One sentence: what the credential is."""
    why: str
    """Why its leak matters: a paragraph of Markdown."""
    severity: Severity
    confidence: Confidence
    """The confidence of a finding on its own; the judge raises or lowers it by evidence."""
    role: str
    """The key of a finding's `values` that a match fills: `key_id`, `secret`, ..."""
    kind: str
    """The kind in `scanner.kinds` that judges a match and reads what a value says by itself.

    `service_key.short_term` is SHORT_TERM in the module `service_key`; empty where a derived rule
    needs none.
    """
    anchors: tuple[Anchor, ...]
    """Empty for a rule that is derived from the findings of others."""
    pattern: str
    """Regular expression on bytes; the group `value`, or else all of it, is the credential."""
    options: dict[str, object]
    """Settings of the detector, such as the names that mark a secret as one of AWS."""
    cwe: tuple[str, ...]
    remediation: tuple[str, ...]
    """Steps in order, each one sentence of Markdown."""
    references: tuple[str, ...]
    origin: str
    """The file that the rule came from, for error messages; empty for a shipped rule."""
    derived_from: tuple[str, ...] = ()
    """Rules whose findings the judge turns into findings of this one; it has no anchors then."""
    before: int = BEFORE
    """0 means that a match begins at the anchor, and nowhere else."""
    after: int = AFTER
    noun: str = ""
    """What reports call such a credential: `API key of AppSync`; empty in a user's rule."""
    reach: int = 0
    """Bytes to either side of an anchor that decide what is found there, rounded up; 0: no bound.

    A history is read as the differences between versions. A place that was looked at is not looked
    at again while nothing changes within this distance.
    """
    needs: tuple[bytes, ...] = ()
    """Words in small letters, one of which is in each match in any case; empty where none is known.

    `tools/required_words.py` takes them from the pattern of a shipped rule.
    """
