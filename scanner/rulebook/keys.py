"""Reading the keys of a rule file: each has one form, and every error says where and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from scanner.errors import RuleError, did_you_mean
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class Keys:
    """A mapping of a rule file and the errors about its keys."""

    def __init__(self, mapping: dict[object, object], source: str, path: str = "") -> None:
        """Take the mapping under the key `path` of the file `source`."""
        self._mapping = mapping
        self.source = source
        self._path = path

    def fail(self, key: str, reason: str) -> NoReturn:
        """Raise the RuleError that `key` cannot be used because of `reason`."""
        path = f"{self._path}.{key}" if self._path and key else self._path or key
        raise RuleError(printable(self.source), printable(path), printable(reason))

    def known(self, names: Collection[str], what: str) -> None:
        """Refuse keys that are not among `names`; `what` says where such a key would belong."""
        for key in self._mapping:
            if key not in names:
                word = str(key)
                hint = did_you_mean(word, names) or f"; known are {', '.join(sorted(names))}"
                self.fail(word, f"there is no such key{what}{hint}")

    def require(self, key: str) -> None:
        """Refuse a mapping without `key`."""
        if key not in self._mapping:
            self.fail(key, "is missing and has to be given")

    def has(self, key: str) -> bool:
        """Return whether `key` is given."""
        return key in self._mapping

    def get(self, key: str) -> object:
        """Return the value of `key` as it is, or None."""
        return self._mapping.get(key)

    def text(
        self, key: str, valid: Callable[[str], str] | None = None, default: str | None = None
    ) -> str:
        """Return a text that is not empty, without line ends around it.

        `valid` returns what is wrong with a text, or an empty string.
        """
        if default is not None and key not in self._mapping:
            return default
        return self._text(key, self._mapping.get(key), valid)

    def _text(self, key: str, value: object, valid: Callable[[str], str] | None) -> str:
        if not isinstance(value, str):
            self.fail(key, f"has to be text, not {kind_of(value)}; put it in quotes")
        text = value.strip("\n")
        if not text.strip():
            self.fail(key, "is empty")
        problem = valid(text) if valid else ""
        if problem:
            self.fail(key, problem)
        return text

    def texts(self, key: str, valid: Callable[[str], str] | None = None) -> tuple[str, ...]:
        """Return a list of texts, empty where the key is not given."""
        items = self.items(key)
        return tuple(
            self._text(f"{key}[{number}]", item, valid) for number, item in enumerate(items, 1)
        )

    def items(self, key: str) -> list[object]:
        """Return a list of anything, empty where the key is not given."""
        value = self._mapping.get(key, [])
        if not isinstance(value, list):
            self.fail(key, f"has to be a list (lines that begin with `- `), not {kind_of(value)}")
        return value

    def mapping(self, key: str) -> Keys:
        """Return the mapping under `key`, empty where the key is not given."""
        value = self._mapping.get(key, {})
        if not isinstance(value, dict):
            self.fail(key, f"has to be a mapping of keys, not {kind_of(value)}")
        path = f"{self._path}.{key}" if self._path else key
        return Keys(value, self.source, path)

    def content(self) -> dict[str, object]:
        """Return the mapping as it is, its keys as text."""
        return {str(key): value for key, value in self._mapping.items()}

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of `choices`."""
        value = self._mapping.get(key, default)
        if not isinstance(value, str) or value not in choices:
            hint = did_you_mean(str(value), choices)
            self.fail(key, f"has to be one of {', '.join(choices)}, not {kind_of(value)}{hint}")
        return value

    def number(self, key: str, default: int, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        value = self._mapping.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fail(key, f"has to be a whole number from {least} to {most}, not {kind_of(value)}")
        return value

    def flag(self, key: str) -> bool:
        """Return a truth value, false where the key is not given."""
        value = self._mapping.get(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"has to be true or false, not {kind_of(value)}")
        return value


def kind_of(value: object) -> str:
    """Return what a value is, in words for an error."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, str):
        return f"`{value[:40]}`"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return f"`{str(value)[:40]}`"
