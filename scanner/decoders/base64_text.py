"""Base64 in place: Kubernetes secrets, user-data, profiles and commands that were encoded whole.

What is worth decoding is known by what it holds. Three bytes make four characters, so a word looks
different for each of its three possible positions: at each one some of its characters depend on
nothing but the word (see `encoded_forms`). The form also shows where a group of four begins, so a
piece of base64 that is glued to something else is still decoded correctly. A secret access key
encoded alone has no word: it is 54 characters, 55 with its line feed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.content import Layer
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.decoders.base64_block import Block

# By value, six bits each: RFC 4648, table 1.
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def encoded_forms(word: bytes) -> tuple[tuple[bytes, int], ...]:
    """Return how `word` looks inside base64, and where in a group of four characters that begins.

    With `n` bytes before it in the group (0, 1, 2) the word begins at bit 8n. A character holds 6
    bits, so the first that belongs to the word entirely begins at the next multiple of 6, and the
    last ends at the last multiple of 6 that is not after the word.
    """
    forms = []
    for before in range(3):
        first = -(-8 * before // 6)
        last = (8 * before + 8 * len(word)) // 6
        # The word, with the bits after the last whole character dropped.
        bits = int.from_bytes(word, "big") >> 8 * (before + len(word)) - 6 * last
        places = range(6 * (last - first - 1), -1, -6)
        forms.append((bytes([_ALPHABET[bits >> place & 63] for place in places]), first % 4))
    return tuple(forms)


_FORMS: tuple[tuple[bytes, int], ...] = (
    *encoded_forms(b"AKIA"),
    *encoded_forms(b"ASIA"),
    # In `aws_secret_access_key`, `SecretAccessKey`, `AWS_SECRET_KEY`: a profile without its key ID.
    *encoded_forms(b"ecret"),
    *encoded_forms(b"ECRET"),
    # PowerShell encodes commands as UTF-16.
    *encoded_forms(b"A\0K\0I\0A\0"),
    # Only at the very start: gzip (user-data), ZIP (code of a function), session tokens, and
    # gzip encoded twice (releases of Helm).
    *(
        (encoded_forms(start)[0])
        for start in (b"\x1f\x8b\x08", b"PK\3\4", b"IQoJb3JpZ2lu", b"FwoGZXIvYXdz", b"H4sIA")
    ),
)
_ALONE = tuple(encoded_forms(prefix)[0][0] for prefix in (b"AKIA", b"ASIA"))
"""How a key ID begins that is encoded by itself, which gives no more than 27 characters."""
_RUNS = (54, 55)
"""Characters of base64 without padding that 40 bytes make, and 41: a line feed after them."""
_LABEL = 160
"""Bytes of its line before a lone secret that are kept with it, since its name is among them."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the base64 around `offsets` encodes."""
    import re

    from scanner.decoders.base64_block import Block

    data = layer.data
    standard = Block(data, re.compile(rb"[A-Za-z0-9+/]+"))
    url_safe = Block(data, re.compile(rb"[A-Za-z0-9_-]+"))
    done: set[tuple[int, int, int]] = set()
    for offset in offsets:
        secret = _lone_secret(layer, offset, budget)
        if secret:
            yield secret
        for form, phase in _FORMS:
            if not data.startswith(form, offset):
                continue

            standard.move(offset)
            url_safe.move(offset)
            # Both only where neither alphabet explains all that the other does.
            blocks = [
                one
                for one, other in ((standard, url_safe), (url_safe, standard))
                if not (other.begin <= one.begin and one.end <= other.end)
            ]
            for block in blocks or [standard]:
                skip = (block.before(offset) - phase) % 4
                key = block.begin, block.end, skip
                if key not in done and skip <= block.before(offset):
                    done.add(key)
                    found = _decoded(layer, block, skip, budget)
                    if found:
                        yield found


def _lone_secret(layer: Layer, offset: int, budget: Budget) -> Layer | None:
    """Return the line up to a secret that is encoded alone at `offset`, with the secret decoded."""
    import re

    data = layer.data
    found = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{54,55}(?![A-Za-z0-9+/])").match(
        data, offset
    )
    if not found:
        return None

    from binascii import a2b_base64

    from scanner.decoders.base64_block import Base64Map

    # The alphabet of what comes out is a stronger test than padding, which some writers omit.
    secret = a2b_base64(found[0] + b"=" * (-len(found[0]) % 4))
    if not re.fullmatch(rb"[A-Za-z0-9+/]{40}\n?", secret):
        return None

    start = max(data.rfind(b"\n", 0, offset) + 1, offset - _LABEL)
    label = data[start:offset]
    if not budget.take(len(label) + len(secret)):
        _leave(layer, budget)
        return None
    offsets = Base64Map(data, offset, found.end(), 0, len(label))
    return Layer(label + secret, below=layer, decoder="base64", offsets=offsets)


def _decoded(layer: Layer, block: Block, skip: int, budget: Budget) -> Layer | None:
    from binascii import a2b_base64

    from scanner.decoders.base64_block import Base64Map

    text = block.characters()[skip:]
    # One character left over is no byte.
    if len(text) % 4 == 1:
        text = text[:-1]
    if not budget.take(len(text) * 3 // 4):
        _leave(layer, budget)
        return None
    content = a2b_base64(text.translate(_TO_STANDARD) + b"=" * (-len(text) % 4))
    offsets = Base64Map(layer.data, block.begin, block.end, skip, 0)
    return Layer(content, below=layer, decoder="base64", offsets=offsets)


def _leave(layer: Layer, budget: Budget) -> None:
    from scanner.decoders.layers import LIMIT, path_of

    budget.leave(LIMIT, f"more base64 than is decoded: {path_of(layer, '')}")


# `a2b_base64` knows the standard alphabet only: RFC 4648, sections 4 and 5.
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")

DECODER = Decoder(
    "base64",
    (),
    (
        *(Anchor(form) for form in _ALONE),
        *(Anchor(form, encoded=True) for form, _ in _FORMS if form not in _ALONE),
        *(Anchor(run=run, after=b"=") for run in _RUNS),
    ),
    decode,
    Description(
        (
            "base64 of `AKIA`, `ASIA`, `ecret`, `ECRET` and UTF-16 `AKIA` in each of their "
            "three forms; base64 that begins with gzip, ZIP or a session token; gzip encoded "
            "twice; 54 or 55 characters that are a lone secret"
        ),
        (
            "the whole block, through line breaks and indentation, standard or URL-safe; of a "
            "lone secret also the name before it"
        ),
        "the encoded characters",
    ),
)
