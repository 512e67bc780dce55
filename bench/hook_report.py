"""The figures of `staged` and `push` as text for people, and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bench.report import milliseconds, plain, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.machine import Machine
    from bench.rounds import Table


class HookFigures(NamedTuple):
    """Everything one run found out."""

    machine: Machine
    repository: dict[str, str | int]
    """`made` (how), `commits`, `files`, `pack` (bytes), `git` (its version), `rounds`."""
    load: list[tuple[str, float]]
    """Load average of the last minute at points of the run."""
    tables: list[Table]


def hooks_as_json(figures: HookFigures) -> str:
    """Return `figures` as JSON; times in seconds, sizes in bytes."""
    return to_json(plain(figures))


def hooks_as_text(figures: HookFigures) -> str:
    """Return `figures` as lines of text."""
    lines = list(_head(figures))
    for each in figures.tables:
        lines += ["", *_table(each)]
    return "\n".join(lines) + "\n"


def _head(figures: HookFigures) -> Iterator[str]:
    machine, about = figures.machine, figures.repository
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    used = f"{machine.cores_used} of {machine.cores} processors used"
    yield f"machine     {machine.processor}, {used}"
    yield f"system      {machine.system}; Python {machine.python}; git {about['git']}; {libraries}"
    yield (
        f"repository  {about['commits']:,} commits, {about['files']:,} files,"
        f" packs of {int(about['pack']) / 1e6:,.1f} MB; {about['made']}"
    )
    points = ", ".join(f"{value:.2f} {where}" for where, value in figures.load)
    yield f"load        {points}"
    yield f"rounds      {about['rounds']}, after one that does not count"


def _table(table: Table) -> Iterator[str]:
    yield table.title
    yield from (f"  ({note})" for note in table.notes)
    yield (
        f"  {'ms, median (least to greatest)':56} {'CPU of all processes':>26} {'wall':>26}"
        "  times the CPU"
    )
    for line in table.lines:
        times = line.times
        yield (
            f"  {line.name:56} {milliseconds(line.cpu, 26)} {milliseconds(line.wall, 26)}"
            f" {times.median:8.3f} ({times.least:.3f} to {times.greatest:.3f})"
        )
    yield f"  the last column: pair by pair, of {table.base}"
