"""`keycatch ci` in the clone of a job, with the environment that the CI system gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ZERO = "0" * 40
VARIABLES = (
    "CI_PIPELINE_SOURCE", "CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "CIRCLECI",
    "TF_BUILD", "BITBUCKET_BUILD_NUMBER", "BUILDKITE", "DRONE", "TRAVIS", "GITEA_ACTIONS",
    "HARNESS_PIPELINE_ID", "CI_PIPELINE_EVENT", "CODEBUILD_BUILD_ID", "SEMAPHORE", "APPVEYOR",
    "CIRRUS_CI", "TEAMCITY_VERSION", "KEYCATCH_BASE",
)  # fmt: skip


@pytest.fixture
def server(repository: Any, tmp_path: Path, monkeypatch: Any) -> Path:
    """Return a bare repository with one commit on main, from which jobs clone."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "server.git"
    repository.git("init", "-q", "--bare", "-b", "main", str(path))
    repository.git("remote", "add", "origin", str(path))
    repository.git("checkout", "-q", "-b", "main")
    repository.commit("first")
    repository.git("push", "-q", "origin", "main")
    return path


@pytest.fixture
def job(repository: Any, server: Path, tmp_path: Path) -> Callable[..., Path]:
    """Push everything and clone it, as a job does; `options` are of git clone."""

    def clone(*options: str) -> Path:
        repository.git("push", "-q", "--force", "--all", "origin")
        path = tmp_path / f"job{len(list(tmp_path.iterdir()))}"
        repository.git("clone", "-q", *options, server.as_uri(), str(path))
        return path

    return clone


def head(repository: Any) -> str:
    return repository.git("rev-parse", "HEAD").strip()


def add(repository: Any, name: str, content: str = "text\n") -> str:
    repository.write(name, content)
    repository.commit()
    return head(repository)


@pytest.fixture
def github(keycatch: Any, tmp_path: Path) -> Callable[..., Any]:
    """Run the command under a push on GitHub Actions."""

    def run(code: int, clone: Path, before: str, after: str, *options: str, **more: Any) -> Any:
        event = {
            "ref": "refs/heads/main", "before": before, "after": after, "forced": False,
            "deleted": False, "head_commit": {"id": after},
            "repository": {"default_branch": "main"}, **more,
        }  # fmt: skip
        file = tmp_path / "event.json"
        file.write_text(json.dumps(event))
        env = {
            "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(file),
            "GITHUB_SHA": after, "GITHUB_REF": "refs/heads/main",
        }  # fmt: skip
        done = keycatch("ci", "--format", "json", *options, cwd=clone, env=env)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    return run


@pytest.fixture
def gitlab(keycatch: Any) -> Callable[..., Any]:
    """Run the command under a merge request on GitLab CI/CD."""

    def run(code: int, clone: Path, base: str, tip: str) -> Any:
        env = {
            "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": tip,
            "CI_MERGE_REQUEST_IID": "1", "CI_DEFAULT_BRANCH": "main",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        }  # fmt: skip
        done = keycatch("ci", "--format", "json", cwd=clone, env=env)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    return run


def test_a_push_on_github(github: Any, job: Any, repository: Any, server: Path, plant: Any) -> None:
    before = head(repository)
    add(repository, "key", plant.pair())
    after = add(repository, "other")
    done = github(1, job(), before, after)
    assert done.paths() == {"key"}
    assert done.report()["scan"]["kind"] == "ci"
    assert "2 commits" in done.stderr
    assert before in done.stderr
    assert github(1, job(), before, after, "-q").stderr == ""


def test_a_clean_push_on_github(
    github: Any, job: Any, repository: Any, server: Path, plant: Any
) -> None:
    add(repository, "key", plant.pair())
    before = head(repository)
    after = add(repository, "other")
    assert github(0, job(), before, after).report()["findings"] == []


def test_added_and_removed_again(
    github: Any, job: Any, repository: Any, server: Path, plant: Any
) -> None:
    before = head(repository)
    add(repository, "key", plant.pair())
    repository.git("rm", "-q", "key")
    after = add(repository, "other")
    assert github(1, job(), before, after).paths() == {"key"}


def test_a_shallow_clone_is_an_error(
    github: Any, job: Any, repository: Any, server: Path, plant: Any
) -> None:
    before = head(repository)
    add(repository, "key", plant.pair())
    after = add(repository, "other")
    done = github(2, job("--depth=1"), before, after)
    assert "fetch-depth: 0" in done.stderr
    assert done.stdout == ""


def test_a_shallow_clone_that_ends_in_the_range(
    github: Any, job: Any, repository: Any, server: Path, plant: Any
) -> None:
    """The range is all there by name, and yet its first commits are not."""
    before = head(repository)
    for name in ("a", "b", "c"):
        after = add(repository, name)
    clone = job("--depth=2")
    repository.git("-C", str(clone), "fetch", "-q", "--depth=1", "origin", before)
    assert "fetch-depth: 0" in github(2, clone, before, after).stderr


