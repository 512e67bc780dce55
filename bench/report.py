"""The figures as text for people, and as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.compare import FLOOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bench.compare import Result
    from bench.machine import Machine
    from bench.planted import Planted
    from bench.spread import Spread
    from bench.startup import Start
    from bench.timing import Stage


class Figures(NamedTuple):
    """Everything one run of the benchmark found out."""

    machine: Machine
    tree: dict[str, Any]
    """What was scanned: `made` (how), `files`, `bytes`, `planted` (files of each kind)."""
    load: list[tuple[str, float]]
    """Load average of the last minute at points of the run."""
    stages: list[Stage]
    results: list[Result]
    starts: list[Start]


def as_json(figures: Figures) -> str:
    """Return `figures` as JSON; times in seconds, sizes in bytes."""
    return to_json(plain(figures))


def to_json(value: Any) -> str:
    """Return `value`, made of what JSON knows, as JSON."""
    return json.dumps(value, indent=1) + "\n"


def plain(value: Any) -> Any:
    """Return `value` with named tuples as dictionaries, also inside of it."""
    if hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def as_text(figures: Figures, planted: Sequence[Planted]) -> str:
    """Return `figures` as lines of text."""
    lines = list(_head(figures))
    if figures.stages:
        lines += ["", *_stages(figures.stages)]
    if figures.results:
        lines += ["", *_results(figures.results, figures.tree["bytes"])]
        lines += ["", *_checks(figures.results, figures.tree, planted)]
    if figures.starts:
        lines += ["", *_starts(figures.starts)]
    return "\n".join(lines) + "\n"


def _head(figures: Figures) -> Iterator[str]:
    machine, tree = figures.machine, figures.tree
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    yield f"machine  {machine.processor}, {machine.cores_used} of {machine.cores} processors used"
    yield f"system   {machine.system}; Python {machine.python}; {libraries}"
    yield f"tree     {tree['files']:,} files, {tree['bytes'] / 1e6:,.1f} MB; {tree['made']}"
    points = ", ".join(f"{value:.2f} {where}" for where, value in figures.load)
    yield f"load     {points}"
    if max(value for _, value in figures.load[:1]) > 0.5:
        yield "         others were using this machine: trust the ratios and the CPU, not the wall"


def _stages(stages: Iterable[Stage]) -> Iterator[str]:
    yield "Stages, one process: median ms (least to greatest), rate"
    group = ""
    for stage in stages:
        if stage.group != group:
            group = stage.group
            yield f"  {group}"
        each = stage.seconds.median / max(stage.items, 1) * 1e6
        rate = f"{stage.bytes / stage.seconds.median / 1e9:7.2f} GB/s" if stage.bytes else ""
        yield (
            f"    {stage.name:45} {milliseconds(stage.seconds, 28)} {rate:12}"
            f" {stage.items:7,} x {each:8,.1f} us"
        )


def _results(results: Sequence[Result], size: int) -> Iterator[str]:
    yield "Whole scan as a process, in turn: median (least to greatest); memory in MiB"
    yield (
        f"  {'':28} {'wall s':>22} {'MB/s':>7} {'CPU s':>22}"
        f" {'largest':>8} {'sum PSS':>8} {'sum RSS':>8}"
    )
    for result in results:
        name = f"{result.name} {result.version}"
        yield (
            f"  {name:28} {_s(result.wall)} {size / result.wall.median / 1e6:7,.0f}"
            f" {_s(result.cpu)} {result.peak / 2**20:8,.0f}"
            f" {result.tree.pss / 2**20:8,.0f} {result.tree.rss / 2**20:8,.0f}"
        )
    own = results[0].name
    yield ""
    yield f"Times the wall time, and times the CPU, of {own}, pair by pair: median (least to most)"
    for result in results[1:]:
        yield f"  {result.name:28} {_s(result.faster)} {_s(result.cheaper)}"


def _checks(
    results: Sequence[Result], tree: dict[str, Any], planted: Sequence[Planted]
) -> Iterator[str]:
    tools = [result for result in results if result.name != FLOOR]
    yield "What each says it read of the tree, and what it reported"
    for result in tools:
        seen = result.seen
        if seen is None:
            continue
        size = "?" if seen.bytes is None else f"{seen.bytes / 1e6:,.1f} MB"
        share = "" if not seen.bytes else f"{seen.bytes / tree['bytes']:5.0%}"
        files = "" if seen.files is None else f"{seen.files:,} files"
        yield (
            f"  {result.name:18} {size:>12} {share:>6} {files:>16}"
            f"   {len(seen.paths):6,} findings, {result.elsewhere:,} where nothing was planted"
        )
    yield ""
    kinds = dict.fromkeys(file.kind for file in planted)
    each = len(planted) // max(len(kinds), 1)
    yield f"Reported of the planted credentials, {each} of each kind"
    yield f"  {'':32}" + "".join(f"{tool.name:>17}" for tool in tools)
    for kind in kinds:
        yield f"  {kind:32}" + "".join(f"{tool.found[kind]:17}" for tool in tools)


def _starts(starts: Iterable[Start]) -> Iterator[str]:
    yield "Start-up: CPU ms, and times the first line pair by pair: median (least to greatest)"
    for start in starts:
        ratio = start.ratio
        times = f"{ratio.median:5.2f} ({ratio.least:.2f} to {ratio.greatest:.2f})"
        yield f"  {start.name:55} {milliseconds(start.cpu, 26)} {times:>24}"


def milliseconds(values: Spread, width: int) -> str:
    """Return `values`, in seconds, as the milliseconds of a table's column."""
    low, middle, high = (value * 1000 for value in values)
    return f"{middle:9,.1f} ({low:,.1f} to {high:,.1f})".ljust(width)


def _s(values: Spread) -> str:
    return f"{values.median:.2f} ({values.least:.2f} to {values.greatest:.2f})".rjust(22)
