"""What the tests of the decoders share: made-up credentials, and a plain engine."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from scanner.content import Layer
from scanner.decoders import DECODERS
from scanner.decoders.interface import MAX_DEPTH, Budget, Decoder

if TYPE_CHECKING:
    from scanner.rulebook.model import Anchor

ALPHABET = string.ascii_letters + string.digits + "+/"
Peel = Callable[..., Iterator[Layer]]


def _offsets(anchor: Anchor, data: bytes) -> list[int]:
    if anchor.literal:
        return [found.start() for found in re.finditer(b"(?=%b)" % re.escape(anchor.literal), data)]
    inside = b"[A-Za-z0-9+/]"
    run = rb"(?<!%b)%b{%d}(?!%b)" % (inside, inside, anchor.run, inside)
    return [found.start() for found in re.finditer(run, data)]


def _decoded(layer: Layer, budget: Budget, decoders: tuple[Decoder, ...]) -> Iterator[Layer]:
    for decoder in decoders:
        offsets = sorted(at for anchor in decoder.anchors for at in _offsets(anchor, layer.data))
        if offsets or any(layer.data.startswith(magic, at) for at, magic in decoder.magics):
            yield from decoder.decode(layer, offsets, budget)


@pytest.fixture(scope="session")
def peel() -> Peel:
    """Yield every layer that comes out of some bytes, in an engine's order, without the file."""

    def run(
        data: bytes | Layer,
        budget: Budget | None = None,
        decoders: tuple[Decoder, ...] = DECODERS,
    ) -> Iterator[Layer]:
        layer = data if isinstance(data, Layer) else Layer(data)
        budget = budget or Budget()
        if layer.depth + 1 >= MAX_DEPTH:
            return
        for made in _decoded(layer, budget, decoders):
            yield made
            yield from run(made, budget, decoders)

    return run


@pytest.fixture(scope="session")
def secret() -> Callable[[int], bytes]:
    """Return a made-up secret access key for a seed, with a slash and a plus sign in it."""

    def make(seed: int) -> bytes:
        chance = random.Random(seed)
        text = [chance.choice(ALPHABET) for _ in range(40)]
        text[chance.randrange(1, 19)] = "/"
        text[chance.randrange(20, 39)] = "+"
        return "".join(text).encode()

    return make


@pytest.fixture(scope="session")
def key_id() -> Callable[[int], bytes]:
    """Return a made-up access key ID for a seed."""

    def make(seed: int) -> bytes:
        body = random.Random(seed).choices(string.ascii_uppercase + "234567", k=16)
        return b"AKIA" + "".join(body).encode()

    return make
