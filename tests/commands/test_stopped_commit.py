"""A commit that the hook stops: the commands on its screen are run as they are printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from scanner.commands import stopped_commit
from scanner.git.process import GitError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs the commands in a POSIX shell")

NAMES = [
    "app.env", "with space.env", "it's.env", '"quoted".env', "$HOME.env", "-option", ":colon",
    "!bang", "star*.env", "[a]?.env", "back\\slash", "de\u0301ja\u0300-vu", "a;b&c", "`x`.env",
    "deep/er/app.env", "tab\there.env", "new\nline.env", "\x1b[31mred.env", "\u202eright.env",
    "::stop-commands::x", "##[group]x", "#hash", "~home", "_under", "^caret", ")paren",
]  # fmt: skip


def clean(walk: Any, *names: str) -> None:
    for name in names:
        walk.write(name, f"{name}\n")
    walk.git("add", "--all")
    walk.git("commit", "-q", "--no-verify", "-m", "clean")


# What takes the place of HEAD in a first commit has little to do with the name.
@pytest.mark.parametrize(
    ("name", "has_head"),
    [(name, True) for name in [*NAMES, b"bytes-\xff\xfe.env"]]
    + [(name, False) for name in ("it's.env", "-option", ":colon", "star*.env", "new\nline.env")],
)
def test_a_new_file_of_any_name(walk: Any, plant: Any, name: str | bytes, has_head: bool) -> None:
    if has_head:
        clean(walk, "other")
    path = os.fsdecode(name)
    content = plant.pair()
    walk.write(path, content)
    walk.write("wanted", "text\n")
    walk.git("add", "--all")

    commands = walk.stopped("git commit -q -m x")
    walk.passes("\n".join(commands))
    walk.passes("git commit -q -m x")

    assert walk.names() == sorted([*(["other"] if has_head else []), "wanted"])
    assert (walk.root / path).read_text() == content


def test_names_that_are_patterns_match_nothing_else(walk: Any, plant: Any) -> None:
    clean(walk, "other")
    for name in ("a*b", "a?b", "[ab]"):
        walk.write(name, plant.pair())
    for name in ("aXb", "a", "b"):
        walk.write(name)
    walk.git("add", "--all")
    walk.passes("\n".join(walk.stopped("git commit -q -m x")))
    walk.passes("git commit -q -m x")
    assert walk.names() == ["a", "aXb", "b", "other"]


def test_a_name_with_the_value_in_it(walk: Any, plant: Any) -> None:
    clean(walk, "other")
    key = plant.key_id()
    walk.write(f"{key}.txt")
    walk.write("wanted")
    walk.git("add", "--all")
    commands = walk.stopped("git commit -q -m x")
    assert key not in "".join(commands)
    walk.passes("\n".join(commands))
    walk.passes("git commit -q -m x")
    assert walk.names() == ["other", "wanted"]


def test_an_edited_file_keeps_what_it_was_in_the_commit(walk: Any, plant: Any) -> None:
    clean(walk, "app.env", "b")
    walk.write("app.env", plant.pair())
    walk.write("b", "new\n")
    walk.git("add", "--all")
    edited = plant.pair()
    walk.write("app.env", edited)
    walk.passes("\n".join(walk.stopped("git commit -q -m x")))
    walk.passes("git commit -q -m x")
    assert walk.git("show", "HEAD:app.env") == "app.env\n"
    assert (walk.root / "app.env").read_text() == edited


def test_before_the_first_commit_of_a_file_that_was_edited_since(walk: Any, plant: Any) -> None:
    walk.write("app.env", plant.pair())
    walk.write("wanted")
    walk.git("add", "--all")
    edited = plant.pair()
    walk.write("app.env", edited)
    walk.passes("\n".join(walk.stopped("git commit -q -m x")))
    walk.passes("git commit -q -m x")
    assert walk.names() == ["wanted"]
    assert (walk.root / "app.env").read_text() == edited


@pytest.mark.parametrize("is_staged", [True, False])
@pytest.mark.parametrize("name", ["app.env", "star*.env", "a b.env", "\u202ex.env"])
def test_commit_all(walk: Any, plant: Any, name: str, is_staged: bool) -> None:
    """Git makes an index for this commit alone, which is gone once the hook has failed."""
    clean(walk, name, "b")
    content = plant.pair()
    walk.write(name, content)
    walk.write("b", "new\n")
    if is_staged:
        walk.git("add", "--all")
    walk.passes("\n".join(walk.stopped("git commit -q -a -m x")))
    walk.passes("git commit -q -m x")
    assert walk.git("show", "HEAD:b") == "new\n"
    assert walk.git("show", f"HEAD:{name}") == f"{name}\n"
    assert (walk.root / name).read_text() == content


@pytest.mark.parametrize("is_staged", [True, False])
@pytest.mark.parametrize("has_head", [True, False])
def test_commit_of_named_files(walk: Any, plant: Any, is_staged: bool, has_head: bool) -> None:
    if has_head:
        clean(walk, "app.env", "it's")
    content = plant.pair()
    walk.write("app.env", content)
    walk.write("it's", "new\n")
    walk.write("c", "not wanted yet\n")
    if is_staged or not has_head:
        walk.git("add", "--all")
    commands = walk.stopped('git commit -q -m x app.env "it\'s"')
    walk.passes("\n".join(commands), GIT_EDITOR="echo message >")
    assert walk.git("show", "HEAD:it's") == "new\n"
    assert "c" not in walk.names()
    assert ("app.env" in walk.names()) is has_head
    assert (walk.root / "app.env").read_text() == content


def test_commit_of_one_named_file(walk: Any, plant: Any) -> None:
    clean(walk, "app.env")
    walk.write("app.env", plant.pair())
    assert walk.stopped("git commit -q -m x app.env") == []
    assert "take the value out of the file" in walk.shell("git commit -q -m x app.env").stderr


def test_commit_including_a_file(walk: Any, plant: Any) -> None:
    """What was staged stays so, and the index does not have the file that was only named."""
    clean(walk, "app.env", "b", "c")
    for name in ("b", "c"):
        walk.write(name, "new\n")
    walk.write("app.env", plant.pair())
    walk.git("add", "b")
    walk.passes("\n".join(walk.stopped("git commit -q -m x -i app.env")) or ":")
    walk.passes("git commit -q -m x")
    assert walk.git("show", "HEAD:b") == "new\n"
    assert walk.git("show", "HEAD:app.env") == "app.env\n"


def test_an_amended_commit(walk: Any, plant: Any) -> None:
    clean(walk, "a")
    clean(walk, "b")
    walk.write("app.env", plant.pair())
    walk.git("add", "--all")
    walk.passes("\n".join(walk.stopped("git commit -q --amend --no-edit")))
    walk.passes("git commit -q --amend --no-edit")
    assert walk.names() == ["a", "b"]


@pytest.mark.parametrize("run_in", ["sub", "."])
def test_in_a_directory_below_the_top(walk: Any, plant: Any, run_in: str) -> None:
    clean(walk, "sub/x")
    for name in ("app.env", "sub/_a.env", "sub/[b].env"):
        walk.write(name, plant.pair())
    walk.write("sub/wanted")
    walk.git("add", "--all")
    walk.passes("\n".join(walk.stopped("git commit -q -m x", "sub")), run_in)
    walk.passes("git commit -q -m x", "sub")
    assert walk.names() == ["sub/wanted", "sub/x"]


def test_by_hand_in_a_directory_below_the_top(walk: Any, plant: Any, keycatch: Any) -> None:
    clean(walk, "sub/x")
    walk.write("app.env", plant.pair())
    walk.git("add", "--all")
    done = keycatch("staged", cwd=walk.root / "sub")
    walk.passes("\n".join(walk.commands(done.stdout)), "sub")
    assert walk.git("diff", "--cached", "--name-only") == ""


def test_in_a_linked_work_tree(walk: Any, plant: Any) -> None:
    """There git gives its hooks GIT_DIR as well."""
    clean(walk, "a", "app.env")
    walk.git("worktree", "add", "-q", "../linked")
    linked = walk.root.parent / "linked"
    content = plant.pair()
    (linked / "app.env").write_text(content)
    (linked / "a").write_text("new\n")
    walk.passes("git add --all", linked)
    for option in ("", "-a"):
        walk.passes("\n".join(walk.stopped(f"git commit -q {option} -m x", linked)), linked)
    walk.passes("git commit -q -m x", linked)
    assert walk.passes("git ls-tree --name-only HEAD", linked).split() == ["a", "app.env"]
    assert walk.passes("git show HEAD:app.env", linked) == "app.env\n"
    assert (linked / "app.env").read_text() == content


def test_with_the_variables_of_the_hook_still_set(walk: Any, plant: Any) -> None:
    clean(walk, "a")
    walk.write("app.env", plant.pair())
    walk.git("add", "--all")
    variables = {
        "GIT_DIR": str(walk.root / ".git"),
        "GIT_INDEX_FILE": str(walk.root / ".git/index"),
    }
    commands = walk.stopped("git commit -q -m x", **variables)
    walk.passes("\n".join(commands), **variables)
    assert walk.git("diff", "--cached", "--name-only") == ""


def test_a_merge(walk: Any, plant: Any) -> None:
    clean(walk, "a")
    walk.git("switch", "-q", "-c", "side")
    walk.write("app.env", plant.pair())
    walk.git("add", "--all")
    walk.git("commit", "-q", "--no-verify", "-m", "side")
    walk.git("switch", "-q", "-")
    clean(walk, "b")
    commands = walk.stopped("git merge -q side -m merge")
    assert commands[-1] == "git merge --abort"
    walk.passes("\n".join(commands[:-1]))
    walk.passes("git commit -q -m merge")
    assert walk.names() == ["a", "b"]
    assert (walk.root / "app.env").exists()


def test_a_merge_that_is_given_up(walk: Any, plant: Any) -> None:
    clean(walk, "a")
    walk.git("switch", "-q", "-c", "side")
    walk.write("app.env", plant.pair())
    walk.git("add", "--all")
    walk.git("commit", "-q", "--no-verify", "-m", "side")
    walk.git("switch", "-q", "-")
    clean(walk, "b")
    walk.passes(walk.stopped("git merge -q side -m merge")[-1])
    assert walk.git("status", "--porcelain") == ""


def test_many_files_are_named_a_screenful_at_a_time(walk: Any, plant: Any) -> None:
    clean(walk, "a")
    for number in range(stopped_commit.MOST + 3):
        walk.write(f"{number:02}.env", plant.pair())
    walk.git("add", "--all")
    for _ in range(2):
        walk.passes("\n".join(walk.stopped("git commit -q -m x")))
    walk.passes("git commit -q --allow-empty -m x")
    assert walk.names() == ["a"]


def test_the_hooks_of_install(walk: Any, plant: Any, keycatch: Any) -> None:
    for hook in (walk.root / ".git" / "hooks").iterdir():
        hook.unlink()
    done = keycatch("install", cwd=walk.root)
    assert done.returncode == 0, done.stderr
    clean(walk, "app.env", "b")
    for name in ("app.env", "b"):
        walk.write(name, plant.pair() if name == "app.env" else "new\n")
    walk.passes("\n".join(walk.stopped("git commit -q -a -m x")))
    walk.passes("git commit -q -m x")
    assert walk.git("show", "HEAD:app.env") == "app.env\n"


def test_an_allowed_line_passes(walk: Any, plant: Any) -> None:
    """The comments on the screen are put on their lines as they are printed."""
    walk.write("app.py", f'key = "{plant.key_id()}"\nsecret = "{plant.secret()}"\n')
    walk.git("add", "--all")
    screen = walk.shell("git commit -q -m x").stderr
    lines = (walk.root / "app.py").read_text().splitlines()
    marks = [line.split(None, 1) for line in screen.splitlines() if "keycatch:allow" in line]
    for place, comment in marks:
        number = int(place.rpartition(":")[2]) - 1
        lines[number] += f"  {comment}"
    walk.write("app.py", "\n".join(lines) + "\n")
    walk.passes("git add app.py && git commit -q -m x")


def test_revoking_is_only_for_what_was_shared(walk: Any, plant: Any) -> None:
    walk.write("app.env", plant.pair())
    walk.git("add", "--all")
    screen = walk.shell("git commit -q -m x").stderr
    assert screen.startswith("Commit stopped: 1 AWS credential in app.env\n")
    assert "Only then revoke it" in screen
    assert "eactivate" not in screen


def test_what_is_below_the_threshold_stops_nothing(walk: Any, plant: Any) -> None:
    walk.write("app.py", f'x = "AKIA{"1" * 3}{plant.key_id()[7:]}"\n')
    walk.git("add", "--all")
    screen = walk.passes("git commit -q -m x")
    assert "1 possible credential below --fail-on medium; --show low lists it\n" in screen
    assert "revoke" not in screen.lower()


@pytest.mark.parametrize("asked", [("--exit-zero",), ("--fail-on", "critical")])
def test_what_does_not_stop_the_commit_is_not_called_stopped(
    walk: Any, plant: Any, keycatch: Any, asked: tuple[str, ...]
) -> None:
    walk.write("app.env", f"id = {plant.key_id()}\n")
    walk.git("add", "--all")
    done = keycatch("staged", *asked, cwd=walk.root)
    assert done.returncode == 0
    assert " stopped:" not in done.stdout


def test_of_a_range_nothing_is_stopped(walk: Any, plant: Any, keycatch: Any) -> None:
    clean(walk, "a")
    walk.write("app.env", plant.pair())
    walk.git("add", "--all")
    walk.git("commit", "-q", "--no-verify", "-m", "x")
    ends = {"PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}
    done = keycatch("staged", cwd=walk.root, env=ends)
    assert done.returncode == 1
    assert "stopped" not in done.stdout


def test_without_an_answer_of_git_there_is_a_way_out(
    walk: Any, plant: Any, monkeypatch: pytest.MonkeyPatch, keycatch: Callable[..., Any]
) -> None:
    clean(walk, "a")
    walk.write("app.env", plant.pair())
    walk.git("add", "--all")

    def fail(*_: object) -> bool:
        raise GitError("no answer")

    monkeypatch.setattr(stopped_commit, "_is_merge", fail)
    done = keycatch("staged", cwd=walk.root)
    assert done.returncode == 1
    assert walk.commands(done.stdout) == ["git restore --staged -- app.env"]
