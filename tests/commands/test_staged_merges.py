"""`keycatch staged` in real merges, pulls, squashes, rebases and cherry-picks, as git's hook."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scanner.engine.novelty import ALREADY_THERE

ROOT = Path(__file__).resolve().parents[2]


class Clone:
    """A clone with the hooks, of a remote `origin` to which others push."""

    def __init__(self, repository: Any, others: Any, hub: Path) -> None:
        self.root: Path = repository.root
        self.git = repository.git
        self.write = repository.write
        self.hub = hub
        self.others = others
        self.log = self.root.parent / "report.json"

    def hook(self) -> None:
        """Install the hooks."""
        run = shlex.join((sys.executable, "-m", "scanner", "staged", "--format", "json"))
        log = shlex.quote(str(self.log))
        for name in ("pre-commit", "pre-merge-commit"):
            script = self.root / ".git/hooks" / name
            script.parent.mkdir(exist_ok=True)
            script.write_text(f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} {run} >{log}\n")
            script.chmod(0o755)

    def add(self, name: str, content: str, *options: str) -> str:
        """Commit past the hooks; return the commit."""
        self.write(name, content)
        self.git("add", "--all")
        self.git("commit", "-qm", name, "--no-verify", *options)
        return str(self.git("rev-parse", "HEAD").strip())

    def published(self, name: str, content: str, branch: str = "main") -> None:
        """Have others publish a commit, and fetch it."""
        self.others.git("checkout", "-q", branch)
        self.others.write(name, content)
        self.others.commit()
        self.others.git("push", "-q", str(self.hub), branch)
        self.git("fetch", "-q", "origin")

    def run(self, *arguments: str, **variables: str) -> tuple[int, dict[str, Any]]:
        """Run git; return its exit code and the report of the hook, empty if none ran."""
        import os

        self.log.unlink(missing_ok=True)
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, capture_output=True, check=False,
            stdin=subprocess.DEVNULL, env={**os.environ, "GIT_EDITOR": "true", **variables},
        )  # fmt: skip
        assert b"Traceback" not in done.stderr, done.stderr
        text = self.log.read_text() if self.log.exists() else ""
        return done.returncode, json.loads(text) if text else {}


@pytest.fixture
def clone(make_repository: Any, tmp_path: Path) -> Clone:
    hub = tmp_path / "hub.git"
    others = make_repository("others")
    others.git("checkout", "-qb", "main")
    others.write("both", "text\n")
    others.commit()
    others.git("branch", "dev")
    others.git("init", "-q", "--bare", str(hub))
    others.git("push", "-q", str(hub), "main", "dev")

    own = make_repository("own")
    own.git("remote", "add", "origin", str(hub))
    own.git("fetch", "-q", "origin")
    own.git("checkout", "-q", "-B", "main", "--track", "origin/main")
    found = Clone(own, others, hub)
    found.hook()
    return found


def paths(report: dict[str, Any]) -> set[str]:
    return {place["path"] for each in report["findings"] for place in each["locations"]}


def counts(report: dict[str, Any]) -> bool:
    return any(each["severity"] != "note" for each in report["findings"])


def reason(report: dict[str, Any]) -> str:
    (finding,) = report["findings"]
    assert finding["severity"] == "note", finding
    return str(finding["evidence"][-1])


def today(clone: Clone, ref: str = "origin/main") -> str:
    return str(clone.git("log", "-1", "--format=%cs", ref).strip())


def test_merging_what_a_remote_has_is_a_note(clone: Clone, plant: Any) -> None:
    clone.published("key", plant.pair())
    clone.add("own", "text\n")
    code, report = clone.run("merge", "-q", "--no-edit", "origin/main")
    assert (code, paths(report)) == (0, {"key"})
    expected = f"came with the merge of origin/main, which has it since {today(clone)}"
    assert reason(report) == expected
    assert len(clone.git("log", "-1", "--format=%P").split()) == 2


def test_since_when_a_remote_has_it(clone: Clone, plant: Any, monkeypatch: Any) -> None:
    """It is the commit that added the value, not the last one that touched the file."""
    key = plant.pair()
    for day, text in (("2024-02-01", "no\n"), ("2024-03-01", key), ("2024-04-01", f"x\n{key}")):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{day}T12:00:00+00:00")
        clone.published("key", text)
    clone.add("own", "text\n")
    _, report = clone.run("merge", "-q", "--no-edit", "origin/main")
    assert reason(report).endswith("which has it since 2024-03-01")


@pytest.mark.parametrize("how", ["--no-rebase", "--no-ff"])
def test_a_pull(clone: Clone, plant: Any, how: str) -> None:
    clone.published("key", plant.pair())
    if how == "--no-rebase":
        clone.add("own", "text\n")
    code, report = clone.run("pull", "-q", "--no-edit", how, "origin", "main")
    assert code == 0
    assert reason(report).startswith("came with the merge of origin/main, which has it since 20")


@pytest.mark.parametrize("how", ["--ff-only", "--rebase"])
def test_a_pull_that_makes_no_merge_runs_no_hook(clone: Clone, plant: Any, how: str) -> None:
    clone.published("key", plant.pair())
    if how == "--rebase":
        clone.add("own", "text\n")
    code, report = clone.run("pull", "-q", how, "origin", "main")
    assert (code, report) == (0, {})


def test_a_pull_by_address(clone: Clone, plant: Any) -> None:
    """Nothing tracks where it came from, so nobody knows that it is published."""
    clone.others.write("key", plant.pair())
    clone.others.commit()
    clone.add("own", "text\n")
    address = str(clone.others.root)
    code, report = clone.run("pull", "-q", "--no-rebase", "--no-edit", address, "main")
    assert (code, counts(report)) == (1, True)


def test_what_no_remote_has_counts(clone: Clone, plant: Any) -> None:
    clone.git("checkout", "-qb", "local")
    clone.add("key", plant.pair())
    clone.git("checkout", "-q", "main")
    clone.add("own", "text\n")
    code, report = clone.run("merge", "-q", "--no-edit", "local")
    assert (code, paths(report), counts(report)) == (1, {"key"}, True)


def test_what_no_remote_has_counts_after_a_conflict(clone: Clone, plant: Any) -> None:
    clone.git("checkout", "-qb", "local")
    clone.add("key", plant.pair())
    clone.add("both", "local\n")
    clone.git("checkout", "-q", "main")
    clone.add("both", "own\n")
    assert clone.run("merge", "-q", "local")[0] == 1
    clone.write("both", "resolved\n")
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "merge")
    assert (code, paths(report), counts(report)) == (1, {"key"}, True)


def test_a_branch_that_is_partly_published(clone: Clone, plant: Any) -> None:
    """Below its own commits is what the remote has: that part is a note, the other counts."""
    clone.published("known", plant.pair())
    clone.git("checkout", "-q", "-b", "local", "origin/main")
    clone.add("harmless", "text\n")
    clone.git("checkout", "-q", "main")
    clone.add("own", "text\n")
    code, report = clone.run("merge", "-q", "--no-edit", "local")
    assert (code, paths(report)) == (0, {"known"})
    assert "origin/main" in reason(report)

    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.git("checkout", "-q", "local")
    clone.add("fresh", plant.pair())
    clone.git("checkout", "-q", "main")
    code, report = clone.run("merge", "-q", "--no-edit", "local")
    assert code == 1
    (counting,) = [each for each in report["findings"] if each["severity"] != "note"]
    assert counting["locations"][0]["path"] == "fresh"


def test_after_a_conflict_what_a_remote_has_is_a_note(clone: Clone, plant: Any) -> None:
    key = plant.pair()
    clone.published("key", key)
    clone.published("both", f"theirs\n{plant.pair()}")
    clone.add("both", "own\n")
    assert clone.run("merge", "-q", "origin/main")[0] == 1
    theirs = clone.git("show", "origin/main:both")
    clone.write("both", f"own\n{theirs}")
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "merge")
    assert (code, paths(report)) == (0, {"key", "both"})
    reasons = {each["evidence"][-1] for each in report["findings"]}
    assert reasons == {f"came with the merge of origin/main, which has it since {today(clone)}"}


def test_an_evil_merge_counts(clone: Clone, plant: Any) -> None:
    clone.published("other", "text\n")
    clone.add("own", "text\n")
    clone.git("merge", "-q", "--no-commit", "origin/main")
    clone.write("other", plant.pair())
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "merge")
    assert (code, paths(report), counts(report)) == (1, {"other"}, True)


def test_a_merge_that_renames_what_a_remote_has(clone: Clone, plant: Any) -> None:
    """Git puts their edit into our new name of the file."""
    text = "".join(f"line {number}\n" for number in range(30))
    clone.published("file", text)
    clone.git("merge", "-q", "--ff-only", "origin/main")
    clone.git("mv", "file", "renamed")
    clone.add("own", "text\n")
    clone.published("file", text + plant.pair())
    code, report = clone.run("merge", "-q", "--no-edit", "origin/main")
    assert (code, paths(report)) == (0, {"renamed"})
    assert "origin/main, which has it since 20" in reason(report)


def test_a_key_in_a_name_that_a_remote_has(clone: Clone, plant: Any) -> None:
    clone.published(f"dir/{plant.key_id()}", "text\n")
    clone.add("own", "text\n")
    code, report = clone.run("merge", "-q", "--no-edit", "origin/main")
    assert code == 0
    assert reason(report) == "came with the merge of origin/main"


@pytest.mark.parametrize("is_published", [True, False])
def test_an_octopus(clone: Clone, plant: Any, is_published: bool) -> None:
    clone.published("known", plant.pair())
    clone.published("dev", "text\n", "dev")
    clone.git("checkout", "-q", "-b", "local", "main")
    clone.add("fresh", "text\n" if is_published else plant.pair())
    clone.git("checkout", "-q", "main")
    clone.add("own", "text\n")
    code, report = clone.run("merge", "-q", "--no-edit", "origin/main", "origin/dev", "local")
    assert counts(report) is not is_published
    assert (code == 0) is is_published


@pytest.mark.parametrize("branch", ["origin/dev", "local"])
def test_a_squash(clone: Clone, plant: Any, branch: str) -> None:
    clone.published("key", plant.pair(), "dev")
    if branch == "local":
        clone.git("checkout", "-q", "-b", "local")
        clone.add("fresh", plant.pair())
        clone.git("checkout", "-q", "main")
    clone.add("own", "text\n")
    clone.git("merge", "-q", "--squash", branch)
    code, report = clone.run("commit", "-qm", "squashed")
    assert (code == 0) is (branch != "local")
    if branch != "local":
        assert reason(report).startswith("came with the squash of origin/dev, which has it since")


@pytest.mark.parametrize("is_published", [True, False])
def test_a_cherry_pick_after_a_conflict(clone: Clone, plant: Any, is_published: bool) -> None:
    clone.published("both", f"theirs\n{plant.pair()}", "dev")
    picked = "origin/dev"
    if not is_published:
        clone.git("checkout", "-q", "--detach", "main")
        picked = clone.add("both", f"theirs\n{plant.pair()}")
        clone.git("checkout", "-q", "main")
    clone.add("both", "own\n")
    assert clone.run("cherry-pick", picked)[0] == 1
    clone.git("checkout", "--theirs", "both")
    clone.git("add", "both")
    code, report = clone.run("commit", "-qm", "picked")
    assert (code == 0) is is_published
    if is_published:
        assert reason(report).startswith("came with the cherry-pick of origin/dev, which has it")


def test_a_left_over_merge_head_hides_nothing(clone: Clone, plant: Any) -> None:
    """Of an ancestor, of a commit on no remote, and of what is no commit at all."""
    key = plant.pair()
    clone.published("key", key)
    clone.git("merge", "-q", "--ff-only", "origin/main")
    clone.git("rm", "-q", "key")
    clone.add("own", "text\n")
    clone.write("key", key)
    clone.git("add", "--all")
    left_over = clone.root / ".git/MERGE_HEAD"
    tree = clone.git("write-tree").strip()
    forged = clone.git("commit-tree", "-m", "forged", tree).strip()
    blob = clone.git("rev-parse", ":key").strip()
    for name in (clone.git("rev-parse", "origin/main").strip(), forged, blob, "0" * 40, "junk"):
        left_over.write_text(f"{name}\n")
        code, report = clone.run("hook", "run", "pre-commit")
        assert (code, counts(report)) == (1, True), name
        left_over.unlink()
        code, report = clone.run("hook", "run", "pre-commit", **{f"GITHEAD_{name}": "origin/main"})
        assert (code, counts(report)) == (1, True), name


def test_a_forged_merge_head_of_a_local_branch(clone: Clone, plant: Any) -> None:
    clone.write("key", plant.pair())
    clone.git("add", "--all")
    tree = clone.git("write-tree").strip()
    forged = clone.git("commit-tree", "-m", "forged", tree, "-p", "HEAD").strip()
    (clone.root / ".git/MERGE_HEAD").write_text(f"{forged}\n")
    code, report = clone.run("commit", "-qm", "x")
    assert (code, counts(report)) == (1, True)


def test_a_branch_called_like_a_remote_is_none(clone: Clone, plant: Any) -> None:
    clone.git("checkout", "-qb", "origin/fake")
    clone.add("key", plant.pair())
    clone.git("checkout", "-q", "main")
    clone.add("own", "text\n")
    code, report = clone.run("merge", "-q", "--no-edit", "refs/heads/origin/fake")
    assert (code, counts(report)) == (1, True)


def test_a_remote_with_refspecs_of_its_own(clone: Clone, plant: Any) -> None:
    clone.git("config", "remote.origin.fetch", "+refs/heads/*:refs/elsewhere/*")
    clone.published("key", plant.pair())
    clone.git("update-ref", "-d", "refs/remotes/origin/main")
    clone.add("own", "text\n")
    code, report = clone.run("merge", "-q", "--no-edit", "refs/elsewhere/main")
    assert code == 0
    assert reason(report).startswith("came with the merge of elsewhere/main, which has it since")


def test_a_key_moved_to_another_file_that_stays(clone: Clone, plant: Any) -> None:
    key = plant.pair()
    clone.add("first", f"a\n{key}")
    clone.write("first", "a\nread from the environment\n")
    clone.write("second", f"b\n{key}")
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "moved")
    assert (code, reason(report)) == (0, ALREADY_THERE)


def test_a_key_copied_to_another_file_counts(clone: Clone, plant: Any) -> None:
    key = plant.pair()
    clone.add("first", f"a\n{key}")
    clone.write("first", f"edited\n{key}")
    clone.write("second", f"b\n{key}")
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "copied")
    assert (code, counts(report)) == (1, True)


def test_the_secret_that_a_merge_adds_to_a_published_key_id(clone: Clone, plant: Any) -> None:
    first, second = plant.pair().splitlines(keepends=True)
    clone.published("key", first)
    clone.add("own", "text\n")
    clone.git("merge", "-q", "--no-commit", "origin/main")
    clone.write("key", first + second)
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "merge")
    assert (code, counts(report)) == (1, True)


def test_a_key_that_was_a_checksum_before_counts(clone: Clone, plant: Any) -> None:
    """It was there before, but nobody would have looked at it."""
    secret = plant.secret()
    before = f"checksum = {secret}\n"
    after = f"aws_secret_access_key = {secret}\n"
    clone.add("file", before)
    clone.write("file", after)
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "renamed")
    assert (code, counts(report)) == (1, True)

    clone.git("reset", "-q", "--hard")
    clone.published("published", before)
    clone.git("merge", "-q", "--no-commit", "origin/main")
    clone.write("published", after)
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "merge")
    assert (code, counts(report)) == (1, True)


def test_a_low_confidence_before_and_a_high_one_now(clone: Clone, plant: Any) -> None:
    secret = plant.secret()
    clone.add("file", f"x = {secret}\n")
    clone.write("file", f"aws_secret_access_key = {secret}\n")
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "named")
    assert (code, counts(report)) == (1, True)

    clone.git("commit", "-qm", "named", "--no-verify")
    clone.write("file", f"x\naws_secret_access_key = {secret}\n")
    clone.git("add", "--all")
    code, report = clone.run("commit", "-qm", "edited")
    assert (code, reason(report)) == (0, ALREADY_THERE)
