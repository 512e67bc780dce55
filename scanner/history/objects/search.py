"""Searching objects as they come out of packs: only the bytes that a version adds.

Most objects of a history are versions of one another, and a pack says how: as deltas. The bytes
that a delta copies were searched in its base, so only the rest is searched, and the places found in
the base are carried along the copies (`scanner.history.objects.known_places`). A place where a
precise look found nothing is settled: it is not examined again in a later version as long as
nothing has changed around it.

Contents are searched in batches, as files are (`scanner.engine.sweep`); an object waits with its
content until its batch is full.
"""

from __future__ import annotations

import operator
from io import BytesIO
from typing import TYPE_CHECKING, Final

from scanner.engine.sweep import BATCH
from scanner.findings import COMMIT_MESSAGE, MESSAGES, TAG_MESSAGE
from scanner.git.delta import packs
from scanner.git.lfs import pointer_to
from scanner.history.objects.batch import new_batch
from scanner.history.objects.feed import based_on, limits_of, may_be_pointer
from scanner.history.objects.known_places import KnownPlaces
from scanner.history.objects.large_blobs import search_large
from scanner.history.objects.name_search import names_in_tree
from scanner.history.objects.search_result import Noted, SearchResult
from scanner.history.objects.surroundings import Surroundings
from scanner.sources.interface import WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.engine.anchors import Spots
    from scanner.engine.examine import Examined, Examiner
    from scanner.git.walk import Resolved
    from scanner.history.objects.feed import Waiting

TOO_LARGE: Final = "larger-than-max-size"
"""The reason under which contents are counted that --max-size leaves out."""

# Bytes searched on either side of what is new. At least the widest anchor and the bytes next to it
# that decide whether it is one; `ObjectSearch` takes more where a user's rule has a longer literal.
MARGIN: Final = 64

# Bytes of contents that wait for their batch. A batch is limited by the bytes to be searched, which
# may be a few dozen of a content of megabytes: this limits the memory.
_HELD: Final = 16 << 20

# A content of less than this many times the bytes of its delta is searched whole: reading the
# operations of the delta, and carrying places along them, would take longer. Measured on git/git,
# for which less is better, and on botocore, for which it is not.
_DENSE: Final = 4 if packs else 40

# A piece of more than this is searched alone: copying it into a batch would cost more than the call
# into the search that a batch saves.
_ALONE: Final = 256 << 10

_SCOPES: Final = {"commit": COMMIT_MESSAGE, "tag": TAG_MESSAGE}
"""The scope of locations in contents that are no files, by the kind of the object."""


