"""`keycatch commit-msg`: the message of a commit, as git will keep it."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")
SCISSORS = "# ------------------------ >8 ------------------------\n# Do not modify.\n"


@pytest.fixture
def check(keycatch, repository):
    def run(text, code, *options, **env):
        (repository.root / "MSG").write_text(text)
        done = keycatch("commit-msg", *options, "MSG", cwd=repository.root, env=env)
        assert done.returncode == code, done
        return done

    return run


def commented(text, mark="#"):
    return "".join(f"{mark} {line}\n" for line in text.splitlines())


def test_a_message_with_a_credential_stops_the_commit(check, plant):
    done = check(f"Fix it\n\n{plant.pair()}", 1)
    assert "Commit stopped" in done.stdout
    assert "MSG:3:" in done.stdout
    assert "git commit -e -F" in done.stdout


def test_a_clean_message(check):
    check("Fix it\n", 0)
    check("", 0)


def test_comments_are_not_part_of_an_edited_message(check, plant):
    pair = commented(plant.pair())
    check(f"Fix it\n{pair}", 0)
    check(f"Fix it\n{pair}", 1, GIT_EDITOR=":")  # as `git commit -m` has it: they stay


@pytest.mark.parametrize(
    ("cleanup", "code"),
    [("strip", 0), ("default", 0), ("whitespace", 1), ("verbatim", 1), ("scissors", 1)],
)
def test_cleanup_decides_about_comments(check, repository, plant, cleanup, code):
    repository.git("config", "commit.cleanup", cleanup)
    check(f"Fix it\n{commented(plant.pair())}", code)


def test_strip_holds_without_an_editor(check, repository, plant):
    repository.git("config", "commit.cleanup", "strip")
    check(f"Fix it\n{commented(plant.pair())}", 0, GIT_EDITOR=":")


def test_the_diff_below_the_scissors_is_left_out(check, plant):
    pair = plant.pair()
    check(f"Fix it\n{SCISSORS}diff --git a/b b/b\n{pair}", 0)
    # A line like it that somebody typed ends nothing: git cuts above the diff only.
    check(f"Fix it\n{SCISSORS.splitlines()[0]}\n{pair}", 1)
    check(f"Fix it\n{SCISSORS}{pair}", 1, GIT_EDITOR=":")


@pytest.mark.parametrize(("value", "mark"), [(";", ";"), ("auto", ";"), ("auto", "#")])
def test_the_comment_character_is_gits(check, repository, plant, value, mark):
    repository.git("config", "core.commentChar", value)
    pair = commented(plant.pair(), mark)
    check(f"Fix it\n{pair}{mark} Please enter the message\n", 0)
    other = "#" if mark == ";" else ";"
    check(f"Fix it\n{commented(plant.pair(), other)}{mark} Please enter the message\n", 1)


def test_lines_are_those_of_the_file(check, plant):
    assert "MSG:5:" in check(f"Fix\n# one\n# two\n\n{plant.pair()}", 1).stdout


def test_a_message_that_is_not_there(keycatch, repository):
    done = keycatch("commit-msg", "nothing", cwd=repository.root)
    assert done.returncode == 2
    assert done.stderr.startswith("keycatch: cannot read the message nothing: ")
    assert keycatch("commit-msg", cwd=repository.root).returncode == 2


def test_what_git_keeps_is_what_is_read(check, keycatch, repository, plant, tmp_path):
    """Through git itself: a credential in the commit is found before, a comment is not one."""
    hook = repository.root / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncp "$1" "$PWD/SEEN"; printf %s "$GIT_EDITOR" >EDITOR\n')
    hook.chmod(0o755)
    pair = plant.pair()
    for text, options in (
        (pair, ()), (commented(pair), ()), (commented(pair), ("-m",)), (pair, ("-m",)),
        (commented(pair), ("-v",)),
    ):  # fmt: skip
        repository.write("file", f"{text}{options}")
        repository.git("add", "file")
        (tmp_path / "text").write_text(f"Subject\n\n{text}")
        with_editor = "-m" not in options
        editor = tmp_path / "editor"
        editor.write_text(
            f'#!/bin/sh\ncat \'{tmp_path / "text"}\' "$1" >"$1.new"; mv "$1.new" "$1"\n'
        )
        editor.chmod(0o755)
        named = ("-c", f"core.editor={editor}") if with_editor else ()
        message = ("-m", f"Subject\n\n{text}") if not with_editor else options
        repository.git(*named, "commit", "-q", *message)
        committed = repository.git("log", "-1", "--format=%B")
        seen = (repository.root / "SEEN").read_text()
        env = {} if with_editor else {"GIT_EDITOR": (repository.root / "EDITOR").read_text()}
        check(seen, 1 if text.split()[-1] in committed else 0, **env)


@pytest.mark.skipif(os.name == "nt", reason="a script stands for the program")
def test_the_default_hooks_leave_it_out(keycatch, repository):
    assert "(default: all but commit-msg)" in keycatch("install", "--help").stdout.replace(
        "\n", " "
    )
