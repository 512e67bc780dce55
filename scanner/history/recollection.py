"""Attribution from the record of the scan before, as long as nothing it depends on has changed.

It depends on the objects that are asked about and on everything that holds a history: references,
HEADs, reflogs, indexes, where a shallow clone is cut. All of that goes into one digest; with
another digest everything is worked out anew. Only the days that a credential has been there go on
counting.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from scanner.findings import History, Moment, Report, Tally
from scanner.git.process import GitError
from scanner.git.tips import indexes, work_trees
from scanner.history.attribution import Place, attribute
from scanner.history.state import checksum

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from scanner.findings import Finding
    from scanner.git.repository import Repository
    from scanner.history.attribution import Attribution
    from scanner.history.facts import Key

_DAY: Final = 86400
_FILES: Final = ("HEAD", "shallow", "reftable/tables.list")
"""What attribution depends on beside the logs, in the repository and for each work tree."""


class Recollection:
    """Answers like `scanner.history.attribution.Attribution`, from a record if there is one."""

    def __init__(
        self,
        repository: Repository,
        objects: Collection[str],
        names: Collection[bytes],
        jobs: int,
        stored: dict[str, Any] | None,
    ) -> None:
        """Take what `to_store` gave before, if anything, and the arguments of `attribute`."""
        self._repository = repository
        self._objects = objects
        self._names = names
        self._jobs = jobs
        self._key = "" if names else _digest(repository, objects)
        self._places: dict[str, list[Place]] = {}
        self._histories: dict[str, History] = {}
        self._live: Attribution | None = None
        self._stored: dict[str, Any] | None = None
        if self._key and stored and stored.get("key") == self._key:
            try:
                self._places = _parse_places(stored["places"])
                self._histories = _parse_histories(stored["histories"])
            except (KeyError, TypeError, ValueError, AttributeError):
                self._places, self._histories = {}, {}
            else:
                self._stored = stored

    def places(self, key: Key) -> list[Place]:
        """Return where the object or the name `key` stands. Raises GitError."""
        if isinstance(key, bytes):
            return self._attribution().places(key)
        if key not in self._places:
            self._places[key] = self._attribution().places(key)
        return self._places[key]

    def histories(
        self, credentials: Iterable[tuple[Iterable[str], Iterable[bytes]]]
    ) -> list[History]:
        """Return the histories of credentials, each what has it. Raises GitError."""
        asked = [(list(objects), list(names)) for objects, names in credentials]
        keys = [_holder(objects) for objects, _ in asked]
        if self._names or any(key not in self._histories for key in keys):
            found = self._attribution().histories(asked)
            self._histories = dict(zip(keys, found, strict=True))
            return found
        from time import time

        now = time()
        return [_aged(self._histories[key], now) for key in keys]

    def _attribution(self) -> Attribution:
        if self._live is None:
            self._live = attribute(self._repository, self._objects, self._names, jobs=self._jobs)
            self._stored = None
        return self._live

    def to_store(
        self, findings: Sequence[Finding], spellings: dict[str, str]
    ) -> dict[str, Any] | None:
        """Return what a record may hold of the answers that were given; None for nothing.

        Nothing is stored if any value of `findings` stands in a name, or `spellings` says so: a
        record holds no credentials, and names are most of what attribution consists of.
        """
        from scanner.engine.masking import Masker

        if self._stored:
            return self._stored
        if not self._key or spellings or Masker(Report("", tuple(findings), Tally()), spellings):
            return None
        try:
            histories = {key: _plain(each) for key, each in self._histories.items()}
        except ValueError:
            return None
        places = {
            key: [
                # Not who wrote the commit: nobody asks that of a place.
                [_text(at.path), at.moment.commit, at.moment.author_date, at.scope]
                for at in found
            ]
            for key, found in self._places.items()
        }
        return {"key": self._key, "places": places, "histories": histories}


def _digest(repository: Repository, objects: Collection[str]) -> str:
    """Return what identifies everything that attribution depends on; empty if that is not known."""
    form = "--format=%(objectname) %(refname) %(symref)"
    try:
        told = [
            repository.run("for-each-ref", form, what="list the references"),
            (repository.resolve("HEAD") or "").encode(),
            "\n".join(sorted(objects)).encode(),
        ]
        folders = work_trees(repository)
        # Of an index the entries: what else is in it changes whenever git looks at the files.
        told += [repr(tuple(entry)).encode() for entry in indexes(repository, folders)]
        for suffix, folder in sorted({**folders, "\n": repository.git_directory}.items()):
            told += [os.fsencode(suffix), os.fsencode(os.path.realpath(folder))]
            paths = [os.path.join(folder, name) for name in _FILES]
            for root, directories, files in os.walk(os.path.join(folder, "logs")):
                directories.sort()
                paths += [os.path.join(root, name) for name in sorted(files)]
            for path in paths:
                told += [os.fsencode(path), _content(path)]
    except (GitError, OSError):
        return ""
    return checksum(b"".join(b"%d\0%s" % (len(each), each) for each in told))


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return b"+" + file.read()
    except FileNotFoundError:
        return b"-"


def _holder(objects: Iterable[str]) -> str:
    return checksum("\n".join(sorted(set(objects))).encode())[:32]


def _aged(history: History, now: float) -> History:
    """Return `history` with the days until `now`, where the credential has not been removed."""
    if history.first is None or history.removed is not None:
        return history
    return history._replace(days=max(0, int(now - _seconds(history.first)) // _DAY))


def _seconds(moment: Moment) -> int:
    from datetime import datetime

    return int(datetime.fromisoformat(moment.author_date).timestamp())


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _plain(history: History) -> list[Any]:
    """Return `history` as it is stored; raises ValueError for a date that Python cannot read."""
    if history.first:
        _seconds(history.first)
    return list(history)


def _parse_places(stored: dict[str, Any]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for key, places in stored.items():
        found[key] = []
        for path, *texts in places:
            commit, date, scope = map(_is_text, texts)
            encoded = _is_text(path).encode("utf-8", "surrogateescape")
            found[key].append(Place(encoded, Moment(commit, "", date), scope))
    return found


def _parse_histories(stored: dict[str, Any]) -> dict[str, History]:
    found: dict[str, History] = {}
    for key, fields in stored.items():
        first, last, removed, in_head, pushed, days, branches, tags, held_by, copies = fields
        history = History(
            _parse_moment(first),
            _parse_moment(last),
            _parse_moment(removed),
            bool(in_head),
            bool(pushed),
            int(days),
            tuple(map(_is_text, branches)),
            tuple(map(_is_text, tags)),
            tuple(map(_is_text, held_by)),
            int(copies),
        )
        if history.first:
            _seconds(history.first)
        found[key] = history
    return found


def _parse_moment(stored: list[Any] | None) -> Moment | None:
    return None if stored is None else Moment(*map(_is_text, stored))


def _is_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
