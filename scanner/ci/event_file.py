"""The event file of GitHub Actions: a JSON object that people outside of the project fill.

GitHub writes the payload of an event, but anybody can write the titles, names and texts in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.interface import NoRange
from scanner.files import NotAFileError, read_regular
from scanner.json_fields import FieldError, Fields
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
        return read_regular(path, LARGEST + 1)
    except NotAFileError:
        raise NoRange(f"the event file {printable(path)} is not a regular file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NoRange(f"cannot read the event file {printable(path)}: {reason}") from None


class Event:
    """The fields of an event, named with dots between: `pull_request.base.sha`."""

    __slots__ = ("_fields", "_path")

    def __init__(self, environ: Mapping[str, str], read: Callable[[str], bytes]) -> None:
        """Read and parse the file that `GITHUB_EVENT_PATH` names. Raises NoRange."""
        import json

        self._path = environ.get("GITHUB_EVENT_PATH", "")
        if not self._path:
            raise NoRange("GITHUB_EVENT_PATH is empty; it must name the event file of the job")

        content = read(self._path)
        if len(content) > LARGEST:
            raise self._unusable(f"it is larger than {LARGEST >> 20} MiB")
        try:
            self._fields = Fields(json.loads(content))
        except FieldError:
            raise self._unusable("it is not a JSON object") from None
        except RecursionError:
            raise self._unusable("it is nested too deeply") from None
        except ValueError:  # of JSON, of its encoding, or of a number that is too long
            raise self._unusable("it is not valid JSON") from None

    def text(self, name: str) -> str:
        """Return the string in the field `name`, which may be empty. Raises NoRange without one."""
        try:
            parent, key = self._place(name)
            return parent.name(key)
        except FieldError:
            raise self._unusable(f"it has no text in {name}") from None

    def optional_text(self, name: str) -> str:
        """Return the string in the field `name`, or an empty one where there is none."""
        try:
            parent, key = self._place(name)
            return parent.optional_text(key)
        except FieldError:
            return ""

    def is_true(self, name: str) -> bool:
        """Return whether the field `name` is there and true."""
        try:
            parent, key = self._place(name)
            return parent.truth(key)
        except FieldError:
            return False

    def _place(self, name: str) -> tuple[Fields, str]:
        """Return the object that has the field `name`, and its key there. Raises FieldError."""
        *parents, key = name.split(".")
        found = self._fields
        for parent in parents:
            found = found.fields(parent)
        return found, key

    def _unusable(self, reason: str) -> NoRange:
        return NoRange(
            f"the event file {printable(self._path)} cannot be used: {reason}; name the commits "
            "with keycatch range"
        )
