"""Searching objects as they come out of packs: of a version of a file only what is new in it.

Most objects of a history are versions of one another, and a pack says how: as deltas. What a delta
copies has been searched in the base, so only the rest is searched, and the places that were found
in the base are carried along the copies. A place where a precise look found nothing is settled: it
is not looked at again in a later version as long as nothing has changed around it.

Contents are searched in batches, as files are (`scanner.engine.sweep`); an object waits with its
content until its batch is full.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.engine.sweep import BATCH, Noted, Swept, sweep, with_spots
from scanner.findings import COMMIT_MESSAGE, MESSAGES, TAG_MESSAGE, Tally
from scanner.git.delta import copies, fresh, sizes
from scanner.git.pack_index import PackError
from scanner.rulebook.model import ENCODED_RUN
from scanner.sources.interface import WINDOW, TooLarge, Unread, Window
from scanner.sources.windows import windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from scanner.engine.anchors import Spots
    from scanner.engine.examine import Examined, Examiner

    _Fields: TypeAlias = tuple[int, str, bytes, int, bytes | None, bool, bool]
    """Those of `_Item`, which takes longer to make than a tuple: most objects are only passed."""

TOO_LARGE: Final = "larger-than-max-size"
"""The reason under which contents are counted that an option leaves out."""
MARGIN: Final = 64
"""Bytes searched to either side of what is new: at least the widest anchor with what stands beside
it and decides whether it is one, so more where a user's rule has a longer literal."""
_FAR: Final = 1 << 62
_HELD: Final = 16 << 20
"""Bytes of contents that wait for their batch."""
_DENSE: Final = 40
"""A content of less than this many times the bytes of its delta is searched whole: reading the
operations of the delta costs more than that. Measured in `bench/`."""
_ALONE: Final = 256 << 10
"""A piece of this size is not copied into a batch."""
_SCOPES: Final = {"commit": COMMIT_MESSAGE, "tag": TAG_MESSAGE}
"""Of the contents that are no files, by kind."""
_MODE: Final = re.compile(rb"(?:100[0-7]{3}|120000|160000|40000) ")
"""What stands before a name in a tree."""


class Known(NamedTuple):
    """The places of anchors in a content, by what is known about them."""

    open: Spots
    """To be looked at in whatever is based on this content."""
    settled: Spots
    """Where there was nothing."""


class _Item(NamedTuple):
    """An object that is looked at."""

    key: int
    kind: str
    data: bytes
    base: int
    delta: bytes | None
    """None where the whole content is searched."""
    has_children: bool
    is_last: bool


