"""`keycatch history` on repositories that lack something: cut off, partial, damaged, in motion.

None of them may come out clean.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.git.object_store import ObjectStore


def objects(past: Any) -> Path:
    found: Path = past.root / ".git/objects"
    return found


def loose(past: Any, name: str) -> Path:
    return objects(past) / name[:2] / name[2:]


def damage(path: Path, at: int, *, cut: bool = False) -> None:
    """Flip a bit of the byte at the position `at`, or cut the file off there."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content[:at] if cut else content)


def the_pack(past: Any) -> Path:
    past.git("repack", "-q", "-a", "-d")
    (found,) = objects(past).glob("pack/*.pack")
    return Path(found)


def incomplete(done: Any) -> str:
    """Return the path and the detail of all notices of a report that says it is incomplete."""
    scan = done.report()["scan"]
    assert not scan["complete"]
    assert scan["incomplete"]
    return "\n".join(f"{each['path']}: {each['detail']}" for each in scan["notices"])


def state(root: Path) -> dict[str, tuple[int, int]]:
    """Return modes and times of all that is below `root`."""
    found = {str(path): path.lstat() for path in root.rglob("*")}
    return {path: (status.st_mode, status.st_mtime_ns) for path, status in found.items()}


# -- shallow clones -------------------------------------------------------------------------------


@pytest.fixture
def shallow(past: Any, plant: Any) -> tuple[Path, str, str]:
    """Make a shallow clone; return its path, a key ID that it lacks, and one that it has."""
    lost, there = plant.key_id(), plant.key_id()
    past.put("a", lost)
    past.put("a", there)
    clone = past.root.parent / "shallow"
    past.git("clone", "-q", "--depth", "1", f"file://{past.root}", str(clone))
    return clone, lost, there


def test_a_shallow_clone(past: Any, shallow: Any) -> None:
    clone, _, _ = shallow
    done = past.scan(2, cwd=clone)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "this is a shallow clone, which lacks the older commits" in done.stderr
    assert "`git fetch --unshallow`" in done.stderr
    assert "--allow-shallow" in done.stderr
    assert f"{clone} is a shallow clone" in past.scan(2, clone).stderr
    past.git("-C", str(clone), "fetch", "-q", "--unshallow")
    assert len(past.scan(1, cwd=clone).report()["findings"]) == 2


def test_a_shallow_clone_that_is_allowed(past: Any, shallow: Any) -> None:
    clone, _, there = shallow
    past.only(there, "--allow-shallow", cwd=clone)
    report = past.scan(1, "--allow-shallow", cwd=clone).report()
    said = "the repository is a shallow clone: no commits before its first"
    assert report["scan"]["narrowed"] == [said]


# -- partial clones -------------------------------------------------------------------------------


@pytest.fixture
def partial(past: Any, plant: Any) -> tuple[Path, str]:
    """Make a partial clone without two of three contents; return it and a key ID in one of them."""
    lost = plant.key_id()
    past.put("a", lost)
    past.put("a", "second\n")
    past.put("a", "third\n")
    past.git("config", "uploadpack.allowFilter", "true")
    past.git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone = past.root.parent / "partial"
    url = f"file://{past.root}"
    past.git("clone", "-q", "--no-local", "--filter=blob:none", url, str(clone))
    # After `fetch --refetch` git would repack in the background, while the packs are read.
    past.git("-C", str(clone), "config", "maintenance.auto", "false")
    return clone, lost


def test_a_partial_clone(past: Any, partial: Any) -> None:
    clone, lost = partial
    done = past.scan(2, cwd=clone)
    assert "the repository: 2 objects are missing from this partial clone" in incomplete(done)
    assert done.report()["scan"]["counts"]["skipped"]["missing-object"] == 2
    assert "`git fetch --refetch --no-filter`" in done.stderr
    past.scan(2, clone, cwd=past.root.parent)
    # What was said does help.
    past.git("-C", str(clone), "fetch", "-q", "--refetch", "--no-filter")
    past.only(lost, cwd=clone)


