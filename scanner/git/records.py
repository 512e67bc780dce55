"""Commits and tags as they are stored: who wrote a commit and when, and the target of a tag."""

from __future__ import annotations

import os
import re
from time import gmtime

from scanner.expressions import compile_later
from scanner.git.process import unusable
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from scanner.git.repository import Repository


_KINDS: Final = frozenset(("blob", "commit", "tag", "tree"))
_ABSENT: Final = frozenset(("missing", "ambiguous"))
"""What git says after the name of something that is not there (git-cat-file(1), "BATCH OUTPUT")."""
_ANSWER: Final = compile_later(
    rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) (?:(blob|commit|tag|tree) ([0-9]{1,18})|missing)\n"
)


class Person(NamedTuple):
    """The author line of a commit."""

    author: str
    """`Name <address>`, undecodable bytes as surrogates."""
    time: int
    """Seconds since 1970."""
    date: str
    """ISO 8601 with the author's offset."""


def people(repository: Repository, names: Iterable[str]) -> dict[str, Person]:
    """Return the authors of those of the objects `names` that are commits. Raises GitError."""
    found = {}
    for name, kind, content in contents(repository, names):
        if kind == "commit":
            found[name] = _person(content)
    return found


def kinds(repository: Repository, names: Iterable[str]) -> dict[str, str]:
    """Return the kinds of those of the objects `names` that exist, by ID. Raises GitError."""
    found = looked_up(repository, names)
    return {name: kind for name, kind in found if kind in _KINDS}


def looked_up(repository: Repository, revisions: Iterable[str]) -> list[tuple[str, str]]:
    """Return the ID and the kind of what each of the `revisions` names, in their order.

    For what is not there it is what git says instead, such as the revision and `missing`. Raises
    GitError.
    """
    asked = [os.fsencode(each) for each in revisions]
    if not asked:
        return []
    command = ("cat-file", "--batch-check=%(objectname) %(objecttype)")
    stdin = b"".join(b"%b\n" % each for each in asked)
    shown = repository.run(*command, what="look up objects", stdin=stdin)

    lines = [line.decode("ascii", "replace").rpartition(" ") for line in shown.split(b"\n")[:-1]]
    found = [(name, kind) for name, _, kind in lines]
    if len(found) != len(asked) or not all(
        repository.is_name(name) if kind in _KINDS else kind in _ABSENT for name, kind in found
    ):
        raise unusable("cat-file", "a line for each object")
    return found


def contents(repository: Repository, names: Iterable[str]) -> list[tuple[str, str, bytes]]:
    """Return (ID, kind, content) of those of the objects `names` that exist.

    For commits and tags, which are small: all contents are in memory at once. Raises GitError.
    """
    asked = "".join(f"{name}\n" for name in names).encode()
    if not asked:
        return []

    shown = repository.run("cat-file", "--batch", "--buffer", what="read objects", stdin=asked)
    found, at = [], 0
    while at < len(shown):
        head = _ANSWER.match(shown, at)
        if head is None:
            raise unusable("cat-file", "the objects that it was asked for")

        at = head.end()
        if head[2]:  # it is not missing
            content = shown[at : at + int(head[3])]
            found.append((head[1].decode(), head[2].decode(), content))
            at += int(head[3]) + 1

    if at != len(shown):
        raise unusable("cat-file", "whole objects")
    return found


_LINE: Final = compile_later(rb"^(?:author|committer) (.*)$", re.MULTILINE)
# Seconds since 1970 and the offset, as in `1234567890 +0100`. Damaged times are frequent in old
# histories that were converted: 18 digits still fit an integer of 64 bits.
_TIME: Final = compile_later(rb"[^>]*> *(-?[0-9]{1,18}) ([+-])([0-9]{2})([0-9]{2})\s*\Z")


def _person(content: bytes) -> Person:
    """Return the author of a commit, with the committer's date if the author's is damaged."""
    lines = [line[1] for line in _LINE.finditer(content.partition(b"\n\n")[0])]
    author = lines[0][: lines[0].rfind(b">") + 1] or lines[0] if lines else b""
    text = author.decode("utf-8", "surrogateescape")
    for line in lines[:2]:
        stamp = _TIME.search(line)
        if stamp:
            seconds, sign = int(stamp[1]), stamp[2].decode()
            hours, minutes = int(stamp[3]), int(stamp[4])
            offset = (hours * 60 + minutes) * 60 * (-1 if sign == "-" else 1)
            try:
                then = gmtime(seconds + offset)
            except (ValueError, OverflowError, OSError):  # a year that the system cannot express
                continue

            date = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*then[:6])
            return Person(text, seconds, f"{date}{sign}{hours:02}:{minutes:02}")

    return Person(text, 0, "1970-01-01T00:00:00+00:00")


def tag_target(content: bytes) -> tuple[str, str]:
    """Return the ID and the kind of the target of the tag with that `content`; empty if damaged."""
    lines = content.decode("ascii", "replace").split("\n", 2)
    if len(lines) == 3 and lines[0].startswith("object ") and lines[1].startswith("type "):
        return lines[0][7:], lines[1][5:]
    return "", ""
