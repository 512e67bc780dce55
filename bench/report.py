"""The figures of every command: as text for people, and as JSON for programs.

A command hands over what it measured on and a list of tables.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.machine import Machine, describe, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.rounds import Spread

_QUIET: Final = 0.5
"""The load average up to which the machine had nothing else to do."""
MEDIAN: Final = "median (least to greatest)"
"""How spreads are printed: for the first column, above the names."""


class Subject(NamedTuple):
    """What was measured on, for the head of the report."""

    text: str
    figures: Mapping[str, float]
    """For programs."""

    def __str__(self) -> str:
        """Return the line for people."""
        return self.text


class Table(NamedTuple):
    """Rows of figures."""

    name: str
    """For programs: the same in every run."""
    title: str
    """For people, with what was measured on."""
    header: Sequence[str]
    cells: Sequence[Sequence[str]]
    """What is printed below the header, a sequence for each row."""
    rows: Sequence[Any]
    """For programs: named tuples or dictionaries, times in seconds, sizes in bytes."""
    notes: Sequence[str] = ()
    subject: Any = None
    """For programs: what was measured on, where tables differ in it."""


def publish(
    tables: Sequence[Table],
    *,
    jobs: int,
    about: Mapping[str, Subject | str],
    loads: Sequence[tuple[str, float]],
    json_file: str | None,
) -> None:
    """Print `tables` below a head with the machine, `about` and `loads`; write `json_file` too.

    `about` says what was measured on, and how.
    """
    machine = describe(jobs)
    loads = [*loads, load("at the end")]
    lines = list(_head(machine, about, loads))
    for table in tables:
        lines += ["", *_text(table)]
    sys.stdout.write("\n".join(lines) + "\n")

    if json_file:
        figures = {
            "machine": machine,
            "about": about,
            "load": loads,
            "tables": [
                {
                    name: getattr(table, name)
                    for name in ("name", "title", "notes", "subject", "rows")
                }
                for table in tables
            ],
        }
        Path(json_file).write_text(json.dumps(_plain(figures), indent=1) + "\n", "utf-8")


def in_seconds(values: Spread, digits: int = 2) -> str:
    """Return `values` with so many digits after the point: median (least to greatest)."""
    low, middle, high = (f"{value:,.{digits}f}" for value in values)
    return f"{middle} ({low} to {high})"


def in_milliseconds(values: Spread) -> str:
    """Return `values`, in seconds, as milliseconds."""
    return in_seconds(type(values)(*(value * 1000 for value in values)), 1)


def in_megabytes(size: float) -> str:
    """Return `size`, in bytes, as millions of bytes."""
    return f"{size / 1e6:,.1f} MB"


def in_mebibytes(size: int) -> str:
    """Return `size`, in bytes, as whole MiB, or nothing where it was not measured."""
    return f"{size / 2**20:,.0f}" if size else ""


def _head(
    machine: Machine, about: Mapping[str, Subject | str], loads: Sequence[tuple[str, float]]
) -> Iterator[str]:
    versions = {"git": machine.git, **machine.libraries}
    libraries = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    lines = {
        "machine": f"{machine.processor}, {machine.cores_used} of {machine.cores} processors used",
        "system": f"{machine.system}; Python {machine.python}; {libraries}",
        "code": machine.code,
        "features": machine.features,
        **about,
        "load": ", ".join(f"{value:.2f} {when}" for when, value in loads),
    }
    for name, line in lines.items():
        yield f"{name:11} {line}"
    if loads[0][1] > _QUIET:
        yield f"{'':11} others were using this machine: trust the ratios and the CPU, not the wall"


def _text(table: Table) -> Iterator[str]:
    yield table.title
    yield from (f"  ({note})" for note in table.notes)
    lines = [table.header, *table.cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for name, *figures in lines:
        aligned = [figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True)]
        yield "  ".join(("", name.ljust(widths[0]), *aligned)).rstrip()


def _plain(value: Any) -> Any:
    """Return `value` with named tuples as dictionaries, also inside of it."""
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