@pytest.mark.parametrize("mark", ["packs", "settings"])
def test_either_mark_of_a_partial_clone_will_do(past: Any, partial: Any, mark: str) -> None:
    clone, _ = partial
    if mark == "packs":
        past.git("-C", str(clone), "config", "--remove-section", "remote.origin")
    else:
        for file in clone.glob(".git/objects/pack/*.promisor"):
            file.unlink()
    assert "2 objects are missing from this partial clone" in past.scan(2, cwd=clone).stderr


def test_a_partial_clone_without_trees(past: Any, partial: Any) -> None:
    clone = past.root.parent / "treeless"
    past.git("clone", "-q", "--bare", "--filter=tree:0", f"file://{past.root}", str(clone))
    assert "3 objects are missing from this partial clone" in past.scan(2, clone).stderr


def test_a_partial_clone_with_everything(past: Any, partial: Any) -> None:
    clone, lost = partial
    for commit in past.git("rev-list", "--all").split():
        past.git("-C", str(clone), "cat-file", "blob", f"{commit}:a")
    past.only(lost, cwd=clone)


def test_a_partial_clone_lacks_what_a_reflog_has(past: Any, partial: Any) -> None:
    clone, _ = partial
    past.git("-C", str(clone), "reset", "-q", "--hard", "HEAD~1")
    past.git("-C", str(clone), "update-ref", "-d", "refs/remotes/origin/main")
    past.git("-C", str(clone), "update-ref", "-d", "refs/remotes/origin/HEAD")
    past.git("-C", str(clone), "checkout", "-q", "--orphan", "other")
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    past.git("-C", str(clone), *who, "commit", "-qm", "unrelated")
    past.git("-C", str(clone), "branch", "-q", "-D", "main")
    assert past.git("-C", str(clone), "rev-list", "--all", "--count") == "1"
    assert "1 object is missing from this partial clone" in past.scan(2, cwd=clone).stderr


def test_a_partial_clone_with_a_broken_reference(past: Any, partial: Any) -> None:
    clone, _ = partial
    (clone / ".git/refs/heads/broken").write_text("rubbish\n")
    assert "2 objects are missing from this partial clone" in past.scan(2, cwd=clone).stderr


def test_a_partial_clone_that_is_shallow(past: Any, partial: Any) -> None:
    """What is behind the cut is not missing: that is told as what the option leaves out."""
    clone = past.root.parent / "both"
    url = f"file://{past.root}"
    past.git("clone", "-q", "--depth", "1", "--filter=blob:none", url, str(clone))
    past.scan(0, "--allow-shallow", cwd=clone)
    past.git("clone", "-q", "--depth", "2", "--filter=blob:none", url, str(clone) + "2")
    done = past.scan(2, "--allow-shallow", cwd=f"{clone}2")
    assert "1 object is missing" in incomplete(done)


def test_a_partial_clone_narrowed(past: Any, partial: Any) -> None:
    """Only what the commits that are left brought in has to be there."""
    clone, _ = partial
    past.scan(0, "--since", "2001-09-11T00:00:00Z", cwd=clone)
    done = past.scan(2, "--since", "2001-09-10T00:00:00Z", cwd=clone)
    assert "1 object is missing from this partial clone" in incomplete(done)
    assert "2 objects are missing" in past.scan(2, "--branch", "main", cwd=clone).stderr


# -- lost objects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["HEAD:a", "HEAD^{tree}", "HEAD:dir", "HEAD", "tag", ":staged"])
@pytest.mark.parametrize("options", [(), ("--jobs", "2")])
def test_a_lost_object(past: Any, what: str, options: tuple[str, ...]) -> None:
    past.put("a", "text\n")
    past.put("dir/b", "text\n")
    past.git("tag", "-a", "tag", "-m", "text")
    past.write("staged", "only there\n")
    past.git("add", "staged")
    past.scan(0, *options)
    name = past.git("rev-parse", what)
    loose(past, name).unlink()
    done = past.scan(2, *options)
    assert "the repository: " in incomplete(done)
    assert name in done.stderr
    assert "`git fsck`" in done.stderr


