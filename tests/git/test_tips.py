"""What holds objects: more of it is in tests/history, with whole histories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.git.repository import Repository
from scanner.git.tips import reflogs, work_trees


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_reflog_holds_both_ids_of_each_line(
    algorithm: str, filled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = filled("here", f"--object-format={algorithm}", commits=2)
    monkeypatch.chdir(here.root)
    tree = here.git("write-tree").decode().strip()
    commit = ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", tree)
    made = [here.git(*commit, "-m", str(number)).decode().strip() for number in range(2)]
    for name in made:
        here.git("update-ref", "--create-reflog", "-m", "x" * 200, "refs/heads/other", name)
    found = reflogs(work_trees(Repository(str(Path(here.root)))))
    held = {tip.object for tip in found if tip.name == "reflog of other"}
    assert held == {*made, "0" * len(made[0])}
