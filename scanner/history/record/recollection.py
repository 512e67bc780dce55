"""Attribution from the record of the scan before, as long as nothing it depends on has changed.

It depends on the objects in question and on everything that holds a history: references, HEADs,
reflogs, indexes, the boundary of a shallow clone. All of that goes into one digest; if the digest
differs, the repository is asked. Only the days that a credential has been there go on counting.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final, cast

from scanner.files import read_regular
from scanner.findings import History, Moment, Report, Tally
from scanner.git.process import GitError
from scanner.git.references import listed
from scanner.git.tips import LARGEST_LOG, indexes, work_trees
from scanner.history.attribution.attribution import attribute
from scanner.history.attribution.interface import HistoryPlace, KnownChanges
from scanner.history.record.json_shape import has_shape
from scanner.history.record.record_file import checksum
from scanner.pushed import Pushed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from scanner.findings import Finding
    from scanner.git.repository import Repository
    from scanner.history.attribution.attribution import Attribution
    from scanner.history.attribution.interface import Key
    from scanner.history.objects.work_units import WorkUnits
    from scanner.history.record.json_shape import Shape

_DAY: Final = 86400
"""Seconds."""
_REMOTES: Final = re.compile(r"core\.bare|remote\..*|branch\..*\.(remote|pushremote)", re.DOTALL)
"""The keys of the configuration that `scanner.history.attribution.publication` depends on."""
_FILES: Final = ("HEAD", "COMMIT_EDITMSG", "FETCH_HEAD", "shallow", "reftable/tables.list")
"""What attribution depends on besides the logs, in the repository and for each work tree."""


def _is_moment(value: object) -> bool:
    return value is None or has_shape(value, (str, str, str))


def _is_first_moment(value: object) -> bool:
    """Return whether days can be counted from `value`: git takes years that Python does not."""
    if value is not None and has_shape(value, (str, str, str)):
        try:
            _seconds(Moment(*cast("list[str]", value)))
        except ValueError:
            return False
    return _is_moment(value)


def _is_pushed(value: object) -> bool:
    return isinstance(value, str) and value in tuple(Pushed)


_SHAPE: Final[Shape] = {
    "key": str,
    "shallow": str,
    "known": ([str], [str], [(str, str, str, str)]),  # the fields of `KnownChanges`
    "places": {str: [(str, str, str, str)]},
    "histories": {
        str: (
            _is_first_moment, _is_moment, _is_moment, bool, _is_pushed, int, [str], [str], [str],
            int,
        ),  # the fields of `History`
    },
}  # fmt: skip


class Recollection:
    """`scanner.history.attribution.interface.Answers` from a record, if it still holds."""

    def __init__(
        self,
        repository: Repository,
        objects: Collection[str],
        names: Collection[bytes],
        jobs: int,
        stored: dict[str, Any] | None,
        units: WorkUnits | None = None,
    ) -> None:
        """Take the arguments of `attribute`, and what `to_store` returned for the scan before."""
        self._repository = repository
        self._objects = objects
        self._names = names
        self._jobs = jobs
        self._units = units
        self._attribution: Attribution | None = None
        # A name with a credential must not be stored, and with one there are hardly any others.
        self._key = "" if names else _digest(repository, objects)

        self._places: dict[str, list[HistoryPlace]] = {}
        self._histories: dict[str, History] = {}
        self._stored: dict[str, Any] | None = None
        self._before: dict[str, Any] | None = None
        """What is stored, also where the repository has changed since."""
        if not (self._key and stored and has_shape(stored, _SHAPE)):
            return
        self._before = stored
        if stored["key"] == self._key:
            self._stored = stored
            for key, places in stored["places"].items():
                self._places[key] = [
                    HistoryPlace(_bytes(path), Moment(commit, "", date), scope)
                    for path, commit, date, scope in places
                ]
            for key, fields in stored["histories"].items():
                self._histories[key] = _history(fields)

    def places(self, key: Key) -> list[HistoryPlace]:
        """Return where the object or the name `key` is. Raises GitError."""
        if isinstance(key, bytes):
            return self._asked().places(key)
        if key not in self._places:
            self._places[key] = self._asked().places(key)
        return self._places[key]

    def histories(
        self, credentials: Iterable[tuple[Iterable[str], Iterable[bytes]]]
    ) -> list[History]:
        """Return the histories of credentials, each what has it. Raises GitError."""
        asked = [(list(objects), list(names)) for objects, names in credentials]
        keys = [checksum("\n".join(sorted(set(objects))).encode())[:32] for objects, _ in asked]
        if self._names or any(key not in self._histories for key in keys):
            found = self._asked().histories(asked)
            self._histories = dict(zip(keys, found, strict=True))
            return found

        from time import time

        now = time()
        return [_aged(self._histories[key], now) for key in keys]

    def _asked(self) -> Attribution:
        """Return what answers from the repository."""
        if self._attribution is None:
            self._attribution = attribute(
                self._repository,
                self._objects,
                self._names,
                jobs=self._jobs,
                units=self._units,
                known=self._known(),
            )
            self._stored = None
        return self._attribution

    def _known(self) -> KnownChanges | None:
        """Return what is stored of the trees, unless commits have other parents than they had."""
        if self._before is None or self._before["shallow"] != _shallow(self._repository):
            return None
        heads, objects, changes = self._before["known"]
        rows = [(_bytes(path), *ids) for path, *ids in changes]
        return KnownChanges(heads, objects, rows)

    def to_store(
        self, findings: Sequence[Finding], spellings: dict[str, str]
    ) -> dict[str, Any] | None:
        """Return what a record may hold of the answers that were given; None for nothing.

        Nothing is stored if any value of `findings` is in a name, or `spellings` says so: a record
        contains no credentials, and attribution consists mostly of names.
        """
        from scanner.engine.masking import Masker

        if self._stored:
            return self._stored
        if not self._key or spellings or Masker(Report("", tuple(findings), Tally()), spellings):
            return None

        if self._attribution is None:
            return None
        known = self._attribution.known_changes(self._objects)
        found = {
            "key": self._key,
            "shallow": _shallow(self._repository),
            "known": known._replace(
                changes=[(_text(path), *ids) for path, *ids in known.changes]  # type: ignore[misc]
            ),
            "places": {
                key: [
                    # Without who wrote the commit, which no place is asked for.
                    [
                        _text(at.path),
                        at.moment.commit,
                        at.moment.author_date,
                        at.scope,
                    ]
                    for at in places
                ]
                for key, places in self._places.items()
            },
            "histories": {key: list(each) for key, each in self._histories.items()},
        }
        return found if has_shape(found, _SHAPE) else None


def _digest(repository: Repository, objects: Collection[str]) -> str:
    """Return what identifies everything that attribution depends on; empty if that is not known."""
    try:
        settings = [each for each in repository.configuration() if _REMOTES.fullmatch(each[0])]
        parts = [
            repr([tuple(each) for each in listed(repository)]).encode(),
            (repository.head_commit() or "").encode(),
            repr(settings).encode(),
            "\n".join(sorted(objects)).encode(),
        ]
        folders = work_trees(repository)
        # The entries of an index, not the file: git rewrites it whenever it looks at files.
        parts += [repr(tuple(entry)).encode() for entry in indexes(repository, folders)]

        for suffix, folder in sorted({**folders, "\n": repository.git_directory}.items()):
            parts += [os.fsencode(suffix), os.fsencode(os.path.realpath(folder))]
            paths = [os.path.join(folder, name) for name in _FILES]
            for root, directories, files in os.walk(os.path.join(folder, "logs")):
                directories.sort()
                paths += [os.path.join(root, name) for name in sorted(files)]
            for path in paths:
                parts += [os.fsencode(path), _content(path)]
    except (GitError, OSError):
        return ""
    # With the length before each part, no two lists of parts are the same text.
    return checksum(b"".join(b"%d\0%s" % (len(each), each) for each in parts))


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _shallow(repository: Repository) -> str:
    """Return what identifies the commits at which a shallow clone is cut off."""
    try:
        return checksum(_content(os.path.join(repository.git_directory, "shallow")))
    except OSError:
        return ""


def _content(path: str) -> bytes:
    """Return the content of a file, marked so that an empty file differs from none."""
    try:
        return b"+" + read_regular(path, LARGEST_LOG)
    except FileNotFoundError:
        return b"-"


def _history(fields: list[Any]) -> History:
    """Return the history whose `fields` come from JSON and have the right shape."""
    first, last, removed, in_head, pushed, days, branches, tags, held_by, copies = fields
    return History(
        first and Moment(*first),
        last and Moment(*last),
        removed and Moment(*removed),
        in_head,
        Pushed(pushed),
        days,
        tuple(branches),
        tuple(tags),
        tuple(held_by),
        copies,
    )


def _aged(history: History, now: float) -> History:
    """Return `history` with the days until `now`, where the credential has not been removed."""
    if history.first is None or history.removed is not None:
        return history
    return history._replace(days=max(0, int(now - _seconds(history.first)) // _DAY))


def _seconds(moment: Moment) -> int:
    from datetime import datetime

    return int(datetime.fromisoformat(moment.author_date).timestamp())
