"""What each CI system's variables and events come to: a test for every row and every trap."""

from __future__ import annotations

import json
import random
import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.ci import PROVIDERS, detect
from scanner.ci.event_file import LARGEST, read_event
from scanner.ci.interface import NoRange

_RNG = random.Random(5)
A, B, C, HEAD = (f"{_RNG.getrandbits(160):040x}" for _ in range(4))
"""The base, what was there before, something else, and what is built."""
ZERO = "0" * 40
EVENT_FILE = "/runner/event.json"
REVISION = re.compile(r"HEAD|[0-9a-f]{40}|[0-9a-f]{64}|refs/[^\x00-\x20~^:?*\[\\]+")


def remote(branch):
    return f"refs/remotes/origin/{branch}"


def ask(environ, event=None):
    content = json.dumps(event).encode() if isinstance(event, (dict, list)) else event

    def read(path):
        assert path == EVENT_FILE
        assert content is not None, "the event file is not to be read here"
        return content

    return detect(environ, read)


def github(name, event=None, **more):
    environ = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": EVENT_FILE,
        "GITHUB_SHA": C, "JENKINS_URL": "https://inherited.example/", **more,
    }  # fmt: skip
    return ask(environ, event)


def push_event(**more):
    return {
        "ref": "refs/heads/feat", "before": B, "after": HEAD, "forced": False, "deleted": False,
        "repository": {"default_branch": "main"}, "head_commit": {"id": HEAD}, **more,
    }  # fmt: skip


PULL_REQUEST = {"pull_request": {"base": {"sha": A, "ref": "main"}, "head": {"sha": HEAD}}}


def check(change, event, include, exclude, *said):
    assert (change.event, change.include, change.exclude) == (event, include, exclude)
    for text in said:
        assert text in f"{change.taken_from}; {change.remedy}"


# GitHub Actions


@pytest.mark.parametrize(
    "name", ["pull_request", "pull_request_review", "pull_request_review_comment"]
)
def test_github_pull_request(name):
    """Its own commits, from the event: GITHUB_SHA is a merge, GITHUB_BASE_REF only a name."""
    change = github(name, PULL_REQUEST, GITHUB_BASE_REF="main")
    check(change, "pull request", (HEAD,), (A,), "pull_request.base.sha", "fetch-depth: 0")
    assert change.provider == "GitHub Actions"


def test_github_pull_request_target_has_the_base_checked_out():
    change = github("pull_request_target", PULL_REQUEST)
    check(change, "pull request", (HEAD,), (A,), "run the workflow on pull_request instead")


def test_github_push_does_not_read_the_list_of_commits():
    change = github("push", push_event(commits=[{"id": C}] * 2048))
    check(change, "push", (HEAD,), (B,), "before and after")


def test_github_new_branch():
    """Not what other branches have: two branches pushed at once would hide each other."""
    change = github("push", push_event(before=ZERO))
    check(
        change, "new branch", (HEAD,), (remote("main"),), "repository.default_branch",
        "fetch-depth: 0", "git fetch origin +refs/heads/main:refs/remotes/origin/main",
    )  # fmt: skip


def test_github_new_branch_against_a_base_of_ones_own():
    change = github("push", push_event(before=ZERO), KEYCATCH_BASE="develop")
    check(change, "new branch", (HEAD,), (remote("develop"),), "KEYCATCH_BASE")


def test_github_first_push_of_the_default_branch_is_scanned_whole():
    change = github("push", push_event(before=ZERO, ref="refs/heads/main"))
    check(change, "new branch", (HEAD,), (), "this branch itself")


def test_github_push_after_one_that_nobody_looked_at():
    """`before` can be of a push with [skip ci]: a base that was set leaves out no more."""
    change = github("push", push_event(), KEYCATCH_BASE="main")
    check(change, "push", (HEAD,), (remote("main"),), "KEYCATCH_BASE")
    on_main = push_event(ref="refs/heads/main")
    check(github("push", on_main, KEYCATCH_BASE="main"), "push", (HEAD,), (B,), "before")
    check(github("push", on_main, KEYCATCH_BASE=C), "push", (HEAD,), (C,), "KEYCATCH_BASE")


def test_github_forced_push():
    """No clone has `before`: nothing points at it any more."""
    check(github("push", push_event(forced=True)), "forced push", (HEAD,), (remote("main"),))
    change = github("push", push_event())
    check(change.after_rewrite, "forced push", (HEAD,), (remote("main"),))
    on_main = push_event(forced=True, ref="refs/heads/main")
    check(github("push", on_main), "forced push", (HEAD,), ())


@pytest.mark.parametrize("before", [ZERO, B])
def test_github_tag(before):
    """`after` of an annotated tag is the tag object, which the checkout does not fetch."""
    event = push_event(ref="refs/tags/v1", before=before, after=C)
    check(github("push", event), "tag", (HEAD,), (remote("main"),), "head_commit.id")


@pytest.mark.parametrize("more", [{"deleted": True}, {"after": ZERO}])
def test_github_deletion_is_no_clean_scan(more):
    with pytest.raises(NoRange, match=r"deletes 'refs/heads/feat'.*github\.event\.deleted"):
        github("push", push_event(**more))


def test_github_merge_group():
    event = {"merge_group": {"base_sha": A, "head_sha": HEAD}}
    check(github("merge_group", event), "merge group", (HEAD,), (A,), "merge_group.base_sha")


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("schedule", "schedule"),
        ("workflow_dispatch", "manual run"),
        ("repository_dispatch", "manual run"),
        ("release", "release"),
    ],
)
def test_github_event_without_a_change_is_scanned_whole(name, event):
    change = github(name)
    check(change, event, (C,), (), "GITHUB_SHA")
    assert change.is_tree  # all commits would keep a repaired repository red


