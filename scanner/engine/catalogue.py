"""What the engine searches for: the anchors of all rules and decoders, and who wants which."""

from __future__ import annotations

from scanner.decoders import DECODERS
from scanner.decoders.interface import Pool
from scanner.engine.anchors import AnchorIndex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.decoders.interface import Decoder, Ending
    from scanner.engine.matching import Spent
    from scanner.rulebook.model import Rule


END = (64 << 10) + 22
"""Bytes at the end of content in which the signature of an ending is.

The record that ends a ZIP archive is followed by a comment of up to 64 KiB (APPNOTE 6.3.10, section
4.3.16). It holds null bytes, which text does not: they are looked for first, as that is faster.
"""


_Signatures = tuple[int, int, "dict[bytes, list[Decoder]]"]
"""Where a signature begins and ends, and the decoders of each that is there."""


_COMMON_RUN = 40
"""The one length of run that calls for no decoder of every rule's anchors.

So many identifiers and paths have it that the calls were half of the time for the history of
botocore. As a secret access key or an API key it is whole where it is found: `bench accuracy` finds
the same with and without.
"""


class Catalogue:
    """Rules and decoders, arranged by the anchors and signatures that call for them."""

    __slots__ = (
        "_endings", "_further", "_heads", "_reaches", "_signatures", "decoders_of", "index",
        "pool", "rules", "rules_of", "spent",
    )  # fmt: skip

    def __init__(self, rules: Sequence[Rule], decoders: Sequence[Decoder] = DECODERS) -> None:
        """Arrange `rules` and `decoders`."""
        self.rules = {rule.id: rule for rule in rules}
        self.pool = Pool()
        self.spent: Spent | None = None
        """The time of users' patterns in this run, once a content is looked at."""
        wanted = [anchor for rule in rules for anchor in rule.anchors]
        wanted += [anchor for decoder in decoders for anchor in decoder.anchors]
        self.index = AnchorIndex(wanted)
        numbers = {anchor: number for number, anchor in enumerate(self.index.anchors)}
        self.rules_of: list[list[Rule]] = [[] for _ in numbers]
        self.decoders_of: list[list[Decoder]] = [[] for _ in numbers]

        for rule in rules:
            for anchor in rule.anchors:
                self.rules_of[numbers[anchor]].append(rule)

        worthwhile = [
            (number, anchor)
            for number, anchor in enumerate(self.index.anchors)
            if self.rules_of[number] and anchor.run != _COMMON_RUN
        ]
        of_rules = {
            "": [],
            "values": [number for number, anchor in worthwhile if not anchor.name],
            "all": [number for number, _ in worthwhile],
        }
        for decoder in decoders:
            own = [numbers[anchor] for anchor in decoder.anchors]
            for number in dict.fromkeys((*own, *of_rules[decoder.of_rules])):
                self.decoders_of[number].append(decoder)

        self._reaches: list[int] | None = None
        self._signatures: tuple[tuple[int, bytes], ...] = ()
        # Signatures by their place in the head, so that one slice of the data decides about all
        # signatures of that place.
        by_slice: dict[tuple[int, int], dict[bytes, list[Decoder]]] = {}
        for decoder in decoders:
            for offset, magic in decoder.magics:
                wanting = by_slice.setdefault((offset, offset + len(magic)), {})
                wanting.setdefault(magic, []).append(decoder)

        slices = [(start, end, table) for (start, end), table in by_slice.items()]
        self._further = tuple(each for each in slices if each[0] > 0)
        # The first byte rules out nearly all signatures, and most of the files.
        by_first: dict[bytes, list[_Signatures]] = {}
        for each in slices:
            for first in {magic[:1] for magic in each[2]} if each[0] == 0 else ():
                by_first.setdefault(first, []).append(each)

        self._heads = {first: (*those, *self._further) for first, those in by_first.items()}
        self._endings = tuple((each.ending, each) for each in decoders if each.ending)

    def reaches(self) -> list[int]:
        """Return, by number of the anchor, how far around it content decides what is found there.

        In bytes to either side; 0 where there is no bound. It is computed at the first call, since
        only the search of a history needs it.
        """
        if self._reaches is None:
            self._reaches = list(map(_reach, self.rules_of, self.decoders_of))
        return self._reaches

    def is_encoded(self, data: bytes) -> bool:
        """Return whether the head or the end of `data` has the signature of any decoder."""
        # Few steps and no generator, since it is asked of every file.
        for start, end, table in self._heads.get(data[:1], self._further):
            if data[start:end] in table:
                break
        else:
            if data.find(0, -END) < 0:
                return False
        return next(self._signed(data), None) is not None

    def signatures(self) -> tuple[tuple[int, bytes], ...]:
        """Return the signatures of the heads of contents, each with its offset.

        `is_encoded` is false for what has none of them, and no null byte near its end. They are
        arranged at the first call, since few scans need them.
        """
        if not self._signatures:
            slices = [each for those in (*self._heads.values(), self._further) for each in those]
            found = {(start, magic) for start, _, table in slices for magic in table}
            self._signatures = tuple(sorted(found))
        return self._signatures

    def decoders_for(self, data: bytes, *, is_part: bool = False) -> list[Decoder]:
        """Return the decoders whose signature the head or the end of `data` has.

        If `data` is a window, that of an ending is looked for anywhere, since where `data` begins
        in the whole is not known.
        """
        found: list[Decoder] = []
        for decoder in self._signed(data, is_part=is_part):
            if decoder not in found:
                found.append(decoder)
        return found

    def _signed(self, data: bytes, *, is_part: bool = False) -> Iterator[Decoder]:
        for start, end, table in self._heads.get(data[:1], self._further):
            for decoder in table.get(data[start:end], ()):
                if decoder.applies is None or decoder.applies(data):
                    yield decoder

        if data.find(0, -END) >= 0:
            for ending, decoder in self._endings:
                if ending.step == 1 or is_part:
                    is_there = data.find(ending.magic, -END) >= 0
                else:
                    is_there = _has_in_steps(data, ending)
                if is_there:
                    yield decoder


def _has_in_steps(data: bytes, ending: Ending) -> bool:
    magic, at, step = ending
    first = max(0, len(data) - END)
    first += (at - first) % step
    # A hundred bytes are copied, and the rest of the magic is looked for after its first one only.
    column = data[first::step]
    row = column.find(magic[0])
    while row >= 0:
        if data.startswith(magic, first + row * step):
            return True
        row = column.find(magic[0], row + 1)
    return False


def _reach(rules: Sequence[Rule], decoders: Sequence[Decoder]) -> int:
    reaches = [rule.reach for rule in rules] + [decoder.reach for decoder in decoders]
    return max(reaches) if all(reaches) else 0  # one without a bound makes the whole unbounded
