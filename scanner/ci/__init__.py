"""CI systems: which one runs this job, and which commits the change that it builds consists of.

To add one: a module with a `PROVIDER` (see `scanner.ci.interface`), a line in `PROVIDERS`, and a
test with the environment of each of its events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci import (
    azure_pipelines,
    bitbucket,
    buildkite,
    circleci,
    drone,
    github_actions,
    gitlab,
    jenkins,
    travis,
)
from scanner.ci.event_file import read_event
from scanner.ci.interface import NoRange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.ci.interface import Change, Provider

PROVIDERS: Final[tuple[Provider, ...]] = (
    github_actions.PROVIDER,
    gitlab.PROVIDER,
    azure_pipelines.PROVIDER,
    bitbucket.PROVIDER,
    circleci.PROVIDER,
    buildkite.PROVIDER,
    drone.PROVIDER,
    travis.PROVIDER,
    jenkins.PROVIDER,
)
"""The CI systems, in the order in which the environment is asked.

Jenkins is last: its variable is the one that agents of other systems are known to inherit.
"""


def detect(environ: Mapping[str, str], read: Callable[[str], bytes] = read_event) -> Change:
    """Return the change that the job with the environment `environ` builds.

    `read` returns the content of the event file, given its path. Raises NoRange where no CI system
    is recognised or it does not tell the range: there is no range to fall back to that could not
    leave out what is to be scanned.
    """
    for provider in PROVIDERS:
        if provider.is_here(environ):
            return provider.change(environ, read)
    known = ", ".join(provider.name for provider in PROVIDERS)
    raise NoRange(
        f"the environment is not that of a CI system that is known ({known}): give the commits "
        "with keycatch range, or scan the tree with keycatch scan"
    )