def workflow_run(**more):
    run = {
        "head_sha": HEAD, "head_branch": "feat", "head_repository": {"full_name": "o/r"}, **more
    }  # fmt: skip
    repository = {"default_branch": "main", "full_name": "o/r"}
    return {"workflow_run": run, "repository": repository}


def test_github_workflow_run_is_about_the_commit_of_the_other_workflow():
    change = github("workflow_run", workflow_run())
    check(change, "workflow run", (HEAD,), (remote("main"),), "workflow_run.head_sha")
    change = github("workflow_run", workflow_run(head_branch="main"))
    check(change, "workflow run", (HEAD,), ())
    assert change.is_tree


@pytest.mark.parametrize("of", [{"full_name": "mallory/r"}, {}, None])
def test_github_workflow_run_of_a_fork_that_calls_its_branch_main(of):
    change = github("workflow_run", workflow_run(head_branch="main", head_repository=of))
    check(change, "workflow run", (HEAD,), (remote("main"),))
    assert not change.is_tree


def test_github_event_that_is_not_known_against_a_base():
    change = github("issue_comment", KEYCATCH_BASE="main")
    check(change, "event", (C,), (remote("main"),), "KEYCATCH_BASE")
    check(change.on_base, "event", (C,), ())


@pytest.mark.parametrize("name", ["issue_comment", "", "push\n::x::"])
def test_github_other_events(name):
    with pytest.raises(NoRange, match="does not name the changed commits") as refused:
        github(name)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b'{"pull_request"', "not valid JSON"),
        (b"\xff\xfe\x00\xd8", "not valid JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"x":' * 100_000, "nested too deeply"),
        (b'{"x": ' + b"9" * 5_000 + b"}", "not valid JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", r"no text in pull_request\.head\.sha"),
        (b'{"pull_request": []}', r"no text in pull_request\.head\.sha"),
        (b'{"pull_request": {"head": {"sha": 5}}}', r"no text in pull_request\.head\.sha"),
        (b" " * (50 << 20), "larger than 32 MiB"),
    ],
    ids=range(12),
)
def test_github_unusable_event_file(content, reason):
    with pytest.raises(NoRange, match=reason) as refused:
        github("pull_request", content)
    assert EVENT_FILE in str(refused.value)


def test_github_without_an_event_file():
    with pytest.raises(NoRange, match="GITHUB_EVENT_PATH is empty"):
        github("push", push_event(), GITHUB_EVENT_PATH="")


def test_event_file_is_read_only_as_far_as_it_may_reach(tmp_path):
    large = tmp_path / "event.json"
    with large.open("wb") as file:
        file.truncate(50 << 20)
    assert len(read_event(str(large))) == LARGEST + 1


@pytest.mark.parametrize("name", ["missing", ".", "line\nfeed", "nul\0"])
def test_event_file_that_cannot_be_read(tmp_path, name):
    with pytest.raises(NoRange, match="event file") as refused:
        read_event(str(tmp_path / name))
    assert str(refused.value).isprintable()


# GitLab


def gitlab(**more):
    return ask({
        "GITLAB_CI": "true", "CI_COMMIT_SHA": HEAD, "CI_DEFAULT_BRANCH": "main",
        "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "feat", "CI_COMMIT_BEFORE_SHA": ZERO,
        **more,
    })  # fmt: skip


MERGE_REQUEST = {
    "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA": A, "CI_COMMIT_BRANCH": "",
}  # fmt: skip


def test_gitlab_merge_request():
    """CI_COMMIT_BEFORE_SHA is zeros there (gitlab#12850)."""
    change = gitlab(**MERGE_REQUEST)
    check(change, "merge request", (HEAD,), (A,), "CI_MERGE_REQUEST_DIFF_BASE_SHA", "GIT_DEPTH")
    assert change.after_rewrite is None


def test_gitlab_merged_results_leave_out_the_target_branch():
    change = gitlab(**MERGE_REQUEST, CI_MERGE_REQUEST_TARGET_BRANCH_SHA=C)
    check(change, "merge request", (HEAD,), (A, C), "CI_MERGE_REQUEST_TARGET_BRANCH_SHA")


def test_gitlab_merge_train():
    """The target is then the commit of the train before it, whose requests are not this one's."""
    change = gitlab(
        **MERGE_REQUEST, CI_MERGE_REQUEST_EVENT_TYPE="merge_train",
        CI_MERGE_REQUEST_TARGET_BRANCH_SHA=C, CI_COMMIT_REF_NAME="refs/merge-requests/7/train",
    )  # fmt: skip
    check(change, "merge request", (HEAD,), (A, C), "CI_MERGE_REQUEST_TARGET_BRANCH_SHA")


def test_gitlab_child_of_a_merge_request_pipeline():
    change = gitlab(**{**MERGE_REQUEST, "CI_PIPELINE_SOURCE": "parent_pipeline"})
    check(change, "merge request", (HEAD,), (A,))


def test_gitlab_merge_request_without_its_base():
    with pytest.raises(NoRange, match="CI_MERGE_REQUEST_DIFF_BASE_SHA is empty"):
        gitlab(**{**MERGE_REQUEST, "CI_MERGE_REQUEST_DIFF_BASE_SHA": ""})


def test_gitlab_external_pull_request():
    change = gitlab(
        CI_PIPELINE_SOURCE="external_pull_request_event",
        CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA=A,
    )
    check(change, "pull request", (HEAD,), (A,))


