"""The references of a repository as git lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.git.process import unusable
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from scanner.git.repository import Repository


class Reference(NamedTuple):
    """A reference, which may be broken: what it names need not be there."""

    object: str
    """The ID of what it names."""
    name: str
    """Its full name."""
    symbolic: str
    """The reference that it stands for, as `refs/remotes/origin/HEAD` does; mostly empty."""


def listed(repository: Repository) -> list[Reference]:
    """Return all references, as they were when they were first asked for. Raises GitError."""
    return repository.once("references", lambda: _list(repository))


def _list(repository: Repository) -> list[Reference]:
    form = "--format=%(objectname) %(refname) %(symref)"
    printed = repository.run("for-each-ref", form, what="list the references")

    # Split as git writes it: `splitlines` also splits at U+2028 and U+0085, which a name may have.
    lines = printed.decode("utf-8", "surrogateescape").split("\n")[:-1]
    found = [Reference(*fields) for line in lines if len(fields := line.split(" ")) == 3]
    if len(found) != len(lines) or not all(
        each.name and repository.is_name(each.object) for each in found
    ):
        raise unusable("for-each-ref", "an object and a name for each reference")
    return found
