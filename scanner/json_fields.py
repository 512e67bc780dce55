"""Reading the fields of parsed JSON whose author is not known: the right type, or a reason.

A reason names the field and never repeats its value, which may be a credential.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    Value = TypeVar("Value")

# What `urllib.parse.quote` writes, and nothing that `unquote_to_bytes` would have to guess at.
_PERCENT_ENCODED: Final = re.compile(r"(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+")


class FieldError(ValueError):
    """A field is missing, or has another type or form; the message is a clause that says so."""


class Fields:
    """A JSON object, and where in the document it is.

    A method without a default raises FieldError where the field is missing, and every method does
    where the field has another type or form. Fields that nobody asks for are not checked.
    """

    __slots__ = ("_values", "_where")

    def __init__(self, values: object, where: str = "") -> None:
        """Wrap `values`, found at `where`: `findings[3]`, or empty for the whole document."""
        self._where = where
        if not isinstance(values, dict):
            refuse(where or "it", "is not an object")
        self._values: dict[str, Any] = values

    def names(self) -> list[str]:
        """Return the names of the fields."""
        return list(self._values)

    def has(self, key: str) -> bool:
        """Return whether the field `key` is there and is not null."""
        return self._values.get(key) is not None

    def at(self, key: str) -> str:
        """Return where the field `key` is, for a message: `findings[3].severity`."""
        return f"{self._where}.{key}" if self._where else key

    def text(self, key: str, form: re.Pattern[str] | None = None) -> str:
        """Return a string that is not empty and that `form`, if given, matches as a whole."""
        value = self._needed(key)
        if not isinstance(value, str) or not value:
            refuse(self.at(key), "is not a text")

        if form is not None and not form.fullmatch(value):
            refuse(self.at(key), "has another form than keycatch gives it")
        return value

    def optional_text(self, key: str, form: re.Pattern[str] | None = None) -> str:
        """Return the same as `text`, or an empty string where the field is null or missing."""
        return self.text(key, form) if self.has(key) else ""

    def choice(self, key: str, choices: Mapping[str, Value]) -> Value:
        """Return the member of `choices` that the field names."""
        name = self.text(key)
        if name not in choices:
            refuse(self.at(key), "is none of the words that this version of keycatch knows")
        return choices[name]

    def number(self, key: str, least: int = 0) -> int:
        """Return a whole number that is at least `least`."""
        value = self._needed(key)
        # Not `isinstance`: in Python `True` is an instance of `int`.
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
        """Return a list of strings; an empty one for null or nothing unless it is `needed`."""
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
        """Return the object in the field `key`."""
        return Fields(self._needed(key), self.at(key))

    def every(
        self, key: str, read: Callable[[Fields], Value], *, needed: bool = True
    ) -> list[Value]:
        """Return the result of `read` for each object of a list."""
        values = self.array(key, needed=needed)
        return [
            read(Fields(value, f"{self.at(key)}[{number}]")) for number, value in enumerate(values)
        ]

    def maybe(self, key: str, read: Callable[[Fields], Value]) -> Value | None:
        """Return the result of `read` for an object; None where the field is null or missing."""
        return read(self.fields(key)) if self.has(key) else None

    def name(self, key: str) -> str:
        """Return the name of a file or a person, its undecodable bytes as surrogates.

        Where a name is not Unicode, its exact bytes are in the field `key` with `_bytes` after it,
        percent-encoded (`scanner/reports/json_report.py` writes both). A name may be empty.
        """
        value = self._needed(key)
        if not isinstance(value, str):
            refuse(self.at(key), "is not a text")
        if not self.has(f"{key}_bytes"):
            return value

        # Here: urllib is too heavy for the start of a scan, and such a name is rare.
        from urllib.parse import unquote_to_bytes

        return os.fsdecode(unquote_to_bytes(self.text(f"{key}_bytes", _PERCENT_ENCODED)))

    def _needed(self, key: str) -> Any:
        if key not in self._values:
            refuse(self.at(key), "is missing")
        return self._values[key]


def refuse(where: str, why: str) -> NoReturn:
    """Raise FieldError for the field at `where`; `why` is the rest of a clause."""
    raise FieldError(f"{where} {why}")
