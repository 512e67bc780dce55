"""Binary patches of git: the files in `git diff --binary`, `git format-patch` and mails with them.

Git shows a file that it takes for a binary, such as one in UTF-16, a database or an archive, as
base85 of its deflated content, or of a delta against what was there before. Each is there twice:
forwards, and for `git apply --reverse` backwards (gitdiffcore(7); diff.c and base85.c of git).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.content import Layer
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARK: Final = b"GIT binary patch"
_SIZES: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The first character of a line says how many bytes are in it, 1 to 52."""
_HUNK: Final = (
    rb"\r?\n(?:\r?\n)?(literal|delta) [0-9]{1,12}"
    rb"((?:\r?\n[A-Za-z](?:[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{5}){1,13})++)"
)
_ZLIB_HEAD, _ZLIB_TRAILER = 2, 4


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the content of each patch at `offsets`; of a delta, what it inserts."""
    import re

    from scanner.decoders.inflated import Whole
    from scanner.decoders.layers import LIMIT, path_of
    from scanner.decoders.pack_objects import inserted

    hunk = re.compile(_HUNK)
    for offset in offsets:
        at = offset + len(_MARK)
        while layer.data.startswith(_MARK, offset) and (found := hunk.match(layer.data, at)):
            at = found.end()
            content = _inflated(_packed(found[2]), budget.room())
            if content is None or (content and not budget.take(len(content))):
                budget.leave(LIMIT, f"more of a binary patch than is decoded: {path_of(layer, '')}")
                return
            if not content:  # what a new file was before
                continue
            if found[1] == b"delta":
                content = inserted(content)
            lines = Whole(at - len(found[2].lstrip()), at)
            yield Layer(content, below=layer, decoder=DECODER.name, offsets=lines)


def _packed(text: bytes) -> bytes:
    from scanner.decoders.base85 import words

    lines = text.split()
    content = words(b"".join(line[1:] for line in lines))
    sizes = [_SIZES.index(line[0]) + 1 for line in lines]
    if all(size % 4 == 0 for size in sizes[:-1]):
        return content[: sum(sizes)]
    return b"".join(words(line[1:])[:size] for line, size in zip(lines, sizes, strict=True))


def _inflated(packed: bytes, room: int) -> bytes | None:
    """Return what the zlib stream `packed` holds, up to damage; None if it is more than `room`."""
    from scanner.decoders.streams import Stream, inflater

    def begin(position: int) -> tuple[object, int] | None:
        return (inflater(), _ZLIB_HEAD) if position == 0 else None

    if not room:
        return None
    stream = Stream(packed, 0, len(packed), begin, trailer=_ZLIB_TRAILER, to_end=False)
    content = stream(room)
    return content if len(content) < room or not stream(1) else None


DECODER = Decoder(
    "git-patch",
    (),
    (Anchor(_MARK),),
    decode,
    Description(
        "`GIT binary patch` with lines of base85 below it, as `git diff --binary` writes it",
        "the file before and after, or what a delta inserts",
        "the lines of base85",
    ),
)
