"""The benchmark of the report formats, on a few findings (`measures/reports`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scanner.reports import FORMATS


def test_every_format_is_measured(bench: Callable[..., Any]) -> None:
    done = bench("reports", "--findings", "3", measured=True)
    assert (done.code, done.stderr) == (0, "")
    rows = {row["name"]: row for row in done.rows("reports")}
    assert rows.keys() == FORMATS.keys()
    assert all(row["cpu"] >= 0 and row["size"] > 100 for row in rows.values())
    assert "3 key pairs" in done.stdout
    larger = bench("reports", "--findings", "6", measured=True).rows("reports")
    assert all(row["size"] > rows[row["name"]]["size"] for row in larger)
