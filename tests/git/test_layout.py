"""Where a repository is that has several work trees."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from scanner.git.layout import places, shared


def test_all_work_trees_share_one_directory(make_repository: Any, tmp_path: Path) -> None:
    main = make_repository("main")
    main.commit("file")
    main.git("worktree", "add", "-q", str(tmp_path / "linked"))
    main.git("clone", "-q", "--bare", str(main.root), str(tmp_path / "bare"))
    (tmp_path / "none").mkdir()

    found = {}
    for name in ("main", "linked", "bare", "main/.git"):
        own, top = places(str(tmp_path / name), {})
        found[name] = os.path.realpath(shared(own)), bool(top)
    git = os.path.realpath(main.root / ".git")
    assert found == {
        "main": (git, True),
        "linked": (git, True),
        "bare": (os.path.realpath(tmp_path / "bare"), False),
        "main/.git": (git, False),
    }
    assert places(str(tmp_path / "none"), {}) == ("", "")