def test_a_lost_object_of_an_old_commit_and_a_finding(past: Any, plant: Any) -> None:
    """What is found is told, although git cannot compare the commits."""
    key = plant.key_id()
    past.put("a", "text\n")
    past.put("a", key)
    past.put("a", "other\n")
    loose(past, past.git("rev-parse", "HEAD~1^{tree}")).unlink()
    done = past.scan(1, "--show-secrets")
    assert "cannot determine who added the findings, and when" in incomplete(done)
    (finding,) = done.report()["findings"]
    assert finding["values"]["key_id"] == key
    assert finding["history"] is None
    for form in ("text", "sarif", "github"):
        assert past.scan(1, "--format", form).stdout


def test_a_narrowed_scan_lacks_a_tree(past: Any) -> None:
    past.put("a", "text\n")
    past.put("a", "other\n")
    loose(past, past.git("rev-parse", "HEAD~1^{tree}")).unlink()
    assert "git" in past.scan(2, "--branch", "main").stderr


def test_a_narrowed_scan_lacks_a_content(past: Any) -> None:
    past.put("a", "text\n")
    past.put("a", "other\n")
    name = past.git("rev-parse", "HEAD~1:a")
    loose(past, name).unlink()
    done = past.scan(2, "--branch", "main")
    assert f"the repository: 1 object is missing, such as {name}" in incomplete(done)
    past.scan(0, "--since", "2001-09-10T00:00:00Z")


@pytest.mark.parametrize("what", ["HEAD~2:a", "HEAD~2^{tree}", "HEAD~2", "HEAD~3:dir/b"])
@pytest.mark.parametrize("options", [(), ("--jobs", "2"), ("--no-cache",)])
def test_a_lost_object_of_an_old_commit(past: Any, what: str, options: tuple[str, ...]) -> None:
    past.put("dir/b", "text\n")
    past.put("a", "one\n")
    past.put("dir/b", "other\n")
    past.put("a", "two\n")
    past.scan(0, *options)
    name = past.git("rev-parse", what)
    loose(past, name).unlink()
    for _ in range(2):  # what a run records must not make the next one forget
        assert "the repository: " in incomplete(past.scan(2, *options))
    past.put("more", "more\n")
    assert "the repository: " in incomplete(past.scan(2, *options))


def test_a_lost_object_that_is_named_by_what_is_new(past: Any) -> None:
    past.put("a", "one\n")
    past.scan(0)
    past.put("a", "two\n")
    name = past.git("rev-parse", "HEAD:a")
    past.put("a", "three\n")
    loose(past, name).unlink()
    for _ in range(2):
        done = past.scan(2)
        assert f"1 object is missing, such as {name}" in incomplete(done)


def test_the_object_of_a_tag_is_lost(past: Any) -> None:
    name = past.store("text\n")
    past.put("a", "one\n")
    past.git("tag", "-a", "-m", "text", "first", name)
    past.git("tag", "-a", "-m", "text", "second", "first")
    past.scan(0)
    loose(past, name).unlink()
    assert "missing" in incomplete(past.scan(2))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_pack_is_lost(past: Any, jobs: str) -> None:
    for number in range(3):
        past.put("a", f"{number}\n")
        past.put("a", None)
        past.git("repack", "-q", "-d")
    packs = sorted(objects(past).glob("pack/*.pack"), key=lambda path: path.stat().st_mtime_ns)
    assert len(packs) == 3
    past.scan(0, "--jobs", jobs)
    for pack in packs[:2]:
        away = pack.with_suffix(".away")
        index = pack.with_suffix(".idx")
        pack.rename(away)
        index.rename(away.with_suffix(".idx-away"))
        incomplete(past.scan(2, "--jobs", jobs))
        away.rename(pack)
        away.with_suffix(".idx-away").rename(index)
    past.scan(0, "--jobs", jobs)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_older_of_two_packs_is_lost(past: Any, jobs: str) -> None:
    """What is left is one pack, and all that HEAD needs is in it."""
    past.put("a", "old\n")
    past.put("a", None)
    past.git("repack", "-q", "-d")
    (old,) = objects(past).glob("pack/*.pack")
    past.put("b", "new\n")
    past.git("repack", "-q", "-d")
    past.scan(0, "--jobs", jobs)
    old.unlink()
    old.with_suffix(".idx").unlink()
    for options in (("--jobs", jobs), ("--jobs", jobs, "--no-cache"), ("--jobs", jobs)):
        incomplete(past.scan(2, *options))


