"""The fast path: read blob after blob and find the few that deserve a precise look.

Most files are small and hold nothing. A call into the search costs as much as searching about ten
kilobytes, so small files are joined into batches and searched together. Only the files of a batch
in which an anchor was found are examined. The names of the files are searched the same way.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from scanner.content import Layer
from scanner.decoders.interface import MAX_LAYER_BYTES, NOT_WHOLE
from scanner.engine.anchors import EDGE
from scanner.engine.defects import INTERNAL, describe
from scanner.findings import Finding, Notice, Tally
from scanner.records import NamedTuple
from scanner.sources.interface import Blob, TooLarge, Unread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Final

    from scanner.engine.anchors import AnchorIndex, Spots
    from scanner.engine.examine import Examined, Examiner
    from scanner.engine.together import Joinable
    from scanner.sources.interface import Window

SMALL: Final = 64 << 10
"""Bytes of a file up to which it is searched in a batch.

For a larger one, the cost of the calls is small against that of the search.
"""
BATCH: Final = 512 << 10
"""Bytes of a batch: it stays in the processor's second-level cache between the passes."""

SEPARATOR: Final = EDGE + b"\0" + EDGE
"""What is between two files of a batch: no anchor contains it, so that none is found across it."""


class Swept(NamedTuple):
    """The results of a number of blobs."""

    findings: list[Finding]
    tally: Tally
    spellings: dict[str, str]
    """Values as names spell them, perhaps encoded, to their redacted forms."""


def sweep(examiner: Examiner, blobs: Iterable[Blob]) -> Swept:
    """Scan `blobs`; the findings of one blob follow one another, in order of position."""
    swept = Swept([], Tally(), {})
    names: list[str] = []
    if getattr(blobs, "is_joinable", False) and examiner.catalogue.index.is_compiled:
        together: Joinable = blobs  # type: ignore[assignment]  # as it says itself
        names = together.names
        found = _examined_together(examiner, together, swept.tally)
    else:
        found = _examined(examiner, blobs, swept.tally, names)
    for examined in found:
        _add(swept, examined)
    sweep_names(examiner, names, swept)
    return swept


def _examined_together(examiner: Examiner, blobs: Joinable, tally: Tally) -> Iterator[Examined]:
    from scanner.engine.together import examined  # here: a hook has no listing

    def one_by_one(left: Iterator[Blob]) -> Iterator[Examined]:
        return _examined(examiner, left, tally, [])

    return examined(examiner, blobs, tally, BATCH, one_by_one)


def sweep_names(examiner: Examiner, names: Sequence[str], swept: Swept) -> None:
    """Search the `names` of files and add the results to `swept`."""
    encoded = [name.encode("utf-8", "surrogateescape") for name in names]
    for number, _ in with_spots(examiner.catalogue.index, encoded):
        _add(swept, examiner.examine_name(names[number]))


def _add(swept: Swept, examined: Examined) -> None:
    swept.findings.extend(examined.findings)
    swept.tally.add(examined.tally)
    swept.spellings.update(examined.spellings)


def _examined(
    examiner: Examiner, blobs: Iterable[Blob], tally: Tally, names: list[str]
) -> Iterator[Examined]:
    catalogue = examiner.catalogue
    batch: list[tuple[Blob, bytes]] = []
    size = 0
    for blob in blobs:
        names.append(blob.path)
        try:
            data = blob.read()
        except Unread as unread:
            _count_unread(tally, blob, unread)
            if unread.partial is None:
                continue
            data = unread.partial
        except TooLarge:
            yield _of(blob, _examine_large(examiner, blob, tally))
            continue
        except Exception as error:  # noqa: BLE001 -- a defect on one file must not cost the others
            tally.notice(Notice(INTERNAL, blob.path, describe(error), hides=True))
            continue

        tally.blobs += 1
        tally.bytes += len(data)
        # An archive can hold anything, so it is examined even without an anchor in its bytes.
        encoded = catalogue.is_encoded(data)
        if len(data) > SMALL or encoded:
            spots = catalogue.index.search_bytes(data)
            if encoded or spots:
                yield _of(blob, examiner.examine(blob.path, data, spots))
            continue

        batch.append((blob, data))
        size += len(data)
        if size >= BATCH:
            yield from _flush(examiner, batch)
            batch, size = [], 0

    yield from _flush(examiner, batch)


