"""Errors that reach the user: one sentence that says what, where and what to do.

`KeycatchError` ends the run with exit code 2 and its message on standard error. Anything that
stops only one file from being read is not an exception of this kind but a `Notice` (see
`scanner.findings`), so that one bad file never costs the findings in all the others.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class KeycatchError(Exception):
    """Something the user has to act on; `str()` of it is the whole message."""


class UsageError(KeycatchError):
    """The command line asks for something that cannot be done."""


class ConfigError(KeycatchError):
    """A configuration file holds something that cannot be used."""


class RuleError(KeycatchError):
    """A rule file cannot be used; names the file, the key in it and the reason."""

    def __init__(self, source: str, key: str, reason: str) -> None:
        """Say that `key` of the rule file `source` cannot be used because of `reason`."""
        where = f"{source}: {key}" if key else source
        super().__init__(f"{where}: {reason}")
        self.source = source
        self.key = key
        self.reason = reason

    def __reduce__(self) -> tuple[type[RuleError], tuple[str, str, str]]:
        """Rebuild from the three parts, since exceptions pickle their message only."""
        return RuleError, (self.source, self.key, self.reason)


def did_you_mean(word: str, known: Iterable[str], mark: str = "`") -> str:
    """Return `; did you mean ...?` with the known word nearest to `word`, or an empty string.

    `mark` is put on both sides of the known word.
    """
    from difflib import get_close_matches  # not for runs with nothing misspelt

    by_lower = {name.lower(): name for name in known}  # no name differs from another by case only
    near = get_close_matches(word.lower(), list(by_lower), n=1)
    return f"; did you mean {mark}{by_lower[near[0]]}{mark}?" if near else ""
