"""The stages of a scan, one after the other in this process, beside what else could do the work.

Figures are rates over the bytes that go through a stage. Searches run on a sample of the tree,
unit by unit as the sweep does it: small files joined to a batch, large ones in pieces, each unit
in the processor's cache when the search begins. The alternatives are there as reasons: they say
what the same stage would cost with the standard library.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bench.reader import list_files, read_all
from bench.searches import copying, fixed_runs, literals
from bench.timing import Stage, each, whole
from scanner.decoders import DECODERS
from scanner.engine.anchors import EDGE, PIECE
from scanner.engine.catalogue import Catalogue
from scanner.engine.examine import Examiner
from scanner.engine.sweep import BATCH, SMALL, sweep
from scanner.findings import Tally
from scanner.rulebook import load_rules
from scanner.sources import tree
from scanner.sources.files import FileBlob
from scanner.sources.interface import TooLarge, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.sources.interface import Blob


def measure_stages(path: str, sample: int, runs: int) -> list[Stage]:
    """Measure every stage on the tree at `path`, searches on about `sample` bytes of it."""
    blobs = tree.blobs([path], Tally())
    files = list_files(path)
    total = sum(os.path.getsize(file) for file in files)
    examiner = Examiner(load_rules((), ()))
    stages = [
        whole("listing", "limit: os.scandir, names only", lambda: list_files(path), 0, len(files),
              runs),
        whole("listing", "sources.tree", lambda: tree.blobs([path], Tally()), 0, len(blobs), runs),
        whole("reading", "limit: into one buffer, nothing kept", lambda: read_all(files), total,
              len(files), runs),
        whole("reading", "sources.files", lambda: _read(blobs), total, len(blobs), runs),
        whole("reading", "open(path, 'rb').read()", lambda: _read_builtin(files), total,
              len(files), runs),
    ]  # fmt: skip
    anchors = examiner.catalogue.index.anchors
    units = _units(blobs, sample)
    stages += copying(units, runs)
    stages += literals(units, anchors, runs)
    stages += fixed_runs(units, anchors, runs)
    stages += _together(units, blobs, total, examiner, runs)
    return stages


# Reading


def _contents(blobs: Iterable[Blob]) -> Iterable[bytes]:
    for blob in blobs:
        try:
            yield blob.read()
        except (Unread, TooLarge):
            continue


def _read(blobs: Iterable[Blob]) -> int:
    return sum(map(len, _contents(blobs)))


def _read_builtin(files: Iterable[str]) -> int:
    total = 0
    for file in files:
        with open(file, "rb") as opened:
            total += len(opened.read())
    return total


def _units(blobs: Sequence[Blob], sample: int) -> list[bytes]:
    """Return about `sample` bytes of the tree, from all over it, as the sweep searches them."""
    everything = sum(map(_size, blobs)) or 1
    share = min(1.0, sample / everything)
    units: list[bytes] = []
    batch: list[bytes] = []
    due = 0.0
    for blob in blobs:
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


def _together(
    units: Sequence[bytes], blobs: Sequence[Blob], total: int, examiner: Examiner, runs: int
) -> list[Stage]:
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

    group = "precise look at the files with hits"
    return [
        each("whole search", "engine.anchors, all anchors", catalogue.index.search, units, runs),
        whole(group, "search and detectors", examine(without_decoders), size, len(hits), runs),
        whole(group, f"search, detectors and {len(DECODERS)} decoders", examine(examiner), size,
              len(hits), runs),
        whole("whole scan but for the listing", "engine.sweep, one process",
              lambda: sweep(examiner, blobs), total, len(blobs), runs),
    ]  # fmt: skip
