"""The benchmark of the hook of coding agents (`measures/agent`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.measures.agent import payloads


def test_each_kind_of_payload_is_measured(bench: Callable[..., Any], tmp_path: Path) -> None:
    done = bench("agent", "--rounds", "1", measured=True)
    assert done.code == 0, done.stderr
    rows = {row["name"] for row in done.rows("agent")}
    assert {f"hook: {name}" for name in payloads(tmp_path)} < rows
    assert "python -c pass" in rows
