"""The stages of a scan, one after the other in this process, next to what else could do the work.

Figures are rates over the bytes that go through a stage. Searches run on a sample of the tree,
unit by unit as the sweep does it: small files joined to a batch, large ones in pieces, each unit
in the processor's cache when the search begins. The alternatives are reasons: they show what the
same stage would cost with the standard library.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bench.measures.in_process import Stages
from bench.measures.searches import copying, fixed_runs, literals
from bench.programs.read_tree import list_files, read_all
from bench.report import MEDIAN, Table, in_milliseconds
from scanner.decoders import DECODERS
from scanner.engine.anchors import EDGE, PIECE
from scanner.engine.catalogue import Catalogue
from scanner.engine.examine import Examiner
from scanner.engine.sweep import BATCH, SMALL, sweep
from scanner.engine.together import batch_of
from scanner.findings import Tally
from scanner.rulebook import load_rules
from scanner.sources import tree
from scanner.sources.files import FileBlob
from scanner.sources.interface import TooLarge, Unread
from scanner.sources.listed import Files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bench.measures.in_process import Stage
    from scanner.engine.together import Batch
    from scanner.sources.interface import Blob


def stages_table(path: str, sample: int, runs: int) -> list[Table]:
    """Measure every stage on the tree at `path`, searches on about `sample` bytes of it."""
    stages = measure_stages(path, sample, runs)
    cells = [
        (
            f"{stage.group}: {stage.name}",
            in_milliseconds(stage.seconds),
            f"{stage.bytes / stage.seconds.median / 1e9:.2f} GB/s" if stage.bytes else "",
            f"{stage.items:,}",
            f"{stage.seconds.median / stage.items * 1e6:,.1f}",
        )
        for stage in stages
    ]
    header = (MEDIAN, "ms", "rate", "items", "us each")
    return [Table("stages", "Stages, one process", header, cells, stages)]


def measure_stages(path: str, sample: int, runs: int) -> list[Stage]:
    """Return what each stage takes on the tree at `path`, up to `runs` times."""
    blobs = tree.blobs([path], Tally())
    files = list_files(path)
    total = sum(map(os.path.getsize, files))
    examiner = Examiner(load_rules((), ()))
    anchors = examiner.catalogue.index.anchors
    units = _units(blobs, sample)
    found = Stages(runs)

    found.group = "listing"
    found.whole("limit: os.scandir, names only", lambda: list_files(path), 0, len(files))
    found.whole("sources.tree", lambda: tree.blobs([path], Tally()), 0, len(blobs))
    found.group = "reading"
    found.whole("limit: into one buffer, nothing kept", lambda: read_all(files), total, len(files))
    found.whole("sources.files", lambda: _read(blobs), total, len(blobs))
    found.whole("open(path, 'rb').read()", lambda: _read_builtin(files), total, len(files))
    if isinstance(blobs, Files) and blobs.is_joinable:
        batch = batch_of(examiner, BATCH)
        found.whole("many at a time, compiled", lambda: _join(blobs, batch), total, len(blobs))

    copying(found, units)
    literals(found, units, anchors)
    fixed_runs(found, units, anchors)
    found.group = "whole search"
    found.each("engine.anchors, all anchors", examiner.catalogue.index.search, units)

    _examined(found, blobs, examiner)
    found.group = "whole scan but for the listing"
    found.whole("engine.sweep, one process", lambda: sweep(examiner, blobs), total, len(blobs))
    return found.all


def _examined(found: Stages, blobs: Sequence[Blob], examiner: Examiner) -> None:
    """Measure the precise look at the files in which an anchor is, with and without decoders."""
    catalogue = examiner.catalogue
    hits = [
        (blob.path, content)
        for blob in blobs
        for content in _contents((blob,))
        if catalogue.is_encoded(content) or catalogue.index.search_bytes(content)
    ]
    size = sum(len(content) for _, content in hits)
    rules = load_rules((), ())
    without_decoders = Examiner(rules)
    without_decoders.catalogue = Catalogue(rules, ())

    def examine(by: Examiner) -> Callable[[], None]:
        def work() -> None:
            for path, content in hits:
                by.examine(path, content)

        return work

    found.group = "precise look at the files with hits"
    found.whole("search and detectors", examine(without_decoders), size, len(hits))
    name = f"search, detectors and {len(DECODERS)} decoders"
    found.whole(name, examine(examiner), size, len(hits))


def _contents(blobs: Iterable[Blob]) -> Iterable[bytes]:
    for blob in blobs:
        try:
            yield blob.read()
        except (Unread, TooLarge):
            continue


def _read(blobs: Iterable[Blob]) -> int:
    return sum(map(len, _contents(blobs)))


def _join(files: Files, batch: Batch) -> None:
    buffer = bytearray()
    at = 0
    while at < len(files):
        at = files.join(at, buffer, batch).after


def _read_builtin(files: Iterable[str]) -> int:
    total = 0
    for file in files:
        with open(file, "rb") as opened:
            total += len(opened.read())
    return total


def _units(blobs: Sequence[Blob], sample: int) -> list[bytes]:
    """Return about `sample` bytes of the tree, from all over it, as the sweep searches them."""
    share = min(1.0, sample / (sum(map(_size, blobs)) or 1))
    units: list[bytes] = []
    batch: list[bytes] = []
    due = 0.0
    for blob in blobs:
        # A file is taken whenever the shares of those before it add up to one.
        due += share
        if due < 1.0:
            continue
        due -= 1.0
        for content in _contents((blob,)):
            if len(content) > SMALL:
                starts = range(0, len(content), PIECE)
                units += [EDGE + content[start : start + PIECE] + EDGE for start in starts]
            else:
                batch.append(content)
        if sum(map(len, batch)) >= BATCH:
            units.append(EDGE + EDGE.join(batch) + EDGE)
            batch = []

    if batch:
        units.append(EDGE + EDGE.join(batch) + EDGE)
    return units


def _size(blob: Blob) -> int:
    return os.path.getsize(blob.path) if isinstance(blob, FileBlob) else 0
