"""Tests for content that is in memory."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.sources import memory
from scanner.sources.interface import TooLarge
from scanner.sources.memory import MemoryBlob


def test_content_is_given_as_it_is() -> None:
    blob = MemoryBlob("a name", b"text\n")
    assert (blob.path, blob.object, blob.shareable, blob.read()) == ("a name", "", False, b"text\n")


def test_large_content_is_read_in_windows(monkeypatch: Any) -> None:
    monkeypatch.setattr(memory, "WINDOW", 4)
    blob = MemoryBlob("a name", b"text\n")
    with pytest.raises(TooLarge):
        blob.read()
    assert b"".join(window.layer.data for window in blob.windows()) == b"text\n"