class ObjectSearch:
    """Searches one object after the other and collects the results in `found`."""

    __slots__ = (
        "_batch", "_carrier", "_catalogue", "_examiner", "_guards", "_held", "_index", "_known",
        "_limits", "_margin", "_max_size", "_name_of", "_names", "_places", "_size",
        "_surroundings", "_waiting", "_widths", "found",
    )  # fmt: skip

    def __init__(
        self, examiner: Examiner, max_size: int = 0, surroundings: Surroundings | None = None
    ) -> None:
        """Begin with nothing; `examiner` takes the precise looks. Call `turn_to` next.

        Blobs of more than `max_size` bytes are counted and left out; 0 means no limit.
        `surroundings` are those of searches before this one, with the same rules.
        """
        self._max_size = max_size
        self._examiner = examiner
        self._catalogue = examiner.catalogue
        self._index = examiner.catalogue.index

        self._surroundings = surroundings or Surroundings(examiner.catalogue)
        self._carrier = self._surroundings.carrier
        self._widths, self._guards = self._carrier.widths, self._carrier.guards
        self._margin = max([MARGIN, *map(operator.add, self._widths, self._guards)])
        self._limits = limits_of(
            examiner.catalogue, max_size, self._margin, _DENSE, _ALONE, BATCH, _HELD
        )

        self._known: dict[int, KnownPlaces] = {}
        """By the key of an object on which others are based."""
        self._names: set[bytes] = set()
        """The names in trees that have been noted."""
        self.found = SearchResult()
        self._begin_batch()

    def turn_to(self, name_of: Callable[[int], bytes]) -> None:
        """Go on with other objects: `name_of` returns the binary ID of each by its key.

        It is called for few of them, so it need not be fast.
        """
        self.forget()
        self._name_of = name_of

    def _begin_batch(self) -> None:
        self._waiting: list[Waiting] = []
        self._batch = new_batch()
        """The pieces to be searched, by the positions of their objects in `_waiting`."""
        self._places: dict[int, Spots] = {}
        """What was found in objects that were searched alone, by their position in `_waiting`."""
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

        `key` is a number that no other object has, and `base` that of an object added before, from
        which `delta` made this one. `has_children` means that other objects will be based on this
        one, and `is_last` that no further object will be based on its base.
        """
        # Without a compiler this runs once for each object of a history: no call that most objects
        # do not need.
        tally = self.found.tally
        size = len(data)
        if kind == "blob":
            if self._max_size and size > self._max_size:
                tally.skip(TOO_LARGE)
                self._remember(key, data, has_children)
                return
            if size > WINDOW or self._catalogue.is_encoded(data):
                self._add_special(key, data, has_children)
                return
            if may_be_pointer(data):
                self._note_pointer(key, data)
            tally.blobs += 1
        elif kind == "commit":
            tally.commits += 1
        tally.bytes += size

        position = len(self._waiting)
        if delta is not None and len(delta) * _DENSE >= size:
            delta = None
        if delta is None and size > _ALONE:
            spots = self._index.search_bytes(data)
            if spots:
                self._places[position] = spots
        else:
            self._size += self._batch.add(position, data, delta, self._margin)

        self._waiting.append((key, kind, data, base, delta, has_children, is_last))
        self._held += size
        if self._is_full():
            self.flush()

    def add_walked(
        self,
        walked: Iterable[Resolved],
        kind: str,
        children: Sequence[int],
        siblings: Sequence[int],
        take: Callable[[list[Waiting], int], None] | None = None,
    ) -> None:
        """Search all objects of a walk, of one `kind`: `add` each, with its entry as the key.

        `children` and `siblings` are, by entry, the first delta on it and the next one on its base.
        `take` is called with lists that have all of them, each from the given position on.
        """

        def add(entry: int, base: int, data: bytes, delta: bytes | None) -> None:
            has_children, is_last = children[entry] >= 0, siblings[entry] < 0
            each = entry, kind, data, base, delta, has_children, is_last
            if take:
                take([each], 0)
            self.add(*each)

        if not self._limits:
            for resolved in walked:
                add(*resolved)
            return

        tally, walked = self.found.tally, iter(walked)
        while True:
            before = len(self._waiting)
            other, number, size, new = self._batch.fill(
                self._limits, walked, kind, children, siblings,
                self._waiting, self._size, self._held,
            )  # fmt: skip
            if kind == "blob":
                tally.blobs += number
            elif kind == "commit":
                tally.commits += number
            tally.bytes += size
            self._size += new
            self._held += size

            if take and number:
                take(self._waiting, before)
            if other:
                add(*other)
            elif self._is_full():
                self.flush()
            else:
                return

    def _is_full(self) -> bool:
        return self._size >= BATCH or self._held >= _HELD

    def _note_pointer(self, key: int, data: bytes) -> None:
        """Remember `data` if it is a pointer of Git LFS: a later scan has to see it again."""
        name = pointer_to(data)
        if name:
            identity = self._name_of(key)
            pointer = identity.hex()
            self.found.pointers[name] = min(pointer, self.found.pointers.get(name, pointer))
            self.found.noted.append(Noted(identity))

    def forget(self) -> None:
        """Forget the places in bases: nothing more is based on any object that was added."""
        self.flush()
        self._known.clear()

    def flush(self) -> None:
        """Search the objects that wait."""
        if not self._waiting:
            return
        places = self._search_batch()
        waiting, known = self._waiting, self._known
        start = 0
        for position in (*sorted(places), len(waiting)):
            while (near := based_on(waiting, known, start, position)) < position:
                self._examine_next(waiting[near], [])
                start = near + 1
            if position in places:
                self._examine_next(waiting[position], places[position])
            start = position + 1
        self._begin_batch()

    def _examine_next(self, waiting: Waiting, spots: Spots) -> None:
        _, _, _, base, delta, _, is_last = waiting
        before = self._known.get(base) if delta is not None else None
        if spots or before:
            self._examine(waiting, spots, before)
        if is_last:
            self._known.pop(base, None)

    def _search_batch(self) -> dict[int, Spots]:
        """Return the places of anchors in the objects that wait, by their positions."""
        places = self._places
        if not self._size:
            return places
        # The search counts offsets from after the first byte of its buffer.
        for before, anchor in self._index.search(self._batch.joined()):
            piece = self._batch.piece_at(before + 1)
            if piece is None:
                continue
            position, start, begin, length = piece
            at = before + 1 - begin
            if self._guards[anchor] == 1 and self._is_cut(position, start, length, at, anchor):
                continue
            places.setdefault(position, []).append((at + start, anchor))
        return places

    def _is_cut(self, position: int, start: int, length: int, at: int, anchor: int) -> bool:
        """Return whether a run is one only because its piece begins or ends there.

        If it is a run in the object too, the base has it at that place: nothing new is that near.
        """
        is_first, is_last = at == 0, at + self._widths[anchor] == length
        return (is_first and start > 0) or (
            is_last and start + length < len(self._waiting[position][2])
        )

    def _examine(self, waiting: Waiting, spots: Spots, before: KnownPlaces | None) -> None:
        """Take a precise look at `spots` of an object, and at what it has from its base."""
        key, kind, data, _, delta, has_children, _ = waiting
        if kind == "tree":
            for name in names_in_tree(data, spots):
                if name not in self._names:
                    self._names.add(name)
                    self.found.noted.append(Noted(self._name_of(key), name=name))
            return

        settled: Spots = []
        if before is not None and delta is not None:
            known = self._carrier.carry(before, delta, data)
            settled = known.settled
            spots = sorted({*spots, *known.open}.difference(settled))

        if spots:
            still_open = self._look(key, kind, data, spots)
            settled = sorted({*settled, *spots}.difference(still_open))
            spots = still_open

        if has_children and (spots or settled):
            self._known[key] = KnownPlaces(spots, settled)

    def _look(self, key: int, kind: str, data: bytes, spots: Spots) -> Spots:
        """Take a precise look at `spots`; return those at which later versions need one as well."""
        path = MESSAGES.get(_SCOPES.get(kind, ""), "")
        examined, still_open = self._surroundings.look(self._examiner, path, data, spots)
        if examined:
            self._take(key, kind, examined)
        return still_open

    def _look_at_all(self, key: int, data: bytes, spots: Spots) -> None:
        """Take a precise look at a blob that has to be decoded whole."""
        self._take(key, "blob", self._examiner.examine("", data, spots))

    def _take(self, key: int, kind: str, examined: Examined) -> None:
        """Add what was `examined` of an object to the results."""
        findings, tally = examined.findings, examined.tally
        if not (findings or tally.notices or tally.set_aside or tally.skipped):
            return

        # Counts of what was set aside can be stored in a record; anything else is read again.
        only_asides = not (findings or tally.notices or tally.skipped)
        asides = tuple(sorted(tally.set_aside.items())) if only_asides else ()
        identity = self._name_of(key)
        self.found.noted.append(Noted(identity, asides))

        name, scope = identity.hex(), _SCOPES.get(kind, "")
        findings[:] = [
            finding._replace(
                locations=tuple(at._replace(object=name, scope=scope) for at in finding.locations)
            )
            for finding in findings
        ]
        tally.notices = [notice._replace(path=f"{kind} {name}") for notice in tally.notices]
        self.found.add(examined)

    def _add_special(self, key: int, data: bytes, has_children: bool) -> None:
        """Examine a blob that has to be decoded whole or is too large for one look."""
        spots: Spots | None = None
        if len(data) > WINDOW:
            self.add_large(self._name_of(key), BytesIO(data).read)
        else:
            self.found.tally.blobs += 1
            self.found.tally.bytes += len(data)
            spots = self._index.search_bytes(data)
            self._look_at_all(key, data, spots)
        self._remember(key, data, has_children, spots)

    def _remember(
        self, key: int, data: bytes, has_children: bool, spots: Spots | None = None
    ) -> None:
        """Keep the places in a special base: what is based on it may be an ordinary content."""
        if has_children:
            if spots is None:
                spots = self._index.search_bytes(data)
            if spots:
                self._known[key] = KnownPlaces(spots, [])

    def add_large(self, name: bytes, read: Callable[[int], bytes]) -> None:
        """Search a blob that `read(n)` returns in pieces, none at its end.

        `name` is its binary ID. `read` may raise PackError or GitError.
        """
        swept = search_large(self._examiner, name.hex(), read)
        self.found.add(swept)
        if swept.findings or swept.tally.skipped or swept.tally.set_aside:
            self.found.noted.append(Noted(name))
