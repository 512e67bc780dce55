"""Paths of a report, relative to the root of the repository, wherever the scan started.

Servers that show a report next to the code know the repository and not the directory of a job. A
scan names files as the user did, which is right for a person at a terminal and for nobody else.
"""

from __future__ import annotations

import os

from scanner.git.work_tree import find_work_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.findings import Finding, Report

_MEMBER = "!/"
"""What is between an archive and the path inside of it."""


def from_root(report: Report, named: Sequence[str]) -> Report:
    """Return `report`, a scan of the paths `named`, with paths relative to the repository's root.

    What is outside of the repository keeps its path.
    """
    from scanner.tally import Tally

    root = _root_of(named)
    if root is None:
        return report
    paths = _Paths(root)

    tally = Tally()
    tally.add(report.tally)
    tally.notices = [each._replace(path=paths.of(each.path)) for each in tally.notices]
    tally.places = sorted(each._replace(path=paths.of(each.path)) for each in tally.places)
    findings = tuple(paths.of_finding(finding) for finding in report.findings)
    return report._replace(findings=findings, tally=tally)


def _root_of(named: Sequence[str]) -> str | None:
    """Return the root that the paths of a scan of `named` are relative to; None for none.

    It is that of the current directory as long as anything of it is scanned: a submodule is part of
    the repository around it. Otherwise it is that of what is scanned, if that is one repository.
    """
    directories = [_directory_of(path) for path in named if path != "-"]
    here = find_work_tree(".")
    if here is not None and (
        not directories or any(_is_below(_real(path), here) for path in directories)
    ):
        return here
    roots = {find_work_tree(path) for path in directories}
    return roots.pop() if len(roots) == 1 else here


def _directory_of(path: str) -> str:
    return path if os.path.isdir(path) else os.path.dirname(path) or "."


def _real(path: str) -> str:
    # As `find_work_tree` does it: on Windows resolving turns a mapped drive into a network path.
    return os.path.abspath(path) if os.name == "nt" else os.path.realpath(path)


def _is_below(path: str, root: str) -> bool:
    return os.path.normcase(os.path.join(path, "")).startswith(
        os.path.normcase(os.path.join(root, ""))
    )


class _Paths:
    """Translates paths; each directory is resolved once."""

    __slots__ = ("_directories", "_here", "_root")

    def __init__(self, root: str) -> None:
        """Make paths relative to `root`."""
        self._root = root
        self._here = _real(".")
        self._directories: dict[str, str | None] = {}

    def of_finding(self, finding: Finding) -> Finding:
        """Return `finding` with the paths of its locations translated."""
        locations = (place._replace(path=self.of(place.path)) for place in finding.locations)
        return finding._replace(locations=tuple(locations))

    def of(self, path: str) -> str:
        """Return `path` relative to the root, or as it is for what is outside and for no file."""
        from scanner.sources.stdin import PATH

        if path in ("", PATH):
            return path
        file, mark, member = path.partition(_MEMBER)
        parent, name = os.path.split(file)
        if name in ("", os.curdir, os.pardir):  # a directory, which could not be listed
            parent, name = file, ""
        if parent not in self._directories:
            self._directories[parent] = self._relative(parent)
        directory = self._directories[parent]
        if directory is None:
            return path
        return (os.path.join(directory, name) or os.curdir) + mark + member

    def _relative(self, directory: str) -> str | None:
        """Return `directory` relative to the root, empty for the root; None if it is outside."""
        # The directory itself first: git has nothing below a link. A link that leads out of the
        # repository is still something in it, and its name is all there is to show.
        plain = os.path.normpath(os.path.join(self._here, directory))
        for found in (_real(directory or os.curdir), plain):
            if _is_below(found, self._root):
                relative = os.path.relpath(found, self._root)
                return "" if relative == os.curdir else relative
        return None
