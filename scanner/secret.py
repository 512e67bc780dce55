"""The one type that holds credential material, and the one place that decides how it is shown.

Every value that a scan finds is wrapped in a `Secret` at the moment it is cut out of the content.
`repr`, `str` and formatting give the redacted form, so a value that slips into a log line, an
exception or a report by accident arrives there redacted; the plain bytes leave only through
`reveal`, which is easy to search for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

MASK: Final = "****"
"""What is shown in place of what is hidden, whatever its length, which is a hint as well."""


class Secret:
    """A credential value: equal by content, redacted whenever it is printed."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        """Wrap `value`, the exact bytes of the credential with every encoding undone."""
        self._value = bytes(value)

    def reveal(self) -> bytes:
        """Return the plain bytes. Callers must not print, log or store them."""
        return self._value

    def redacted(self) -> str:
        """Return a form that identifies the value to its owner and to nobody else.

        The ends stay visible: four characters of each for an identifier, two for a secret of 40 or
        more characters (24 of its 240 bits), nothing of anything shorter than 20 characters.
        """
        value = self._value
        # A key ID has 20 characters. Anything shorter may be a password, of which each one counts.
        if len(value) < 20 or not value.isascii():
            return MASK
        keep = 4 if len(value) <= 24 else 2
        text = value.decode("ascii")
        return printable(f"{text[:keep]}{MASK}{text[-keep:]}")

    def shown(self, show_secrets: bool) -> str:
        """Return the plain text if `show_secrets` (the option of that name), else redacted."""
        if show_secrets:
            return self._value.decode("utf-8", "backslashreplace")
        return self.redacted()

    def __len__(self) -> int:
        """Return the number of bytes."""
        return len(self._value)

    def __repr__(self) -> str:
        """Return a redacted representation."""
        return f"Secret({self.redacted()})"

    def __str__(self) -> str:
        """Return the redacted form."""
        return self.redacted()

    def __format__(self, spec: str) -> str:
        """Format the redacted form."""
        return format(self.redacted(), spec)

    def __eq__(self, other: object) -> bool:
        """Compare by value."""
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        """Hash by value, for use in sets and dictionaries of this process."""
        return hash(self._value)

    def __reduce__(self) -> tuple[type[Secret], tuple[bytes]]:
        """Allow the pipe between worker processes, and nothing else, to carry the value."""
        return Secret, (self._value,)


def printable(text: str) -> str:
    r"""Return `text` so that neither a terminal nor the runner of a CI job reads commands in it.

    File names and content are chosen by the authors of the repository. Control characters and
    undecodable bytes are escaped as `visible` does it. What a runner that reads the log would obey
    is taken apart by escaping one character of it: `##[` and `##vso[` anywhere (GitHub, Azure
    Pipelines; TeamCity's is alike), and `::` at the start of a word (GitHub: of a line, which a
    long text is broken into). Doing it twice does no more than doing it once.
    """
    text = visible(text)
    # Hardly any text has either, and looking is faster than replacing.
    if "##" in text:
        import re  # here, as below: a start takes a tenth longer with it

        text = re.sub(LOG_COMMAND, r"#\\x23", text)
    if "::" in text:
        import re

        text = re.sub(_WORD_COMMAND, r"\\x3a:", text)
    return text


LOG_COMMAND: Final = r"##(?=[A-Za-z]*\[)"
"""Two signs that begin a command, wherever they are in a line."""
_WORD_COMMAND: Final = r"(?<![^ ])::"


def visible(text: str) -> str:
    r"""Return `text` with every control character and undecodable byte escaped.

    An escape sequence must not reach a terminal, nor a line feed break a line of output in two.
    Surrogates, which are undecodable bytes of a file name, become `\xNN`. For what goes into the
    log of a CI job as a line of text, see `printable`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: an undecodable byte
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
