"""Names that stand in no object: of references, and of files that are only in an index.

The names of all other files are in trees, which are searched like any object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import REFERENCE_NAME, Notice
from scanner.git.changes import SUBMODULE
from scanner.git.process import GitError
from scanner.git.tips import indexes, work_trees
from scanner.history.search import ObjectSearch

if TYPE_CHECKING:
    from scanner.engine.examine import Examiner
    from scanner.engine.sweep import Swept
    from scanner.git.repository import Repository
    from scanner.git.tips import IndexEntry

_SUBMODULE_COUNT: Final = "submodule"


def search_names(repository: Repository, examiner: Examiner) -> list[Swept]:
    """Search the names of references and of what is in the indexes; count submodules.

    Locations have the name as path, and a scope where it is that of a reference. Raises GitError.
    """
    references = repository.run("for-each-ref", "--format=%(refname)", what="list the references")
    found = _search(examiner, references.replace(b"\n", b"\0"))
    found.findings[:] = [
        finding._replace(
            locations=tuple(at._replace(scope=REFERENCE_NAME) for at in finding.locations)
        )
        for finding in found.findings
    ]
    entries: list[IndexEntry] = []
    problem = None
    try:
        entries = indexes(repository, work_trees(repository))
    except GitError as error:
        detail = f"the names in it are not known: {error}"
        problem = Notice("git-unavailable", "index", detail, hides=True)
    paths = b"\0".join(dict.fromkeys(entry.path for entry in entries))
    # In trees the parts of a path stand by themselves, and a name is to be found once.
    staged = _search(examiner, paths.replace(b"/", b"\0"))
    if problem:
        staged.tally.notice(problem)
    submodules = {entry.path for entry in entries if not entry.blob} or _submodules(repository)
    if submodules:
        staged.tally.skip(_SUBMODULE_COUNT, len(submodules))
    return [found, staged]


def _search(examiner: Examiner, listed: bytes) -> Swept:
    """Search names that are separated by zero bytes."""
    search = ObjectSearch(examiner)
    for offset, _ in examiner.catalogue.index.search_bytes(listed):
        end = listed.find(b"\0", offset)
        search.look_at_name(listed[listed.rfind(b"\0", 0, offset) + 1 : end if end >= 0 else None])
    return search.swept


def _submodules(repository: Repository) -> set[bytes]:
    """Return the paths of the submodules of HEAD: a bare repository has no index."""
    if repository.resolve("HEAD") is None:
        return set()
    listed = repository.answers("ls-tree", "-r", "-z", "HEAD").split(b"\0")
    return {entry.partition(b"\t")[2] for entry in listed if entry.startswith(SUBMODULE)}