def test_gitlab_push_and_what_a_forced_one_falls_back_to():
    change = gitlab(CI_COMMIT_BEFORE_SHA=B)
    check(change, "push", (HEAD,), (B,), "CI_COMMIT_BEFORE_SHA")
    check(change.after_rewrite, "forced push", (HEAD,), (remote("main"),), "CI_DEFAULT_BRANCH")
    rewritten = gitlab(CI_COMMIT_BEFORE_SHA=B, CI_COMMIT_BRANCH="main").after_rewrite
    check(rewritten, "forced push", (HEAD,), ())


def test_gitlab_new_branch():
    """The runner fetches the pipeline's own branch only, so the remedy says to fetch the base."""
    change = gitlab()
    check(change, "new branch", (HEAD,), (remote("main"),), "GIT_DEPTH", "git fetch origin")
    check(gitlab(CI_COMMIT_BRANCH="main"), "new branch", (HEAD,), ())


def test_gitlab_tag():
    check(gitlab(CI_COMMIT_TAG="v1", CI_COMMIT_BRANCH=""), "tag", (HEAD,), (remote("main"),))


@pytest.mark.parametrize(
    ("source", "event"),
    [("schedule", "schedule"), ("web", "manual run"), ("api", "manual run")],
)
def test_gitlab_pipeline_without_a_change_is_scanned_whole(source, event):
    """Its CI_COMMIT_BEFORE_SHA is zeros as well (gitlab#493695)."""
    check(gitlab(CI_PIPELINE_SOURCE=source), event, (HEAD,), ())


# Jenkins


def jenkins(**more):
    return ask({"JENKINS_URL": "https://ci.example/", "GIT_COMMIT": HEAD, **more})


def test_jenkins_change_request():
    """CHANGE_TARGET is a name; its remote-tracking branch may not have been fetched."""
    change = jenkins(CHANGE_TARGET="release/1.x", CHANGE_ID="3", BRANCH_NAME="PR-3")
    check(
        change, "pull request", ("HEAD",), (remote("release/1.x"),), "CHANGE_TARGET",
        "+refs/heads/release/1.x:refs/remotes/origin/release/1.x", "shallow clone",
    )  # fmt: skip


def test_jenkins_push_goes_back_to_the_last_success():
    """What a failed build found must not be passed over by the next one."""
    change = jenkins(GIT_PREVIOUS_COMMIT=B, GIT_PREVIOUS_SUCCESSFUL_COMMIT=A, BRANCH_NAME="feat")
    check(change, "push", (HEAD,), (A,), "GIT_PREVIOUS_SUCCESSFUL_COMMIT")
    assert change.after_rewrite is None
    check(jenkins(GIT_PREVIOUS_COMMIT=B), "push", (HEAD,), (B,), "GIT_PREVIOUS_COMMIT")


def test_jenkins_forced_push_has_the_base_to_fall_back_to():
    change = jenkins(GIT_PREVIOUS_COMMIT=B, GIT_BRANCH="origin/feat", KEYCATCH_BASE="main")
    check(change.after_rewrite, "forced push", (HEAD,), (remote("main"),))


def test_jenkins_build_of_the_same_commit_again_is_not_an_empty_range():
    with pytest.raises(NoRange, match=r"first build.*KEYCATCH_BASE"):
        jenkins(GIT_PREVIOUS_COMMIT=HEAD, GIT_PREVIOUS_SUCCESSFUL_COMMIT=HEAD)


def test_jenkins_first_build():
    with pytest.raises(NoRange, match="set the variable KEYCATCH_BASE"):
        jenkins(BRANCH_NAME="feat")
    change = jenkins(BRANCH_NAME="feat", KEYCATCH_BASE="origin/main")
    check(change, "first build", (HEAD,), (remote("main"),))
    check(jenkins(GIT_BRANCH="origin/main", KEYCATCH_BASE="main"), "first build", (HEAD,), ())
    check(jenkins(BRANCH_NAME="trunk", BRANCH_IS_PRIMARY="true"), "first build", (HEAD,), ())


def test_jenkins_without_the_variables_of_the_git_plugin():
    """A scripted pipeline does not have them: then it is what is checked out."""
    change = jenkins(GIT_COMMIT="", BRANCH_NAME="feat", KEYCATCH_BASE="main")
    check(change, "first build", ("HEAD",), (remote("main"),), "the checked-out commit")


def test_jenkins_tag():
    check(jenkins(TAG_NAME="v1", KEYCATCH_BASE="main"), "tag", (HEAD,), (remote("main"),))


# CircleCI


def circleci(**more):
    return ask({"CIRCLECI": "true", "CIRCLE_SHA1": HEAD, "CIRCLE_BRANCH": "feat", **more})


def test_circleci_has_no_base_of_its_own():
    with pytest.raises(NoRange, match=r"CircleCI does not say.*KEYCATCH_BASE"):
        circleci()
    with pytest.raises(NoRange, match="this pull request"):
        circleci(CIRCLE_PULL_REQUEST="https://github.com/o/r/pull/1")


def test_circleci_against_the_base():
    change = circleci(KEYCATCH_BASE="main", KEYCATCH_BEFORE=B)
    check(change, "push", (HEAD,), (remote("main"),), "KEYCATCH_BASE", "method: full")


def test_circleci_on_the_base_itself():
    on_main = {"CIRCLE_BRANCH": "main", "KEYCATCH_BASE": "main"}
    check(circleci(**on_main), "push", (HEAD,), ())
    change = circleci(**on_main, KEYCATCH_BEFORE=B)
    check(change, "push", (HEAD,), (B,), "KEYCATCH_BEFORE")
    check(change.after_rewrite, "forced push", (HEAD,), ())
    check(circleci(**on_main, KEYCATCH_BEFORE=HEAD), "push", (HEAD,), ())


