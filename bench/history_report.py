"""The figures of `history` as text for people; the same named tuples become the JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.history_tools import HasRead
    from bench.machine import Machine
    from bench.process import TreeMemory
    from bench.spread import Spread
    from bench.stored import Stored


class Way(NamedTuple):
    """A scanner or a floor, and what it cost on one repository; seconds and bytes."""

    name: str
    version: str
    has_read: HasRead | None
    """None for a floor. Without its paths in what is printed."""
    findings: int | None
    wall: Spread
    cpu: Spread
    slower: Spread
    """Wall time divided by that of keycatch, pair by pair."""
    dearer: Spread
    """CPU divided by that of keycatch, pair by pair."""
    peak: int
    """Of the largest single process, from the kernel, in the most of the timed runs."""
    memory: TreeMemory


class OnRepository(NamedTuple):
    """One comparison."""

    repository: Stored
    ways: Sequence[Way]


class HistoryFigures(NamedTuple):
    """Everything one run found out."""

    machine: Machine
    rounds: int
    load: list[tuple[str, float]]
    found: Mapping[str, Mapping[str, int]]
    """Of each tool: kind of planted credential to how many it reported."""
    planted: int
    """How many of each kind there were."""
    results: Sequence[OnRepository]


def as_text(figures: HistoryFigures) -> str:
    """Return `figures` as lines of text."""
    lines = [*head(figures.machine, figures.load), f"rounds      {figures.rounds}"]
    for result in figures.results:
        lines += ["", *_costs(result), "", *_read(result)]
    lines += ["", *_found(figures)]
    return "\n".join(lines) + "\n"


def head(machine: Machine, loads: Sequence[tuple[str, float]]) -> Iterator[str]:
    """Yield the lines that tell where the figures come from."""
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    used = f"{machine.cores_used} of {machine.cores} processors used"
    yield f"machine     {machine.processor}, {used}"
    yield f"system      {machine.system}; Python {machine.python}; {libraries}"
    yield f"load        {', '.join(f'{value:.2f} {where}' for where, value in loads)}"
    if max(value for _, value in loads[:1]) > 0.5:
        yield "            others were using this machine: trust the ratios and the CPU"


def about(repository: Stored) -> str:
    """Return a line on what a repository stores."""
    return (
        f"{repository.name}: {repository.commits:,} commits, {repository.trees:,} trees,"
        f" {repository.blobs:,} blobs of {repository.blob_bytes / 1e6:,.1f} MB,"
        f" packs of {repository.pack_bytes / 1e6:,.1f} MB"
    )


def _costs(result: OnRepository) -> Iterator[str]:
    yield about(result.repository)
    yield (
        f"  {'median (least to greatest)':34} {'wall s':>24} {'CPU s':>24}"
        f" {'times our wall':>24} {'times our CPU':>24}   largest, anonymous, PSS, RSS MiB"
    )
    for way in result.ways:
        memory = (way.peak, way.memory.anonymous, way.memory.pss, way.memory.rss)
        yield (
            f"  {f'{way.name} {way.version}':34} {_spread(way.wall)} {_spread(way.cpu)}"
            f" {_spread(way.slower)} {_spread(way.dearer)}  "
            + "".join(f"{size / 2**20:8,.0f}" for size in memory)
        )


def _read(result: OnRepository) -> Iterator[str]:
    yield "  what each says it has read, and how much it reports"
    for way in result.ways:
        if way.has_read:
            has_read = way.has_read
            size = "?" if has_read.bytes is None else f"{has_read.bytes / 1e6:,.1f} MB"
            yield (
                f"  {way.name:34} {_number(has_read.commits):>12} commits"
                f" {_number(has_read.blobs):>12} blobs {size:>14} {way.findings:8,} findings"
            )


def _found(figures: HistoryFigures) -> Iterator[str]:
    yield f"Reported of planted credentials, {figures.planted} of each kind, half of them deleted"
    yield f"  {'':32}" + "".join(f"{name:>17}" for name in figures.found)
    for kind in next(iter(figures.found.values())):
        numbers = (found[kind] for found in figures.found.values())
        yield f"  {kind:32}" + "".join(f"{number:17}" for number in numbers)


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _spread(values: Spread) -> str:
    return f"{values.median:.2f} ({values.least:.2f} to {values.greatest:.2f})".rjust(24)
