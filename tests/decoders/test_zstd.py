"""zstd: frames one after another, frames to skip, and a Python that has no decompressor."""

from __future__ import annotations

import importlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders import zstd as decoder
from scanner.decoders.interface import Budget
from scanner.engine import scan_bytes
from scanner.engine.examine import Examiner
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

try:
    zstd = importlib.import_module("compression.zstd")
except ImportError:
    zstd = pytest.importorskip("backports.zstd")

SKIPPED = b"\x5a\x2a\x4d\x18\4\0\0\0abcd"


def encode(content: bytes) -> bytes:
    """Return `content` in a frame, for test_registry.py."""
    return bytes(zstd.compress(content))


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


def test_frames_and_what_is_skipped(peel, reasons):
    budget = Budget()
    data = SKIPPED + encode(b"one\n" * 500) + SKIPPED + encode(b"two\n") + SKIPPED
    (layer,) = peel(data, budget)
    assert layer.data == b"one\n" * 500 + b"two\n"
    assert reasons(budget) == []


@given(st.integers(5, 300))
def test_what_is_cut_off_gives_what_is_there(peel, reasons, size):
    content = random.Random(1).randbytes(200).hex().encode()
    whole = encode(content)
    budget = Budget()
    got = b"".join(layer.data for layer in peel(whole[:size], budget, (decoder.DECODER,)))
    assert content.startswith(got)
    assert reasons(budget) == ([] if size >= len(whole) else ["damaged-archive"])


def test_a_bomb_costs_its_budget(peel, reasons):
    budget = Budget(size=1000)
    assert sum(len(layer.data) for layer in peel(encode(bytes(10_000_000)), budget)) <= 1000
    assert reasons(budget) == ["decoder-limit"]


def test_a_window_that_is_too_large_is_a_limit(peel):
    options = {
        zstd.CompressionParameter.window_log: 28,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    # A head alone says how much memory it takes: section 3.1.1.1.2.
    packer = zstd.ZstdCompressor(options=options)
    head = packer.compress(b"x") + packer.flush(zstd.ZstdCompressor.FLUSH_FRAME)
    large = head[:4] + b"\0" + bytes((31 - 10 << 3,)) + bytes(9)
    budget = Budget()
    list(peel(large, budget))
    assert budget.left == [("decoder-limit", "zstd that needs more than 128 MiB: content")]


def test_without_a_decompressor_the_report_says_what_to_install(monkeypatch):
    monkeypatch.setattr(decoder, "_module", lambda: None)
    (notice,) = Examiner(shipped_rules()).examine("a.zst", encode(b"x" * 99)).tally.notices
    assert notice.reason == "unsupported-archive"
    assert notice.detail == "zstd: it needs `pip install backports.zstd`: content"
    assert notice.hides


def test_a_value_that_is_in_the_frame_as_it_is_is_found_once():
    made = Generator("zstd")
    text = f"[a]\naws_access_key_id = {made.access_key_id()}\n"
    text += f"aws_secret_access_key = {made.secret_access_key()}\n"
    (finding,) = scan_bytes(encode(text.encode()), "", shipped_rules())
    assert [(at.start_line, at.decoded) for at in finding.locations] == [
        (2, ("zstd",)),
        (3, ("zstd",)),
    ]
