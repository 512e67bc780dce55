"""The benchmark of asking STS, run as people run it: with a few keys and a quick server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_it_asks_once_about_each_key_and_never_about_a_canary(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    done = subprocess.run(
        [
            sys.executable, "-m", "bench", "liveness", "--credentials", "5", "--answer", "20",
            "--rounds", "2", "--json", str(out),
        ],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    figures = json.loads(out.read_text("utf-8"))
    assert len(figures["seen"]) == 2
    for seen in figures["seen"]:
        assert (seen["requests"], seen["key_ids"], seen["canaries"]) == (5, 5, 0)
        assert seen["together_for_one"] == 1
        assert seen["together"] >= 1
    assert figures["asking"]["least"] > 0.02
    assert figures["about"]["canaries"] > 20
    assert "for keys of canary accounts      0\n" in done.stdout
