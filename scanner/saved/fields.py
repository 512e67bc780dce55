"""Reading the fields of parsed JSON whose author is not known: the right type, or a reason.

A reason names the field and never repeats what stands there, which may be a credential.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    Value = TypeVar("Value")

_PERCENT_ENCODED: Final = re.compile(r"(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+")


class NoReportError(ValueError):
    """What was given is not a report that can be used; the message says why."""


class Fields:
    """An object of JSON and where in the report it stands.

    A method that has no default raises NoReportError where the field is missing; all of them do
    where it has another type or form. What nobody asks for is not looked at.
    """

    __slots__ = ("_values", "_where")

    def __init__(self, values: object, where: str = "") -> None:
        """Wrap `values`, which stands at `where`: `findings[3]`, or nothing for the report."""
        self._where = where
        if not isinstance(values, dict):
            refuse(where or "it", "is not an object")
        self._values: dict[str, Any] = values

    def names(self) -> list[str]:
        """Return the names of the fields."""
        return list(self._values)

    def has(self, key: str) -> bool:
        """Tell whether there is something other than null under `key`."""
        return self._values.get(key) is not None

    def at(self, key: str) -> str:
        """Return where the field `key` stands, for a message."""
        return f"{self._where}.{key}" if self._where else key

    def text(self, key: str, form: re.Pattern[str] | None = None) -> str:
        """Return a string that is not empty and, all of it, of the `form`."""
        value = self._needed(key)
        if not isinstance(value, str) or not value:
            refuse(self.at(key), "is not a text")
        if form is not None and not form.fullmatch(value):
            refuse(self.at(key), "has another form than keycatch gives it")
        return value

    def optional_text(self, key: str, form: re.Pattern[str] | None = None) -> str:
        """Return the same, or an empty string where there is null or nothing."""
        return self.text(key, form) if self.has(key) else ""

    def choice(self, key: str, choices: Mapping[str, Value]) -> Value:
        """Return which of `choices` the field names."""
        name = self.text(key)
        if name not in choices:
            refuse(self.at(key), "is none of the words that this version of keycatch knows")
        return choices[name]

    def number(self, key: str, least: int = 0) -> int:
        """Return a whole number that is at least `least`."""
        value = self._needed(key)
        if type(value) is not int or value < least:
            refuse(self.at(key), f"is not a whole number from {least} up")
        return value

    def truth(self, key: str) -> bool:
        """Return a boolean."""
        value = self._needed(key)
        if not isinstance(value, bool):
            refuse(self.at(key), "is neither true nor false")
        return value

    def texts(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        """Return a list of strings."""
        values = self.array(key, needed=needed)
        if not all(isinstance(value, str) for value in values):
            refuse(self.at(key), "is not a list of texts")
        return tuple(values)

    def array(self, key: str, *, needed: bool = True) -> list[Any]:
        """Return a list; an empty one for null or nothing unless it is `needed`."""
        values = self._needed(key) if needed else self._values.get(key)
        if values is None and not needed:
            return []
        if not isinstance(values, list):
            refuse(self.at(key), "is not a list")
        return values

    def fields(self, key: str) -> Fields:
        """Return an object."""
        return Fields(self._needed(key), self.at(key))

    def every(
        self, key: str, read: Callable[[Fields], Value], *, needed: bool = True
    ) -> list[Value]:
        """Return what `read` makes of each object of a list."""
        values = self.array(key, needed=needed)
        return [
            read(Fields(value, f"{self.at(key)}[{number}]")) for number, value in enumerate(values)
        ]

    def maybe(self, key: str, read: Callable[[Fields], Value]) -> Value | None:
        """Return what `read` makes of an object; None where there is null or nothing."""
        return read(self.fields(key)) if self.has(key) else None

    def name(self, key: str) -> str:
        """Return a name of a file or person, its undecodable bytes as surrogates.

        Beside one that is not Unicode stand its exact bytes, percent-encoded. It may be empty.
        """
        value = self._needed(key)
        if not isinstance(value, str):
            refuse(self.at(key), "is not a text")
        if not self.has(f"{key}_bytes"):
            return value
        import os
        from urllib.parse import unquote_to_bytes

        return os.fsdecode(unquote_to_bytes(self.text(f"{key}_bytes", _PERCENT_ENCODED)))

    def _needed(self, key: str) -> Any:
        if key not in self._values:
            refuse(self.at(key), "is missing")
        return self._values[key]


def refuse(where: str, why: str) -> NoReturn:
    """Raise NoReportError for what stands at `where`."""
    raise NoReportError(f"{where} {why}")
