"""Gathering the parts of one blob: every layer of it, every rule whose anchor was found there."""

from __future__ import annotations

from scanner.decoders.interface import MAX_DEPTH, MAX_NAMES, OVER_RUN, Budget, Decoder
from scanner.engine.defects import INTERNAL, describe
from scanner.engine.file_names import name_layer
from scanner.engine.matching import PatternTimeout, Spent, find
from scanner.kinds import load
from scanner.kinds.interface import Aside, Part
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.content import Layer
    from scanner.engine.anchors import Spots
    from scanner.engine.catalogue import Catalogue
    from scanner.rulebook.model import Rule

TOO_DEEP = f"more than {MAX_DEPTH} encodings or archives inside one another"
"""The detail of a notice about layers that were not decoded any further."""

LONG_NAMES = f"names of members of more than {MAX_NAMES >> 20} MiB together"

_COLOUR_REACH = 64
"""Bytes of the longest colour: `LONGEST_COLOUR` of `glued_text`, which is not loaded to know it."""


class Gathered(NamedTuple):
    """What the layers of one blob hold, before any of it is judged."""

    parts: list[Part]
    asides: list[Aside]
    problems: list[tuple[str, str]]
    """(reason, detail) of what could not be looked at."""
    doubtful: list[Part]
    """Parts that may begin with the end of a colour, until the text without it is looked at."""


def gather(
    catalogue: Catalogue, root: Layer, spots: Spots | None = None, largest: int = 0
) -> Gathered:
    """Return what `root` holds and everything that it can be decoded to.

    `spots` are the anchors in `root`, if they are known already; `largest` is as in `Budget`.
    """
    gathered = Gathered([], [], [], [])
    catalogue.spent = catalogue.spent or Spent()
    budget = catalogue.pool.budget(len(root.data), largest)
    timed_out: set[str] = set()  # rules whose pattern ran into its limit: not tried again here
    pending: list[tuple[Iterator[Layer], bool]] = [(iter((root,)), False)]

    # Depth first, one layer at a time: the next member of an archive is unpacked when the one
    # before it, with everything inside, has been examined and can be freed.
    while pending:
        decoding, of_part = pending[-1]
        budget.in_part = of_part
        try:
            layer = next(decoding, None)
        except Exception as error:  # noqa: BLE001 -- a decoder's defect ends that decoder only
            gathered.problems.append((INTERNAL, describe(error)))
            layer = None

        if layer is None:
            pending.pop()
            continue

        if spots is None or layer is not root:
            spots = catalogue.index.search_bytes(layer.data)

        _detect(catalogue, layer, spots, gathered, timed_out)
        if layer.below is not None and layer.member != layer.below.member:  # a member of an archive
            _look_at_name(catalogue, layer, gathered, timed_out)
            budget.names -= len(layer.member)
            if budget.names < 0:
                gathered.problems.append(("decoder-limit", LONG_NAMES))
                pending.clear()
                break

        for decoder, offsets in _decoders(catalogue, layer, spots):
            if layer.depth + 1 >= MAX_DEPTH:
                budget.leave("decoder-limit", TOO_DEEP)
                break
            pending.append((_decoded(decoder, layer, offsets, budget), layer.is_part))

    catalogue.pool.settle(len(root.data), budget)
    if budget.is_cut and any(reason == "decoder-limit" for reason, _ in budget.left):
        gathered.problems.append(("decoder-limit", OVER_RUN))

    # Each problem once: a bomb can have thousands of members that all meet the same limit.
    problems = list(dict.fromkeys([*gathered.problems, *budget.left, *budget.further()]))
    parts = (
        [*gathered.parts, *_not_without_colour(gathered)] if gathered.doubtful else gathered.parts
    )
    return Gathered(parts, gathered.asides, problems, [])


def _decoded(decoder: Decoder, layer: Layer, offsets: list[int], budget: Budget) -> Iterator[Layer]:
    # Called when the first layer is asked for: a module that cannot be imported is a defect of this
    # decoder only.
    yield from decoder.decode(layer, offsets, budget)


