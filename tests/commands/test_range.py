"""`keycatch range`: every commit between two revisions, on real repositories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.commands.range import ends
from scanner.errors import UsageError
from scanner.git.repository import Repository


@pytest.fixture
def ranged(keycatch: Any, repository: Any) -> Callable[..., Any]:
    """Run the command in the repository and check its exit code."""

    def run(code: int, span: str, *options: str, **settings: Any) -> Any:
        settings.setdefault("cwd", repository.root)
        done = keycatch("range", "--format", "json", span, *options, **settings)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    return run


def add(repository: Any, name: str, content: str = "text\n") -> str:
    repository.write(name, content)
    repository.commit()
    return repository.git("rev-parse", "HEAD").strip()


@pytest.fixture
def branches(repository: Any) -> Any:
    """`main` and `side`, which left it after its first commit: two commits on each."""
    add(repository, "first")
    repository.git("branch", "-M", "main")
    repository.git("checkout", "-qb", "side")
    add(repository, "side-1")
    add(repository, "side-2")
    repository.git("checkout", "-q", "main")
    add(repository, "main-1")
    add(repository, "main-2")
    repository.git("tag", "-a", "v1.2", "-m", "tag", "main~1")
    return repository


@pytest.mark.parametrize(
    "span",
    [
        "main..side", "..side", "main..", "main~1..", "v1.2..main", "main~2..main", "main^!",
        "v1.2^!", "side^!", "main~2^!", "HEAD^!",
    ],
)  # fmt: skip
def test_ends_are_those_of_git(branches: Any, span: str) -> None:
    wanted = branches.git("rev-list", span).split()
    include, exclude = ends(span, Repository(str(branches.root)))
    assert branches.git("rev-list", *include, "--not", *exclude).split() == wanted


@pytest.mark.parametrize(
    ("span", "same"),
    [
        ("main...side", "main..side"), ("side...main", "side..main"), ("...side", "main..side"),
        ("side...", "side..main"), ("main~1...main", "main~1..main"), ("main~1", "main~1..HEAD"),
        ("v1.2", "v1.2..HEAD"), ("side", "side..HEAD"),
    ],
)  # fmt: skip
def test_three_dots_and_a_single_revision(branches: Any, span: str, same: str) -> None:
    include, exclude = ends(span, Repository(str(branches.root)))
    wanted = branches.git("rev-list", same).split()
    assert branches.git("rev-list", *include, "--not", *exclude).split() == wanted


def test_three_dots_compare_with_the_merge_base(branches: Any) -> None:
    base = branches.git("merge-base", "main", "side").strip()
    side = branches.git("rev-parse", "side").strip()
    assert ends("main...side", Repository(str(branches.root))) == ([side], [base])


def test_the_side_that_left_long_ago_does_not_vouch_for_a_key(
    ranged: Any, branches: Any, plant: Any
) -> None:
    key = plant.pair()
    add(branches, "key", key)  # on main, after side has left it
    branches.git("checkout", "-q", "side")
    add(branches, "own-key", key)
    assert ranged(1, "main...side").paths() == {"own-key"}


@pytest.mark.parametrize(
    "span",
    [
        "",
        "a..b..c",
        "a..b...c",
        "a...b..c",
        "a....b",
        "a...b...c",
        "\x1b[31m..a..b",
        "^main",
        "main^@",
        "main^-",
        "^!",
    ],
)
def test_no_range(branches: Any, span: str) -> None:
    with pytest.raises(UsageError, match="is not a range of commits") as error:
        ends(span, Repository(str(branches.root)))
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("HEAD", "HEAD..HEAD has no commits: write HEAD^! for that commit"),
        ("main", "main..HEAD has no commits: write main^! for that commit"),
        ("ahead", "ahead..HEAD has no commits: write HEAD..ahead for the commits in ahead that"),
        (
            "orphan...main",
            "the two have no commit in common: write orphan..main for the commits that main alone",
        ),
        ("gone", "gone is not in this clone: check its name, or fetch the branch or tag"),
        ("gone^!", "gone is not in this clone: "),
        ("--all", "the following arguments are required"),
        ("main side", "unrecognized arguments: side; write one range, as in A..B; see "),
    ],
)
def test_a_scan_of_no_commit_is_no_clean_scan(
    ranged: Any, branches: Any, span: str, said: str
) -> None:
    branches.git("checkout", "-q", "--orphan", "orphan")
    branches.git("commit", "-qm", "orphan")
    branches.git("checkout", "-q", "-b", "ahead", "main")
    add(branches, "ahead")
    branches.git("checkout", "-q", "main")
    done = ranged(2, *span.split())
    assert said in done.stderr
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


def test_a_lone_revision_finds_what_came_after_it(ranged: Any, branches: Any, plant: Any) -> None:
    add(branches, "key", plant.pair())
    assert ranged(1, "HEAD~1").paths() == {"key"}
    assert ranged(1, "HEAD^!").paths() == {"key"}
    assert ranged(0, "HEAD~1^!").paths() == set()
    assert ranged(1, "HEAD~2").report()["scan"]["counts"]["commits"] == 2


def test_only_the_commits_of_the_range(ranged: Any, repository: Any, plant: Any) -> None:
    add(repository, "before", plant.pair())
    add(repository, "within", plant.pair())
    add(repository, "after", plant.pair())
    assert ranged(1, "HEAD~2..HEAD~1").paths() == {"within"}
    assert ranged(0, "HEAD..HEAD").report()["scan"]["counts"]["commits"] == 0
    assert ranged(0, "HEAD..HEAD~1").paths() == set()


def test_a_location_names_its_commit(ranged: Any, repository: Any, plant: Any) -> None:
    add(repository, "a")
    repository.write("key", plant.pair())
    repository.git("add", "-A")
    repository.git("commit", "-qm", "key", "--date", "2026-02-03T04:05:06+02:00")
    name = repository.git("rev-parse", "HEAD").strip()
    add(repository, "b")
    location = ranged(1, "HEAD~2..").report()["findings"][0]["locations"][0]
    assert location["commit"] == name
    assert location["author_date"] == "2026-02-03T04:05:06+02:00"
    assert location["scope"] == "commit"
    assert location["object"] == repository.git("rev-parse", "HEAD:key").strip()


def test_added_and_removed_again(ranged: Any, repository: Any, plant: Any) -> None:
    add(repository, "a")
    add(repository, "key", plant.pair())
    repository.git("rm", "-q", "key")
    add(repository, "b")
    assert ranged(1, "HEAD~2..HEAD").paths() == {"key"}


def test_a_key_that_a_later_commit_keeps_counts(ranged: Any, repository: Any, plant: Any) -> None:
    """It was there before the second commit, not before the range."""
    key = plant.pair()
    add(repository, "a")
    add(repository, "key", key)
    add(repository, "key", f"more\n{key}")
    findings = ranged(1, "HEAD~2..HEAD").report()["findings"]
    assert [finding["severity"] for finding in findings] == ["critical"]
    assert ranged(0, "HEAD~1..HEAD").report()["findings"][0]["severity"] == "note"


def test_a_key_that_comes_back_counts(ranged: Any, repository: Any, plant: Any) -> None:
    key = plant.pair()
    add(repository, "key", key)
    add(repository, "key", "gone\n")
    add(repository, "key", key)
    assert ranged(1, "HEAD~1..HEAD").paths() == {"key"}


def test_every_commit_is_counted(ranged: Any, repository: Any) -> None:
    add(repository, "a")
    repository.git("checkout", "-qb", "side")
    add(repository, "b")
    repository.git("checkout", "-q", "-")
    repository.git("commit", "-q", "--allow-empty", "-m", "empty")
    repository.git("merge", "-q", "--no-ff", "side", "-m", "merge")
    assert ranged(0, "HEAD~2..HEAD").report()["scan"]["counts"]["commits"] == 3


def test_an_evil_merge(ranged: Any, repository: Any, plant: Any) -> None:
    """What a merge adds by itself is shown by no `git log -p`."""
    add(repository, "a")
    repository.git("checkout", "-qb", "side")
    add(repository, "b")
    repository.git("checkout", "-q", "-")
    add(repository, "c")
    repository.git("merge", "-q", "--no-commit", "--no-ff", "side")
    add(repository, "evil", plant.pair())
    assert repository.git("rev-list", "--parents", "-1", "HEAD").count(" ") == 2
    assert ranged(1, "HEAD~1..HEAD").paths() == {"evil"}


def test_a_merge_repeats_nothing(ranged: Any, repository: Any, plant: Any) -> None:
    add(repository, "a")
    repository.git("checkout", "-qb", "side")
    side = add(repository, "key", plant.pair())
    repository.git("checkout", "-q", "-")
    add(repository, "b")
    repository.git("merge", "-q", "--no-ff", "side", "-m", "merge")
    report = ranged(1, "HEAD~2..HEAD").report()
    assert {at["commit"] for each in report["findings"] for at in each["locations"]} == {side}
    assert ranged(0, f"{side}..HEAD").report()["findings"] == []


def test_a_rename_in_a_commit(ranged: Any, repository: Any, plant: Any) -> None:
    key = plant.pair()
    add(repository, "a", key)
    repository.git("mv", "a", "b")
    repository.commit()
    repository.git("mv", "b", "c")
    add(repository, "c", f"more\n{key}")
    report = ranged(0, "HEAD~2..HEAD").report()
    assert [finding["severity"] for finding in report["findings"]] == ["note"]
    assert report["scan"]["counts"]["skipped"] == {"moved-unchanged": 1}


def test_attributes_hide_nothing(ranged: Any, repository: Any, plant: Any) -> None:
    add(repository, ".gitattributes", "* -diff -text binary export-ignore\n")
    add(repository, "key", plant.pair())
    repository.git("config", "diff.noprefix", "true")
    repository.git("config", "log.diffMerges", "off")
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "color.ui", "always")
    assert ranged(1, "HEAD~1..").paths() == {"key"}


def test_the_encoding_of_logs_changes_nothing(ranged: Any, repository: Any, plant: Any) -> None:
    """Git recodes all that its formats print, the IDs of the commits among them."""
    add(repository, "a")
    add(repository, "key", plant.pair())
    repository.git("config", "i18n.logOutputEncoding", "UTF-16")
    assert ranged(1, "HEAD~1..").paths() == {"key"}


def test_replacements_and_grafts_hide_nothing(ranged: Any, repository: Any, plant: Any) -> None:
    first = add(repository, "a")
    bad = add(repository, "key", plant.pair())
    add(repository, "b")
    repository.git("replace", bad, first)
    assert ranged(1, f"{first}..HEAD").paths() == {"key"}
    repository.git("replace", "-d", bad)
    repository.git("replace", f"{bad}:key", f"{bad}:a")
    assert ranged(1, f"{first}..HEAD").paths() == {"key"}
    head = repository.git("rev-parse", "HEAD").strip()
    repository.write(".git/info/grafts", f"{head} {first}\n")
    assert ranged(1, f"{first}..HEAD").paths() == {"key"}


@pytest.mark.parametrize(
    "span",
    [
        "nothing..HEAD",
        "HEAD..nothing",
        "HEAD..HEAD^..HEAD",
        "HEAD..HEAD^@",
        "--all..HEAD",
        "HEAD..-x",
    ],
)
def test_unknown_revisions(ranged: Any, repository: Any, span: str) -> None:
    repository.commit("a")
    done = ranged(2, span) if not span.startswith("-") else ranged(2, "--", span)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


def test_a_revision_is_no_option(ranged: Any, repository: Any, tmp_path: Path) -> None:
    repository.commit("a")
    ranged(2, f"HEAD..--output={tmp_path}/written")
    assert not (tmp_path / "written").exists()


def test_unborn(ranged: Any) -> None:
    assert "HEAD is not in this clone" in ranged(2, "HEAD..HEAD").stderr


def test_shallow(ranged: Any, repository: Any, plant: Any, tmp_path: Path) -> None:
    add(repository, "a", plant.pair())
    side = repository.git("rev-parse", "HEAD").strip()
    for name in ("b", "c"):
        add(repository, name)
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth=2", repository.root.as_uri(), str(clone))
    assert "git fetch --unshallow" in ranged(2, "HEAD~2..HEAD", cwd=clone).stderr
    assert "git fetch --unshallow" in ranged(2, "HEAD~2...HEAD", cwd=clone).stderr
    assert "git fetch --unshallow" in ranged(2, f"{side}..HEAD", cwd=clone).stderr
    # What the clone holds whole can be scanned.
    assert ranged(0, "HEAD~1..HEAD", cwd=clone).report()["scan"]["counts"]["commits"] == 1
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=clone, check=True,
                   env={**os.environ, **AUTHOR})  # fmt: skip
    ranged(0, "HEAD~1..HEAD", cwd=clone)


AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "T"), ("EMAIL", "t@example.com"))
}


def test_a_shallow_clone_that_ends_in_the_range(
    ranged: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    add(repository, "a")
    repository.git("checkout", "-q", "--orphan", "other")
    for name in ("x", "y", "z"):
        add(repository, name)
    clone = tmp_path / "clone"
    url = repository.root.as_uri()
    repository.git("clone", "-q", "--depth=1", "--no-single-branch", url, str(clone))
    main = repository.git("branch", "--format=%(refname:short)").split()
    base = next(name for name in main if name != "other")
    done = ranged(2, f"origin/{base}..origin/other", cwd=clone)
    assert "the clone is shallow and ends inside of the range" in done.stderr


def test_partial_clone(ranged: Any, repository: Any, plant: Any, tmp_path: Path) -> None:
    """Nothing is fetched; what is there is read, and the rest makes the scan incomplete."""
    for name in ("a", "b", "c"):
        add(repository, name, plant.pair())
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    url = repository.root.as_uri()
    repository.git("clone", "-q", "--no-checkout", "--filter=blob:none", url, str(clone))
    done = ranged(2, "HEAD~2..HEAD", cwd=clone)
    assert done.report()["scan"]["counts"]["skipped"] == {"missing-object": 2}
    assert "its content is not in this clone" in done.stderr
    repository.git("-C", str(clone), "cat-file", "blob", "HEAD:c")  # fetches it
    done = ranged(1, "HEAD~2..HEAD", cwd=clone)
    assert done.paths() == {"c"}
    assert not done.report()["scan"]["complete"]


def test_a_partial_clone_runs_nothing(ranged: Any, repository: Any, tmp_path: Path) -> None:
    add(repository, "a")
    add(repository, "b")
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    url = repository.root.as_uri()
    repository.git("clone", "-q", "--no-checkout", "--filter=blob:none", url, str(clone))
    ran = tmp_path / "ran"
    repository.git("-C", str(clone), "config", "remote.origin.url", f"ext::touch {ran}")
    repository.git("-C", str(clone), "config", "protocol.ext.allow", "always")
    ranged(2, "HEAD~1..HEAD", cwd=clone, env={"GIT_NO_LAZY_FETCH": "0"})
    assert not ran.exists()


def test_missing_tree(ranged: Any, repository: Any) -> None:
    repository.commit("a")
    repository.commit("below/b")
    name = repository.git("rev-parse", "HEAD:below").strip()
    (repository.root / ".git/objects" / name[:2] / name[2:]).unlink()
    done = ranged(2, "HEAD~1..HEAD")
    assert "git could not read the commits" in done.stderr


def test_bare_repository(ranged: Any, repository: Any, plant: Any, tmp_path: Path) -> None:
    add(repository, "a")
    add(repository, "key", plant.pair())
    bare = tmp_path / "bare"
    repository.git("clone", "-q", "--bare", ".", str(bare))
    assert "set GIT_DIR" in ranged(2, "HEAD~1..HEAD", cwd=bare).stderr
    assert ranged(1, "HEAD~1..HEAD", cwd=bare, env={"GIT_DIR": "."}).paths() == {"key"}


def test_many_renames_with_an_edit(ranged: Any, repository: Any, plant: Any) -> None:
    key = plant.pair()
    for number in range(300):
        repository.write(f"old/{number}", f"{number}\n{key if number == 7 else ''}")
    repository.commit()
    repository.git("mv", "old", "new")
    for number in range(300):
        repository.write(f"new/{number}", f"{number} edited\n{key if number == 7 else ''}")
    repository.commit()
    report = ranged(0, "HEAD~1..HEAD").report()
    assert [finding["severity"] for finding in report["findings"]] == ["note"]
