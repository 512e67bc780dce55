"""The CI systems, and which variable of each says what.

To add one whose variables say what changed: an entry in `PROVIDERS`, a page in docs/ci, and its
jobs in tests/ci/test_ci.py. One that needs logic also has a module with the function of its entry.
"""

from __future__ import annotations

from typing import Final

from scanner.ci import circleci, github_actions, jenkins, woodpecker
from scanner.ci.interface import Provider
from scanner.ci.values import HEAD
from scanner.ci.variables import (
    MANUAL,
    MERGE_REQUEST,
    PULL_REQUEST,
    PUSH,
    SCHEDULE,
    TAG,
    Request,
    Variables,
)

# Names of variables and values are those of the system's own reference, whose title is in the
# comment above each entry.
_DRONE: Final = Variables(
    commit="DRONE_COMMIT_SHA",
    branch="DRONE_BRANCH",
    # For a push the target is the branch that was pushed to.
    requests=(Request(PULL_REQUEST, target="DRONE_TARGET_BRANCH"),),
    started_by="DRONE_BUILD_EVENT",
    events={"push": PUSH, "pull_request": PULL_REQUEST, "tag": TAG, "cron": SCHEDULE},
    other_event=MANUAL,
    before="DRONE_COMMIT_BEFORE",
    default_branch="DRONE_REPO_BRANCH",
)