def test_after_a_forced_push(
    github: Any, job: Any, repository: Any, server: Path, plant: Any
) -> None:
    """The commit before it is on no branch any more."""
    add(repository, "a")
    after = add(repository, "key", plant.pair())
    done = github(1, job(), "1" * 40, after, forced=True)
    assert done.paths() == {"key"}


def test_a_merge_request_on_gitlab(
    gitlab: Any, job: Any, repository: Any, server: Path, plant: Any
) -> None:
    base = head(repository)
    repository.git("checkout", "-qb", "feature")
    tip = add(repository, "key", plant.pair())
    done = gitlab(1, job(), base, tip)
    assert done.paths() == {"key"}
    done = gitlab(2, job("--depth=1", "--branch=feature"), base, tip)
    assert "GIT_DEPTH" in done.stderr


def test_outside_of_ci(keycatch: Any, repository: Any, server: Path) -> None:
    done = keycatch("ci", cwd=repository.root)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_not_a_repository(github: Any, repository: Any, server: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert "not a git repository" in github(2, outside, ZERO, "1" * 40).stderr


# Events without a change, and systems that are not known


@pytest.mark.parametrize(
    "name", ["schedule", "workflow_dispatch", "release", "repository_dispatch"]
)
def test_an_event_without_a_change_reads_the_files_and_gets_green_again(
    keycatch: Any, repository: Any, job: Any, plant: Any, name: str
) -> None:
    def run() -> Any:
        environ = {
            "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_SHA": head(repository),
        }  # fmt: skip
        return keycatch("ci", "--format=json", cwd=job(), env=environ)

    add(repository, "deep/key", plant.pair())
    add(repository, "later")
    done = run()
    assert (done.returncode, done.paths()) == (1, {"deep/key"})
    assert f"the files of {head(repository)} as they are" in done.stderr
    assert "`keycatch history` scans all commits" in done.stderr

    add(repository, "deep/key", "taken out\n")
    done = run()
    assert done.returncode == 0, done.stdout
    assert done.report()["scan"]["counts"]["blobs"] == 2  # `first` and `later` are one content
    assert done.report()["scan"]["counts"]["commits"] == 1


def test_the_other_workflow_of_a_pull_request_is_its_commits(
    keycatch: Any, repository: Any, job: Any, plant: Any, tmp_path: Path
) -> None:
    """What is added and removed again is in them, and the default branch is checked out."""
    repository.git("checkout", "-q", "-b", "feat")
    add(repository, "key", plant.pair())
    tip = add(repository, "key", "gone\n")
    run = {"head_sha": tip, "head_branch": "feat", "head_repository": {"full_name": "o/r"}}
    event = {
        "workflow_run": run, "repository": {"default_branch": "main", "full_name": "o/r"},
    }  # fmt: skip
    (tmp_path / "event.json").write_text(json.dumps(event))
    environ = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_run",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
    }  # fmt: skip
    assert keycatch("ci", cwd=job(), env=environ).returncode == 1


def test_a_system_that_is_not_known(keycatch: Any, repository: Any, job: Any, plant: Any) -> None:
    clone = job()
    assert "--base" in keycatch("ci", cwd=clone).stderr

    repository.git("checkout", "-q", "-b", "feat")
    add(repository, "key", plant.pair())
    add(repository, "key", "gone\n")
    clone = job("--branch=feat")
    for options, env in ((("--base=main",), {}), ((), {"KEYCATCH_BASE": "main"})):
        done = keycatch("ci", *options, cwd=clone, env=env)
        assert done.returncode == 1
        assert "2 commits of HEAD without refs/remotes/origin/main" in done.stderr
    done = keycatch("ci", "--base=nowhere", cwd=clone)
    assert done.returncode == 2
    assert "git fetch origin" in done.stderr
    assert keycatch("ci", "--base=-x", cwd=clone).returncode == 2


def test_the_base_itself_is_never_an_empty_range(
    keycatch: Any, repository: Any, job: Any, plant: Any
) -> None:
    """TeamCity does not name the branch: after a push to main nothing is left of HEAD..main."""
    add(repository, "key", plant.pair())
    for environ in ({"TEAMCITY_VERSION": "1", "BUILD_VCS_NUMBER": head(repository)}, {}):
        done = keycatch("ci", "--base=main", cwd=job(), env=environ)
        assert done.returncode == 1
        assert "KEYCATCH_BASE has it already" in done.stderr


def test_gitea_after_a_forced_push(
    keycatch: Any, repository: Any, job: Any, plant: Any, tmp_path: Path
) -> None:
    repository.git("checkout", "-q", "-b", "feat")
    add(repository, "key", plant.pair())
    event = {
        "ref": "refs/heads/feat", "before": "1" * 40, "after": head(repository),
        "repository": {"default_branch": "main"},
    }  # fmt: skip
    (tmp_path / "event.json").write_text(json.dumps(event))
    environ = {
        "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
    }  # fmt: skip
    done = keycatch("ci", cwd=job(), env=environ)
    assert done.returncode == 1
    assert "Gitea Actions, forced push: 1 commit" in done.stderr
