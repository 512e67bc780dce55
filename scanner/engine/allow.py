"""Marks that allow a credential on a line: our own, and those of other scanners.

A mark is on the line of the credential, or on the line before if its scanner has such a form. It
allows the part of a credential on that line and nothing else: a mark for a key ID does not allow
the secret on the next line. `docs/ignoring.md` lists all marks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from scanner.content import line_above, line_end, line_start

if TYPE_CHECKING:
    from collections.abc import Collection

_REACH: Final = 1000
"""A mark counts within this many bytes of the credential.

A line can be a whole minified file, in which one mark must not allow everything. A line that a
person edits is shorter than this.
"""

# `(?![\w-])` at the end of each: `gitleaks:allowlist` and `secretlint-disable-foo` are other words.
_OWN: Final = re.compile(rb"keycatch:allow(?![\w-])(?:[ \t:=\[(]*([A-Za-z][\w-]*))?")
_FOREIGN_SAME: Final = re.compile(
    rb"(?i:gitleaks:allow|betterleaks:allow|kingfisher:(?:ignore|allow)|trufflehog:ignore"
    rb"|pragma:?[ \t]*(?:allow|white)list[ -]secret|secretlint-disable-line)(?![\w-])"
)
_FOREIGN_NEXT: Final = re.compile(
    rb"(?i:pragma:?[ \t]*(?:allow|white)list[ -]nextline[ -]secret|secretlint-disable-next-line)"
    rb"(?![\w-])"
)
_BLOCK: Final = re.compile(rb"secretlint-(disable|enable)(?![\w-])")
# secretlint's block comments: everything is allowed from `disable` to the next `enable`.

ALLOWED: Final = "allowed-on-line"
"""The reason under which allowed values are counted."""


class Marks:
    """The marks in one text."""

    __slots__ = ("_data", "_rule_ids", "_switches")

    def __init__(self, data: bytes, rule_ids: Collection[str]) -> None:
        """Read the block marks of the text `data`; `rule_ids` are the IDs of all rules in use."""
        self._data = data
        self._rule_ids = rule_ids
        # Offsets at which blocks begin and end in turn. They are found once for a text, so that
        # `allow` costs a bisection, however many credentials the text has.
        self._switches: list[int] = []
        if data.find(b"secretlint-disable") >= 0:
            for mark in _BLOCK.finditer(data):
                if (mark[1] == b"disable") == (len(self._switches) % 2 == 0):
                    self._switches.append(mark.end())

    def allow(self, start: int, end: int, rule_ids: Collection[str]) -> bool:
        """Return whether a mark allows the credential in the bytes from `start` to before `end`.

        `rule_ids` are the rules under which the credential would be reported. An own mark that
        names a rule (`keycatch:allow aws-access-key-id: a reason`) allows only that rule.
        """
        # An odd number of switches before `start`: it is inside of a block.
        if bisect_right(self._switches, start) % 2:
            return True

        data = self._data
        begin = line_start(data, start, max(0, start - _REACH))
        line = data[begin : line_end(data, end, end + _REACH)]
        if any(self._own_mark_allows(mark, rule_ids) for mark in _OWN.finditer(line)):
            return True

        return bool(
            _FOREIGN_SAME.search(line) or _FOREIGN_NEXT.search(line_above(data, begin, _REACH))
        )

    def _own_mark_allows(self, mark: re.Match[bytes], rule_ids: Collection[str]) -> bool:
        if mark[1] is None:
            return True
        word = mark[1].decode("ascii", "replace")
        # Any word that is not the ID of a rule is the first word of a reason. A word that looks
        # like the ID of a shipped rule but is not one does not allow anything: a misspelt rule must
        # not allow all rules on the line.
        return word in rule_ids or not (word in self._rule_ids or word.startswith("aws-"))