class ObjectSearch:
    """Searches objects one after the other and collects what they come to."""

    __slots__ = (
        "_beside", "_catalogue", "_examiner", "_found", "_held", "_index", "_known", "_margin",
        "_max_size", "_name_of", "_names", "_noted", "_owners", "_pending", "_pieces", "_size",
        "_wide", "swept",
    )  # fmt: skip

    def __init__(self, examiner: Examiner, max_size: int = 0) -> None:
        """Begin with nothing; `examiner` takes the precise looks. `turn_to` comes next.

        Blobs of more than `max_size` bytes are counted and left out; 0 stands for no limit.
        """
        self._max_size = max_size
        self._examiner = examiner
        self._catalogue = examiner.catalogue
        self._index = examiner.catalogue.index
        anchors = self._index.anchors
        self._wide = [len(anchor.literal) or anchor.run for anchor in anchors]
        self._beside = [ENCODED_RUN if each.encoded else int(each.run > 0) for each in anchors]
        """Bytes to either side of an anchor that decide whether it is one."""
        self._margin = max([MARGIN, *map(operator.add, self._wide, self._beside)])
        self._known: dict[int, Known] = {}
        self._names: set[bytes] = set()
        self._noted: list[Noted] = []
        self.swept = Swept([], Tally(), {}, self._noted)
        self._begin_batch()

    def turn_to(self, name_of: Callable[[int], bytes]) -> None:
        """Go on with other objects: `name_of` gives the binary ID of each by its key.

        It is asked for few of them, so it need not be fast.
        """
        self.forget()
        self._name_of = name_of

    def _begin_batch(self) -> None:
        self._pending: list[_Fields] = []
        self._pieces: list[bytes] = []
        self._owners: list[tuple[int, int]] = []
        """For each piece: the number of its item, and its offset in that."""
        self._found: dict[int, Spots] = {}
        """What was found at once in items whose pieces are not in the batch."""
        self._size = 0
        self._held = 0

    def add(
        self,
        key: int,
        kind: str,
        data: bytes,
        base: int = -1,
        delta: bytes | None = None,
        has_children: bool = False,
        is_last: bool = False,
    ) -> None:
        """Search an object, of `kind` "blob", "commit", "tag" or "tree".

        `key` is a number of its own and `base` that of an object that was added before, where
        `delta` made this one of that. `has_children` tells that others will be based on it, and
        `is_last` that no other one will be on its base.
        """
        tally = self.swept.tally
        size = len(data)
        if kind == "blob":
            if self._max_size and size > self._max_size:
                tally.skip(TOO_LARGE)
                self._remember(key, data, has_children)
                return
            if size > WINDOW or self._catalogue.is_encoded(data):
                self._add_special(key, data, has_children)
                return
            tally.blobs += 1
        elif kind == "commit":
            tally.commits += 1
        tally.bytes += size
        number = len(self._pending)
        if delta is not None and len(delta) * _DENSE < size:
            pieces, owners = self._pieces, self._owners
            for start, end in fresh(delta, self._margin):
                pieces.append(data[start:end])
                owners.append((number, start))
                self._size += end - start
        else:
            delta = None
            if size > _ALONE:
                spots = self._index.search_bytes(data)
                if spots:
                    self._found[number] = spots
            else:
                self._pieces.append(data)
                self._owners.append((number, 0))
                self._size += size
        self._pending.append((key, kind, data, base, delta, has_children, is_last))
        self._held += size
        if self._size >= BATCH or self._held >= _HELD:
            self.flush()

    def forget(self) -> None:
        """Let go of what is known about bases: none of those that were added has more to come."""
        self.flush()
        self._known.clear()

    def flush(self) -> None:
        """Search what waits."""
        if not self._pending:
            return
        found = self._search_batch()
        known = self._known
        if found or known:
            for number, item in enumerate(self._pending):
                _, _, _, base, delta, _, is_last = item
                spots = found.get(number)
                before = known.get(base) if delta is not None else None
                if spots or before:
                    self._look(_Item(*item), spots or [], before)
                if is_last:
                    known.pop(base, None)
        self._begin_batch()

    def _search_batch(self) -> dict[int, Spots]:
        found = self._found
        for piece, spots in with_spots(self._index, self._pieces):
            number, start = self._owners[piece]
            length = len(self._pieces[piece])
            for at, anchor in spots:
                if self._beside[anchor] == 1 and self._is_cut(number, start, length, at, anchor):
                    continue
                found.setdefault(number, []).append((at + start, anchor))
        return found

    def _is_cut(self, number: int, start: int, length: int, at: int, anchor: int) -> bool:
        """Tell whether a run is one only because its piece begins or ends there.

        The base has a run at such a place if there is one: nothing new is that near.
        """
        is_first, is_last = at == 0, at + self._wide[anchor] == length
        return (is_first and start > 0) or (
            is_last and start + length < len(self._pending[number][2])
        )

    def _look(self, item: _Item, spots: Spots, before: Known | None) -> None:
        if item.kind == "tree":
            self._look_at_names(item, spots)
            return
        settled: Spots = []
        if before is not None and item.delta is not None:
            known = self._carried(before, item)
            settled = known.settled
            spots = sorted({*spots, *known.open}.difference(settled))
        if spots:
            path = MESSAGES.get(_SCOPES.get(item.kind, ""), "")
            examined = self._examiner.examine(path, item.data, spots)
            if self._keep(item, examined):
                settled, spots = sorted([*settled, *spots]), []
        if item.has_children and (spots or settled):
            self._known[item.key] = Known(spots, settled)

    def _carried(self, before: Known, item: _Item) -> Known:
        """Return what is known about the base where it is the same in the content of `item`."""
        known = Known([], [])
        delta = item.delta or b""
        size_before, size, _ = sizes(delta)
        widths, besides, reaches = self._wide, self._beside, self._catalogue.reaches()
        places = sorted([at for at, _ in before.open] + [at for at, _ in before.settled])
        for start, end, source in copies(delta):
            length = end - start
            nearest = bisect_left(places, source)
            if nearest == len(places) or places[nearest] >= source + length:
                continue  # most copies have no place in them
            shift = start - source
            is_head = start == source == 0
            is_rest = end == size and source + length == size_before
            for spots, is_settled in ((before.open, False), (before.settled, True)):
                first = bisect_left(spots, (source, -1))
                for offset, anchor in spots[first : bisect_left(spots, (source + length, -1))]:
                    wide, beside, reach = widths[anchor], besides[anchor], reaches[anchor]
                    at = offset + shift
                    before_it = _FAR if is_head else at - start
                    behind_it = _FAR if is_rest else end - at - wide
                    if behind_it < 0:
                        continue
                    # Of a run with something new beside it the search of what is new tells.
                    if min(before_it, behind_it) < beside and (
                        beside == 1 or not _is_encoded(item.data, at, at + wide)
                    ):
                        continue
                    same = is_settled and reach > 0 and before_it >= reach <= behind_it
                    (known.settled if same else known.open).append((at, anchor))
        return known

    def _keep(self, item: _Item, examined: Examined) -> bool:
        """Add what `examined` tells of `item`; tell whether that is nothing at all."""
        tally = examined.tally
        if not (examined.findings or tally.notices or tally.set_aside or tally.skipped):
            return True
        is_all = not (examined.findings or tally.notices or tally.skipped)
        asides = tuple(sorted(tally.set_aside.items())) if is_all else ()
        identity = self._name_of(item.key)
        self._noted.append(Noted(identity, asides))
        name = identity.hex()
        scope = _SCOPES.get(item.kind, "")
        self.swept.findings.extend(
            finding._replace(
                locations=tuple(at._replace(object=name, scope=scope) for at in finding.locations)
            )
            for finding in examined.findings
        )
        tally.notices = [notice._replace(path=f"{item.kind} {name}") for notice in tally.notices]
        self.swept.tally.add(tally)
        self.swept.spellings.update(examined.spellings)
        return False

    def _look_at_names(self, item: _Item, spots: Spots) -> None:
        """Note the names in a tree in which anchors stand, for `scanner.history.noted`."""
        data = item.data
        for offset, _ in spots:
            # Between the last zero byte and a place in a name stand the rest of the ID of the entry
            # before, if that ID holds a zero byte, then the mode, a space and the name.
            begin = data.rfind(b"\0", 0, offset) + 1
            mode = _MODE.search(data, begin, offset)
            end = data.find(b"\0", offset)
            if mode and end >= 0:
                name = data[mode.end() : end]
                if name not in self._names:
                    self._names.add(name)
                    self._noted.append(Noted(self._name_of(item.key), name=name))

    def look_at_name(self, name: bytes) -> bool:
        """Look at a name, once; tell whether it came to anything."""
        if name in self._names:
            return False
        self._names.add(name)
        examined = self._examiner.examine_name(name.decode("utf-8", "surrogateescape"))
        tally = examined.tally
        self.swept.findings.extend(examined.findings)
        self.swept.tally.add(tally)
        self.swept.spellings.update(examined.spellings)
        return bool(examined.findings or tally.notices or tally.set_aside or tally.skipped)

    def _add_special(self, key: int, data: bytes, has_children: bool) -> None:
        """Look at a blob that has to be decoded whole or is too large for one look."""
        spots: Spots | None = None
        if len(data) > WINDOW:
            self.add_large(self._name_of(key), BytesIO(data).read)
        else:
            self.swept.tally.blobs += 1
            self.swept.tally.bytes += len(data)
            spots = self._index.search_bytes(data)
            item = _Item(key, "blob", data, -1, None, has_children, is_last=False)
            self._keep(item, self._examiner.examine("", data, spots))
        self._remember(key, data, has_children, spots)

    def _remember(
        self, key: int, data: bytes, has_children: bool, spots: Spots | None = None
    ) -> None:
        """Keep the places in a base: what is based on it may be an ordinary content."""
        if has_children:
            if spots is None:
                spots = self._index.search_bytes(data)
            if spots:
                self._known[key] = Known(spots, [])

    def add_large(self, name: bytes, read: Callable[[int], bytes]) -> None:
        """Search a blob that `read(n)` gives in pieces, none at its end; it may raise PackError."""
        swept = sweep(self._examiner, [_Large(name.hex(), read)])
        self.swept.findings.extend(
            finding._replace(locations=tuple(at._replace(path="") for at in finding.locations))
            for finding in swept.findings
        )
        self.swept.tally.add(swept.tally)
        self.swept.spellings.update(swept.spellings)
        if swept.findings or swept.tally.skipped or swept.tally.set_aside:
            self._noted.append(Noted(name))


class _Large:
    """A blob that is scanned in windows, as a source gives it."""

    shareable = False

    def __init__(self, name: str, read: Callable[[int], bytes]) -> None:
        self.path = f"blob {name}"
        self.object = name
        self._read = read

    def read(self) -> bytes:
        raise TooLarge

    def windows(self) -> Iterator[Window]:
        try:
            yield from windows(self._read)
        except PackError as error:
            raise Unread("unreadable", str(error), hides=True) from None


def _is_encoded(data: bytes, start: int, end: int) -> bool:
    """Tell whether an encoded literal stands in a run that is long enough for it."""
    from scanner.kinds.surroundings import encoded_run

    begin, finish = encoded_run(data, start, end)
    return finish - begin >= ENCODED_RUN
