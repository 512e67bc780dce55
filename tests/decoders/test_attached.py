"""Archives after a script: each form, scripts with nothing after them, and two archives."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders import attached
from scanner.decoders.interface import Budget
from scanner.engine.catalogue import Catalogue
from scanner.rulebook.compiled import shipped_rules

SCRIPT = b'#!/bin/sh\n# made by makeself\nskip=5\ntail -n +$skip "$0" | tar xzf -\nexit 0\n'


def encode(content: bytes) -> bytes:
    """Return a script and `content` compressed after it, for test_registry.py."""
    return SCRIPT + gzip.compress(b"\n" + content, 0, mtime=0)


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (3, 6, 3, 11))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_every_form(peel, make_tar, contents, compress):
    data = SCRIPT + compress(make_tar({"in/a.txt": b"found"}))
    assert contents(peel(data))["in/a.txt"] == b"found"


def test_a_batch_file(peel, make_tar, contents):
    data = b"@echo off\r\nexit /b\r\n" + gzip.compress(make_tar({"a.txt": b"found"}))
    assert contents(peel(data))["a.txt"] == b"found"


def test_what_is_not_opened_is_counted(peel):
    budget = Budget()
    list(peel(SCRIPT + b"7z\xbc\xaf\x27\x1c\0\4" + bytes(40), budget))
    assert budget.left == [("unsupported-archive", "7z: content")]


@pytest.mark.parametrize(
    "script", [SCRIPT, b"#!/bin/sh\n", b"#!", b"#!/bin/sh\nprintf '\\037\\213\\b'\n", b": x\n"]
)
def test_a_script_alone_is_no_reason_to_look(script):
    assert not Catalogue(shipped_rules()).is_encoded(script)


@given(st.binary(max_size=200))
def test_anything_after_a_script(peel, data):
    budget = Budget(size=1 << 20)
    for layer in peel(SCRIPT + data, budget, (attached.DECODER,)):
        assert layer.data
        assert (SCRIPT + data).endswith(layer.data)