def test_circleci_with_the_pipeline_value_alone():
    check(circleci(KEYCATCH_BEFORE=B), "push", (HEAD,), (B,))
    with pytest.raises(NoRange, match="KEYCATCH_BASE"):
        circleci(KEYCATCH_BEFORE="")  # the first pipeline of a branch


def test_circleci_tag():
    change = circleci(CIRCLE_TAG="v1", CIRCLE_BRANCH="", KEYCATCH_BASE="main")
    check(change, "tag", (HEAD,), (remote("main"),))


# Azure Pipelines


def azure(**more):
    return ask({
        "TF_BUILD": "True", "BUILD_SOURCEVERSION": HEAD, "BUILD_REASON": "IndividualCI",
        "BUILD_SOURCEBRANCH": "refs/heads/feat", **more,
    })  # fmt: skip


@pytest.mark.parametrize("target", ["refs/heads/release/1", "release/1"])
def test_azure_pull_request_to_azure_repos_and_to_github(target):
    change = azure(
        BUILD_REASON="PullRequest", SYSTEM_PULLREQUEST_TARGETBRANCH=target,
        BUILD_SOURCEBRANCH="refs/pull/5/merge",
    )  # fmt: skip
    check(change, "pull request", (HEAD,), (remote("release/1"),), "fetchDepth: 0")


def test_azure_pull_request_without_its_target():
    with pytest.raises(NoRange, match="SYSTEM_PULLREQUEST_TARGETBRANCH is empty"):
        azure(BUILD_REASON="PullRequest")


@pytest.mark.parametrize("reason", ["IndividualCI", "BatchedCI"])
def test_azure_push(reason):
    with pytest.raises(NoRange, match=r"Azure Pipelines does not say.*KEYCATCH_BASE"):
        azure(BUILD_REASON=reason)
    change = azure(BUILD_REASON=reason, KEYCATCH_BASE="refs/heads/main")
    check(change, "push", (HEAD,), (remote("main"),))


def test_azure_push_to_the_base_itself():
    change = azure(BUILD_SOURCEBRANCH="refs/heads/main", KEYCATCH_BASE="main")
    check(change, "push", (HEAD,), ())


def test_azure_tag():
    change = azure(BUILD_SOURCEBRANCH="refs/tags/main", KEYCATCH_BASE="main")
    check(change, "tag", (HEAD,), (remote("main"),))


@pytest.mark.parametrize(("reason", "event"), [("Schedule", "schedule"), ("Manual", "manual run")])
def test_azure_run_without_a_change_is_scanned_whole(reason, event):
    check(azure(BUILD_REASON=reason), event, (HEAD,), ())


# Bitbucket


def bitbucket(**more):
    return ask({
        "BITBUCKET_BUILD_NUMBER": "9", "BITBUCKET_COMMIT": HEAD, "BITBUCKET_BRANCH": "feat", **more,
    })  # fmt: skip


def test_bitbucket_pull_request_does_not_trust_the_short_hash():
    """Git would take a source branch of that name for it, and the range would be empty."""
    change = bitbucket(
        BITBUCKET_PR_ID="2", BITBUCKET_PR_DESTINATION_COMMIT=A[:12], BITBUCKET_BRANCH=A[:12],
        BITBUCKET_PR_DESTINATION_BRANCH="main",
    )  # fmt: skip
    check(change, "pull request", ("HEAD",), (remote("main"),), "depth: full", "git fetch")


def test_bitbucket_push():
    with pytest.raises(NoRange, match="KEYCATCH_BASE"):
        bitbucket()
    check(bitbucket(KEYCATCH_BASE="main"), "push", (HEAD,), (remote("main"),))
    short = bitbucket(KEYCATCH_BASE="main", BITBUCKET_COMMIT=HEAD[:12])
    check(short, "push", ("HEAD",), (remote("main"),))


def test_bitbucket_tag():
    change = bitbucket(BITBUCKET_TAG="v1", BITBUCKET_BRANCH="", KEYCATCH_BASE="main")
    check(change, "tag", (HEAD,), (remote("main"),))


# Buildkite


def buildkite(**more):
    return ask({
        "BUILDKITE": "true", "BUILDKITE_COMMIT": HEAD, "BUILDKITE_BRANCH": "feat",
        "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "", **more,
    })  # fmt: skip


def test_buildkite_pull_request():
    change = buildkite(BUILDKITE_PULL_REQUEST="12", BUILDKITE_PULL_REQUEST_BASE_BRANCH="develop")
    check(change, "pull request", (HEAD,), (remote("develop"),), "BUILDKITE_GIT_CLONE_FLAGS")


def test_buildkite_push_is_against_the_default_branch():
    check(buildkite(), "push", (HEAD,), (remote("main"),), "BUILDKITE_PIPELINE_DEFAULT_BRANCH")
    check(buildkite(BUILDKITE_BRANCH="main"), "push", (HEAD,), ())


def test_buildkite_started_by_hand_does_not_name_the_commit():
    check(buildkite(BUILDKITE_COMMIT="HEAD"), "push", ("HEAD",), (remote("main"),))


def test_buildkite_tag_and_schedule():
    check(buildkite(BUILDKITE_TAG="v1"), "tag", (HEAD,), (remote("main"),))
    check(buildkite(BUILDKITE_SOURCE="schedule"), "schedule", (HEAD,), ())


# Drone


