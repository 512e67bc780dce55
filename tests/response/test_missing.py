"""Why credentials are not found again: every reason has words of its own and is documented."""

from __future__ import annotations

from pathlib import Path

from scanner.response.missing import Missing, words


def test_every_reason_has_words_and_is_documented() -> None:
    assert len({words(each) for each in Missing}) == len(Missing)
    page = (Path(__file__).resolve().parents[2] / "docs" / "liveness.md").read_text("utf-8")
    assert [each for each in Missing if f"\n| `{each}` |" not in page] == []
