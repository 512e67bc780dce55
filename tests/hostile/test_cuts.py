"""Where we cut large content ourselves, what ends at the cut is no damage of the file."""

from __future__ import annotations

import base64
import gzip
import io
import random
from collections.abc import Callable
from typing import Any

import pytest

from scanner.decoders import interface
from scanner.engine.examine import Examiner
from scanner.kinds.examples import expand
from scanner.rulebook import load_rules
from scanner.sources.windows import OVERLAP, windows

PAIR = "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
PLANTED = expand(PAIR, "planted").encode()
SIZE = 3 * OVERLAP
NOISE = random.Random(3).randbytes(SIZE)
TEXT = b"a line of text that holds nothing\n" * (SIZE // 34)
EXAMINER = Examiner(load_rules((), ()))


def verdict(examined: Any) -> str:
    if examined.findings:
        return "found"
    return "incomplete" if any(each.hides for each in examined.tally.notices) else "clean"


def in_windows(data: bytes) -> str:
    """Return what a scan comes to that holds no more than `SIZE` bytes at once."""
    cut = windows(io.BytesIO(data).read, SIZE)
    return verdict(EXAMINER.examine_windows("file", (window.layer for window in cut)))


def zipped(make_zip: Any, head: bytes = NOISE) -> bytes:
    return bytes(make_zip({"noise": head, "secret.env": PLANTED}))


CUT: dict[str, Callable[[Any], bytes]] = {
    "base64 of a zip": lambda z: TEXT[:SIZE // 2] + base64.b64encode(zipped(z)) + b"\n",
    "base64 of a zip from the start": lambda z: base64.b64encode(zipped(z)),
    "base64 of a zip in lines": lambda z: TEXT[: SIZE // 2] + base64.encodebytes(zipped(z)),
    "base64 of gzip": lambda _: TEXT[: SIZE // 2]
    + base64.b64encode(gzip.compress(NOISE + PLANTED)),
    "base64 of a zip in JSON": lambda z: b'{"a": "' + base64.b64encode(zipped(z)) + b'"}\n' + TEXT,
    "a zip after a program": lambda z: b"MZ" + TEXT + zipped(z, NOISE[: SIZE // 3]),
    "a zip after a program, longer than a window": lambda z: b"MZ" + TEXT + zipped(z),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(CUT))
def test_a_window_of_a_file(what: str, make_zip: Any) -> None:
    data = CUT[what](make_zip)
    assert len(data) > SIZE
    assert in_windows(data) != "clean"


@pytest.mark.parametrize("what", sorted(CUT))
def test_a_window_of_a_layer(what: str, make_zip: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(interface, "MAX_LAYER_BYTES", SIZE)
    data = gzip.compress(CUT[what](make_zip))
    assert verdict(EXAMINER.examine("file", data)) != "clean"


@pytest.mark.parametrize(
    "head",
    [
        b"!<arch>\n", b"SQLite format 3\0", b"%PDF-1.7\n",
        b"7z\xbc\xaf\x27\x1c",
        b"\x78\x9c", b"PK\5\6", b"BZh91AY&SY",
    ],
)  # fmt: skip
def test_a_layer_that_only_the_whole_could_open(head: bytes, monkeypatch: Any) -> None:
    monkeypatch.setattr(interface, "MAX_LAYER_BYTES", SIZE)
    data = gzip.compress(head + NOISE + NOISE)
    assert verdict(EXAMINER.examine("file", data)) == "incomplete"


def test_text_in_windows_stays_complete(monkeypatch: Any) -> None:
    assert in_windows(TEXT * 3) == "clean"
    monkeypatch.setattr(interface, "MAX_LAYER_BYTES", SIZE)
    assert verdict(EXAMINER.examine("file", gzip.compress(TEXT * 3))) == "clean"


def test_damage_of_a_file_that_is_held_stays_harmless() -> None:
    data = gzip.compress(NOISE)[:-900]
    assert verdict(EXAMINER.examine("file", data)) == "clean"