def drone(**more):
    return ask({
        "DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_COMMIT_SHA": HEAD,
        "DRONE_COMMIT_BEFORE": B, "DRONE_BRANCH": "feat", "DRONE_TARGET_BRANCH": "feat",
        "DRONE_REPO_BRANCH": "main", **more,
    })  # fmt: skip


def test_drone_push_and_what_a_forced_one_falls_back_to():
    change = drone()
    check(change, "push", (HEAD,), (B,), "DRONE_COMMIT_BEFORE", "clone block")
    check(change.after_rewrite, "forced push", (HEAD,), (remote("main"),))


@pytest.mark.parametrize("before", ["", ZERO])
def test_drone_new_branch(before):
    check(drone(DRONE_COMMIT_BEFORE=before), "new branch", (HEAD,), (remote("main"),))


def test_drone_pull_request():
    """DRONE_BRANCH is the target there, and is not what is built."""
    change = drone(
        DRONE_BUILD_EVENT="pull_request", DRONE_COMMIT_BEFORE="", DRONE_BRANCH="main",
        DRONE_TARGET_BRANCH="main",
    )  # fmt: skip
    check(change, "pull request", (HEAD,), (remote("main"),), "DRONE_TARGET_BRANCH")


def test_drone_tag_cron_and_promotion():
    check(drone(DRONE_BUILD_EVENT="tag", DRONE_BRANCH=""), "tag", (HEAD,), (remote("main"),))
    check(drone(DRONE_BUILD_EVENT="cron"), "schedule", (HEAD,), ())
    check(drone(DRONE_BUILD_EVENT="promote"), "manual run", (HEAD,), ())


# Travis


def travis(**more):
    return ask({
        "TRAVIS": "true", "TRAVIS_EVENT_TYPE": "push", "TRAVIS_COMMIT": HEAD,
        "TRAVIS_BRANCH": "feat", "TRAVIS_PULL_REQUEST": "false",
        "TRAVIS_COMMIT_RANGE": f"{B}...{HEAD}", **more,
    })  # fmt: skip


@pytest.mark.parametrize("dots", ["..", "..."])
def test_travis_push(dots):
    change = travis(TRAVIS_COMMIT_RANGE=f"{B}{dots}{HEAD}", KEYCATCH_BASE="main")
    check(change, "push", (HEAD,), (B,), "TRAVIS_COMMIT_RANGE", "depth: false")
    check(change.after_rewrite, "forced push", (HEAD,), (remote("main"),))


@pytest.mark.parametrize(
    ("text", "event"), [(f"{B[:12]}...{HEAD[:12]}", "push"), ("", "new branch")]
)
def test_travis_range_that_is_abbreviated_or_empty(text, event):
    with pytest.raises(NoRange, match="KEYCATCH_BASE"):
        travis(TRAVIS_COMMIT_RANGE=text)
    change = travis(TRAVIS_COMMIT_RANGE=text, KEYCATCH_BASE="main")
    check(change, event, (HEAD,), (remote("main"),))


def test_travis_pull_request():
    change = travis(
        TRAVIS_EVENT_TYPE="pull_request", TRAVIS_PULL_REQUEST="4", TRAVIS_PULL_REQUEST_SHA=HEAD,
        TRAVIS_BRANCH="main", TRAVIS_COMMIT=C,
    )  # fmt: skip
    check(change, "pull request", (HEAD,), (remote("main"),), "TRAVIS_PULL_REQUEST_SHA")


def test_travis_tag_cron_and_api():
    check(travis(TRAVIS_TAG="v1", KEYCATCH_BASE="main"), "tag", (HEAD,), (remote("main"),))
    check(travis(TRAVIS_EVENT_TYPE="cron"), "schedule", (HEAD,), ())
    check(travis(TRAVIS_EVENT_TYPE="api"), "manual run", (HEAD,), ())


# Gitea


def gitea(name="push", event=None, **more):
    return github(name, event or push_event(), GITEA_ACTIONS="true", **more)


def test_gitea_has_the_events_of_github():
    assert gitea().provider == "Gitea Actions"
    event = push_event()
    del event["forced"], event["deleted"]  # it has neither
    change = gitea("push", event)
    check(change, "push", (HEAD,), (B,), "before and after")
    check(change.after_rewrite, "forced push", (HEAD,), (remote("main"),))
    check(gitea("pull_request", PULL_REQUEST), "pull request", (HEAD,), (A,))
    assert gitea("schedule").is_tree


# Harness


def harness(**more):
    return drone(HARNESS_PIPELINE_ID="p", **more)


def test_harness_has_the_variables_of_drone():
    assert harness().provider == "Harness CI"
    check(harness(), "push", (HEAD,), (B,), "DRONE_COMMIT_BEFORE", "Depth")
    change = harness(DRONE_BUILD_EVENT="pull_request", DRONE_TARGET_BRANCH="main")
    check(change, "pull request", (HEAD,), (remote("main"),))


def test_harness_manual_build_may_lack_the_commit():
    change = harness(DRONE_BUILD_EVENT="", DRONE_COMMIT_SHA="")
    check(change, "manual run", ("HEAD",), ())
    assert change.is_tree


# Woodpecker


def woodpecker(**more):
    return ask({
        "CI": "woodpecker", "CI_PIPELINE_EVENT": "push", "CI_COMMIT_SHA": HEAD,
        "CI_COMMIT_BRANCH": "feat", "CI_REPO_DEFAULT_BRANCH": "main", **more,
    })  # fmt: skip


PREVIOUS = {
    "CI_PREV_COMMIT_SHA": B, "CI_PREV_PIPELINE_EVENT": "push",
    "CI_PREV_PIPELINE_STATUS": "success",
}  # fmt: skip


