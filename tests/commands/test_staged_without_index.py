"""`keycatch staged` where nothing can be staged: never "nothing to scan"."""

from __future__ import annotations

import os
import subprocess

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def bare(repository, tmp_path):
    repository.write("a.py", "text")
    repository.git("add", ".")
    repository.commit("one")
    repository.git("clone", "-q", "--bare", ".", tmp_path / "bare.git")
    return tmp_path / "bare.git"


def refused(done, word):
    assert done.returncode == 2
    assert word in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "nothing to scan" not in done.stdout + done.stderr


def test_a_bare_repository_has_no_work_tree(keycatch, bare):
    refused(keycatch("staged", cwd=bare, env={"GIT_DIR": "."}), "no work tree")


def test_inside_of_the_git_directory(keycatch, repository, bare):
    root = repository.root / ".git"
    refused(keycatch("staged", cwd=root, env={"GIT_DIR": "."}), "no work tree")


def test_an_index_that_is_gone(keycatch, repository, bare):
    (repository.root / ".git" / "index").unlink()
    refused(keycatch("staged", cwd=repository.root), "no index")
    (repository.root / "sub").mkdir()
    refused(keycatch("staged", cwd=repository.root / "sub"), "no index")


def test_an_index_that_never_was(keycatch, repository, bare):
    named = {"GIT_INDEX_FILE": str(repository.root / "other")}
    refused(keycatch("staged", cwd=repository.root, env=named), "no index")


def test_all_files_of_nothing(keycatch, bare):
    named = {"GIT_DIR": ".", "PRE_COMMIT": "1"}
    refused(keycatch("staged", cwd=bare, env=named), "no work tree")


def test_a_new_repository_has_nothing_staged(keycatch, make_repository):
    assert keycatch("staged", cwd=make_repository("new").root).returncode == 0


def test_an_index_without_a_change(keycatch, repository, bare):
    assert keycatch("staged", cwd=repository.root).returncode == 0


def test_an_index_of_a_bare_repository_is_scanned(keycatch, bare, plant, repository, tmp_path):
    """A server can make commits with an index of its own."""
    blob = tmp_path / "blob"
    blob.write_text(plant.pair())
    named = {"GIT_DIR": str(bare), "GIT_INDEX_FILE": str(tmp_path / "index")}
    digits = repository.git("--git-dir", bare, "hash-object", "-w", blob).strip()
    entry = ("update-index", "--add", "--cacheinfo", f"100644,{digits},key.env")
    subprocess.run(["git", *entry], env={**os.environ, **named}, check=True, cwd=bare)
    assert keycatch("staged", cwd=bare, env=named).returncode == 1
