"""The tables of a comparison of scanners: costs, what each has read, and what each has found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.inputs.planted import count_found, is_planted
from bench.report import MEDIAN, Table, in_mebibytes, in_milliseconds, in_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.inputs.planted import Planted
    from bench.rounds import Result
    from bench.tools import Reported


def scans_table(title: str, rows: Sequence[Result], subject: Any = None) -> Table:
    """Return the table of scans that take seconds, and of the floors; the first is keycatch."""
    memory = ("largest MiB", "all, PSS", "RSS", "anonymous")
    header = (MEDIAN, "wall s", "CPU s", "times our wall", "times our CPU", *memory)
    cells = [
        (
            f"{row.name} {row.version}",
            *map(in_seconds, (row.wall, row.cpu, row.times_wall, row.times_cpu)),
            *map(in_mebibytes, (row.peak, row.memory.pss, row.memory.rss, row.memory.anonymous)),
        )
        for row in rows
    ]
    return Table("scans", title, header, cells, rows, subject=subject)


def small_table(
    name: str, title: str, rows: Sequence[Result], base: str, notes: Iterable[str] = ()
) -> Table:
    """Return the table of commands that take milliseconds, with the CPU of all their processes.

    All are compared with the one called `base`.
    """
    header = (MEDIAN, "CPU ms", "wall ms", "times the CPU")
    cells = [
        (
            f"{row.name} {row.version}",
            in_milliseconds(row.cpu),
            in_milliseconds(row.wall),
            # Three digits: git takes a hundredth of what keycatch does.
            in_seconds(row.times_cpu, 3),
        )
        for row in rows
    ]
    notes = (*notes, f"the last column: pair by pair, of {base}")
    return Table(name, title, header, cells, rows, notes, {"base": base})


def read_table(title: str, scans: Mapping[str, Reported], subject: Any = None) -> Table:
    """Return the table of what each scanner says that it has read, and how much it reports."""
    rows = [
        {
            "name": name,
            "commits": reported.commits,
            "files or blobs": reported.blobs,
            "bytes": reported.bytes,
            "findings": len(reported.paths),
            "where nothing was planted": sum(not is_planted(path) for path in reported.paths),
        }
        for name, reported in scans.items()
    ]
    cells = [
        # A question mark for what a scanner does not say.
        [f"{value:,}" if isinstance(value, int) else value or "?" for value in row.values()]
        for row in rows
    ]
    return Table("read", title, ("", *list(rows[0])[1:]), cells, rows, subject=subject)


def found_table(title: str, files: Sequence[Planted], paths: Mapping[str, Iterable[str]]) -> Table:
    """Return the table of how many of the planted `files` of each kind a scanner reports.

    `paths` has what each scanner names in its report.
    """
    found = {name: count_found(files, named) for name, named in paths.items()}
    rows = [
        {"kind": kind} | {name: counts[kind] for name, counts in found.items()}
        for kind in dict.fromkeys(file.kind for file in files)
    ]
    cells = [list(map(str, row.values())) for row in rows]
    return Table("found", title, ("", *found), cells, rows)
