"""CI systems: which one runs this job, and which commits the change that it builds consists of.

To add one whose variables say what changed: an entry in `PROVIDERS`, a page in docs/ci, and its
jobs in tests/ci/test_ci.py. One that needs logic also has a module with the function of its entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci import circleci, github_actions, jenkins
from scanner.ci.event_file import read_event
from scanner.ci.interface import NoRange, Provider
from scanner.ci.values import HEAD, is_on
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.ci.interface import CiChange

# Names of variables and values are those of the system's own reference, whose title is in the
# comment above each entry.
PROVIDERS: Final[tuple[Provider, ...]] = (
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
    # Reference: environment variables. What reads Drone's configuration has them too.
    Provider(
        name="Drone",
        page="drone",
        depth="take depth out of the clone block",
        marker="DRONE",
        change=Variables(
            commit="DRONE_COMMIT_SHA",
            branch="DRONE_BRANCH",
            # For a push the target is the branch that was pushed to.
            requests=(Request(PULL_REQUEST, target="DRONE_TARGET_BRANCH"),),
            started_by="DRONE_BUILD_EVENT",
            events={"push": PUSH, "pull_request": PULL_REQUEST, "tag": TAG, "cron": SCHEDULE},
            other_event=MANUAL,
            before="DRONE_COMMIT_BEFORE",
            default_branch="DRONE_REPO_BRANCH",
        ).change,
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


def detect(environ: Mapping[str, str], read: Callable[[str], bytes] = read_event) -> CiChange:
    """Return the change that the job with the environment `environ` builds.

    `read` returns the content of the event file, given its path. Raises NoRange where no CI system
    is recognised or it does not name the range: there is no range to fall back to that could not
    leave out what is to be scanned.
    """
    for provider in PROVIDERS:
        marker = provider.marker
        if is_on(environ, marker) if provider.marker_is_flag else environ.get(marker):
            return provider.change(provider, environ, read)

    known = ", ".join(provider.name for provider in PROVIDERS)
    raise NoRange(
        f"no supported CI system was found in the environment ({known}): name the commits with "
        "keycatch range, or scan the tree with keycatch scan"
    )
