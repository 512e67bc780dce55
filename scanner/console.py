"""The terminal: messages, whether to use colour, and a progress bar for long scans."""

from __future__ import annotations

import os
import sys
from time import monotonic

from scanner.files import discard
from scanner.secret import Secret, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, TextIO

_PATIENCE: Final = 0.5
"""Seconds before a bar appears: most scans are over by then."""
_EVERY: Final = 0.1
"""Seconds between two drawings: faster than anybody reads, and writing to a terminal is slow."""
_BAR: Final = 28
"""Width in columns of the bar itself."""

_SHORTEST: Final = 20
"""Characters of a key ID."""
_SECRET: Final = 40
"""Characters of a secret access key."""
_LONG: Final = 300
"""Characters of a token between which there are likely slashes, and of hardly any path."""
_SLASH: Final = ord("/")
_LIKELY: Final = r"((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}"
"""A key ID wherever it is, or a run of base64."""


def say(message: str) -> None:
    """Write one line to standard error, made harmless for a terminal; never fails."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(printable(masked(message)) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        discard(sys.stderr)  # its reader has closed it


def masked(message: str) -> str:
    """Return `message` without what looks like a credential, each in its redacted form.

    A message quotes arguments, configurations, names and what git says. None of it went through
    the rules, so that what has the form of a key ID, of a secret or of a token is masked.
    """
    if len(message) < _SHORTEST:
        return message

    import re  # here: most scans say nothing

    def redacted(found: re.Match[str]) -> str:
        value = found[0].encode()
        return Secret(value).redacted() if found[1] or _is_likely(value) else found[0]

    return re.sub(_LIKELY, redacted, message)


def _is_likely(value: bytes) -> bool:
    if value.isalpha() or value.isdigit() or value.lower() == value or value.upper() == value:
        return False
    # A token has no words between slashes, as a path has.
    if len(value) > _SECRET and (b"/" not in value or len(value) > _LONG):
        return True
    from scanner.aws.randomness import MEDIUM_BITS, score

    # A secret in a path begins after a slash or ends before one.
    edges = [0, *(at + 1 for at, sign in enumerate(value) if sign == _SLASH), len(value) + 1]
    starts = {*edges, *(edge - 1 - _SECRET for edge in edges)}
    windows = [value[at : at + _SECRET] for at in starts if 0 <= at <= len(value) - _SECRET]
    return any(score(window) >= MEDIUM_BITS for window in windows)


def wants_color(choice: str, stream: TextIO | None) -> bool:
    """Return whether to colour `stream`: by the option `auto`, `always` or `never`, then variables.

    For `auto`: NO_COLOR, then FORCE_COLOR or CLICOLOR_FORCE, then CLICOLOR=0, then whether the
    stream is a terminal that is not dumb. An empty variable counts as none; 0 or false in
    FORCE_COLOR says no (https://no-color.org, https://force-color.org,
    https://bixense.com/clicolors).
    """
    if choice != "auto":
        return choice == "always"
    value = os.environ.get
    # What the user asks for in NO_COLOR counts more than what a CI system forces.
    if value("NO_COLOR") or value("FORCE_COLOR") in ("0", "false"):
        return False
    if value("FORCE_COLOR") or value("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    if value("CLICOLOR") == "0" or value("TERM") == "dumb":
        return False
    return is_terminal(stream)


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether `stream` is a terminal; one that is closed is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


class ProgressBar:
    """A line on standard error that shows how far a scan has come; drawn only on a terminal."""

    __slots__ = ("_amounts", "_began", "_drawn", "_last", "_noun", "_stream", "_width")

    def __init__(
        self, stream: TextIO | None = None, noun: str = "files", *, amounts: bool = False
    ) -> None:
        """Start the clock; `stream` is standard error unless given, `noun` what is counted.

        With `amounts` it shows the bytes so far as well, and not only how many a second.
        """
        self._noun = noun
        self._amounts = amounts
        self._stream = stream or sys.stderr
        self._began = self._last = monotonic()
        self._drawn = False
        try:
            self._width = os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError):
            self._width = 80  # no terminal, or one that does not say

    @staticmethod
    def useful() -> bool:
        """Return whether to draw a bar: on a terminal that can erase a line, and not in CI."""
        dumb = os.environ.get("TERM") == "dumb"
        return is_terminal(sys.stderr) and not dumb and not os.environ.get("CI")

    def __call__(self, done: int, total: int, size: int) -> None:
        """Draw the state: `done` of `total` blobs, `size` bytes so far.

        A `total` of 0 is not known, unless nothing is done.
        """
        now = monotonic()
        if now - self._began < _PATIENCE or now - self._last < _EVERY:
            return
        self._last = now

        if done > total:
            self._draw(f"{done:,} {self._noun}")
            return
        filled = _BAR * done // max(total, 1)
        elapsed = now - self._began
        # Width in characters is width in columns: all of them are ASCII.
        text = f"[{'#' * filled:-<{_BAR}}] {done:,} of {total:,} {self._noun}"
        if self._amounts:
            text += f", {size / 1e6:,.1f} MB"
        text += f", {size / 1e6 / elapsed:,.0f} MB/s"
        if 0 < done < total:
            text += f", {_duration(elapsed * (total - done) / done)} left"
        self._draw(text)

    def _draw(self, text: str) -> None:
        # A line that reaches the edge would wrap, and only its last row could be erased.
        self._write(f"\r\x1b[2K{text[: self._width - 1]}")
        self._drawn = True

    def clear(self) -> None:
        """Remove the line, so that the report follows the prompt."""
        if self._drawn:
            self._write("\r\x1b[2K")
            self._drawn = False

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone; the scan is not
            discard(self._stream)


def _duration(seconds: float) -> str:
    minutes = round(seconds) // 60
    return f"{minutes:,} min" if minutes else f"{max(1, round(seconds))} s"
