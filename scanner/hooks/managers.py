"""Other tools that look after hooks, and hooks that would not work under another name."""

from __future__ import annotations

import os
import re
from typing import Final

from scanner.records import NamedTuple


class HookManager(NamedTuple):
    """A tool that writes hooks again whenever it likes, and removes what it finds there."""

    name: str
    mark: re.Pattern[bytes]
    """What its hooks contain."""
    remedy: str
    """How it is made to run keycatch itself."""
    moves: bool
    """Whether its hooks still work under another name."""


# The remedies are from the documentation of each tool; docs/install.md has them in full.
# husky's hooks run the file of their own name in .husky, and do nothing where there is none.
_HUSKY: Final = HookManager(
    "husky", re.compile(rb"(?i)husky"), "add `keycatch staged` to .husky/pre-commit", False
)
_MANAGERS: Final = (
    # Up to version 4 its hooks run what package.json says (its README, "Supported hooks").
    HookManager(
        "husky 4", re.compile(rb"(?i)created by husky v[0-4]\b"),
        "add `keycatch staged` to husky.hooks.pre-commit in package.json", False,
    ),
    _HUSKY,
    # The link of overcommit runs what is configured for its own name.
    HookManager(
        "overcommit", re.compile(rb"(?i)overcommit"), "add `keycatch staged` to .overcommit.yml",
        False,
    ),
    # Renames what it finds to .old, which nothing runs, after each change of its configuration.
    HookManager(
        "lefthook", re.compile(rb"(?i)lefthook"), "add `keycatch staged` to lefthook.yml", True
    ),
    HookManager(
        "simple-git-hooks", re.compile(rb"(?i)simple[ _-]git[ _-]hooks"),
        "add `keycatch staged` to its pre-commit", True,
    ),
)  # fmt: skip

_ITS_NAME: Final = re.compile(
    rb"basename\b[^\n;)]*(?:\$\{?0|BASH_SOURCE|PROGRAM_NAME|argv|__file__|__FILE__)"
    rb"|\$\{0##"
    rb"|\$\{?0\}?\"?\.d\b"
)
"""How scripts find out what they are called; `$0.d` is a directory with more of them."""

_READ: Final = 1 << 16
"""Bytes that are looked at: a hook is a script, and one that is longer is a program."""


def manager_of(path: str, content: bytes) -> HookManager | None:
    """Return the tool that looks after the hook at `path`, with `content`; None without one."""
    if ".husky" in path.replace(os.sep, "/").split("/"):
        return _HUSKY  # whatever its hooks say
    return next((each for each in _MANAGERS if each.mark.search(content[:_READ])), None)


def managed_by(text: str) -> str:
    """Return the name of the tool that wrote the hook `text`; empty for none of those known."""
    manager = manager_of("", os.fsencode(text))
    return manager.name if manager else ""


def objection(path: str, content: bytes, *, force: bool) -> str:
    """Return why the hook at `path`, with `content`, should not be moved; empty for no reason.

    With `force` only hooks that are known to do nothing under another name are left alone.
    """
    text = content[:_READ]
    manager = manager_of(path, content)
    if manager is not None:
        if manager.moves and force:
            return ""
        why = "would be removed again" if manager.moves else "would make it run nothing"
        force_hint = ", or install with --force" if manager.moves else ""
        return (
            f"is a hook of {manager.name}, where keycatch's {why}: {manager.remedy}"
            f"{force_hint}; see docs/install.md"
        )

    if not force and text.startswith(b"#!") and _ITS_NAME.search(text):
        return (
            "depends on its own name, and would run under another one: add `keycatch` with "
            "`staged` or `push` to it by hand, or install with --force if the name is only shown"
        )
    return ""
