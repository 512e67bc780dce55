"""The ranges on real repositories, as git sees them in the clone of a job."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from scanner.ci import detect

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}  # fmt: skip


class Repository:
    """A repository of the test's own."""

    def __init__(self, path):
        self.path = path

    def git(self, *arguments, check=True):
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            env=ENVIRONMENT, capture_output=True, text=True, check=check,
        )  # fmt: skip
        return done.stdout.strip()

    def commit(self, text):
        (self.path / "file").write_text(text)
        self.git("add", "file")
        self.git("commit", "-qm", text)
        return self.git("rev-parse", "HEAD")

    def scanned(self, change):
        excluded = [f"^{revision}" for revision in change.exclude]
        listed = self.git("rev-list", "--end-of-options", *change.include, *excluded)
        return set(listed.split())


@pytest.fixture
def work(tmp_path):
    """A developer's clone with one commit on main, pushed."""
    server = tmp_path / "server.git"
    subprocess.run(
        ["git", "init", "-q", "--bare", "-b", "main", str(server)], env=ENVIRONMENT, check=True
    )
    path = tmp_path / "work"
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], env=ENVIRONMENT, check=True)
    repository = Repository(path)
    repository.git("remote", "add", "origin", str(server))
    repository.first = repository.commit("first")
    repository.git("push", "-q", "origin", "main")
    return repository


@pytest.fixture
def job(work, tmp_path):
    """Return a function that makes the complete clone of a job, as actions/checkout does."""

    def clone():
        path = tmp_path / f"job{len(list(tmp_path.iterdir()))}"
        subprocess.run(["git", "init", "-q", str(path)], env=ENVIRONMENT, check=True)
        repository = Repository(path)
        repository.git("remote", "add", "origin", work.git("remote", "get-url", "origin"))
        repository.git("fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", "--tags")
        return repository

    return clone


def pushed(ref, before, after):
    event = {
        "ref": ref, "before": before, "after": after, "forced": False, "deleted": False,
        "repository": {"default_branch": "main"}, "head_commit": {"id": after},
    }  # fmt: skip
    environ = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": "event",
    }  # fmt: skip
    return detect(environ, lambda path: json.dumps(event).encode())


def test_two_branches_pushed_at_once_hide_nothing_from_each_other(work, job):
    """With `--not --remotes` each would leave out what the other has as well."""
    shared = work.commit("shared")
    tips = {}
    for name in ("one", "two"):
        work.git("checkout", "-qb", name, shared)
        tips[name] = work.commit(name)
    work.git("push", "-q", "origin", "one", "two")
    clone = job()
    changes = {n: pushed(f"refs/heads/{n}", "0" * 40, tip) for n, tip in tips.items()}
    for name, tip in tips.items():
        assert clone.scanned(changes[name]) == {shared, tip}
    other = {"one": "two", "two": "one"}
    by_remotes = [
        clone.git("rev-list", tip, "--not", f"refs/remotes/origin/{other[name]}")
        for name, tip in tips.items()
    ]
    assert not any(shared in listed for listed in by_remotes)


def test_a_tag_called_like_the_base_hides_nothing(work, job):
    """Git resolves `origin/main` to the tag first; anybody who can push can make one."""
    work.git("checkout", "-qb", "feat")
    leak = work.commit("leak")
    work.git("tag", "origin/main", leak)
    work.git("push", "-q", "origin", "feat", "refs/tags/origin/main")
    clone = job()
    assert clone.git("rev-list", leak, "^origin/main") == ""  # the trap
    assert clone.scanned(pushed("refs/heads/feat", "0" * 40, leak)) == {leak}


def test_a_branch_called_like_a_short_hash_hides_nothing(work, job):
    """Bitbucket names the destination by 12 digits, which git takes for a branch first."""
    short = work.first[:12]
    work.git("checkout", "-qb", short)
    leak = work.commit("leak")
    work.git("push", "-q", "origin", f"refs/heads/{short}")
    clone = job()
    clone.git("checkout", "-qb", short, leak)
    assert clone.git("rev-list", "HEAD", f"^{short}") == ""  # the trap
    change = detect({
        "BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_ID": "1", "BITBUCKET_COMMIT": leak,
        "BITBUCKET_PR_DESTINATION_COMMIT": short, "BITBUCKET_PR_DESTINATION_BRANCH": "main",
    })  # fmt: skip
    assert clone.scanned(change) == {leak}


def test_a_pull_request_is_its_commits_and_not_its_endpoints(work, job):
    """What is added and removed again in between is in the range."""
    work.git("checkout", "-qb", "feat")
    added, removed = work.commit("leak"), work.commit("first")
    work.git("push", "-q", "origin", "feat")
    event = {"pull_request": {"base": {"sha": work.first}, "head": {"sha": removed}}}
    environ = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "event",
    }  # fmt: skip
    change = detect(environ, lambda path: json.dumps(event).encode())
    assert job().scanned(change) == {added, removed}


def test_merged_results_have_only_the_commits_of_the_merge_request(work, job):
    work.git("checkout", "-qb", "feat")
    mine = work.commit("mine")
    work.git("checkout", "-q", "main")
    theirs = work.commit("theirs")
    work.git("merge", "-q", "-s", "ours", "-m", "merge", "feat")
    merge = work.git("rev-parse", "HEAD")
    work.git("push", "-q", "origin", "main", "feat")
    change = detect({
        "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_COMMIT_SHA": merge,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": work.first, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": theirs,
    })  # fmt: skip
    assert job().scanned(change) == {mine, merge}


def test_the_remedy_fetches_what_is_missing(work, tmp_path):
    """A runner that fetched the branch of the job only has no base; the command gets it."""
    work.git("checkout", "-qb", "feat")
    tip = work.commit("mine")
    work.git("push", "-q", "origin", "feat")
    path = tmp_path / "job"
    subprocess.run(["git", "init", "-q", str(path)], env=ENVIRONMENT, check=True)
    clone = Repository(path)
    clone.git("remote", "add", "origin", work.git("remote", "get-url", "origin"))
    clone.git("fetch", "-q", "origin", "+refs/heads/feat:refs/remotes/origin/feat")
    change = detect({
        "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": tip,
        "CI_COMMIT_BEFORE_SHA": "0" * 40, "CI_COMMIT_BRANCH": "feat", "CI_DEFAULT_BRANCH": "main",
    })  # fmt: skip
    assert clone.git("rev-parse", "-q", "--verify", *change.exclude, check=False) == ""
    command = change.remedy[change.remedy.index("git fetch") :].split()
    clone.git(*command[1:])
    assert clone.scanned(change) == {tip}
