"""A scan of a repository without a work tree: its HEAD, git's own files, and what is said of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def source(make_repository: Any, plant: Any) -> Any:
    """Return a repository with a key ID in HEAD, and another one only in its past."""
    repository = make_repository("source")
    repository.write("old.env", plant.key_id())
    repository.commit()
    (repository.root / "old.env").unlink()
    repository.write("src/new.env", plant.key_id())
    repository.commit()
    return repository


@pytest.fixture
def scan(keycatch: Any, tmp_path: Path) -> Any:
    def run(code: int, *arguments: str, **settings: Any) -> Any:
        settings.setdefault("cwd", tmp_path)
        done = keycatch("scan", "--fail-on=low", "--format", "json", *arguments, **settings)
        assert done.returncode == code, done.stderr
        return done

    return run


@pytest.mark.parametrize("kind", ["--mirror", "--bare"])
def test_the_files_of_head_are_read(source: Any, scan: Any, tmp_path: Path, kind: str) -> None:
    source.git("clone", "-q", kind, ".", str(tmp_path / "m.git"))
    done = scan(1, "m.git")
    assert done.paths() == {"m.git/src/new.env"}
    assert "m.git is a git repository without a work tree" in done.stderr
    assert "`keycatch history m.git` reads all that it stores" in done.stderr
    assert scan(1, cwd=tmp_path / "m.git").paths() == {"src/new.env"}
    assert scan(1, "source/.git", "--quiet").paths() == {"source/.git/src/new.env"}
    done = scan(1, "m.git", "source", "m.git/")
    assert done.paths() == {"m.git/src/new.env", "source/src/new.env"}


def test_packs_and_loose_objects_are_for_history(source: Any, scan: Any) -> None:
    for command in ((), ("gc", "-q"), ("multi-pack-index", "write")):
        if command:
            source.git(*command)
        assert scan(1, "source/.git").paths() == {"source/.git/src/new.env"}


def test_files_of_git_are_read(source: Any, scan: Any, plant: Any) -> None:
    """Also one among the objects that is none."""
    own = source.root / ".git"
    (own / "hooks" / "pre-push").write_text(plant.key_id())
    (own / "objects" / "notes").write_text(plant.key_id())
    (own / "objects" / "ab").mkdir(exist_ok=True)
    (own / "objects" / "ab" / "cd").write_text(plant.key_id())
    assert scan(1, "source/.git").paths() == {
        "source/.git/src/new.env", "source/.git/hooks/pre-push", "source/.git/objects/notes",
        "source/.git/objects/ab/cd",
    }  # fmt: skip


def test_a_head_without_a_commit(source: Any, scan: Any, tmp_path: Path) -> None:
    source.git("init", "-q", "--bare", str(tmp_path / "empty.git"))
    assert "its HEAD has no commit" in scan(0, "empty.git").stderr
    source.git("clone", "-q", "--mirror", ".", str(tmp_path / "m.git"))
    (tmp_path / "m.git" / "HEAD").write_text("ref: refs/heads/gone\n")
    done = scan(2, "m.git")
    assert done.report()["scan"]["incomplete"] == ["stored-repository"]


def test_a_damaged_repository_is_no_clean_one(source: Any, scan: Any, tmp_path: Path) -> None:
    source.git("clone", "-q", "--mirror", ".", str(tmp_path / "m.git"))
    shutil.rmtree(tmp_path / "m.git" / "objects")
    (tmp_path / "m.git" / "objects").mkdir()
    done = scan(2, "m.git")
    assert "Traceback" not in done.stderr


def test_files_that_look_like_a_repository_are_files(source: Any, scan: Any, plant: Any) -> None:
    """In a work tree anyone can have put them there, to have something passed over."""
    for name in ("objects/info/notes", "refs/heads/main"):
        source.write(f"inner/{name}", plant.key_id())
    source.write("inner/HEAD", "ref: refs/heads/main\n")
    expected = {"source/inner/objects/info/notes", "source/inner/refs/heads/main"}
    done = scan(1, "source/inner")
    assert (done.paths(), done.stderr) == (expected, "")
    source.write("HEAD", "ref: refs/heads/main\n")
    for name in ("objects/info/notes", "refs/heads/main"):
        source.write(name, plant.key_id())
    assert "source/objects/info/notes" in scan(1, "source").paths()


def test_exclusions_hold_for_the_paths_that_are_shown(
    source: Any, scan: Any, tmp_path: Path
) -> None:
    source.git("clone", "-q", "--mirror", ".", str(tmp_path / "m.git"))
    (tmp_path / ".keycatch.toml").write_text('exclude = ["m.git/src/**"]\n')
    done = scan(0, "m.git")
    assert done.report()["scan"]["counts"]["skipped"]["excluded-by-configuration"] == 1


def test_a_name_in_head_is_searched(source: Any, scan: Any, tmp_path: Path, plant: Any) -> None:
    source.write(f"{plant.key_id()}/empty", "")
    source.commit()
    source.git("clone", "-q", "--mirror", ".", str(tmp_path / "m.git"))
    assert len(scan(1, "m.git").report()["findings"]) == 2
