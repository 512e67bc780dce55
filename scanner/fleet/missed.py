"""Repositories that a directory had in an earlier run and has no more: their keys may be good."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.fleet.sources import Target, label_in
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.fleet.remembered import Row

_GONE: Final = "there is no repository any more"


class Missed(NamedTuple):
    """What is there, and what was."""

    found: list[Target]
    """What is there cannot always be scanned: then its earlier findings are those of its place."""
    gone: list[Target]
    """What had findings."""
    clean: list[str]
    """The names of what had none."""


def missed(
    found: Sequence[Target],
    rows: Iterable[Row],
    folders: Iterable[str],
    has_findings: Callable[[str], bool],
) -> Missed:
    """Return what is missing of the `rows` of an earlier run, with what was `found`.

    Missing is what was at or below one of the `folders`, absolute paths. `has_findings` returns
    whether the report has some that is kept under an ID.
    """
    known = {target.id for target in found}
    places = {os.path.abspath(target.path): target for target in found if target.path}
    ids: dict[str, str] = {}
    gone: list[Target] = []
    clean: list[str] = []
    for row in rows:
        folder = max((each for each in folders if _is_in(row.path, each)), key=len, default="")
        if not folder or row.id in known:
            continue
        there = places.get(row.path)
        if not has_findings(row.id):
            clean += [row.name] if there is None else []
        elif there is None:
            label = label_in(folder, row.path)
            gone.append(Target(row.name, row.path, problem=_GONE, label=label, known_id=row.id))
        elif there.problem:
            ids[row.path] = row.id
    return Missed([_with_id(target, ids) for target in found], gone, clean)


def _is_in(path: str, folder: str) -> bool:
    return bool(path) and os.path.join(path, "").startswith(os.path.join(folder, ""))


def _with_id(target: Target, ids: dict[str, str]) -> Target:
    known = ids.get(os.path.abspath(target.path), "") if target.path else ""
    return target._replace(known_id=known) if known else target
