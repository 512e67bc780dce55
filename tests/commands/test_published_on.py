"""Pushes of what another remote has, in a fork: blocked with the reason first, or settled."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTING = 'published-on = ["upstream"]\n'


class Fork:
    """A clone of the fork `origin` that fetches from `upstream` as well, with the push hook."""

    def __init__(self, repository: Any, folder: Path) -> None:
        self.root: Path = repository.root
        self.git = repository.git
        self.write = repository.write
        self.upstream = folder / "upstream.git"
        self.origin = folder / "origin.git"
        self.hook()

    def hook(self, *options: str) -> None:
        """Write the hook with the `options` of the command."""
        run = shlex.join((sys.executable, "-m", "scanner", "push", *options))
        script = self.root / ".git/hooks/pre-push"
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {run} "$@"\n')
        script.chmod(0o755)

    def add(self, name: str, content: str) -> str:
        self.write(name, content)
        self.git("add", "--all")
        self.git("commit", "-qm", name, "--no-verify")
        return str(self.git("rev-parse", "HEAD").strip())

    def push(self, *arguments: str) -> tuple[int, str]:
        """Push; return the exit code and what was printed."""
        done = subprocess.run(
            ["git", "push", "-q", *arguments], cwd=self.root, capture_output=True, check=False,
            stdin=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        return done.returncode, said

    def publish(self, remote: str) -> None:
        """Have the `remote` the current branch, past the hook, and fetch it."""
        self.git("push", "-q", "--no-verify", remote, "HEAD:main")
        self.git("fetch", "-q", remote)


@pytest.fixture
def fork(repository: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fork:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2024-03-01T12:00:00+00:00")
    found = Fork(repository, tmp_path)
    for name in ("upstream", "origin"):
        found.git("init", "-q", "--bare", str(tmp_path / f"{name}.git"))
        found.git("remote", "add", name, str(tmp_path / f"{name}.git"))
    found.git("checkout", "-q", "-b", "main")
    found.add("first", "text\n")
    found.publish("upstream")
    found.publish("origin")
    return found


@pytest.fixture
def synced(fork: Fork, plant: Any) -> Fork:
    """Return the fork with a key that upstream has and origin has not."""
    fork.add("key", plant.pair())
    fork.publish("upstream")
    return fork


def test_what_only_another_remote_has_is_blocked_with_the_reason_first(synced: Fork) -> None:
    code, said = synced.push("origin", "main")
    assert code == 1
    part = " ".join(said.split("\nTake it out of the push\n", 1)[1].split())
    assert part.startswith("Already on upstream/main since 2024-03-01, but not where it is pushed")
    assert "\n    git config --add keycatch.publishedOn upstream\n" in said
    assert 'published-on = ["upstream"]' in " ".join(said.split())
    assert "git reset" not in said  # the commits of upstream are not for this person to rewrite
    assert "git commit --amend" not in said


def test_the_reason_is_the_first_evidence(synced: Fork) -> None:
    synced.hook("--format", "json")
    _, said = synced.push("origin", "main")
    (finding,) = json.loads(said[said.index("{") : said.rindex("}") + 1])["findings"]
    assert finding["evidence"][0] == "already on upstream/main since 2024-03-01"
    assert finding["severity"] != "note"


def test_the_line_on_the_screen_settles_it_for_good(synced: Fork, plant: Any) -> None:
    _, said = synced.push("origin", "main")
    (line,) = [each for each in said.splitlines() if "git config" in each]
    subprocess.run(["sh", "-c", line], cwd=synced.root, check=True)
    code, said = synced.push("origin", "main")
    assert code == 0
    assert "keycatch: left out 1 commit that upstream has, see keycatch.publishedOn" in said

    synced.add("again", plant.pair())
    synced.publish("upstream")
    assert synced.push("origin", "main")[0] == 0


def test_own_commits_count_all_the_same(synced: Fork, plant: Any) -> None:
    synced.git("config", "keycatch.publishedOn", "upstream")
    synced.add("own", plant.pair())
    code, said = synced.push("origin", "main")
    assert code == 1
    assert "in own" in said


def test_own_commits_are_rewritten_and_those_of_others_are_not(synced: Fork, plant: Any) -> None:
    synced.add("own", plant.pair())
    code, said = synced.push("origin", "main")
    assert code == 1
    assert "git config --add keycatch.publishedOn upstream" in said
    assert "-- own" in said
    assert "-- key" not in said


def test_a_remote_that_is_not_there_leaves_nothing_out(synced: Fork) -> None:
    synced.git("config", "keycatch.publishedOn", "elsewhere")
    assert synced.push("origin", "main")[0] == 1


def test_a_push_url_that_is_no_address(synced: Fork) -> None:
    """Many disable pushes to upstream: what it has is what was fetched."""
    synced.git("remote", "set-url", "--push", "upstream", "DISABLED")
    synced.git("config", "keycatch.publishedOn", "upstream")
    assert synced.push("origin", "main")[0] == 0


def test_a_fork_that_is_pushed_to_by_the_push_url_of_upstream(synced: Fork) -> None:
    synced.git("remote", "set-url", "--push", "upstream", str(synced.origin))
    code, said = synced.push("upstream", "main")
    assert code == 1
    assert "Already on upstream/main since 2024-03-01" in " ".join(said.split())
    synced.git("config", "keycatch.publishedOn", "upstream")
    assert synced.push("upstream", "main")[0] == 0


def test_a_file_that_is_not_committed_counts(synced: Fork) -> None:
    synced.write(".keycatch.toml", SETTING)
    code, said = synced.push("origin", "main")
    assert code == 0, said
    assert "see published-on" in said


def test_a_file_that_the_destination_has_counts(fork: Fork, plant: Any) -> None:
    fork.add(".keycatch.toml", SETTING)
    fork.publish("origin")
    fork.add("key", plant.pair())
    fork.publish("upstream")
    assert fork.push("origin", "main")[0] == 0


@pytest.mark.parametrize("name", [".keycatch.toml", "pyproject.toml"])
def test_a_push_cannot_silence_itself(synced: Fork, name: str) -> None:
    text = SETTING if name[0] == "." else f"[tool.keycatch]\n{SETTING}"
    synced.add(name, text)
    code, said = synced.push("origin", "main")
    assert code == 1
    assert "published-on counts only as the destination has it" in said


def test_nor_does_upstream_silence_itself(fork: Fork, plant: Any) -> None:
    fork.add(".keycatch.toml", SETTING)
    fork.add("key", plant.pair())
    fork.publish("upstream")
    assert fork.push("origin", "main")[0] == 1


def test_nor_does_a_branch_that_is_only_checked_out(synced: Fork) -> None:
    synced.git("checkout", "-q", "-b", "evil")
    synced.add(".keycatch.toml", SETTING)
    assert synced.push("origin", "main")[0] == 1


def test_a_push_that_changes_the_configuration_further(fork: Fork, plant: Any) -> None:
    """The destination has the setting, so it counts, whatever else is added."""
    fork.add(".keycatch.toml", SETTING)
    fork.publish("origin")
    fork.add("key", plant.pair())
    fork.publish("upstream")
    fork.add(".keycatch.toml", SETTING + 'fail-on = "low"\n')
    assert fork.push("origin", "main")[0] == 0


def test_a_configuration_that_is_named_counts_as_it_is(synced: Fork, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(SETTING)
    synced.hook("--config", str(tmp_path / "own.toml"))
    assert synced.push("origin", "main")[0] == 0
    synced.git("config", "keycatch.publishedOn", "upstream")
    synced.hook("--no-config")
    synced.git("update-ref", "refs/remotes/origin/main", "main~1")
    synced.git("-C", str(synced.origin), "update-ref", "refs/heads/main", "main~1", check=False)
    subprocess.run(
        ["git", "--git-dir", str(synced.origin), "update-ref", "-d", "refs/heads/main"], check=True
    )
    assert synced.push("origin", "main")[0] == 1


def test_a_value_of_another_type(synced: Fork) -> None:
    synced.write(".keycatch.toml", 'published-on = "upstream"\n')
    code, said = synced.push("origin", "main")
    assert code == 1
    assert ".keycatch.toml: published-on: must be a list of strings" in said


def test_under_the_framework(synced: Fork, keycatch: Any) -> None:
    variables = {
        "PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": "origin",
        "PRE_COMMIT_REMOTE_URL": str(synced.origin), "PRE_COMMIT_TO_REF": "main",
    }  # fmt: skip
    env = {**os.environ, **variables}
    done = keycatch("push", cwd=synced.root, env=env)
    assert done.returncode == 1
    synced.git("config", "keycatch.publishedOn", "upstream")
    done = keycatch("push", cwd=synced.root, env=env)
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_description(synced: Fork, keycatch: Any) -> None:
    assert keycatch("push", "origin", cwd=synced.root).returncode == 1
    synced.git("config", "keycatch.publishedOn", "upstream")
    assert keycatch("push", "origin", cwd=synced.root).returncode == 0


def test_a_message_that_another_remote_has(fork: Fork, plant: Any) -> None:
    fork.write("file", "text\n")
    fork.git("add", "--all")
    fork.git("commit", "-qm", plant.pair(), "--no-verify")
    fork.publish("upstream")
    code, said = fork.push("origin", "main")
    assert code == 1
    assert "Already on upstream/main since 2024-03-01" in " ".join(said.split())
    fork.git("config", "keycatch.publishedOn", "upstream")
    assert fork.push("origin", "main")[0] == 0


def test_a_rebased_copy_of_what_upstream_has_counts(synced: Fork) -> None:
    """It is another commit, which nobody has: only objects are compared, and no contents."""
    synced.git("config", "keycatch.publishedOn", "upstream")
    synced.git("reset", "-q", "--hard", "HEAD~1")
    synced.add("other", "text\n")
    synced.git("cherry-pick", "upstream/main")
    code, said = synced.push("origin", "main")
    assert code == 1
    assert "Already on" not in said


def test_a_tag_of_what_another_remote_has(synced: Fork, plant: Any) -> None:
    """Nobody has the message, whoever has the commit."""
    synced.git("push", "-q", "--no-verify", "origin", "main")
    synced.git("fetch", "-q", "origin")
    synced.git("tag", "-a", "-m", plant.pair(), "v1")
    code, said = synced.push("origin", "v1")
    assert code == 1
    assert "Already on" not in said
    assert "already on" not in said
    assert "git tag --delete v1" in said
