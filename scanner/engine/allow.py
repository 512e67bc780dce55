"""Marks that allow a credential on a line: our own, and those of other scanners.

A mark is on the line of the credential, or on the line before if its scanner has such a form. It
allows the part of a credential on that line and nothing else: a mark for a key ID does not allow
the secret on the next line. `docs/ignoring.md` lists all marks.
"""

from __future__ import annotations

from bisect import bisect_right

from scanner.content import line_above, line_end, line_start
from scanner.errors import did_you_mean
from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Final

_REACH: Final = 1000
"""A mark counts within this many bytes of the credential.

A line can be a whole minified file, in which one mark must not allow everything. A line that a
person edits is shorter than this.
"""

# `(?![\w-])` at the end of each: `gitleaks:allowlist` and `secretlint-disable-foo` are other words.
_OWN: Final = compile_later(
    rb"keycatch:allow(-next-line)?(?![\w-])(?:[ \t:=\[(]*([A-Za-z][\w-]*))?"
)
_FOREIGN_SAME: Final = compile_later(
    rb"(?i:gitleaks:allow|betterleaks:allow|kingfisher:(?:ignore|allow)|trufflehog:ignore"
    rb"|pragma:?[ \t]*(?:allow|white)list[ -]secret|secretlint-disable-line)(?![\w-])"
)
_FOREIGN_NEXT: Final = compile_later(
    rb"(?i:pragma:?[ \t]*(?:allow|white)list[ -]nextline[ -]secret|secretlint-disable-next-line)"
    rb"(?![\w-])"
)
_BLOCK: Final = compile_later(rb"secretlint-(disable|enable)(?![\w-])")
# secretlint's block comments: everything is allowed from `disable` to the next `enable`.


class Marks:
    """The marks in one text."""

    __slots__ = ("_data", "_rule_ids", "_switches", "any_own")

    def __init__(self, data: bytes, rule_ids: Collection[str]) -> None:
        """Read the block marks of the text `data`; `rule_ids` are the IDs of all rules in use."""
        self._data = data
        self._rule_ids = rule_ids
        self.any_own = data.find(b"keycatch:allow") >= 0
        """Whether there is any mark of our own: most texts have none, and need no second look."""
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
        above = line_above(data, begin, _REACH)
        if any(self._allows(word, rule_ids) for word in _words(line, above)):
            return True

        return bool(_FOREIGN_SAME.search(line) or _FOREIGN_NEXT.search(above))

    def misspelt(self, start: int, end: int) -> str:
        """Return what to say of a mark for these bytes that names a rule which does not exist.

        Nothing where there is no such mark. The word itself is not repeated: it is content.
        """
        data = self._data
        begin = line_start(data, start, max(0, start - _REACH))
        line = data[begin : line_end(data, end, end + _REACH)]
        for word in _words(line, line_above(data, begin, _REACH)):
            if _looks_like_a_rule(word) and word not in self._rule_ids:
                hint = did_you_mean(word, self._rule_ids, mark="")
                return f"its mark names a rule that does not exist{hint}"
        return ""

    def _allows(self, word: str, rule_ids: Collection[str]) -> bool:
        # Any word that is not the ID of a rule is the first word of a reason. A word that looks
        # like the ID of a shipped rule but is not one does not allow anything: a misspelt rule must
        # not allow all rules on the line.
        if not word or word in rule_ids:
            return True
        return not (word in self._rule_ids or _looks_like_a_rule(word))


def _looks_like_a_rule(word: str) -> bool:
    return word.startswith("aws-")


def _words(line: bytes, above: bytes) -> Iterator[str]:
    """Yield the word after each own mark that is for `line`, in lower case as IDs of rules are.

    It is empty for a mark without one.
    """
    for text, is_for_next in ((line, False), (above, True)):
        for mark in _OWN.finditer(text):
            if (mark[1] is not None) == is_for_next:
                yield (mark[2] or b"").decode("ascii", "replace").lower()
