"""The folder is true whatever happens to it or to the process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.errors import KeycatchError
from scanner.fleet.outcome import Outcome, State
from scanner.fleet.remembered import of
from scanner.fleet.selection import Selection
from scanner.fleet.sources import Target
from scanner.fleet.state_folder import StateFolder

ID = "0" * 32


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(str(tmp_path / "state"), is_new=True)


def test_a_report_stays_until_there_is_another(folder: StateFolder) -> None:
    first = folder.save(ID, Outcome("a", State.FINDINGS), b"one")
    assert folder.outcome(ID) == first
    assert folder.report(first) == b"one"
    failed = folder.save(ID, Outcome("a", State.FAILED))
    assert folder.report(failed) == b"one"
    second = folder.save(ID, Outcome("a", State.CLEAN), b"two")
    assert (folder.report(second), folder.report(first)) == (b"two", b"")
    assert len(os.listdir(os.path.join(folder.path, "reports"))) == 1


def test_what_a_killed_run_has_left_is_removed(folder: StateFolder) -> None:
    kept = folder.save(ID, Outcome("a", State.CLEAN), b"one")
    state = Path(folder.path)
    for name in (
        "states/.keycatch-x",
        "reports/.keycatch-y",
        ".keycatch-z",
        f"reports/{ID}-x.json",
    ):
        (state / name).write_bytes(b"half")
    with folder.locked(), pytest.raises(KeycatchError, match="in use by another"), folder.locked():
        pass
    left = {path.name for path in state.rglob("*") if path.is_file()}
    assert left == {"keycatch-fleet.json", "lock", f"{ID}.json", f"{kept.report}.json"}


def test_a_run_that_was_killed_at_its_first_file_can_go_on(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/.keycatch-x").write_bytes(b"half")
    with StateFolder(str(tmp_path / "state"), is_new=True).locked():
        assert not (tmp_path / "state/.keycatch-x").exists()

    (tmp_path / "other").mkdir()
    for name in (".keycatch-x", "mine"):
        (tmp_path / "other" / name).write_bytes(b"text")
    with pytest.raises(KeycatchError, match="has other files in it"):
        StateFolder(str(tmp_path / "other"), is_new=True)
    assert len(os.listdir(tmp_path / "other")) == 2


def test_what_others_can_write_is_nothing(folder: StateFolder) -> None:
    kept = folder.save(ID, Outcome("a", State.CLEAN), b"one")
    for path in (Path(folder.path) / "reports").iterdir():
        path.chmod(0o666)
    assert folder.report(kept) == b""
    os.chmod(folder.path, 0o755)
    with pytest.raises(KeycatchError, match="chmod 700"):
        StateFolder(folder.path)


def test_the_list_and_the_sources(folder: StateFolder) -> None:
    assert (folder.rows(), folder.sources()) == (None, None)
    folder.remember([Target("a", "/a"), Target("https://h/b", owner="github+https://h/o")])
    rows = folder.rows()
    assert rows
    assert [(row.name, row.owner) for row in rows] == [
        ("a", ""), ("https://h/b", "github+https://h/o"),
    ]  # fmt: skip
    assert folder.names() == {row.id: row.name for row in rows}
    sources = of(["/list"], Selection(), {})
    folder.remember_sources(sources)
    assert folder.sources() == sources
    for name in ("repositories.json", "sources.json"):
        (Path(folder.path) / name).write_bytes(b"{")
    assert (folder.rows(), folder.sources()) == (None, None)
    with pytest.raises(KeycatchError, match="has no list of repositories"):
        folder.names()
