"""What a folder knows, in lines."""

from __future__ import annotations

from pathlib import Path

from scanner.fleet.outcome import Outcome, State
from scanner.fleet.remembered import of
from scanner.fleet.selection import Selection
from scanner.fleet.sources import Target
from scanner.fleet.state_folder import StateFolder
from scanner.fleet.status import counted, lines, outcomes, unlisted


def test_lines_and_numbers(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path / "state"), is_new=True)
    targets = [Target(name, f"/{name}") for name in ("b", "a\x1b", "c")]
    folder.remember(targets)
    folder.save(targets[0].id, Outcome("b", State.FAILED, "no\nroom"))
    folder.save(targets[1].id, Outcome("a\x1b", State.CLEAN))
    found = outcomes(folder)
    assert counted(found) == "3 repositories: 1 clean, 1 failed, 1 not scanned"
    assert counted([]) == "0 repositories"
    assert list(lines(found)) == ["failed       b: no\\nroom", "not scanned  c"]
    assert next(lines(found, verbose=True)) == "clean        a\\x1b"

    assert list(unlisted(folder)) == []
    folder.remember_sources(of([], Selection(), {"gitlab+https://h/x": "why"}))
    assert list(unlisted(folder)) == ["not listed   gitlab+https://h/x: why"]
