"""Which code a bench runs, and how another one is chosen."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import stringzilla

from bench import processor
from scanner import kernel
from scanner.git import delta


def test_what_runs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "anchors", object())
    monkeypatch.setattr(delta, "packs", object())
    assert processor.search().startswith("search and deltas compiled")
    monkeypatch.setattr(delta, "packs", None)
    assert processor.search().endswith("deltas: Python")
    monkeypatch.setattr(kernel, "anchors", None)
    monkeypatch.setattr(stringzilla, "__capabilities__", ("serial", "haswell"), raising=False)
    assert processor.search() == "search: Python (stringzilla: serial, haswell); deltas: Python"


def test_what_is_chosen_is_chosen_for_measured_scans_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kernel.PURE, raising=False)
    monkeypatch.delenv(processor.WITHOUT_AVX512, raising=False)
    assert list(processor.environment()) == ["PYTHONPATH"]
    monkeypatch.setenv(kernel.PURE, "1")
    assert processor.environment()[kernel.PURE] == "1"


def test_without_avx512(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(processor.WITHOUT_AVX512, "1")
    used: list[list[str]] = []
    monkeypatch.setattr(stringzilla, "__capabilities__", ("serial", "haswell", "skylake", "ice"))
    monkeypatch.setattr(stringzilla, "reset_capabilities", used.append)
    processor.do_without_avx512()
    assert used == [["serial", "haswell"]]
    assert "avx512" not in processor.features()


def test_a_measured_scan_does_without_avx512(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(processor.WITHOUT_AVX512, "1")
    script = "import sys; print('bench.processor' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env={**os.environ, **processor.environment()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"
