"""`keycatch staged` when a framework is run by hand: staged content, and what is not staged."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")

BY_HAND = {"PRE_COMMIT": "1", "GIT_INDEX_FILE": None}


@pytest.fixture
def run(keycatch: Any, repository: Any) -> Any:
    repository.commit("first", "deep/second")

    def start(*options: str, folder: str = ".") -> Any:
        return keycatch("staged", *options, cwd=repository.root / folder, env=BY_HAND)

    return start


def test_an_unstaged_change_is_read_and_said(run: Any, repository: Any, plant: Any) -> None:
    repository.write("deep/second", plant.pair())
    for folder in (".", "deep"):
        done = run("--format=json", folder=folder)
        assert done.returncode == 1
        assert "and 1 with changes that are not staged" in done.stderr
        assert done.paths() == {"deep/second"}
        (finding,) = done.report()["findings"]
        assert "in the work tree, not staged" in finding["evidence"]
        assert {at["scope"] for at in finding["locations"]} == {"work-tree"}


def test_what_is_staged_is_read_too(run: Any, repository: Any, plant: Any) -> None:
    """The file has lost the key again, but the commit would have it."""
    repository.write("first", plant.pair())
    repository.git("add", "first")
    repository.write("first", "clean again\n")
    done = run("--format=json")
    assert done.returncode == 1
    (finding,) = done.report()["findings"]
    assert {at["scope"] for at in finding["locations"]} == {"index"}
    assert "in the work tree, not staged" not in finding["evidence"]


def test_both_versions_of_a_file_give_one_place(run: Any, repository: Any, plant: Any) -> None:
    repository.write("first", pair := plant.pair())
    repository.git("add", "first")
    repository.write("first", f"{pair}more\n")
    (finding,) = run("--format=json").report()["findings"]
    assert len(finding["locations"]) == 2  # the key ID and the secret
    repository.write("first", f"more\n{pair}")
    (finding,) = run("--format=json").report()["findings"]
    assert len(finding["locations"]) == 4


def test_a_file_that_is_not_tracked_is_counted_and_read_by_name(
    run: Any, repository: Any, plant: Any
) -> None:
    repository.write(".gitignore", "*.env\n")
    repository.write("local.env", plant.pair())
    repository.write("deep/new file", plant.pair())
    done = run()
    assert done.returncode == 0
    assert "2 untracked are not read: `keycatch scan` reads them" in done.stderr
    done = run("--format=json", "first", "deep/new file", "gone")
    assert (done.returncode, done.paths()) == (1, {"deep/new file"})
    assert run("--quiet").stderr == ""


def test_a_file_that_was_only_announced(run: Any, repository: Any, plant: Any) -> None:
    """`git add --intent-to-add` puts an empty content into the index."""
    repository.write("new", plant.pair())
    repository.git("add", "-N", "new")
    assert run("--format=json").paths() == {"new"}


def test_a_work_tree_that_only_variables_name(
    run: Any, keycatch: Any, repository: Any, plant: Any, tmp_path: Any
) -> None:
    """As people keep the files of their home directory."""
    (repository.root / ".git").rename(tmp_path / "kept.git")
    repository.write("deep/second", plant.pair())
    places = {"GIT_DIR": str(tmp_path / "kept.git"), "GIT_WORK_TREE": str(repository.root)}
    for folder in (".", "deep"):
        done = keycatch(
            "staged", "--format=json", cwd=repository.root / folder, env={**BY_HAND, **places}
        )
        assert (done.returncode, done.paths()) == (1, {"deep/second"}), done.stderr


def test_an_excluded_file_is_not_read(run: Any, repository: Any, plant: Any) -> None:
    repository.write(".keycatch.toml", 'exclude = ["deep/"]\n')
    repository.write("deep/second", plant.pair())
    done = run()
    assert done.returncode == 0, done.stdout
    assert "excludes 2 files" in done.stdout  # what is staged of it, and the file


def test_a_removed_file_and_a_submodule(run: Any, repository: Any, make_repository: Any) -> None:
    (repository.root / "first").unlink()
    assert "0 with changes" in run().stderr
    other = make_repository("other")
    other.commit("a")
    repository.git("submodule", "-q", "add", str(other.root), "sub")
    repository.git("commit", "-q", "-m", "sub")
    (repository.root / "sub" / "a").write_text("changed\n")
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "INCOMPLETE" not in done.stdout


def test_nothing_that_the_configuration_names_is_run(run: Any, repository: Any) -> None:
    """A clean filter would run if contents were compared."""
    repository.git("config", "filter.x.clean", f"touch {repository.root}/RAN; cat")
    repository.write(".gitattributes", "* filter=x\n")
    repository.write("first", "changed\n")
    repository.git("add", "first")
    (repository.root / "RAN").unlink()
    (repository.root / "first").write_text("changes\n")  # as young, and as large
    assert run().returncode == 0
    assert not (repository.root / "RAN").exists()


def test_the_hook_of_a_commit_reads_the_index_only(
    keycatch: Any, repository: Any, plant: Any
) -> None:
    repository.commit("first")
    repository.write("first", plant.pair())
    for env in ({"PRE_COMMIT": "1", "GIT_INDEX_FILE": ".git/index"}, {}):
        done = keycatch("staged", cwd=repository.root, env=env)
        assert (done.returncode, done.stderr) == (0, "")


def test_names_that_a_framework_appends_are_no_error(
    keycatch: Any, repository: Any, plant: Any
) -> None:
    """lint-staged and a hook without `pass_filenames: false` append them; all staged is read."""
    repository.commit("first")
    repository.write("key", plant.pair())
    repository.git("add", "key")
    assert keycatch("staged", "first", cwd=repository.root).returncode == 1


def test_a_range_says_what_it_reads(keycatch: Any, repository: Any, plant: Any) -> None:
    repository.commit("first")
    repository.commit("second")
    repository.write("first", plant.pair())
    ends = {"PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}
    done = keycatch("staged", cwd=repository.root, env={**BY_HAND, **ends})
    assert done.returncode == 0
    assert "HEAD~1..HEAD" in done.stderr
    assert "what is only in the work tree is not" in done.stderr


def test_a_name_that_is_no_text(run: Any, repository: Any, plant: Any) -> None:
    name = b"\xff\nx"
    with open(bytes(repository.root) + b"/" + name, "wb") as file:
        file.write(plant.pair().encode())
    subprocess.run(["git", "add", "-N", "."], cwd=repository.root, check=True)
    assert run("--format=json").returncode == 1
