"""Objects that a repository should have and has not got: what a scan of it cannot have read.

A partial clone leaves objects out and fetches them when they are needed; nothing is fetched here,
so all that its history reaches is compared with what is there. In any other repository an object
can only be lost by damage. To look for that everywhere takes as long as a scan does (`git fsck` is
for it), so what HEAD, the index and the references have now is looked for, and what was named by
the objects that a scan has looked at for that: all that are loose, and all commits and tags. A file
that is gone shows there, and so does a pack. Objects that nothing reaches may name what is gone, as
git deletes them one by one; so before anything is said git looks at all that can be reached.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.findings import Notice, Tally
from scanner.git.log import WITHOUT_COMMIT_GRAPH
from scanner.git.process import GitError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scanner.git.object_store import ObjectStore
    from scanner.git.repository import Repository

REASON: Final = "missing-object"
WHERE: Final = "the repository"
_UNKNOWN: Final = "git-unavailable"
_FETCH: Final = "fetch them with `git fetch --refetch --no-filter`, or clone without --filter"
_CHECK: Final = "run `git fsck`, and scan another clone"


def search_gaps(
    repository: Repository, store: ObjectStore, suspected: Collection[bytes] = ()
) -> Tally:
    """Return what is known to be missing, as notices; nothing in it where nothing is missing.

    Of the binary IDs that are `suspected` some may be there, and some of no account.
    """
    tally = Tally()
    is_partial = _is_partial(repository, store)
    try:
        is_all = is_partial or not _are_there(repository, suspected)
        missing = _missing(repository, ["--all", "--reflog"] if is_all else ["--no-walk"])
        missing |= _lost_tips(repository)
    except GitError as error:
        detail = f"whether objects are missing is not known: {error}; {_CHECK}"
        tally.notice(Notice(_UNKNOWN, WHERE, detail, hides=True))
    else:
        add_missing(tally, missing, is_partial=is_partial)
    return tally


def add_missing(tally: Tally, missing: Collection[str], *, is_partial: bool) -> None:
    """Add a notice for the objects whose IDs are `missing`, if there are any, to `tally`."""
    if not missing:
        return
    some = "1 object is" if len(missing) == 1 else f"{len(missing):,} objects are"
    if is_partial:
        detail = f"{some} missing, which this partial clone left out: {_FETCH}"
    else:
        detail = f"{some} missing, such as {min(missing)}: {_CHECK}"
    tally.notice(Notice(REASON, WHERE, detail, hides=True))
    tally.skip(REASON, len(missing) - 1)  # a notice counts as one


def absent(repository: Repository, store: ObjectStore, names: Iterable[bytes]) -> Tally:
    """Return the same of objects that were asked for by their binary IDs and are not there."""
    tally = Tally()
    missing = [name.hex() for name in names]
    if missing:
        add_missing(tally, missing, is_partial=_is_partial(repository, store))
    return tally


def _is_partial(repository: Repository, store: ObjectStore) -> bool:
    """Tell whether the repository is a partial clone: it says so, or a pack of it does."""
    for directory in store.directories:
        try:
            names = os.listdir(os.path.join(directory, "pack"))
        except OSError:  # told by the listing of the packs
            continue
        if any(name.endswith(".promisor") for name in names):
            return True
    settings = r"^(extensions\.partialclone|remote\..*\.promisor)$"
    return bool(repository.answers("config", "--get-regexp", settings))


def _are_there(repository: Repository, names: Collection[bytes]) -> bool:
    return not names or len(repository.existing(name.hex() for name in names)) == len(names)


def _missing(repository: Repository, extent: list[str]) -> set[str]:
    """Return the IDs of missing objects that the commits of `extent` or an index have."""
    head = [] if repository.resolve("HEAD") is None else ["HEAD"]
    listed = repository.run(
        *WITHOUT_COMMIT_GRAPH,
        "rev-list",
        "--ignore-missing",  # broken references: those are looked at by themselves
        "--objects",
        "--missing=print",
        "--indexed-objects",
        *extent,
        *head,
        "--",
        what="look for missing objects",
    )
    return {line[1:].decode("ascii") for line in listed.split(b"\n") if line[:1] == b"?"}


def _lost_tips(repository: Repository) -> set[str]:
    """Return the IDs of missing objects that references or HEAD name."""
    listed = repository.run("for-each-ref", "--format=%(objectname)", what="list the references")
    listed += repository.answers("rev-parse", "--quiet", "--verify", "HEAD")
    names = {name for name in listed.decode("ascii", "replace").split() if repository.is_name(name)}
    return names.difference(repository.existing(sorted(names)))
