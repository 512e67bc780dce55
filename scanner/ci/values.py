"""Values of the environment and of events, checked before git sees them.

The author of a pull request chooses the names of branches, and git has arguments that run programs.
A value is a full hash or becomes a full reference name; anything else is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ci.interface import NoRange
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD: Final = "HEAD"
_SHOWN: Final = 60
"""Characters of a refused value that the message repeats: as much as fits into a line of a log."""
_LONGEST_NAME: Final = 1024
"""Characters; a part of a name ends at 255, where it is the name of a file."""

# SHA-1 and SHA-256; git takes no fewer than four digits for an abbreviated hash (core.abbrev).
_HASH: Final = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_SHORT_HASH: Final = re.compile(r"[0-9a-fA-F]{4,63}")
_NOT_IN_NAMES: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")
"""What git-check-ref-format(1) forbids anywhere in a name."""


def is_on(environ: Mapping[str, str], name: str) -> bool:
    """Return whether the variable `name` is `true`, in any case, or 1."""
    return environ.get(name, "").lower() in ("true", "1")


def is_zero(text: str) -> bool:
    """Return whether `text` is the hash of zeros, with which git names no commit."""
    return _HASH.fullmatch(text) is not None and not text.strip("0")


def full_hash(text: str, origin: str) -> str:
    """Return `text` if it is the full hash of a commit; `origin` says where it is from.

    Raises NoRange for anything else: nothing, zeros, an abbreviated hash, a name, an option.
    """
    if _HASH.fullmatch(text) and not is_zero(text):
        return text.lower()
    raise NoRange(_refusal(text, origin, "the full hash of a commit"))


def hash_in(environ: Mapping[str, str], name: str) -> str:
    """Return the hash that the variable `name` holds. Raises NoRange."""
    return full_hash(environ.get(name, ""), name)


def hash_or_head(environ: Mapping[str, str], name: str) -> str:
    """Return the hash in the variable `name`, or `HEAD` where it is empty or abbreviated.

    git takes an abbreviated hash for a branch of that name first. Raises NoRange for other values.
    """
    text = environ.get(name, "")
    if text in ("", HEAD) or (_SHORT_HASH.fullmatch(text) and not _HASH.fullmatch(text)):
        return HEAD
    return full_hash(text, name)


def previous(environ: Mapping[str, str], name: str, head: str) -> str:
    """Return the hash in the variable `name`, or an empty string where it is of no use.

    It is of no use if it is empty, zeros, abbreviated, or `head` itself: between a commit and
    itself there is nothing to scan, and a job that is run again must not pass for that. Raises
    NoRange for text that cannot be a hash.
    """
    text = environ.get(name, "")
    if not text or is_zero(text) or (_SHORT_HASH.fullmatch(text) and not _HASH.fullmatch(text)):
        return ""
    found = full_hash(text, name)
    return "" if found == head else found


def branch_ref(name: str, origin: str) -> str:
    """Return the remote-tracking branch of the branch `name`, with or without `refs/heads/`.

    The full reference name: git would look for a tag called `origin/main` before the branch.
    Raises NoRange for text that git does not take for the name of a branch.
    """
    short = name.removeprefix("refs/heads/")
    if not _is_name(short):
        raise NoRange(_refusal(name, origin, "the name of a branch"))
    return f"refs/remotes/origin/{short}"


def base_revision(text: str, origin: str) -> str:
    """Return the revision for what a user set: a branch, `origin/` and a branch, a hash or a ref.

    Raises NoRange.
    """
    if _HASH.fullmatch(text):
        return full_hash(text, origin)
    if text.startswith("refs/") and not text.startswith("refs/heads/"):
        if not _is_name(text):
            raise NoRange(_refusal(text, origin, "a branch, a full hash or a full reference name"))
        return text
    return branch_ref(text.removeprefix("origin/"), origin)


def _is_name(name: str) -> bool:
    """Return whether git allows a branch of this name (git-check-ref-format(1))."""
    # `@` alone is HEAD (gitrevisions(7)).
    if not name or len(name) > _LONGEST_NAME or name == "@" or _NOT_IN_NAMES.search(name):
        return False
    if name.startswith("-") or name.endswith("."):
        return False

    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can spell: no bytes at all
        return False
    return not any(
        part == "" or part.startswith(".") or part.endswith(".lock") for part in name.split("/")
    )


def shown(text: str) -> str:
    """Return `text` for a message: printable, in quotes, and not long."""
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return f"'{printable(cut)}'"


def _refusal(text: str, origin: str, wanted: str) -> str:
    if not text:
        return f"{origin} is empty; it must be {wanted}"
    if is_zero(text):
        return f"{origin} is all zeros, which means no commit; it must be {wanted}"
    return f"{origin} is {shown(text)}, which is not {wanted}"
