"""A push that the hook stops: the commands on its screen are run as they are printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from scanner.commands import stopped_push
from scanner.git.process import GitError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs the commands in a POSIX shell")


FRAMEWORK = {
    "PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD",
    "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main",
}  # fmt: skip


@pytest.fixture
def outgoing(walk: Any) -> Any:
    """A repository with a remote called `origin` that has the first commit of `main`."""
    walk.git("init", "-q", "--bare", "../remote.git")
    walk.git("remote", "add", "origin", "../remote.git")
    walk.git("symbolic-ref", "HEAD", "refs/heads/main")
    commit(walk, "first", a="a\n")
    walk.git("push", "-q", "--no-verify", "origin", "main")
    return walk


def commit(walk: Any, message: str, **files: str) -> str:
    for name, content in files.items():
        walk.write(name.replace("_env", ".env"), content)
    walk.git("add", "--all")
    walk.git("commit", "-q", "--no-verify", "--allow-empty", "-m", message)
    return str(walk.git("rev-parse", "HEAD")).strip()


def subjects(walk: Any, revision: str = "HEAD") -> list[str]:
    found: list[str] = walk.git("log", "--format=%s", revision).splitlines()
    return found


def follow(walk: Any, push: str = "git push -q origin main", **variables: str) -> list[str]:
    """Push, do what the screen says, and push again."""
    commands: list[str] = walk.stopped(push)
    walk.passes("\n".join(commands), **variables)
    walk.passes(push)
    return commands


def test_the_last_commit_is_amended(outgoing: Any, plant: Any) -> None:
    content = plant.pair()
    commit(outgoing, "second", app_env=content, b="b\n")
    follow(outgoing)
    assert subjects(outgoing) == ["second", "first"]
    assert outgoing.names("origin/main") == ["a", "b"]
    assert (outgoing.root / "app.env").read_text() == content


def test_a_commit_with_nothing_else(outgoing: Any, plant: Any) -> None:
    commit(outgoing, "second", app_env=plant.pair())
    follow(outgoing)
    assert outgoing.names("origin/main") == ["a"]
    assert (outgoing.root / "app.env").exists()


def test_an_edited_file_keeps_what_it_was(outgoing: Any, plant: Any) -> None:
    content = plant.pair()
    commit(outgoing, "second", a=content, b="b\n")
    follow(outgoing)
    assert outgoing.git("show", "origin/main:a") == "a\n"
    assert (outgoing.root / "a").read_text() == content


@pytest.mark.parametrize("has_more", [True, False])
def test_the_first_commit_of_all(walk: Any, plant: Any, has_more: bool) -> None:
    walk.git("init", "-q", "--bare", "../remote.git")
    walk.git("remote", "add", "origin", "../remote.git")
    walk.git("symbolic-ref", "HEAD", "refs/heads/main")
    commit(walk, "first", app_env=plant.pair(), **({"b": "b\n"} if has_more else {}))
    follow(walk)
    assert walk.names("origin/main") == (["b"] if has_more else [])
    assert (walk.root / "app.env").exists()


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("is_root", [True, False])
@pytest.mark.parametrize("has_more", [True, False])
def test_an_earlier_commit_is_amended_on_the_way(
    walk: Any, plant: Any, is_new: bool, is_root: bool, has_more: bool
) -> None:
    walk.git("init", "-q", "--bare", "../remote.git")
    walk.git("remote", "add", "origin", "../remote.git")
    walk.git("symbolic-ref", "HEAD", "refs/heads/main")
    if not is_root:
        commit(walk, "first", **({} if is_new else {"app_env": "old\n"}))
        walk.git("push", "-q", "--no-verify", "origin", "main")
    content = plant.pair()
    commit(walk, "bad", app_env=content, **({"b": "b\n"} if has_more else {}))
    commit(walk, "good", c="c\n")
    commit(walk, "better", c="d\n")
    follow(walk)

    assert subjects(walk)[:3] == ["better", "good", "bad"]
    assert (walk.root / "app.env").read_text() == content
    assert ("b" in walk.names("origin/main")) is has_more
    if is_new or is_root:
        assert "app.env" not in walk.names("origin/main")
    else:
        assert walk.git("show", "origin/main:app.env") == "old\n"


def test_changes_that_are_not_committed_stay(outgoing: Any, plant: Any) -> None:
    content = plant.pair()
    commit(outgoing, "bad", app_env=content)
    commit(outgoing, "good", c="c\n")
    outgoing.write("a", "edited\n")
    outgoing.write("new", "new\n")
    follow(outgoing)
    assert (outgoing.root / "a").read_text() == "edited\n"
    assert (outgoing.root / "new").read_text() == "new\n"
    assert (outgoing.root / "app.env").read_text() == content


@pytest.mark.parametrize("setting", ["rebase.abbreviateCommands", "rebase.rebaseMerges",
                                     "rebase.autoSquash", "rebase.updateRefs"])  # fmt: skip
def test_settings_of_rebase(outgoing: Any, plant: Any, setting: str) -> None:
    outgoing.git("config", setting, "true")
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    commit(outgoing, "good", c="c\n")
    commit(outgoing, "fixup! good", c="d\n")
    follow(outgoing)
    assert outgoing.names("origin/main") == ["a", "b", "c"]


def test_a_file_that_a_later_commit_edits(outgoing: Any, plant: Any) -> None:
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    last = plant.pair()
    commit(outgoing, "edit", app_env=last, c="c\n")
    follow(outgoing)
    assert outgoing.names("origin/main") == ["a", "b", "c"]
    assert (outgoing.root / "app.env").read_text() == last


def test_a_file_that_a_later_commit_removes(outgoing: Any, plant: Any) -> None:
    """Removing it in a further commit is what people try first."""
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    outgoing.git("rm", "-q", "app.env")
    commit(outgoing, "remove", c="c\n")
    follow(outgoing)
    assert outgoing.names("origin/main") == ["a", "b", "c"]


def test_a_file_that_is_edited_and_not_committed(outgoing: Any, plant: Any) -> None:
    commit(outgoing, "bad", app_env=plant.pair())
    commit(outgoing, "good", c="c\n")
    edited = plant.pair()
    outgoing.write("app.env", edited)
    follow(outgoing)
    assert (outgoing.root / "app.env").read_text() == edited
    assert outgoing.names("origin/main") == ["a", "c"]


def test_two_commits(outgoing: Any, plant: Any) -> None:
    contents = [plant.pair(), plant.pair()]
    commit(outgoing, "bad", x_env=contents[0], b="b\n")
    commit(outgoing, "good", c="c\n")
    commit(outgoing, "bad", y_env=contents[1])
    follow(outgoing)
    assert outgoing.names("origin/main") == ["a", "b", "c"]
    assert [(outgoing.root / name).read_text() for name in ("x.env", "y.env")] == contents


def test_nothing_but_credentials_in_two_commits(outgoing: Any, plant: Any) -> None:
    commit(outgoing, "bad", x_env=plant.pair())
    commit(outgoing, "bad", y_env=plant.pair())
    follow(outgoing)
    assert outgoing.git("rev-parse", "HEAD") == outgoing.git("rev-parse", "origin/main")
    assert (outgoing.root / "y.env").exists()


def test_with_a_merge_on_the_way(outgoing: Any, plant: Any) -> None:
    outgoing.git("switch", "-q", "-c", "side")
    content = plant.pair()
    commit(outgoing, "bad", app_env=content, b="b\n")
    outgoing.git("switch", "-q", "main")
    commit(outgoing, "good", c="c\n")
    outgoing.git("merge", "-q", "--no-verify", "--no-ff", "-m", "merge", "side")
    commit(outgoing, "last", d="d\n")
    follow(outgoing)
    assert outgoing.names("origin/main") == ["a", "b", "c", "d"]
    assert (outgoing.root / "app.env").read_text() == content


@pytest.mark.parametrize("is_last", [True, False])
def test_a_branch_that_is_not_checked_out(outgoing: Any, plant: Any, is_last: bool) -> None:
    outgoing.git("switch", "-q", "-c", "it's/a-side")
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    if not is_last:
        commit(outgoing, "good", c="c\n")
    outgoing.git("switch", "-q", "main")
    commands = follow(outgoing, 'git push -q origin "it\'s/a-side"')
    assert commands[0].startswith("git switch ")
    assert "app.env" not in outgoing.names("origin/it's/a-side")


def test_two_branches_with_the_same_commit(outgoing: Any, plant: Any) -> None:
    outgoing.git("switch", "-q", "-c", "one")
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    outgoing.git("branch", "two")
    screen = outgoing.shell("git push -q origin one two").stdout
    assert "two has the same commit." in screen
    outgoing.passes("\n".join(outgoing.commands(screen)))
    outgoing.passes("git push -q origin one")
    assert outgoing.names("origin/one") == ["a", "b"]
    (outgoing.root / "app.env").unlink()
    follow(outgoing, "git push -q origin two")
    assert outgoing.names("origin/two") == ["a", "b"]


def test_another_branch_at_the_same_commit_is_checked_out(outgoing: Any, plant: Any) -> None:
    outgoing.git("switch", "-q", "-c", "one")
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    outgoing.git("branch", "two")
    commands = follow(outgoing, "git push -q origin two")
    assert commands[0] == "git switch two"
    assert outgoing.names("origin/two") == ["a", "b"]
    assert "app.env" in outgoing.names("one")


def test_head_by_its_name(outgoing: Any, plant: Any) -> None:
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    outgoing.git("switch", "-q", "--detach")
    follow(outgoing, "git push -q origin HEAD:refs/heads/other")
    assert outgoing.names("origin/other") == ["a", "b"]


def test_two_branches(outgoing: Any, plant: Any) -> None:
    for name in ("one", "two"):
        outgoing.git("switch", "-q", "-c", name, "main")
        commit(outgoing, "bad", **{f"{name}_env": plant.pair(), name: "x\n"})
    outgoing.git("switch", "-q", "main")
    follow(outgoing, "git push -q origin one two")
    assert outgoing.names("origin/one") == ["a", "one"]
    assert outgoing.names("origin/two") == ["a", "two"]


@pytest.mark.parametrize(
    ("name", "is_last"),
    [(name, True) for name in ("a b.env", "it's", "star*", "[x]", "-x", ":x", "\x1b[31m", "é\n")]
    + [(name, False) for name in ("it's", "star*", "-x", "é\n")],
)
def test_names(outgoing: Any, plant: Any, name: str, is_last: bool) -> None:
    outgoing.write("sub/in", "x\n")
    content = plant.pair()
    outgoing.write(f"sub/{name}", content)
    commit(outgoing, "bad")
    if not is_last:
        commit(outgoing, "good", c="c\n")
    commands = outgoing.stopped("git push -q origin main", "sub")
    # Git before 2.35 removes the directory in which a rebase runs.
    assert any(command.startswith("cd ") for command in commands) == (not is_last)
    outgoing.passes("\n".join(commands), "sub")
    outgoing.passes("git push -q origin main", "sub")
    assert (outgoing.root / "sub" / name).read_text() == content
    assert outgoing.git("ls-tree", "--name-only", "HEAD:sub").split() == ["in"]


@pytest.mark.parametrize("is_last", [True, False])
def test_a_message(outgoing: Any, plant: Any, is_last: bool) -> None:
    commit(outgoing, f"bad\n\n{plant.pair()}", b="b\n")
    if not is_last:
        commit(outgoing, "good", c="c\n")
    follow(outgoing, GIT_EDITOR="echo better >")
    assert "better" in subjects(outgoing, "origin/main")


@pytest.mark.parametrize("is_last", [True, False])
def test_a_message_and_a_file(outgoing: Any, plant: Any, is_last: bool) -> None:
    commit(outgoing, f"bad\n\n{plant.pair()}", b="b\n", app_env=plant.pair())
    if not is_last:
        commit(outgoing, "good", c="c\n")
    follow(outgoing, GIT_EDITOR="echo better >")
    assert "app.env" not in outgoing.names("origin/main")


def test_a_tag(outgoing: Any, plant: Any) -> None:
    outgoing.git("tag", "-m", plant.pair(), "v1")
    commands = outgoing.stopped("git push -q origin main v1")
    assert commands == ["git tag --delete v1"]
    outgoing.passes("\n".join(commands))
    outgoing.passes("git tag -m clean v1 && git push -q origin main v1")


def test_what_is_staged_is_not_lost_from_sight(outgoing: Any, plant: Any) -> None:
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    outgoing.write("b", "staged\n")
    outgoing.git("add", "b")
    screen = outgoing.shell("git push -q origin main").stdout
    assert "commit or unstage your staged changes" in " ".join(screen.split())


def test_revoking_is_only_for_what_was_shared(outgoing: Any, plant: Any) -> None:
    commit(outgoing, "bad", app_env=plant.pair())
    screen = outgoing.shell("git push -q origin main").stdout
    assert screen.startswith("Push stopped: 1 AWS credential in app.env\n")
    assert "Only then revoke it" in screen
    assert "eactivate" not in screen


def test_a_name_of_a_branch_with_the_value_is_not_shown(outgoing: Any, plant: Any) -> None:
    key = plant.key_id()
    outgoing.git("switch", "-q", "-c", key)
    commit(outgoing, "bad", app_env=f"id={key}\n", b="b\n")
    outgoing.git("switch", "-q", "main")
    screen = outgoing.shell(f"git push -q origin {key}").stdout
    assert key not in screen
    assert "Rename the branch or tag" in screen


def test_without_an_answer_of_git_there_is_a_way_out(
    outgoing: Any, plant: Any, monkeypatch: pytest.MonkeyPatch, keycatch: Callable[..., Any]
) -> None:
    name = commit(outgoing, "bad", app_env=plant.pair())

    def fail(*_: object) -> None:
        raise GitError("no answer")

    monkeypatch.setattr(stopped_push._Rewriting, "way_out", fail)
    done = keycatch("push", cwd=outgoing.root, env=FRAMEWORK)
    assert done.returncode == 1
    assert f"Rewrite commit {name[:8]} without the value" in " ".join(done.stdout.split())


def test_the_framework(outgoing: Any, plant: Any, keycatch: Any) -> None:
    """It names the branch that is pushed in a variable."""
    commit(outgoing, "bad", app_env=plant.pair(), b="b\n")
    outgoing.git("switch", "-q", "--detach", "HEAD~1")
    done = keycatch("push", cwd=outgoing.root, env=FRAMEWORK | {"PRE_COMMIT_TO_REF": "main"})
    outgoing.passes("\n".join(outgoing.commands(done.stdout)))
    outgoing.passes("git push -q origin main")
    assert outgoing.names("origin/main") == ["a", "b"]
