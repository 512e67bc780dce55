"""Objects that a repository needs and lacks: what a scan of it cannot have read.

A partial clone leaves objects out and fetches them when they are needed. Nothing is fetched here,
so everything that its history reaches is compared with what is there.

In any other repository an object can only be lost by damage. Looking for that everywhere takes as
long as a scan (`git fsck` does it), so two things are checked: what HEAD, the index and the
references have now, and the IDs that a scan has met in loose objects, commits and tags. A lost file
or pack shows there. Unreachable objects may name what git has deleted already, one by one; so
before anything is reported git looks at everything that can be reached.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.findings import Notice, Tally
from scanner.git.process import GitError
from scanner.git.references import listed
from scanner.tally import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scanner.git.object_store import ObjectStore
    from scanner.git.repository import Repository

MISSING: Final = "missing-object"
"""The reason of a notice about objects that are not there."""
_UNKNOWN: Final = "git-unavailable"
_PROMISES: Final = re.compile(r"extensions\.partialclone|remote\..*\.promisor", re.DOTALL)
"""The keys of the configuration of a partial clone (technical/partial-clone of git)."""
_FETCH: Final = "fetch them with `git fetch --refetch --no-filter`, or clone without --filter"
_CHECK: Final = "run `git fsck`, and scan another clone"


def find_missing(
    repository: Repository, store: ObjectStore, suspected: Collection[bytes] = ()
) -> Tally:
    """Return a tally with notices about missing objects; an empty one where none is missing.

    `suspected` are binary IDs of objects that may be missing; not all of them need be reachable.
    """
    tally = Tally()
    is_partial = _is_partial(repository, store)
    try:
        is_all = is_partial or not _are_there(repository, suspected)
        head = repository.head_commit()
        extent = ["--all", "--reflog"] if is_all else ["--no-walk"]
        missing = _missing(repository, [*extent, "HEAD"] if head else extent)
        missing |= _lost_tips(repository, head)
    except GitError as error:
        detail = f"cannot determine whether objects are missing: {error}; {_CHECK}"
        tally.notice(Notice(_UNKNOWN, REPOSITORY, detail, hides=True))
    else:
        _add_missing(tally, missing, is_partial=is_partial)
    return tally


def _add_missing(tally: Tally, missing: Collection[str], *, is_partial: bool) -> None:
    """Add one notice about all the objects whose IDs are `missing`, if there are any."""
    if not missing:
        return
    some = "1 object is" if len(missing) == 1 else f"{len(missing):,} objects are"
    if is_partial:
        detail = f"{some} missing from this partial clone: {_FETCH}"
    else:
        detail = f"{some} missing, such as {min(missing)}: {_CHECK}"
    tally.notice(Notice(MISSING, REPOSITORY, detail, hides=True))
    tally.skip(MISSING, len(missing) - 1)  # a notice counts as one


def absent(repository: Repository, store: ObjectStore, names: Iterable[bytes]) -> Tally:
    """Return the same for objects that were asked for by their binary IDs and are not there."""
    tally = Tally()
    missing = [name.hex() for name in names]
    if missing:
        _add_missing(tally, missing, is_partial=_is_partial(repository, store))
    return tally


def _is_partial(repository: Repository, store: ObjectStore) -> bool:
    """Return whether the repository is a partial clone: its configuration or a pack says so."""
    # A pack fetched from a promisor has a `.promisor` file (technical/partial-clone of git).
    for directory in store.directories:
        try:
            names = os.listdir(os.path.join(directory, "pack"))
        except OSError:  # reported where packs are listed
            continue
        if any(name.endswith(".promisor") for name in names):
            return True
    return any(map(_PROMISES.fullmatch, dict(repository.configuration())))


def _are_there(repository: Repository, names: Collection[bytes]) -> bool:
    return not names or len(repository.existing(name.hex() for name in names)) == len(names)


def _missing(repository: Repository, extent: list[str]) -> set[str]:
    """Return the IDs of missing objects that the commits of `extent` or an index need."""
    printed = repository.run(
        "rev-list",
        "--ignore-missing",  # broken references would end git: `_lost_tips` looks at them
        "--objects",
        "--missing=print",
        "--indexed-objects",
        *extent,
        "--",
        what="look for missing objects",
    )
    # git prints a missing object with a question mark before its ID (git-rev-list(1), --missing).
    return {line[1:].decode("ascii") for line in printed.split(b"\n") if line[:1] == b"?"}


def _lost_tips(repository: Repository, head: str | None) -> set[str]:
    """Return the IDs of missing objects that references name, or HEAD where it has no `head`."""
    names = {each.object for each in listed(repository)}
    if head is None:
        named = repository.answers("rev-parse", "--quiet", "--verify", "HEAD")
        names |= {
            name for name in named.decode("ascii", "replace").split() if repository.is_name(name)
        }
    return names.difference(repository.existing(sorted(names)))