def _decoders(catalogue: Catalogue, layer: Layer, spots: Spots) -> list[tuple[Decoder, list[int]]]:
    data = layer.data
    able: dict[str, bool] = {}

    def can_find(decoder: Decoder) -> bool:
        known = able.get(decoder.name)
        if known is None:
            signs = decoder.signs
            known = able[decoder.name] = not signs or any(data.find(sign) >= 0 for sign in signs)
        return known

    wanted: dict[str, tuple[Decoder, list[int]]] = {}
    for decoder in catalogue.decoders_for(data, is_part=layer.is_part):
        if can_find(decoder) and not _is_stretch(layer):
            wanted[decoder.name] = (decoder, [])

    # A text has many places of few anchors, and a dozen decoders want each of them.
    takers: dict[int, list[list[int]]] = {}
    for offset, number in spots:
        lists = takers.get(number)
        if lists is None:
            useful = filter(can_find, catalogue.decoders_of[number])
            lists = takers[number] = [
                wanted.setdefault(decoder.name, (decoder, []))[1] for decoder in useful
            ]
        for each in lists:
            each.append(offset)
    return list(wanted.values())


def _is_stretch(layer: Layer) -> bool:
    """Return whether `layer` is a stretch of the one below it, with only escapes replaced.

    A signature there is that of the layer below, or of something in the middle of it.
    """
    if layer.below is None or layer.offsets is None:
        return False
    # A byte that came out of encoded data has more than one byte there.
    start, end = layer.offsets.source(0, 1)
    return end - start == 1 and layer.data[:1] == layer.below.data[start:end]


def _look_at_name(
    catalogue: Catalogue, layer: Layer, gathered: Gathered, timed_out: set[str]
) -> None:
    """Search the name of `layer`, which is a member of an archive."""
    # The name within its own archive: that of the outer archive has been searched already.
    outer = f"{layer.below.member}!/" if layer.below and layer.below.member else ""
    name = name_layer(layer.member.removeprefix(outer), layer.below)
    _detect(catalogue, name, catalogue.index.search_bytes(name.data), gathered, timed_out)


def _detect(
    catalogue: Catalogue,
    layer: Layer,
    spots: Spots,
    gathered: Gathered,
    timed_out: set[str],
) -> None:
    # Several anchors can lead to one match, such as two that a pattern spans.
    seen: set[tuple[str, int, int]] = set()
    for offset, number in spots:
        for rule in catalogue.rules_of[number]:
            if rule.id in timed_out:
                continue

            try:
                match = find(rule, layer.data, offset, catalogue.spent)
                if match is None or (rule.id, match.start, match.end) in seen:
                    continue
                seen.add((rule.id, match.start, match.end))
                judged = load(rule.kind).detect(rule, layer, match)
            except PatternTimeout:
                timed_out.add(rule.id)
                gathered.problems.append(_timeout(rule))
                continue
            except Exception as error:  # noqa: BLE001 -- it must not cost what is found elsewhere
                gathered.problems.append((INTERNAL, describe(error)))
                continue

            if isinstance(judged, Part):
                begins = _begins_in_colour(layer.data, judged.start)
                (gathered.doubtful if begins else gathered.parts).append(judged)
            elif judged is not None:
                gathered.asides.append(judged)


def _begins_in_colour(data: bytes, start: int) -> bool:
    """Return whether the end of a terminal's colour may be taken for the beginning of a value."""
    begin = max(0, start - _COLOUR_REACH)
    if all(data.find(sign, begin, start) < 0 for sign in (b"[", b"]", b"\x9b", b"\x1b")):
        return False
    from scanner.decoders.glued_text import is_in_colour

    return is_in_colour(data, start)


def _not_without_colour(gathered: Gathered) -> list[Part]:
    """Return those of the doubtful parts that are not found without the colour.

    A value can begin like the end of a colour, and somebody can write the rest of one before it.
    """
    ends: set[tuple[int, str, int]] = set()
    for part in gathered.parts:
        text, _, end = part.layer.ground(part.start, part.end)
        ends.add((id(text), part.role, end))

    kept = []
    for part in gathered.doubtful:
        text, _, end = part.layer.ground(part.start, part.end)
        if (id(text), part.role, end) not in ends:
            kept.append(part)
    return kept


def _timeout(rule: Rule) -> tuple[str, str]:
    return "rule-timeout", f"the pattern of rule {rule.id} was stopped by its time limit"
