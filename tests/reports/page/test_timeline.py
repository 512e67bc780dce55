"""The table of a timeline says in words what its pictures show."""

from __future__ import annotations

import re
from typing import Any

from scanner.pushed import Pushed
from scanner.reports.page.bars import scale_of
from scanner.reports.page.elements import Html
from scanner.reports.page.findings import entry_of
from scanner.reports.page.timeline import ROWS, timeline


def rows(findings: list[Any]) -> list[str]:
    entries = [entry_of(each, "a key", "", f"f-{at}", Html()) for at, each in enumerate(findings)]
    scale = scale_of(findings)
    assert scale
    made = "\n".join(timeline(entries, scale))
    return [*re.findall(r"<tr>(?:(?!</tr>).)*</tr>", made, re.DOTALL)[1:], made]


def words(row: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", row).split())


def test_each_row_says_when_and_by_whom(builders: Any) -> None:
    def found(**more: Any) -> Any:
        value = {"key_id": builders.Maker().key_id()}
        return builders.finding(builders.KEY_ID, value, builders.at("key_id", "a", 1), **more)

    past = builders.past
    *made, whole = rows(
        [
            found(history=past(1, 4, 4, pushed=Pushed.YES)),
            found(history=past(2, 4, in_head=True)),
            found(history=past(3, 4)),
            found(history=past(None)),  # without a commit: it has no place on the scale
        ]
    )
    ada = "Ada Lovelace &lt;ada@example.com&gt;"
    by = "na\\xefve :&#58;debug:&#58;x &lt;n@example.com&gt;"
    assert [words(row).removeprefix("a key AKIA****7DK6 ") for row in made] == [
        f"2026-05-01 {ada} 2026-05-04 {by} yes",
        f"2026-05-02 {ada} still in HEAD no",
        f"2026-05-03 {ada} not in HEAD, last in it 2026-05-04 {ada} no",
    ]
    assert [row.count("<svg") for row in made] == [1, 1, 1]
    assert 'href="#f-0"' in made[0]
    assert "more credential" not in whole


def test_a_long_timeline_says_how_many_it_leaves_to_the_list(builders: Any) -> None:
    value = {"key_id": builders.Maker().key_id()}
    found = builders.finding(
        builders.KEY_ID, value, builders.at("key_id", "a", 1), history=builders.past(1)
    )
    *made, whole = rows([found] * (ROWS + 2))
    assert len(made) == ROWS
    assert "And 2 more credentials, in the list below." in whole