def _flush(examiner: Examiner, batch: Sequence[tuple[Blob, bytes]]) -> Iterator[Examined]:
    for number, spots in with_spots(examiner.catalogue.index, [data for _, data in batch]):
        blob, data = batch[number]
        yield _of(blob, examiner.examine(blob.path, data, spots))


def _of(blob: Blob, examined: Examined) -> Examined:
    """Return `examined` with the git object that `blob` is, and its scope, in its locations."""
    return of_object(blob.object, examined, getattr(blob, "scope", ""))


def of_object(name: str, examined: Examined, scope: str = "") -> Examined:
    """Return `examined` with the git object called `name`, and its scope, in its locations.

    Only a work tree that is read next to the index has a scope of its own here.
    """
    if not (name or scope) or not examined.findings:
        return examined
    findings = [
        finding._replace(
            locations=tuple(at._replace(object=name, scope=scope) for at in finding.locations)
        )
        for finding in examined.findings
    ]
    return examined._replace(findings=findings)


def with_spots(index: AnchorIndex, pieces: Sequence[bytes]) -> Iterator[tuple[int, Spots]]:
    """Yield the numbers of the `pieces` that have anchors, with the spots in each piece."""
    if not pieces:
        return

    # The empty pieces at both ends give the buffer its edges.
    spots = index.search(SEPARATOR.join([b"", *pieces, b""]))
    if not spots:
        return

    step = len(SEPARATOR)
    # `search` counts offsets from after the first byte of the buffer.
    begins = [*accumulate((len(piece) + step for piece in pieces), initial=step - 1)]
    found: dict[int, Spots] = {}
    for offset, number in spots:
        piece = bisect_right(begins, offset) - 1
        if 0 <= piece < len(pieces) and offset < begins[piece] + len(pieces[piece]):
            found.setdefault(piece, []).append((offset - begins[piece], number))

    yield from found.items()


def _examine_large(examiner: Examiner, blob: Blob, tally: Tally) -> Examined:
    tally.blobs += 1

    def windows() -> Iterator[Window]:
        try:
            for window in blob.windows():
                tally.bytes += window.fresh
                yield window
        except Unread as unread:
            _count_unread(tally, blob, unread)
        except Exception as error:  # noqa: BLE001 -- a defect on one file must not cost the others
            tally.notice(Notice(INTERNAL, blob.path, describe(error), hides=True))

    return examiner.examine_windows(blob.path, large_layers(examiner, blob, tally, windows()))


def large_layers(
    examiner: Examiner, blob: Blob, tally: Tally, windows: Iterator[Window]
) -> Iterator[Layer]:
    """Yield the layers of a large blob: its windows, or all of it if it has to be decoded whole.

    An archive cannot be decoded from a window. One of up to `MAX_LAYER_BYTES` is put together; a
    larger one is searched as it is, and a notice says so.
    """
    first = next(windows, None)
    if first is None:
        return

    held = [first]
    if examiner.catalogue.is_encoded(first.layer.data):
        size, largest = first.fresh, examiner.largest or MAX_LAYER_BYTES
        for window in windows:
            held.append(window)
            size += window.fresh
            if size > largest:
                detail = f"larger than {largest >> 20} MiB: {NOT_WHOLE}"
                tally.notice(Notice("decoder-limit", blob.path, detail, hides=True))
                break
        else:
            yield Layer(b"".join(each.layer.data[-each.fresh :] for each in held if each.fresh))
            return

    while held:
        yield held.pop(0).layer  # let go of before the next one is read
    for window in windows:
        yield window.layer


def _count_unread(tally: Tally, blob: Blob, unread: Unread) -> None:
    if unread.detail and unread.hides:
        tally.notice(Notice(unread.reason, blob.path, unread.detail, unread.hides))
    else:
        tally.skip(unread.reason)
