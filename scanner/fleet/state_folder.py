"""The folder that remembers a fleet: an outcome and a report for each repository.

Every file is replaced whole, and an outcome names its report, so that a process that is killed at
any moment leaves what was there before. Nobody else may read the folder.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.files import drop, write_whole
from scanner.fleet import outcome as outcomes
from scanner.fleet import remembered
from scanner.fleet.remembered import Row, read_row, row_of, written_row
from scanner.history.record.private_file import read_private
from scanner.history.record.record_file import checksum
from scanner.json_fields import FieldError, Fields
from scanner.saved.report import NoReportError, read
from scanner.secret import printable

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from scanner.fleet.outcome import Outcome
    from scanner.fleet.remembered import Remembered
    from scanner.fleet.sources import Target

_MARK: Final = "keycatch-fleet.json"
_LOCK: Final = "lock"
_LIST: Final = "repositories.json"
_SOURCES: Final = "sources.json"
_STATES: Final = "states"
_REPORTS: Final = "reports"
_MIRRORS: Final = "mirrors"
_TEMPORARY: Final = ".keycatch-"
"""How names of files begin that were not complete when a process was killed."""


class StateFolder:
    """One such folder."""

    def __init__(self, path: str, *, is_new: bool = False) -> None:
        """Open the folder at `path`, which is made if it `is_new`; raises KeycatchError."""
        self.path = os.path.abspath(path)
        self.mirrors = os.path.join(self.path, _MIRRORS)
        try:
            if is_new:
                os.makedirs(self.path, 0o700, exist_ok=True)
            self._check(is_new=is_new)
            for name in (_STATES, _REPORTS, _MIRRORS) if is_new else ():
                os.makedirs(os.path.join(self.path, name), 0o700, exist_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise self._unusable(f"cannot be used: {reason}") from None

    def _check(self, *, is_new: bool) -> None:
        """Raise KeycatchError unless it is such a folder, or an empty one that may become one."""
        found = os.stat(self.path)
        if not stat.S_ISDIR(found.st_mode):
            raise self._unusable("is no directory: name another one")
        if hasattr(os, "getuid") and found.st_uid != os.getuid():
            raise self._unusable("belongs to another user: name another one")
        mark = os.path.join(self.path, _MARK)
        if not os.path.lexists(mark):
            if not is_new:
                raise self._unusable("is no folder of `keycatch fleet`: name the one that it wrote")
            # What a run that was killed at this very file has left is swept away later.
            others = [name for name in os.listdir(self.path) if not name.startswith(_TEMPORARY)]
            if set(others) - {_LOCK}:
                raise self._unusable("has other files in it: name a new or an empty directory")
            os.chmod(self.path, 0o700)
            write_whole(mark, [b'{"version": 1}\n'], 0o600)
        elif found.st_mode & 0o077 and os.name != "nt":
            raise self._unusable("can be read by others: run `chmod 700` on it, or name another")

    def _unusable(self, problem: str) -> KeycatchError:
        return KeycatchError(f"--state {printable(self.path)} {problem}")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others out until the context ends, or this process does; raises KeycatchError."""
        with open(os.path.join(self.path, _LOCK), "ab") as file:
            try:
                _lock(file)
            except OSError:
                raise self._unusable(
                    "is in use by another run: wait until it has ended, or name another folder"
                ) from None
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove what a run that was killed has left, and reports that no outcome names."""
        for folder in (_STATES, _REPORTS, "."):
            for name in os.listdir(os.path.join(self.path, folder)):
                if name.startswith(_TEMPORARY):
                    drop(os.path.join(self.path, folder, name))
        for file in os.listdir(os.path.join(self.path, _REPORTS)):
            report = file.removesuffix(".json")
            kept = self.outcome(report.partition("-")[0])
            if kept is None or kept.report != report:
                drop(self._report(report))

    def remember(self, targets: Iterable[Target]) -> None:
        """Write down which repositories the fleet has now."""
        listed = [written_row(row_of(each)) for each in targets]
        content = json.dumps({"version": 1, "repositories": listed}).encode()
        write_whole(os.path.join(self.path, _LIST), [content], 0o600)

    def rows(self) -> list[Row] | None:
        """Return the repositories that the fleet had last; None if there is no list of them."""
        try:
            fields = Fields(json.loads(read_private(os.path.join(self.path, _LIST))))
            rows = fields.every("repositories", read_row)
        except (FieldError, ValueError, RecursionError):
            return None
        return [row for row in rows if row.id.isalnum()]

    def earlier(self) -> list[Row]:
        """Return what the fleet had last, and what was not chosen then and scanned before."""
        last = self.sources()
        # What was never scanned, and was not chosen the last time, is not missed.
        left_out = [row for row in (last.left_out if last else ()) if self.has_report(row.id)]
        return list({row.id: row for row in [*left_out, *(self.rows() or [])]}.values())

    def names(self) -> dict[str, str]:
        """Return the names of the repositories by ID; raises KeycatchError if they are damaged."""
        rows = self.rows()
        if rows is None:
            problem = "has no list of repositories: run `keycatch fleet` with its sources again"
            raise self._unusable(problem)
        return {row.id: row.name for row in rows}

    def remember_sources(self, sources: Remembered) -> None:
        """Write down what the list of repositories comes from."""
        write_whole(os.path.join(self.path, _SOURCES), [remembered.written(sources)], 0o600)

    def sources(self) -> Remembered | None:
        """Return what the list comes from; None if that is not known or damaged."""
        return remembered.read(read_private(os.path.join(self.path, _SOURCES)))

    def outcome(self, id_: str) -> Outcome | None:
        """Return how the last scan ended; None if there was none or it is damaged."""
        return outcomes.read(read_private(self._state(id_)))

    def save(self, id_: str, outcome: Outcome, report: bytes = b"") -> Outcome:
        """Keep `outcome`, with the `report` of the scan; without one an earlier report remains.

        Returns the outcome as it is kept. Raises OSError.
        """
        before = self.outcome(id_)
        name = f"{id_}-{checksum(report)}" if report else before.report if before else ""
        outcome = outcome._replace(report=name)
        if report:
            write_whole(self._report(name), [report], 0o600)
        write_whole(self._state(id_), [outcomes.written(outcome)], 0o600)
        if before and before.report not in ("", name):
            drop(self._report(before.report))
        return outcome

    def has_report(self, id_: str) -> bool:
        """Return whether the report of some scan is kept."""
        outcome = self.outcome(id_) if id_.isalnum() else None
        return outcome is not None and outcome.report != ""

    def has_findings(self, id_: str) -> bool:
        """Return whether the report that is kept has any."""
        outcome = self.outcome(id_)
        try:
            return outcome is not None and bool(read(self.report(outcome)).findings)
        except NoReportError:
            return False

    def report(self, outcome: Outcome) -> bytes:
        """Return the report that `outcome` names; empty if there is none or it is damaged."""
        if not outcome.report:
            return b""
        content = read_private(self._report(outcome.report))
        return content if outcome.report.endswith(f"-{checksum(content)}") else b""

    def _state(self, id_: str) -> str:
        return os.path.join(self.path, _STATES, f"{id_}.json")

    def _report(self, name: str) -> str:
        return os.path.join(self.path, _REPORTS, f"{name}.json")


def _lock(file: BinaryIO) -> None:
    """Lock `file`, or raise OSError at once."""
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
