"""What a directory had in an earlier run and has no more."""

from __future__ import annotations

from pathlib import Path

from scanner.fleet.missed import missed
from scanner.fleet.remembered import Row
from scanner.fleet.sources import Target


def row(path: str, id_: str = "") -> Row:
    return Row(id_ or f"id of {path}", path, "", path)


def names(rows: list[Row], folders: list[str], *found: Target) -> list[str]:
    return [each.name for each in missed(found, rows, folders, lambda _: True).gone]


def test_only_what_was_in_a_directory_that_is_named_now_is_missed(tmp_path: Path) -> None:
    top = str(tmp_path)
    rows = [row(f"{top}/a/one"), row(f"{top}/ab/two"), row(f"{top}/a"), Row("x", "https://h/x", "")]
    assert names(rows, [f"{top}/a"]) == [f"{top}/a/one", f"{top}/a"]
    assert names(rows, []) == []
    assert names(rows, ["/"]) == [each.path for each in rows[:3]]
    listed = Row("y", "https://h/y", "github+https://h/owner")
    assert names([listed], ["/"]) == []


def test_the_label_is_that_of_the_innermost_directory() -> None:
    gone = missed([], [row("/src/team/app")], ["/src", "/src/team"], lambda _: True).gone
    assert [(each.label, each.id, each.path) for each in gone] == [
        ("app", "id of /src/team/app", "/src/team/app")
    ]


def test_another_repository_at_the_same_place_takes_over(tmp_path: Path) -> None:
    path = str(tmp_path)
    rows = [row(path, "0" * 32)]
    assert names(rows, [path], Target(path, path)) == []
    # One that cannot be scanned has the findings of the one before.
    there = missed([Target(path, path, problem="broken")], rows, [path], lambda _: True)
    assert [each.id for each in there.found] == ["0" * 32]
    assert not there.gone


def test_what_had_no_findings_is_named_alone() -> None:
    there = missed([], [row("/src/clean")], ["/src"], lambda _: False)
    assert there == ([], [], ["/src/clean"])
