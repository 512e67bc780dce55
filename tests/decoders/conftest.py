"""What the tests of the decoders share: made-up credentials, and a plain engine."""

from __future__ import annotations

import io
import json
import random
import re
import string
import tarfile
import textwrap
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import pytest

from scanner.content import Layer
from scanner.decoders import DECODERS
from scanner.decoders.interface import MAX_DEPTH, Budget, Decoder
from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

if TYPE_CHECKING:
    from scanner.rulebook.model import Anchor

ALPHABET = string.ascii_letters + string.digits + "+/"
Peel = Callable[..., Iterator[Layer]]


_RUN = re.compile(rb"[A-Za-z0-9+/]+")


def _literal_offsets(literal: bytes, data: bytes) -> Iterator[int]:
    """Yield where `literal` is in `data`, also where it overlaps itself.

    `find` reads megabytes in the time in which a pattern with a look-ahead reads kilobytes.
    """
    at = data.find(literal)
    while at >= 0:
        yield at
        at = data.find(literal, at + 1)


def _offsets(anchors: Iterable[Anchor], data: bytes) -> dict[Anchor, list[int]]:
    """Return the ascending offsets of each of `anchors` in `data`."""
    runs: dict[int, list[int]] = defaultdict(list)
    if any(not anchor.literal for anchor in anchors):
        for found in _RUN.finditer(data):
            runs[found.end() - found.start()].append(found.start())
    return {anchor: _of_anchor(anchor, data, runs) for anchor in anchors}


def _of_anchor(anchor: Anchor, data: bytes, runs: dict[int, list[int]]) -> list[int]:
    if anchor.literal:
        return list(_literal_offsets(anchor.literal, data))
    if anchor.head:
        inside = b"[A-Za-z0-9+/]"
        head = rb"(?<!%b)(?=%b{40})%b" % (inside, inside, anchor.head)
        return [found.start() for found in re.finditer(head, data)]
    return runs[anchor.run]


def _decoded(layer: Layer, budget: Budget, decoders: tuple[Decoder, ...]) -> Iterator[Layer]:
    # Decoders share anchors, so each is searched once.
    found = _offsets({anchor for decoder in decoders for anchor in decoder.anchors}, layer.data)
    for decoder in decoders:
        offsets = sorted(at for anchor in decoder.anchors for at in found[anchor])
        called = any(layer.data.startswith(magic, at) for at, magic in decoder.magics)
        called = called or bool(decoder.ending and decoder.ending.magic in layer.data)
        if offsets or (called and (decoder.applies is None or decoder.applies(layer.data))):
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


@pytest.fixture(scope="session")
def revealed() -> Callable[[str | bytes], set[str]]:
    """Return a function that lists the values which a scan of some text finds."""

    def run(text: str | bytes) -> set[str]:
        data = text.encode() if isinstance(text, str) else text
        findings = scan_bytes(data, "file", shipped_rules())
        return {each.reveal().decode() for found in findings for each in found.values.values()}

    return run


@pytest.fixture(scope="session")
def profile() -> Callable[[str], tuple[set[str], str]]:
    """Return a function from a seed to the two values of a profile, and its text."""

    def make(seed: str) -> tuple[set[str], str]:
        generator = Generator(seed)
        key_id, secret = generator.access_key_id(), generator.secret_access_key()
        text = f"[default]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
        return {key_id, secret}, text

    return make


DRESSES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "with a carriage return at the end of lines": lambda text: text.replace("\n", "\r\n"),
    "indented": lambda text: textwrap.indent(text, "      "),
    "between quotation marks": lambda text: f'data = """\n{text}"""\n',
    "after a line": lambda text: f"# what is below\n\n{text}\n# the end\n",
    "in a string of JSON": lambda text: json.dumps({"name": "x", "data": text}),
    "in a diff": lambda text: "@@ -0,0 +1,9 @@\n" + textwrap.indent(text, "+"),
    "in a comment": lambda text: textwrap.indent(text, "# "),
    "in a mail": lambda text: "\n" + textwrap.indent(text, "> "),
}
"""What is around text of several lines where people keep it."""


@pytest.fixture(scope="session", params=DRESSES)
def dress(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Return a function that puts text of several lines where people keep it."""
    return DRESSES[request.param]


MEMBERS = {
    "a.txt": b"alpha\n" * 40,
    "dir/b.bin": bytes(range(256)) * 9,
    "dir/\u00fcml\u00e4ut.py": "\u00fc = 1\n".encode() * 9,
    "evil\x1b[31m\n.txt": b"content",
    "e/empty": b"",
}


@pytest.fixture(scope="session")
def members() -> dict[str, bytes]:
    """Return members of an archive by name; one is empty, and gives no layer."""
    return MEMBERS


@pytest.fixture(scope="session")
def make_zip() -> Callable[..., bytes]:
    """Return a function that makes a zip of members: the same bytes on every day."""

    def make(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for name, content in members.items():
                # A `ZipInfo` made by hand has a date of its own, which is not today's.
                entry = zipfile.ZipInfo(name)
                entry.compress_type = method
                archive.writestr(entry, content)
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def make_tar() -> Callable[..., bytes]:
    """Return a function that makes a tar archive of members: the same bytes on every day."""

    def make(members: dict[str, bytes], layout: int = tarfile.PAX_FORMAT) -> bytes:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=layout) as archive:
            for name, content in members.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def reasons() -> Callable[[Budget], list[str]]:
    """Return a function that lists the reasons of what a budget has left."""
    return lambda budget: [reason for reason, _ in budget.left]


@pytest.fixture(scope="session")
def contents() -> Callable[[Iterable[Layer]], dict[str, bytes]]:
    """Return a function that arranges the content of layers by the path in the archive."""
    return lambda layers: {layer.member: layer.data for layer in layers}