PROVIDERS: Final[tuple[Provider, ...]] = (
    # https://docs.gitea.com/usage/actions/comparison; Forgejo has the same variable. Before GitHub,
    # whose variables it has as well.
    Provider(
        name="Gitea Actions",
        page="gitea",
        depth="set fetch-depth: 0 in actions/checkout",
        marker="GITEA_ACTIONS",
        change=github_actions.change,
    ),
    # Events that trigger workflows; Webhook events and payloads.
    Provider(
        name="GitHub Actions",
        page="github",
        depth="set fetch-depth: 0 in actions/checkout",
        marker="GITHUB_ACTIONS",
        change=github_actions.change,
    ),
    # Predefined CI/CD variables reference.
    Provider(
        name="GitLab CI/CD",
        page="gitlab",
        depth="set the variable GIT_DEPTH to 0",
        marker="GITLAB_CI",
        change=Variables(
            commit="CI_COMMIT_SHA",
            branch="CI_COMMIT_BRANCH",
            requests=(
                Request(
                    MERGE_REQUEST,
                    # In a merged results pipeline CI_COMMIT_SHA is a merge with the target branch,
                    # whose newer commits are not of the merge request. In others the second
                    # variable is empty.
                    bases=("CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"),
                    marker="CI_MERGE_REQUEST_IID",
                ),
                Request(PULL_REQUEST, bases=("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA",)),
            ),
            tag="CI_COMMIT_TAG",
            started_by="CI_PIPELINE_SOURCE",
            events={
                "push": PUSH,
                "parent_pipeline": PUSH,  # a child pipeline has the variables of its parent
                "merge_request_event": MERGE_REQUEST,
                "external_pull_request_event": PULL_REQUEST,
                "schedule": SCHEDULE,
            },
            other_event=MANUAL,
            # Zeros also in pipelines of merge requests, and in those that were started by hand or
            # on schedule (gitlab#12850, gitlab#493695).
            before="CI_COMMIT_BEFORE_SHA",
            default_branch="CI_DEFAULT_BRANCH",
        ).change,
    ),
    # Use predefined variables. The commit of a pull request is its merge with the target branch.
    Provider(
        name="Azure Pipelines",
        page="azure",
        depth="set fetchDepth: 0 in the checkout step",
        marker="TF_BUILD",
        change=Variables(
            commit="BUILD_SOURCEVERSION",
            branch="BUILD_SOURCEBRANCH",
            requests=(
                Request(
                    PULL_REQUEST,
                    target="SYSTEM_PULLREQUEST_TARGETBRANCH",  # GitHub: without `refs/heads/`
                    marker="SYSTEM_PULLREQUEST_TARGETBRANCH",
                ),
            ),
            started_by="BUILD_REASON",
            events={
                "IndividualCI": PUSH,
                "BatchedCI": PUSH,
                "PullRequest": PULL_REQUEST,
                "Schedule": SCHEDULE,
            },
            other_event=MANUAL,
        ).change,
    ),
    # Variables and secrets.
    Provider(
        name="Bitbucket Pipelines",
        page="bitbucket",
        depth="set clone: depth: full",
        marker="BITBUCKET_BUILD_NUMBER",
        marker_is_flag=False,
        change=Variables(
            commit="BITBUCKET_COMMIT",
            branch="BITBUCKET_BRANCH",
            requests=(
                Request(
                    PULL_REQUEST,
                    # Not BITBUCKET_PR_DESTINATION_COMMIT: it has 12 digits, which git takes for a
                    # branch of that name if there is one, and the author of a pull request names
                    # the source branch.
                    target="BITBUCKET_PR_DESTINATION_BRANCH",
                    marker="BITBUCKET_PR_ID",
                    # Built after merging the destination into it: what is checked out has both.
                    commit=HEAD,
                ),
            ),
            tag="BITBUCKET_TAG",
            commit_can_be_short=True,
        ).change,
    ),
    # Project values and variables.
    Provider(
        name="CircleCI",
        page="circleci",
        depth="set method: full in the checkout step",
        marker="CIRCLECI",
        change=circleci.change,
    ),
    # Environment variables.
    Provider(
        name="Buildkite",
        page="buildkite",
        depth="take --depth out of BUILDKITE_GIT_CLONE_FLAGS and BUILDKITE_GIT_FETCH_FLAGS",
        marker="BUILDKITE",
        change=Variables(
            commit="BUILDKITE_COMMIT",
            branch="BUILDKITE_BRANCH",
            requests=(
                Request(
                    PULL_REQUEST,
                    target="BUILDKITE_PULL_REQUEST_BASE_BRANCH",
                    marker="BUILDKITE_PULL_REQUEST",
                ),
            ),
            tag="BUILDKITE_TAG",
            started_by="BUILDKITE_SOURCE",
            events={"schedule": SCHEDULE},
            default_branch="BUILDKITE_PIPELINE_DEFAULT_BRANCH",
            commit_can_be_short=True,  # `HEAD` where a build was started without naming a commit
        ).change,
    ),
    # https://developer.harness.io/docs/continuous-integration/troubleshoot-ci/ci-env-var. Before
    # Drone, whose variables it has as well; a manual build may lack the commit.
    Provider(
        name="Harness CI",
        page="harness",
        depth="set depth: 0 (Depth under Clone Codebase of the stage)",
        marker="HARNESS_PIPELINE_ID",
        marker_is_flag=False,
        change=_DRONE._replace(commit_can_be_short=True, without_event=MANUAL).change,
    ),
    # Reference: environment variables. What reads Drone's configuration has them too.
    Provider(
        name="Drone",
        page="drone",
        depth="take depth out of the clone block",
        marker="DRONE",
        change=_DRONE.change,
    ),
    # Default environment variables.
    Provider(
        name="Travis CI",
        page="travis",
        depth="set git: depth: false",
        marker="TRAVIS",
        change=Variables(
            commit="TRAVIS_COMMIT",
            branch="TRAVIS_BRANCH",
            requests=(
                Request(
                    PULL_REQUEST,
                    target="TRAVIS_BRANCH",
                    marker="TRAVIS_PULL_REQUEST",
                    commit="TRAVIS_PULL_REQUEST_SHA",
                ),
            ),
            tag="TRAVIS_TAG",
            started_by="TRAVIS_EVENT_TYPE",
            events={"push": PUSH, "pull_request": PULL_REQUEST, "cron": SCHEDULE},
            other_event=MANUAL,
            # Wrong after a forced push, and usually abbreviated (travis-ci#4596).
            before="TRAVIS_COMMIT_RANGE",
            before_is_range=True,
        ).change,
    ),
    # https://woodpecker-ci.org/docs/usage/environment
    Provider(
        name="Woodpecker CI",
        page="woodpecker",
        depth="set depth: 0 and partial: false in the clone step",
        marker="CI_PIPELINE_EVENT",
        marker_is_flag=False,
        change=woodpecker.change,
    ),
    # https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
    Provider(
        name="AWS CodeBuild",
        page="codebuild",
        depth="set the Git clone depth of the source to Full",
        marker="CODEBUILD_BUILD_ID",
        marker_is_flag=False,
        change=Variables(
            commit="CODEBUILD_RESOLVED_SOURCE_VERSION",
            branch="CODEBUILD_WEBHOOK_HEAD_REF",
            requests=(Request(PULL_REQUEST, target="CODEBUILD_WEBHOOK_BASE_REF"),),
            started_by="CODEBUILD_WEBHOOK_EVENT",
            events={
                "PUSH": PUSH,
                "PULL_REQUEST_CREATED": PULL_REQUEST,
                "PULL_REQUEST_UPDATED": PULL_REQUEST,
                "PULL_REQUEST_REOPENED": PULL_REQUEST,
            },
            other_event=MANUAL,
            without_event=MANUAL,  # builds that no webhook started have none of its variables
            before="CODEBUILD_WEBHOOK_PREV_COMMIT",
            commit_can_be_short=True,
        ).change,
    ),
    # https://docs.semaphore.io/reference/env-vars. SEMAPHORE_GIT_BRANCH of a pull request is its
    # target, and SEMAPHORE_GIT_SHA a merge.
    Provider(
        name="Semaphore",
        page="semaphore",
        depth="run git fetch --unshallow after checkout",
        marker="SEMAPHORE",
        change=Variables(
            commit="SEMAPHORE_GIT_SHA",
            branch="SEMAPHORE_GIT_BRANCH",
            requests=(
                Request(
                    PULL_REQUEST,
                    target="SEMAPHORE_GIT_BRANCH",
                    marker="SEMAPHORE_GIT_PR_NUMBER",
                    commit="SEMAPHORE_GIT_PR_SHA",
                ),
            ),
            tag="SEMAPHORE_GIT_TAG_NAME",
            started_by="SEMAPHORE_WORKFLOW_TRIGGERED_BY_SCHEDULE",
            events={"true": SCHEDULE},
            before="SEMAPHORE_GIT_COMMIT_RANGE",
            before_is_range=True,
        ).change,
    ),
    # https://www.appveyor.com/docs/environment-variables/. A pull request is checked out merged
    # into its target, which APPVEYOR_REPO_BRANCH names.
    Provider(
        name="AppVeyor",
        page="appveyor",
        depth="take clone_depth and shallow_clone out of appveyor.yml",
        marker="APPVEYOR",
        change=Variables(
            commit="APPVEYOR_REPO_COMMIT",
            branch="APPVEYOR_REPO_BRANCH",
            requests=(
                Request(
                    PULL_REQUEST,
                    target="APPVEYOR_REPO_BRANCH",
                    marker="APPVEYOR_PULL_REQUEST_NUMBER",
                    commit=HEAD,
                ),
            ),
            tag="APPVEYOR_REPO_TAG_NAME",
            started_by="APPVEYOR_SCHEDULED_BUILD",
            events={"True": SCHEDULE, "true": SCHEDULE},
        ).change,
    ),
    # https://cirrus-ci.org/guide/writing-tasks/#environment-variables. A push is compared with the
    # last green change, so what failed stays in the range until it is gone.
    Provider(
        name="Cirrus CI",
        page="cirrus",
        depth="take CIRRUS_CLONE_DEPTH out of the environment",
        marker="CIRRUS_CI",
        change=Variables(
            commit="CIRRUS_CHANGE_IN_REPO",
            branch="CIRRUS_BRANCH",
            requests=(Request(PULL_REQUEST, bases=("CIRRUS_BASE_SHA",), marker="CIRRUS_PR"),),
            tag="CIRRUS_TAG",
            started_by="CIRRUS_CRON",  # the name of the cron build
            other_event=SCHEDULE,
            before="CIRRUS_LAST_GREEN_CHANGE",
            default_branch="CIRRUS_DEFAULT_BRANCH",
        ).change,
    ),
    # https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html. Branches and targets
    # are configuration parameters, which the environment of a build does not have.
    Provider(
        name="TeamCity",
        page="teamcity",
        depth="switch off shallow clones in the VCS root",
        marker="TEAMCITY_VERSION",
        marker_is_flag=False,
        change=Variables(
            commit="BUILD_VCS_NUMBER", branch="", requests=(), commit_can_be_short=True
        ).change,
    ),
    # Git plugin and branch source. Last: agents of other systems are known to inherit its variable.
    Provider(
        name="Jenkins",
        page="jenkins",
        depth="switch off shallow clone in the Git behaviours of the project",
        marker="JENKINS_URL",
        marker_is_flag=False,
        change=jenkins.change,
    ),
)
"""The CI systems, in the order in which the environment is asked."""
