"""API keys of Amazon Location Service: `v1.public.` and base64 of an ID and a signature.

The form is not documented and was read from public samples: URL-safe base64 of the JSON
`{"jti":"<UUID>"}` with a signature right after it, as in a PASETO token of the purpose `public`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.kinds import interface
from scanner.kinds.interface import Kind, Match

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_HEAD: Final = b"v1.public."
_BODY: Final = re.compile(
    rb'(?s)\{"jti":"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"\}.{64,512}'
)  # the shortest signature of the algorithms in use has 64 bytes


def is_key(text: bytes) -> bool:
    """Return whether `text` is such a key: an ID, and enough bytes for a signature."""
    raw = decode(text.removeprefix(_HEAD)) if text.startswith(_HEAD) else None
    return raw is not None and bool(_BODY.fullmatch(raw))


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge what follows the head of a key; the key begins with that."""
    place = Match(match.start - len(_HEAD), match.end)
    text = layer.data[place.start : place.end]
    if not is_key(text):
        return None
    reason = placeholder(text)
    if reason:
        return interface.aside(rule, layer, place, reason)
    evidence = "decodes to the ID and signature of an Amazon Location Service key"
    return interface.part(rule, layer, place, [evidence])


def make_key(made: Generator) -> str:
    """Return a made-up key."""
    uuid = "-".join(made.hex(size) for size in (8, 4, 4, 4, 12))
    return f"{_HEAD.decode()}{made.encode_url(_json(uuid) + made.raw(64))}"


def _json(uuid: str) -> bytes:
    return f'{{"jti":"{uuid}"}}'.encode()


KIND: Final = Kind(detect, examples={"location_api_key": make_key})
