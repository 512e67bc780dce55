"""The event file of GitHub Actions: a JSON object that people outside of the project fill.

The payload of an event is GitHub's, but titles, names and texts in it are anybody's.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from scanner.ci.interface import NoRange
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST: Final = 32 << 20
"""Bytes. GitHub caps payloads at 25 MB (Webhook events and payloads, "Payload cap")."""


def read_event(path: str) -> bytes:
    """Return the content of the regular file at `path`, at most one byte more than `LARGEST`.

    Raises NoRange.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise NoRange(f"the event file {printable(path)} is not a regular file")
        with open(path, "rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NoRange(f"cannot read the event file {printable(path)}: {reason}") from None


class Event:
    """The fields of an event; a field that is missing or of another type raises NoRange."""

    __slots__ = ("_fields", "_path")

    def __init__(self, environ: Mapping[str, str], read: Callable[[str], bytes]) -> None:
        """Read and parse the file that `GITHUB_EVENT_PATH` names."""
        import json

        self._path = environ.get("GITHUB_EVENT_PATH", "")
        if not self._path:
            raise NoRange("GITHUB_EVENT_PATH is empty and has to name the event file of the job")
        content = read(self._path)
        if len(content) > LARGEST:
            raise self._unusable(f"it is larger than {LARGEST >> 20} MiB")
        try:
            fields = json.loads(content)
        except RecursionError:
            raise self._unusable("it is nested too deeply") from None
        except ValueError:  # of JSON, of its encoding, or of a number that is too long
            raise self._unusable("it is not valid JSON") from None
        if not isinstance(fields, dict):
            raise self._unusable("it is not a JSON object")
        self._fields = fields

    def text(self, dotted: str) -> str:
        """Return the string in the field `dotted`, such as `pull_request.base.sha`."""
        found = self._get(dotted)
        if not isinstance(found, str):
            raise self._unusable(f"it has no text in {dotted}")
        return found

    def text_or_none(self, dotted: str) -> str:
        """Return the string in the field `dotted`, or an empty one where there is none."""
        found = self._get(dotted)
        return found if isinstance(found, str) else ""

    def is_true(self, dotted: str) -> bool:
        """Tell whether the field `dotted` is there and true."""
        return self._get(dotted) is True

    def _get(self, dotted: str) -> object:
        found: object = self._fields
        for key in dotted.split("."):
            if not isinstance(found, dict):
                return None
            found = found.get(key)
        return found

    def _unusable(self, reason: str) -> NoRange:
        return NoRange(
            f"the event file {printable(self._path)} cannot be used: {reason}; give the commits "
            "with keycatch range"
        )