def test_woodpecker_push_goes_back_to_a_push_that_succeeded():
    change = woodpecker(**PREVIOUS)
    check(change, "push", (HEAD,), (B,), "CI_PREV_COMMIT_SHA", "depth: 0")
    check(change.after_rewrite, "forced push", (HEAD,), (remote("main"),))


@pytest.mark.parametrize(
    "more", [{"CI_PREV_PIPELINE_EVENT": "pull_request"}, {"CI_PREV_PIPELINE_STATUS": "failure"}]
)
def test_woodpecker_pipeline_before_that_proves_nothing(more):
    """That of a pull request is of the branch it goes into, and may have scanned nothing."""
    change = woodpecker(**{**PREVIOUS, **more})
    check(change, "new branch", (HEAD,), (remote("main"),))


@pytest.mark.parametrize("event", ["pull_request", "pull_request_metadata"])
def test_woodpecker_pull_request(event):
    change = woodpecker(
        CI_PIPELINE_EVENT=event, CI_COMMIT_TARGET_BRANCH="main", CI_COMMIT_BRANCH="main",
        **PREVIOUS,
    )  # fmt: skip
    check(change, "pull request", (HEAD,), (remote("main"),), "CI_COMMIT_TARGET_BRANCH")


def test_woodpecker_tag_cron_release_and_manual():
    change = woodpecker(CI_PIPELINE_EVENT="tag", CI_COMMIT_TAG="v1", CI_COMMIT_BRANCH="")
    check(change, "tag", (HEAD,), (remote("main"),))
    for name, event in (("cron", "schedule"), ("manual", "manual run"), ("release", "release")):
        change = woodpecker(CI_PIPELINE_EVENT=name)
        check(change, event, (HEAD,), ())
        assert change.is_tree


# CodeBuild


def codebuild(**more):
    return ask({
        "CODEBUILD_BUILD_ID": "p:1", "CODEBUILD_RESOLVED_SOURCE_VERSION": HEAD,
        "CODEBUILD_WEBHOOK_EVENT": "PUSH", "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/feat",
        "CODEBUILD_WEBHOOK_PREV_COMMIT": B, **more,
    })  # fmt: skip


def test_codebuild_push():
    check(codebuild(), "push", (HEAD,), (B,), "CODEBUILD_WEBHOOK_PREV_COMMIT", "Full")
    change = codebuild(CODEBUILD_WEBHOOK_PREV_COMMIT=ZERO, KEYCATCH_BASE="main")
    check(change, "new branch", (HEAD,), (remote("main"),))
    with pytest.raises(NoRange, match="KEYCATCH_BASE"):
        codebuild(CODEBUILD_WEBHOOK_PREV_COMMIT="")


@pytest.mark.parametrize("what", ["CREATED", "UPDATED", "REOPENED"])
def test_codebuild_pull_request(what):
    change = codebuild(
        CODEBUILD_WEBHOOK_EVENT=f"PULL_REQUEST_{what}", CODEBUILD_WEBHOOK_PREV_COMMIT="",
        CODEBUILD_WEBHOOK_BASE_REF="refs/heads/main",
    )  # fmt: skip
    check(change, "pull request", (HEAD,), (remote("main"),), "CODEBUILD_WEBHOOK_BASE_REF")


def test_codebuild_tag_and_a_build_without_a_webhook():
    tag = {"CODEBUILD_WEBHOOK_HEAD_REF": "refs/tags/v1", "KEYCATCH_BASE": "main"}
    check(codebuild(**tag), "tag", (HEAD,), (remote("main"),))
    change = codebuild(CODEBUILD_WEBHOOK_EVENT="", CODEBUILD_WEBHOOK_HEAD_REF="")
    check(change, "manual run", (HEAD,), ())
    assert change.is_tree


# Semaphore


def semaphore(**more):
    return ask({
        "SEMAPHORE": "true", "SEMAPHORE_GIT_SHA": HEAD, "SEMAPHORE_GIT_BRANCH": "feat",
        "SEMAPHORE_GIT_REF_TYPE": "branch", "SEMAPHORE_GIT_COMMIT_RANGE": f"{B}...{HEAD}",
        "SEMAPHORE_WORKFLOW_TRIGGERED_BY_SCHEDULE": "false", **more,
    })  # fmt: skip


def test_semaphore_push():
    check(semaphore(), "push", (HEAD,), (B,), "SEMAPHORE_GIT_COMMIT_RANGE", "--unshallow")
    change = semaphore(SEMAPHORE_GIT_COMMIT_RANGE="", KEYCATCH_BASE="main")
    check(change, "new branch", (HEAD,), (remote("main"),))


def test_semaphore_pull_request():
    """Its SEMAPHORE_GIT_SHA is a merge, and SEMAPHORE_GIT_BRANCH the target."""
    change = semaphore(
        SEMAPHORE_GIT_REF_TYPE="pull-request", SEMAPHORE_GIT_PR_NUMBER="3",
        SEMAPHORE_GIT_PR_SHA=HEAD, SEMAPHORE_GIT_SHA=C, SEMAPHORE_GIT_BRANCH="main",
    )  # fmt: skip
    check(change, "pull request", (HEAD,), (remote("main"),), "SEMAPHORE_GIT_PR_SHA")


def test_semaphore_tag_and_schedule():
    tag = {"SEMAPHORE_GIT_REF_TYPE": "tag", "SEMAPHORE_GIT_TAG_NAME": "v1"}
    check(semaphore(**tag, KEYCATCH_BASE="main"), "tag", (HEAD,), (remote("main"),))
    change = semaphore(SEMAPHORE_WORKFLOW_TRIGGERED_BY_SCHEDULE="true")
    check(change, "schedule", (HEAD,), ())
    assert change.is_tree


