"""Whole examinations: any bytes, and the planted credential in layers that the input chooses."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import quopri
import zlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_from_bytes

from fuzz.borrowed import of_tests
from fuzz.interface import Target, require
from fuzz.planted import PLANTED, examine, verdict
from fuzz.targets.archives import made_tar, made_zip
from scanner.decoders import MODULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_DEEPEST: Final = 6
"""Layers that an input chooses at most: with what each takes itself, below the limit of eight."""


def _examine(data: bytes) -> None:
    name = data[: data.find(b"\0") + 1][:40].decode("latin-1") or "file"
    examined = examine(data, name)
    require(PLANTED not in data or verdict(examined) != "clean", "what is there as it is, is found")


def _seeds_of_all() -> Iterable[bytes]:
    for module in MODULES:
        name = module.rpartition(".")[2]
        if name != "not_opened":
            encode = of_tests(f"decoders/test_{name}.py").encode
            yield encode(PLANTED)
            yield gzip.compress(encode(PLANTED), mtime=0)
            yield made_zip(8, {"member": encode(PLANTED)})
    yield PLANTED


def _zstd(content: bytes) -> bytes:
    try:
        from backports import zstd
    except ImportError:
        return gzip.compress(content, mtime=0)
    return bytes(zstd.compress(content))


_TEXTS: Final[tuple[Callable[[bytes], bytes], ...]] = (
    bytes,
    lambda text: json.dumps({"a": text.decode("latin-1")}).replace("/", "\\/").encode(),
    lambda text: quote_from_bytes(text, safe="").encode(),
    base64.b64encode,
    base64.encodebytes,
    lambda text: text.hex().encode(),
    lambda text: text.decode("latin-1").encode("utf-16"),
    lambda text: b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(text),
)
"""Encodings of text: one of them at most, next to the credential."""
_PACKERS: Final[tuple[Callable[[bytes], bytes], ...]] = (
    lambda content: gzip.compress(content, mtime=0),
    bz2.compress,
    lzma.compress,
    zlib.compress,
    _zstd,
    lambda content: made_zip(0, {"first": b"x", "m": content}),
    lambda content: made_zip(8, {"m": content}),
    lambda content: made_zip(8, {"m": content}, streamed=True),
    lambda content: made_tar(1, {"first": b"x", "m": content}),
    lambda content: b"!<arch>\n%-48s%-10d`\n%b" % (b"m/", len(content), content),
)
"""Archives and compressed files: as many as the input asks for."""
_IN_BASE64: Final = (b"\x1f\x8b", b"PK\3\4")
"""What base64 is decoded of although it is no text: gzip and ZIP (docs/decoders.md)."""


def _nested(data: bytes) -> None:
    """Read a recipe: an encoding of text, the packers from the inside out, content before it."""
    if len(data) < 3:
        return
    text, depth, in_base64 = data[0], data[1] % _DEEPEST, data[2]
    packers, before = data[3 : 3 + depth], data[3 + depth :]

    encoded = _TEXTS[text % len(_TEXTS)](PLANTED)
    content = before + b"\n" + encoded if text % len(_TEXTS) == 0 else encoded
    for number in packers:
        content = _PACKERS[number % len(_PACKERS)](content)
    if in_base64 % 2 and content.startswith(_IN_BASE64):
        content = base64.b64encode(content)
    require(verdict(examine(content)) == "found", "a credential in layers is found")


def _recipes() -> Iterable[bytes]:
    for text in range(len(_TEXTS)):
        yield bytes((text, 0, 0))
        for packer in range(len(_PACKERS)):
            yield bytes((text, 2, packer, packer, (packer + text) % len(_PACKERS)))
    yield bytes((0, 5, 1, 0, 1, 2, 3, 4)) + b"before\n"


TARGETS: Final = (
    Target(
        "examine", "a whole look raises nothing, and sees what is plain", _examine, _seeds_of_all
    ),
    Target(
        "nested", "a credential in any layers that are decoded is found", _nested, _recipes, 1024
    ),
)
