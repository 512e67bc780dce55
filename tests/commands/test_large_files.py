"""Git LFS: files that pointers are for, in a history, in the index and in a work tree."""

from __future__ import annotations

import hashlib
import shutil
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def store(repository: Any) -> Any:
    """Return a function that puts content into the local store and returns its pointer."""
    repository.commit("first")

    def put(content: str, *, here: bool = True, extra: str = "") -> str:
        name = hashlib.sha256(content.encode()).hexdigest()
        if here:
            repository.write(f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}", content)
        size = len(content)
        head = f"version https://git-lfs.github.com/spec/v1\n{extra}"
        return f"{head}oid sha256:{name}\nsize {size}\n"

    return put


def commit(repository: Any, **files: str) -> None:
    for name, content in files.items():
        repository.write(name, content)
    repository.git("add", "--all")
    repository.git("commit", "-q", "-m", "change")


@pytest.mark.parametrize("packed", [False, True])
def test_a_history_reads_what_its_pointers_are_for(
    keycatch: Any, repository: Any, store: Any, plant: Any, packed: bool
) -> None:
    commit(repository, big=store(f"line\n{plant.pair()}"), other=store("clean\n"))
    added = repository.git("rev-parse", "HEAD").strip()
    commit(repository, big=store("clean again\n", extra="ext-0-x sha256:1\n"))
    if packed:
        repository.git("gc", "-q")
    for _ in range(2):  # the second time with a record
        done = keycatch("history", "--format=json", cwd=repository.root)
        assert done.returncode == 1, done.stderr
        (finding,) = done.report()["findings"]
        assert {(at["path"], at["commit"]) for at in finding["locations"]} == {("big", added)}
        assert {at["start_line"] for at in finding["locations"]} == {2, 3}
        assert finding["history"]["in_head"] is False
        assert done.report()["scan"]["complete"]


def test_a_file_that_is_not_here_is_counted_and_never_clean(
    keycatch: Any, repository: Any, store: Any, plant: Any
) -> None:
    commit(repository, big=store(plant.pair(), here=False), more=store("x", here=False))
    commit(repository, third=store("y"))
    for _ in range(2):
        done = keycatch("history", cwd=repository.root)
        said = " ".join(done.stdout.split())
        assert done.returncode == 2
        assert "2 of 3 files in Git LFS are not in this clone: `git lfs fetch --all`" in said
        assert "INCOMPLETE" in said
    report = keycatch("history", "--format=json", cwd=repository.root).report()
    assert report["scan"]["counts"]["skipped"]["lfs-pointer"] == 2
    assert not report["scan"]["complete"]

    store("x")  # as after a fetch
    store("and a record does not hide it")
    done = keycatch("history", cwd=repository.root)
    assert "1 of 3 files" in " ".join(done.stdout.split())


def test_a_file_to_which_nothing_points_is_read(
    keycatch: Any, repository: Any, store: Any, plant: Any
) -> None:
    store(plant.pair())
    done = keycatch("history", "--format=json", cwd=repository.root)
    assert done.returncode == 1
    assert all(path.startswith(".git/lfs/objects/") for path in done.paths())
    done = keycatch("history", "--branch=HEAD", cwd=repository.root)
    assert done.returncode == 0


def test_narrowed_by_size_and_by_another_store(
    keycatch: Any, repository: Any, store: Any, plant: Any, tmp_path: Any
) -> None:
    commit(repository, big=store(plant.pair() + "x" * 5000))
    done = keycatch("history", "--max-size=4K", "--format=json", cwd=repository.root)
    assert done.returncode == 0
    assert done.report()["scan"]["counts"]["skipped"]["larger-than-max-size"] == 1
    (repository.root / ".git/lfs").rename(tmp_path / "elsewhere")
    repository.git("config", "lfs.storage", str(tmp_path / "elsewhere"))
    assert keycatch("history", cwd=repository.root).returncode == 1
    assert keycatch("history", str(repository.root), cwd=tmp_path).returncode == 1


def test_large_content_and_an_archive(
    keycatch: Any, repository: Any, store: Any, plant: Any
) -> None:
    commit(repository, big=store("x\n" * (9 << 20) + plant.pair()))
    done = keycatch("history", "--format=json", cwd=repository.root)
    assert done.returncode == 1
    assert done.paths() == {"big"}


def test_a_work_tree_with_pointers(keycatch: Any, repository: Any, store: Any, plant: Any) -> None:
    """As GIT_LFS_SKIP_SMUDGE leaves it; a checkout with Git LFS has the content itself."""
    commit(repository, here=store(plant.pair()))
    done = keycatch("scan", "--format=json", cwd=repository.root)
    assert (done.returncode, done.paths()) == (1, {"here"})
    commit(repository, here=store(plant.pair(), here=False))
    done = keycatch("scan", "--format=json", cwd=repository.root)
    assert done.returncode == 0
    assert done.report()["scan"]["counts"]["skipped"]["lfs-pointer"] == 1
    done = keycatch("scan", cwd=repository.root)
    assert "1 skipped" in done.stdout


def test_with_git_lfs_itself(
    keycatch: Any, make_repository: Any, plant: Any, tmp_path: Any
) -> None:
    if shutil.which("git-lfs") is None:
        pytest.skip("Git LFS is not installed")
    work = make_repository("work")
    work.git("lfs", "install", "--local")
    work.git("lfs", "track", "*.bin")
    work.write("a.bin", plant.pair())
    work.git("add", "--all")
    assert keycatch("staged", cwd=work.root).returncode == 1
    work.git("commit", "-q", "-m", "key")
    assert keycatch("history", cwd=work.root).returncode == 1

    work.git("-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.process=", "clone", "-q",
             str(work.root), str(tmp_path / "clone"))  # fmt: skip
    assert keycatch("history", cwd=tmp_path / "clone").returncode == 2
    work.git("-C", str(tmp_path / "clone"), "lfs", "fetch", "--all")
    assert keycatch("history", cwd=tmp_path / "clone").returncode == 1


def test_a_pointer_outside_of_a_repository(
    keycatch: Any, store: Any, plant: Any, tmp_path: Any
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "big").write_text(store(plant.pair()))
    done = keycatch("scan", "--format=json", ".", cwd=tmp_path / "folder")
    assert done.report()["scan"]["counts"]["skipped"] == {"lfs-pointer": 1}


def test_a_pointer_to_a_pointer_ends(
    keycatch: Any, repository: Any, store: Any, plant: Any
) -> None:
    commit(repository, one=store(store(store(plant.pair()))))
    assert keycatch("scan", cwd=repository.root).returncode == 0