# AppVeyor


def appveyor(**more):
    return ask({
        "APPVEYOR": "True", "APPVEYOR_REPO_COMMIT": HEAD, "APPVEYOR_REPO_BRANCH": "feat", **more
    })  # fmt: skip


def test_appveyor_push():
    with pytest.raises(NoRange, match="KEYCATCH_BASE"):
        appveyor()
    check(appveyor(KEYCATCH_BASE="main"), "push", (HEAD,), (remote("main"),), "clone_depth")
    on_main = {"APPVEYOR_REPO_BRANCH": "main", "KEYCATCH_BASE": "main"}
    check(appveyor(**on_main), "push", (HEAD,), ())


def test_appveyor_pull_request_is_checked_out_merged():
    change = appveyor(
        APPVEYOR_PULL_REQUEST_NUMBER="5", APPVEYOR_PULL_REQUEST_HEAD_COMMIT=C,
        APPVEYOR_REPO_BRANCH="main",
    )  # fmt: skip
    check(change, "pull request", ("HEAD",), (remote("main"),), "APPVEYOR_REPO_BRANCH")


@pytest.mark.parametrize("true", ["True", "true"])
def test_appveyor_tag_and_schedule(true):
    change = appveyor(APPVEYOR_REPO_TAG_NAME="v1", KEYCATCH_BASE="main")
    check(change, "tag", (HEAD,), (remote("main"),))
    assert appveyor(APPVEYOR_SCHEDULED_BUILD=true).is_tree
    assert not appveyor(APPVEYOR_SCHEDULED_BUILD="False", KEYCATCH_BASE="main").is_tree


# Cirrus


def cirrus(**more):
    return ask({
        "CIRRUS_CI": "true", "CIRRUS_CHANGE_IN_REPO": HEAD, "CIRRUS_BRANCH": "feat",
        "CIRRUS_DEFAULT_BRANCH": "main", "CIRRUS_LAST_GREEN_CHANGE": B, **more,
    })  # fmt: skip


def test_cirrus_push_goes_back_to_the_last_green_change():
    change = cirrus()
    check(change, "push", (HEAD,), (B,), "CIRRUS_LAST_GREEN_CHANGE", "CIRRUS_CLONE_DEPTH")
    check(change.after_rewrite, "forced push", (HEAD,), (remote("main"),))
    change = cirrus(CIRRUS_LAST_GREEN_CHANGE="")
    check(change, "new branch", (HEAD,), (remote("main"),))


def test_cirrus_pull_request():
    change = cirrus(
        CIRRUS_PR="7", CIRRUS_BASE_SHA=A, CIRRUS_BASE_BRANCH="main", CIRRUS_BRANCH="pull/7"
    )
    check(change, "pull request", (HEAD,), (A,), "CIRRUS_BASE_SHA")


def test_cirrus_tag_and_cron():
    check(cirrus(CIRRUS_TAG="v1"), "tag", (HEAD,), (remote("main"),))
    assert cirrus(CIRRUS_CRON="nightly").is_tree


# TeamCity


def teamcity(**more):
    return ask({"TEAMCITY_VERSION": "2025.11", "BUILD_VCS_NUMBER": HEAD, **more})


def test_teamcity_has_neither_a_branch_nor_a_base():
    with pytest.raises(NoRange, match=r"TeamCity does not say.*KEYCATCH_BASE"):
        teamcity()
    change = teamcity(KEYCATCH_BASE="main")
    check(change, "push", (HEAD,), (remote("main"),), "KEYCATCH_BASE", "shallow")
    check(change.on_base, "push", (HEAD,), ())
    check(teamcity(KEYCATCH_BASE="main", BUILD_VCS_NUMBER=""), "push", ("HEAD",), (remote("main"),))


# All of them


def test_a_ci_system_that_is_not_known_against_a_base():
    change = ask({"CI": "true", "KEYCATCH_BASE": "main"})
    check(change, "push", ("HEAD",), (remote("main"),), "KEYCATCH_BASE", "git fetch")
    assert change.provider == "CI"
    check(change.on_base, "push", ("HEAD",), ())


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": "false"}])
def test_no_ci_system_that_is_known(environ):
    with pytest.raises(NoRange, match=r"no supported CI system.*GitHub Actions.*keycatch range"):
        ask(environ)


COMPLETE = {
    "Gitea Actions": lambda **more: gitea("push", push_event(before=ZERO), **more),
    "GitHub Actions": lambda **more: github("push", push_event(before=ZERO), **more),
    "GitLab CI/CD": gitlab,
    "Azure Pipelines": azure,
    "Bitbucket Pipelines": bitbucket,
    "CircleCI": circleci,
    "Buildkite": buildkite,
    "Harness CI": lambda **more: harness(DRONE_COMMIT_BEFORE="", **more),
    "Drone": lambda **more: drone(DRONE_COMMIT_BEFORE="", **more),
    "Travis CI": lambda **more: travis(TRAVIS_COMMIT_RANGE="", **more),
    "Woodpecker CI": woodpecker,
    "AWS CodeBuild": lambda **more: codebuild(CODEBUILD_WEBHOOK_PREV_COMMIT="", **more),
    "Semaphore": lambda **more: semaphore(SEMAPHORE_GIT_COMMIT_RANGE="", **more),
    "AppVeyor": appveyor,
    "Cirrus CI": lambda **more: cirrus(CIRRUS_LAST_GREEN_CHANGE="", **more),
    "TeamCity": teamcity,
    "Jenkins": jenkins,
}
"""An event of each system for which the base decides."""


