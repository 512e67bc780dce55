"""Asking STS about many keys, of the server of the benchmark (`measures/liveness`, `sts_stub`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_it_asks_once_about_each_key_and_never_about_a_canary(bench: Callable[..., Any]) -> None:
    options = ("--credentials", "5", "--answer", "20", "--rounds", "1")
    done = bench("liveness", *options, measured=True)
    assert (done.code, done.stderr) == (0, "")
    # Of the round that does not count there is none.
    (log,) = done.rows("requests")
    assert (log["requests"], log["key_ids"], log["canaries"]) == (5, 5, 0)
    assert log["together_for_one"] == 1
    assert log["together"] >= 1
    assert [row["name"] for row in done.rows("scans")] == ["scan", "scan --check-liveness"]
    assert done.figures["about"]["tree"]["figures"]["canaries"] > 20
    assert "5 keys" in done.stdout
    header, line = done.stdout.partition("In each round\n")[2].splitlines()
    assert header.endswith("for keys of canary accounts")
    assert line.split()[-1] == "0"
