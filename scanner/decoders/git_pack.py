"""Packs and bundles of git: every object, also those that are stored as a difference.

A repository that was copied into an archive with its `.git`, and `git bundle`, have nearly all of
it in packs. `scanner.git` reads those of repositories, from files and in several processes; here
is a pack inside of other content, which is read from its start to its end, without an index.

Formats: gitformat-pack(5), gitformat-bundle(5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_PACK = b"PACK\0\0\0"
_BUNDLES = (b"# v2 git bundle\n", b"# v3 git bundle\n")
_SHA256 = b"@object-format=sha256"


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the objects of the pack or the bundle `layer`."""
    from scanner.content import Layer
    from scanner.decoders.layers import DAMAGED, LIMIT, path_of
    from scanner.decoders.pack_objects import Objects, readable

    data = layer.data
    start = 0
    hash_name = "sha1"
    if data.startswith(_BUNDLES):
        start = data.find(b"\n\n" + _PACK) + 2
        if start < 2:
            budget.leave(DAMAGED, f"git bundle without a pack: {path_of(layer, '')}")
            return
        if _SHA256 in data[:start]:
            hash_name = "sha256"
    elif not data.startswith(_PACK):
        return

    objects = Objects(data, start, hash_name, budget.room)
    for kind, name, content in objects:
        text = readable(kind, content)
        if not text:
            continue
        if not budget.take(len(text)):
            objects.limited = True
            break
        yield Layer(text, below=layer, decoder="git-pack", member=f"{kind} {name}".strip())
    if objects.limited:
        budget.leave(LIMIT, f"more objects than are read of a pack: {path_of(layer, '')}")
    elif objects.damaged:
        budget.leave(DAMAGED, f"pack of git: {path_of(layer, '')}")


DECODER = Decoder(
    "git-pack",
    ((0, _PACK), *((0, head) for head in _BUNDLES)),
    (),
    decode,
    Description(
        "signature: a pack, as in a `.git` inside an archive; the head of `git bundle`",
        "every object, also those stored as differences; of a tree the names",
        "kind and ID of the object, line and column in it",
    ),
)
