"""keycatch in the hooks of husky 9: files in `.husky` that its own hooks run with `sh -e`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.hooks.managed import COMMANDS, PLAIN, Edit, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENDS: Final = re.compile(r"^(?:exit|exec)\b", re.MULTILINE)
"""A line at the outermost level after which nothing is run."""


def edits_of(
    directory: str,
    top: str,  # noqa: ARG001 -- as the other tools have it
    names: Sequence[str],
    undo: bool,
) -> Iterator[Edit]:
    """Yield the edits of `.husky`, whose directory `_` git looks into."""
    folder = os.path.dirname(directory)
    for name in names:
        path = os.path.join(folder, name)
        before = read(path)
        if undo:
            yield Edit(path, before, without(without(before, COMMANDS[name]), PLAIN[name]))
        elif PLAIN[name] not in (before or "").splitlines():
            yield Edit(path, before, with_line(before, COMMANDS[name]))


def with_line(text: str | None, line: str) -> str:
    """Return `text` with `line` at its end, or before the line that ends the script."""
    if not text:
        return f"{line}\n"
    if line in text.splitlines():
        return text

    end = "\r\n" if "\r\n" in text else "\n"
    if stop := _ENDS.search(text):
        return f"{text[: stop.start()]}{line}{end}{text[stop.start() :]}"
    # Without an end of the last line there is none after this one, so that undoing is exact.
    return f"{text}{line}{end}" if text.endswith("\n") else f"{text}{end}{line}"


def without(text: str | None, line: str) -> str | None:
    """Return `text` without `line`; None if nothing else is in it."""
    if text is None:
        return None
    lines = text.splitlines(keepends=True)
    kept = [each for each in lines if each.rstrip("\r\n") != line]
    if len(kept) == len(lines):
        return text

    if kept and lines[-1] == line:  # the last line, without an end: nor had the one before
        kept[-1] = kept[-1].rstrip("\r\n")
    return "".join(kept) or None