def test_what_a_dangling_object_names_may_be_gone(past: Any) -> None:
    past.put("a", "text\n")
    blob = past.store("only here\n")
    tree = past.store(b"100644 b\0" + bytes.fromhex(blob), "tree")
    loose(past, blob).unlink()
    past.scan(0)
    past.git("update-ref", "refs/tags/now", past.git("commit-tree", "-m", "text", tree))
    past.git("commit", "-q", "--allow-empty", "-m", "more")
    assert blob in incomplete(past.scan(2))


def test_an_object_that_is_pruned_is_not_missed(past: Any) -> None:
    past.put("a", "text\n")
    name = past.store("only here\n")
    past.scan(0)
    loose(past, name).unlink()
    past.scan(0)


def test_a_submodule_is_not_missed(past: Any) -> None:
    past.put("a", "text\n")
    past.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    past.commit()
    past.put("a", "other\n")
    past.scan(0)


# -- damage ---------------------------------------------------------------------------------------


def test_a_damaged_loose_object(past: Any, plant: Any) -> None:
    past.put("a", "text\n" * 20)
    name = past.git("rev-parse", "HEAD:a")
    damage(loose(past, name), 12)
    done = past.scan(2)
    assert f"object {name}: git cannot read it either" in incomplete(done)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bit_in_a_pack(past: Any, plant: Any, jobs: str) -> None:
    """The object is named, and the others are searched."""
    key = plant.key_id()
    past.put("a", "".join(f"some text {number}\n" for number in range(90)))
    past.put("b", key)
    pack = the_pack(past)
    index = pack.with_suffix(".idx")
    name = past.git("rev-parse", "HEAD~1:a")
    shown = past.git("verify-pack", "-v", str(index)).splitlines()
    offset = next(int(line.split()[4]) for line in shown if line.startswith(name))
    damage(pack, offset + 30)
    done = past.scan(1, "--show-secrets", "--jobs", jobs)
    assert f"object {name}: " in incomplete(done)
    assert [each["values"]["key_id"] for each in done.report()["findings"]] == [key]
    past.git("rm", "-q", "b")


