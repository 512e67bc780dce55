"""Rule files as YAML, for rules of users, for the compiler of the shipped ones and for tests."""

from __future__ import annotations

import os
from collections.abc import Hashable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml

from scanner.errors import RuleError
from scanner.files import read_regular
from scanner.rulebook.checking import RuleFile, check
from scanner.rulebook.files import rules_directory
from scanner.secret import printable

if TYPE_CHECKING:
    from scanner.rulebook.model import Rule

MAX_BYTES: Final = 1 << 20
"""A larger file is not a rule file, and is not parsed."""


def load_yaml(path: str) -> Rule:
    """Read the rule file of a user at `path`; raises RuleError that says what to correct."""
    return load_file(path).rule


def load_file(path: str, *, shipped: bool = False) -> RuleFile:
    """Read a rule file with its examples; `shipped` as in `scanner.rulebook.checking.check`."""
    return check(read_mapping(path), path, shipped=shipped)


def read_mapping(path: str) -> object:
    """Return what the YAML document in the file `path` holds, unchecked; raises RuleError."""
    try:
        text = read_regular(path, MAX_BYTES + 1, pipes=True)
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror or error}") from None
    if len(text) > MAX_BYTES:
        raise _unusable(path, f"is larger than {MAX_BYTES >> 20} MiB, too large for a rule")

    try:
        return yaml.load(text, _Loader)  # noqa: S506 -- a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = ", ".join(filter(None, (error.context, error.problem)))
        raise _unusable(path, f"is not YAML: {what}{where}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _unusable(path, f"is not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise _unusable(path, "is nested too deeply for a rule") from None


def _unusable(path: str, reason: str) -> RuleError:
    return RuleError(printable(path), "", printable(reason))


@cache
def shipped_files() -> tuple[tuple[str, RuleFile], ...]:
    """Return (path, content) of every shipped rule file, by name; raises RuleError.

    They are read once in a process: YAML takes a second for all of them.
    """
    directory = rules_directory()
    names = sorted(name for name in os.listdir(directory) if name.endswith(".yaml"))
    paths = [os.path.join(directory, name) for name in names]
    return tuple((path, load_file(path, shipped=True)) for path in paths)


class _Loader(yaml.SafeLoader):
    """The safe loader, except that a key given twice is an error: one of the two would be lost."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key has to be text", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key `{key}` is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)
