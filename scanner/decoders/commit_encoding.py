"""Messages of commits in an encoding that is not like ASCII, such as the EBCDIC of mainframes.

A commit says in its header how its message is encoded (git-commit(1), "DISCUSSION"). Git recodes it
for whoever reads the log, so that a credential is there in plain text, and nowhere in the object.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_COMMIT = b"tree "
"""How a commit begins (gitdatamodel(7))."""
_HEADER = b"\nencoding "
_LONGEST = 40
"""Bytes of the name of an encoding."""
_ANY_EBCDIC = "cp500"
"""In place of an encoding that Python does not know, such as IBM1047: letters, digits and the signs
of a credential are the same in each EBCDIC of Latin letters (IBM, "Invariant character set")."""
_NO_CHARACTER_SETS = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
"""Encodings of text of Python alone."""
_PLAIN = bytes(range(0x20, 0x7F))


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the message of the commit `layer` in UTF-8, if it is in such an encoding."""
    from scanner.content import Layer, count_lines
    from scanner.decoders.layers import LIMIT, path_of

    data = layer.data
    head = data.partition(b"\n\n")[0]
    begin = head.find(_HEADER) + len(_HEADER)
    if not head.startswith(_COMMIT) or begin < len(_HEADER):
        return
    name = head[begin : begin + _LONGEST].partition(b"\n")[0].strip().decode("ascii", "replace")
    message = data[len(head) + 2 :]
    text = _recoded(message, name)
    if text and not budget.take(len(text)):
        budget.leave(LIMIT, f"message of a commit: {path_of(layer, '')}")
    elif text:
        lines = count_lines(data, 0, len(head) + 2)
        yield Layer(text, below=layer, decoder="commit-encoding", base_line=lines + 1)


def _recoded(message: bytes, name: str) -> bytes:
    """Return `message` in UTF-8; nothing where it is like ASCII in the encoding called `name`."""
    from codecs import lookup

    for encoding in (name, _ANY_EBCDIC):
        try:
            if lookup(encoding).name in _NO_CHARACTER_SETS:
                return b""
            if _PLAIN.decode(encoding, "ignore") == _PLAIN.decode("ascii"):
                return b""
            return message.decode(encoding, "replace").encode("utf-8", "replace")
        except (LookupError, ValueError):  # not known, no encoding of text, or a null byte in it
            continue
    return b""


DECODER = Decoder(
    "commit-encoding",
    (),
    (Anchor(_HEADER),),
    decode,
    Description(
        "a commit of git whose header names an encoding that is not like ASCII, such as `CP500`",
        "the message",
        "line and column in the message, whose first line is the one after the header",
    ),
)
