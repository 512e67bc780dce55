"""Each decoder of the registry by itself: a new one is fuzzed as soon as it is registered."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from fuzz.borrowed import of_tests
from fuzz.interface import Target, require
from fuzz.planted import PLANTED
from scanner.content import Layer
from scanner.decoders import DECODERS, MODULES
from scanner.decoders.interface import Budget
from scanner.engine.anchors import AnchorIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.decoders.interface import Decoder

_LAYERS, _BYTES = 200, 4 << 20
_REASONS: Final = frozenset(
    (
        "decoder-limit",
        "damaged-archive",
        "encrypted-archive",
        "encrypted-file",
        "unsupported-archive",
    )
)
"""What `Budget.leave` may be given."""


def _one(data: bytes) -> None:
    for decoder in DECODERS:
        _decode(decoder, data)


def _decode(decoder: Decoder, data: bytes) -> None:
    offsets = sorted({at for at, _ in _index(decoder.name).search_bytes(data)})
    if decoder.applies:
        decoder.applies(data)
    budget = Budget(_LAYERS, _BYTES)
    below = Layer(data)
    made = 0

    for layer in decoder.decode(below, offsets, budget):
        made += len(layer.data)
        require(
            made <= budget.spent_bytes, f"{decoder.name}: bytes are budgeted before they are made"
        )
        for start, end in ((0, len(layer.data)), (len(layer.data) // 2, len(layer.data) // 2 + 1)):
            ground, low, high = layer.ground(start, min(end, len(layer.data)))
            inside = 0 <= low <= high <= len(ground.data)
            require(inside, f"{decoder.name}: positions are inside of the text")
        layer.place(0, len(layer.data))

    reasons = {reason for reason, _ in budget.left}
    require(reasons <= _REASONS, f"{decoder.name}: a known reason for what is left")


@cache
def _index(name: str) -> AnchorIndex:
    return AnchorIndex(next(each for each in DECODERS if each.name == name).anchors)


def _seeds() -> Iterable[bytes]:
    """Yield the planted credential in the form of each decoder, as its test encodes it."""
    for module in MODULES:
        name = module.rpartition(".")[2]
        if name != "not_opened":  # it only counts what it meets
            yield of_tests(f"decoders/test_{name}.py").encode(b"a line\n" + PLANTED)


TARGETS: Final = (
    Target("decoders", "each decoder keeps to its budget and to the text", _one, _seeds),
)