def test_every_system_has_a_case():
    assert list(COMPLETE) == [provider.name for provider in PROVIDERS]


HOSTILE_NAMES = (
    "-x", "--upload-pack=touch x", "a b", "a\nb", "a\0b", "a..b", "a...b", "main^", "main~1",
    "main:file", "a@{1}", "@", ".hidden", "a/.b", "a.lock", "a//b", "/a", "a/", "a.", "a\\b",
    "a*b", "a[b", "a?b", "\x1b[31m", "\ud800", "x" * 5000, "refs/heads/", "refs/heads/-x",
    "refs/-x y", "refs/tags/a..b",
)  # fmt: skip


@pytest.mark.parametrize("provider", COMPLETE)
def test_hostile_base_is_refused_with_one_sentence(provider):
    for name in HOSTILE_NAMES:
        with pytest.raises(NoRange) as refused:
            COMPLETE[provider](KEYCATCH_BASE=name)
        message = str(refused.value)
        assert "KEYCATCH_BASE" in message
        assert message.isprintable()
        assert len(message) < 300


HEADS = (
    (gitlab, "CI_COMMIT_SHA"), (azure, "BUILD_SOURCEVERSION"), (bitbucket, "BITBUCKET_COMMIT"),
    (circleci, "CIRCLE_SHA1"), (buildkite, "BUILDKITE_COMMIT"), (drone, "DRONE_COMMIT_SHA"),
    (travis, "TRAVIS_COMMIT"), (jenkins, "GIT_COMMIT"), (jenkins, "GIT_PREVIOUS_COMMIT"),
    (gitlab, "CI_COMMIT_BEFORE_SHA"), (drone, "DRONE_COMMIT_BEFORE"),
    (travis, "TRAVIS_COMMIT_RANGE"), (circleci, "KEYCATCH_BEFORE"),
    (woodpecker, "CI_COMMIT_SHA"), (codebuild, "CODEBUILD_RESOLVED_SOURCE_VERSION"),
    (codebuild, "CODEBUILD_WEBHOOK_PREV_COMMIT"), (semaphore, "SEMAPHORE_GIT_SHA"),
    (semaphore, "SEMAPHORE_GIT_COMMIT_RANGE"), (appveyor, "APPVEYOR_REPO_COMMIT"),
    (cirrus, "CIRRUS_CHANGE_IN_REPO"), (cirrus, "CIRRUS_LAST_GREEN_CHANGE"),
    (teamcity, "BUILD_VCS_NUMBER"), (harness, "DRONE_COMMIT_BEFORE"),
)  # fmt: skip
HOSTILE_HASHES = (
    "-x", "--all", "main", "HEAD~1", f"{HEAD}\n", f"{HEAD} --all", f"-{HEAD}", f"^{A}", "z" * 40,
    f"{HEAD}\0", "a" * 65, "@", f"{HEAD}^{{}}", "refs/heads/x",
)  # fmt: skip


@pytest.mark.parametrize(("provider", "name"), HEADS)
def test_hostile_hash_is_refused_with_one_sentence(provider, name):
    for text in HOSTILE_HASHES:
        with pytest.raises(NoRange) as refused:
            provider(**{name: text, "KEYCATCH_BASE": "main"})
        assert name in str(refused.value)
        assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", [*HOSTILE_HASHES, HEAD[:12], ZERO], ids=ascii)
@pytest.mark.parametrize("side", ["base", "head"])
def test_hostile_field_of_an_event_is_refused(side, text):
    event = {"pull_request": {**PULL_REQUEST["pull_request"], side: {"sha": text}}}
    with pytest.raises(NoRange, match=rf"pull_request\.{side}\.sha is"):
        github("pull_request", event)


def test_hostile_default_branch_of_an_event_is_refused():
    event = push_event(before=ZERO, repository={"default_branch": "--output=x"})
    with pytest.raises(NoRange, match=r"repository\.default_branch is '--output=x'"):
        github("push", event)


@pytest.mark.parametrize("name", ["main", "x;reboot", "$(x)", "a'b", "`x`", "a&b|c"])
def test_the_command_of_a_remedy_is_safe_to_copy(name):
    remedy = buildkite(KEYCATCH_BASE=name).remedy
    command = remedy[remedy.index("git fetch") :]
    assert shlex.split(command) == [
        "git", "fetch", "origin", f"+refs/heads/{name}:{remote(name)}",
    ]  # fmt: skip


def test_a_range_between_a_commit_and_itself_is_refused():
    same = {"pull_request": {"base": {"sha": HEAD}, "head": {"sha": HEAD.upper()}}}
    with pytest.raises(NoRange, match="name the same commit"):
        github("pull_request", same)
    with pytest.raises(NoRange, match="name the same commit"):
        gitlab(KEYCATCH_BASE=HEAD)


def test_hashes_of_sha256_repositories():
    long_base, long_head = "ab" * 32, "CD" * 32
    event = {"pull_request": {"base": {"sha": long_base}, "head": {"sha": long_head}}}
    check(github("pull_request", event), "pull request", ("cd" * 32,), (long_base,))


@pytest.mark.parametrize("provider", COMPLETE)
@given(name=st.text(min_size=1, max_size=30) | st.from_regex(r"[-./@{}a-z0-9]+", fullmatch=True))
def test_whatever_comes_out_is_a_revision(provider, name):
    try:
        change = COMPLETE[provider](KEYCATCH_BASE=name)
    except NoRange:
        return
    assert change.include
    for revision in (*change.include, *change.exclude):
        assert REVISION.fullmatch(revision)
        assert ".." not in revision
    assert change.exclude or "itself" in change.taken_from
