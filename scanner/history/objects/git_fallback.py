"""Searching objects that our own reader cannot read, with git as the reader.

Git may have another copy of a damaged object, and reads what we leave alone, such as loose objects
that are too large to be held. An object that git cannot read either is named in the report.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from scanner.findings import Notice
from scanner.git.objects import ObjectReader
from scanner.git.process import GitError
from scanner.history.objects.missing_objects import MISSING
from scanner.history.objects.search import TOO_LARGE, ObjectSearch
from scanner.sources.interface import WINDOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.engine.examine import Examiner
    from scanner.git.repository import Repository
    from scanner.history.objects.search_result import SearchResult

CIRCLE: Final = "its delta is based on itself"
"""The reason that a reader of packs gives. Git 2.39 follows such a circle for ever, and takes
memory for each step, so it is not asked about the object."""
_PATIENCE: Final = 60
"""Seconds for the kinds of damaged objects: the circle may go through several packs."""
_KINDS: Final = ("blob", "commit", "tag", "tree")


def search_with_git(
    repository: Repository, examiner: Examiner, reasons: Mapping[str, str], max_size: int = 0
) -> SearchResult:
    """Search the objects whose IDs are the keys of `reasons`: why each could not be read before.

    Blobs of more than `max_size` bytes are counted and left out; 0 means no limit.
    """
    search = ObjectSearch(examiner, max_size)
    askable = sorted(name for name, reason in reasons.items() if reason != CIRCLE)
    kinds = _kinds(repository, askable)
    for name in sorted(reasons.keys() - kinds.keys()):
        _missing(search, name, reasons[name])

    names = sorted(kinds)
    if names:
        search.turn_to(lambda number: bytes.fromhex(names[number]))
        with closing(ObjectReader(repository, names, verify=True)) as reader:
            for number, name in enumerate(names):
                try:
                    size = reader.next_size()
                    if size is None:
                        _missing(search, name, reasons[name])
                    elif max_size and size > max_size and kinds[name] == "blob":
                        search.found.tally.skip(TOO_LARGE)
                    elif size > WINDOW and kinds[name] == "blob":
                        search.add_large(bytes.fromhex(name), reader.read)
                    else:
                        data = b"".join(iter(lambda: reader.read(WINDOW), b""))
                        search.add(number, kinds[name], data)
                except GitError:
                    _missing(search, name, reasons[name])
    search.flush()
    return search.found


def _kinds(repository: Repository, names: list[str]) -> dict[str, str]:
    """Return the kinds of those of the objects that git finds."""
    found: dict[str, str] = {}
    # A damaged object can end git, which then has answered for those before it. The next round
    # starts after the damaged one.
    while names:
        asked = "".join(f"{name}\n" for name in names).encode()
        try:
            answered = repository.answers(
                "cat-file", "--batch-check", stdin=asked, seconds=_PATIENCE
            )
        except GitError:  # it is reported as an object that git cannot read
            return found
        answers = answered.splitlines()
        for answer in answers:
            fields = answer.decode("ascii", "replace").split()
            if len(fields) == 3 and fields[1] in _KINDS:
                found[fields[0]] = fields[1]
        names = names[len(answers) + 1 :]
    return found


def _missing(search: ObjectSearch, name: str, reason: str) -> None:
    detail = f"git cannot read it either ({reason}): run `git fsck`"
    if reason == CIRCLE:
        detail = f"{reason}: the pack was forged; delete it, and fetch again"
    search.found.tally.notice(Notice(MISSING, f"object {name}", detail, hides=True))
