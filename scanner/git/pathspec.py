"""What a person types: git's pathspecs for paths, and words quoted for a POSIX shell."""

from __future__ import annotations

import os
import re
from shlex import quote
from typing import TYPE_CHECKING, Final

from scanner.secret import MASK, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_WILD: Final = re.compile(r"([*?[\\])")
"""What git takes for a pattern in a pathspec (gitglossary(7))."""
_SHORT: Final = re.compile(r"[A-Za-z0-9.]")
"""First characters of a path that `:/` can be put before: git takes another for more magic."""


def pathspec(path: str, *, is_below_top: bool = False, is_excluded: bool = False) -> str:
    """Return the pathspec of git that matches `path`, which is relative to the work tree.

    It holds where `path` was masked, or has a character that no terminal may see, which a pattern
    stands for. With `is_below_top` it means the same in every directory of the work tree, and with
    `is_excluded` everything but `path`.
    """
    magic = ["top"] * (is_below_top or is_excluded) + ["exclude"] * is_excluded
    if MASK in path or printable(path) != path:
        pattern = "*".join(map(_pattern, path.split(MASK)))
        return f":({','.join(magic or ['top'])}){pattern}"

    if _WILD.search(path):
        magic.append("literal")
    if magic == ["top"] and _SHORT.match(path):
        return f":/{path}"
    if magic or path.startswith(":"):
        return f":({','.join(magic or ['literal'])}){path}"
    return path


def _pattern(text: str) -> str:
    """Return a pattern for `text` in which `?` is in the place of each byte that is not shown."""
    escaped = _WILD.sub(r"\\\1", text)
    # `##[` and `::` are commands of CI runners, and only together: see `printable`.
    return "".join(
        character
        if character.isprintable() and character not in "#:"
        else "?" * len(os.fsencode(character))
        for character in escaped
    )


def quoted(words: Iterable[str]) -> str:
    """Return `words` as a POSIX shell takes them."""
    return " ".join(map(quote, words))