def test_a_pack_that_is_cut_off(past: Any) -> None:
    past.put("a", "text\n" * 20)
    pack = the_pack(past)
    damage(pack, pack.stat().st_size // 2, cut=True)
    assert incomplete(past.scan(2))


@pytest.mark.parametrize("gone", [".idx", ".pack"])
def test_half_a_pack(past: Any, gone: str) -> None:
    past.put("a", "text\n")
    pack = the_pack(past)
    pack.with_suffix(gone).unlink()
    # Git itself finds no commit any more, and must not be believed.
    done = past.scan(2)
    assert pack.name.partition(".")[0] in incomplete(done)


def test_a_pack_that_is_gone(past: Any) -> None:
    past.put("a", "text\n")
    pack = the_pack(past)
    for file in pack.parent.iterdir():
        file.unlink()
    done = past.scan(2)
    assert past.git("rev-parse", "refs/heads/main") in incomplete(done)


def test_alternates_that_are_gone(past: Any) -> None:
    past.put("a", "text\n")
    clone = past.root.parent / "clone"
    past.git("clone", "-q", "--shared", str(past.root), str(clone))
    past.scan(0, cwd=clone)
    past.root.rename(past.root.parent / "elsewhere")
    past.root = past.root.parent / "elsewhere"
    done = past.scan(2, cwd=clone)
    assert "there is no such directory of objects" in incomplete(done)


def test_a_broken_reference(past: Any, plant: Any) -> None:
    """It names nothing, so nothing is lost by it; an ID that names no object is another thing."""
    key = plant.key_id()
    past.put("a", key)
    (past.root / ".git/refs/heads/broken").write_text("rubbish\n")
    past.only(key)
    (past.root / ".git/refs/heads/broken").write_text("12" * 20 + "\n")
    done = past.scan(1)
    assert "12" * 20 in incomplete(done)


def test_head_points_nowhere(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", key)
    past.git("symbolic-ref", "HEAD", "refs/heads/none")
    found = past.only(key)
    assert not found["history"]["in_head"]
    assert past.scan(1).report()["scan"]["heads"] == []


def test_head_is_a_commit_that_is_gone(past: Any) -> None:
    past.put("a", "text\n")
    (past.root / ".git/HEAD").write_text("12" * 20 + "\n")
    assert "12" * 20 in incomplete(past.scan(2))


def test_an_empty_repository(past: Any) -> None:
    report = past.scan(0).report()
    assert report["scan"]["complete"]
    assert report["scan"]["counts"] == {
        "blobs": 0, "bytes": 0, "commits": 0, "skipped": {}, "set_aside": {}
    }  # fmt: skip


def test_a_damaged_commit_graph(past: Any, plant: Any) -> None:
    """A cache that git can do without: what it says is in the objects as well."""
    key = plant.key_id()
    for number in range(4):
        past.put("a", f"{number}\n{key}\n")
    past.git("commit-graph", "write", "--reachable")
    graph = objects(past) / "info/commit-graph"
    for at in (5, 200, graph.stat().st_size - 30):
        damage(graph, at)
        past.only(key)
        past.only(key, "--branch", "main")


def test_a_damaged_index(past: Any, plant: Any) -> None:
    key = plant.key_id()
    past.put("a", "text\n")
    index = past.root / ".git/index"
    damage(index, 0)
    assert "its names could not be read" in incomplete(past.scan(2))
    past.store(key)
    done = past.scan(1, "--show-secrets")
    assert incomplete(done)
    assert [each["values"]["key_id"] for each in done.report()["findings"]] == [key]


# -- a repository in motion -----------------------------------------------------------------------


@pytest.fixture(params=[["--no-cache"], []])
def in_motion(
    past: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, request: Any
) -> Callable[..., tuple[int, str]]:
    """Run the command in this process; do `then` once, after the packs have been listed."""
    return functools.partial(_in_motion, past, monkeypatch, capsys, request.param)


def _in_motion(
    past: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, options: list[str], then: Any
) -> tuple[int, str]:

    from scanner.commands import main

    listed = ObjectStore.packs
    times = []

    def packs(store: ObjectStore) -> list[str]:
        found = listed(store)
        times.append(found)
        if len(times) == 1:
            then()
        return found

    monkeypatch.setattr(ObjectStore, "packs", packs)
    monkeypatch.chdir(past.root)
    code = main(["history", "--format", "json", "--show-secrets", "--jobs", "1", *options])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, said.out


def test_packs_that_become_another_one(past: Any, plant: Any, in_motion: Any) -> None:
    """The pack that was listed is gone when it is opened, as `git gc` does it."""
    key = plant.key_id()
    past.put("a", key)
    before = the_pack(past)

    def gc() -> None:
        past.put("b", "text\n")
        past.git("repack", "-q", "-a", "-d", "-f")
        assert not before.exists()

    code, said = in_motion(gc)
    assert code == 1
    assert '"complete": true' in said
    assert said.count(f'"key_id": "{key}"') == 1


def test_loose_objects_that_are_packed(past: Any, plant: Any, in_motion: Any) -> None:
    """They are in no pack when packs are listed, and in no directory when those are."""
    key = plant.key_id()
    past.put("a", key)

    def gc() -> None:
        past.git("repack", "-q", "-a", "-d")
        assert not list(objects(past).glob("??/*"))

    code, said = in_motion(gc)
    assert code == 1
    assert '"complete": true' in said
    assert said.count(f'"key_id": "{key}"') == 1
    assert '"commits": 1,' in said


def test_objects_are_searched_once(past: Any, plant: Any, in_motion: Any) -> None:
    """A pack that only repeats what was searched adds nothing to the counts."""
    past.put("a", plant.key_id())

    def repack() -> None:
        past.git("repack", "-q", "-a")

    _, said = in_motion(repack)
    assert '"blobs": 1, ' in said
    assert '"commits": 1,' in said


def test_a_pack_that_repeats_another_one(past: Any, plant: Any, in_motion: Any) -> None:
    past.put("a", plant.key_id())
    before = the_pack(past)

    def repack() -> None:
        past.put("b", plant.key_id())
        past.git("repack", "-q", "-a")
        past.git("prune-packed", "-q")
        assert before.exists()
        assert not list(objects(past).glob("??/*"))

    code, said = in_motion(repack)
    assert code == 1
    assert '"blobs": 2, ' in said
    assert '"commits": 2,' in said


def test_a_pack_that_is_taken_away(past: Any, plant: Any, in_motion: Any) -> None:
    past.put("a", plant.key_id())
    pack = the_pack(past)

    def remove() -> None:
        for file in pack.parent.iterdir():
            file.unlink()

    code, said = in_motion(remove)
    assert code == 2
    assert '"complete": false' in said


# -- what cannot be asked for ---------------------------------------------------------------------


def test_no_repository(past: Any, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    for options in ((), (empty,)):
        done = past.scan(2, *options, cwd=empty, env=environment)
        assert "not a git repository" in done.stderr
        assert done.stderr.count("\n") == 1
    done = past.scan(2, tmp_path / "none", cwd=empty, env=environment)
    assert "No such file or directory" in done.stderr


def test_one_of_several_is_none(past: Any, tmp_path: Path, plant: Any) -> None:
    """It is named, and the report on the others is not taken for one on all."""
    past.put("a", plant.key_id())
    (tmp_path / "empty").mkdir()
    environment = {"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    done = past.scan(2, past.root, tmp_path / "empty", cwd=tmp_path, env=environment)
    assert done.report()["scan"]["incomplete"] == ["repository-not-read"]
    assert len(done.report()["findings"]) == 1


@pytest.mark.skipif(os.name == "nt", reason="permissions work in another way")
@pytest.mark.parametrize("what", ["objects", "pack", "loose", "fan-out"])
def test_no_permission(past: Any, plant: Any, unprivileged: list[str], what: str) -> None:
    past.put("a", "text\n")
    pack = the_pack(past)
    past.put("b", "text\nmore\n")
    name = past.git("rev-parse", "HEAD:b")
    path = {
        "objects": objects(past), "pack": pack, "loose": loose(past, name),
        "fan-out": loose(past, name).parent,
    }[what]  # fmt: skip
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        done = past.scan(2, prefix=unprivileged)
    finally:
        path.chmod(mode)
    # Without its objects git takes a repository for none.
    told = done.stderr if what == "objects" else incomplete(done)
    assert ("not a git repository" if what == "objects" else "ermission denied") in told
    past.scan(0)


def test_nothing_is_written_to_a_damaged_repository(past: Any, plant: Any) -> None:
    past.put("a", plant.key_id())
    pack = the_pack(past)
    past.put("b", "text\n")
    damage(pack, pack.stat().st_size - 30)
    loose(past, past.git("rev-parse", "HEAD:b")).unlink()
    before = state(past.root)
    assert past.scan(1).stderr
    assert state(past.root) == before


def test_a_copy_of_the_objects_alone(past: Any, tmp_path: Path) -> None:
    """A directory that lacks most of what makes a repository is no repository."""
    past.put("a", "text\n")
    shutil.copytree(past.root / ".git/objects", tmp_path / "copy/objects")
    done = past.scan(2, tmp_path / "copy", env={"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    assert "not a git repository" in done.stderr
