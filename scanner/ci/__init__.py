"""CI systems: which one runs this job, and which commits the change that it builds consists of.

`providers.py` lists the systems and says how to add one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.event_file import read_event
from scanner.ci.interface import NoRange
from scanner.ci.providers import PROVIDERS
from scanner.ci.ranges import BASE, Built, against_base
from scanner.ci.values import HEAD, is_on
from scanner.ci.variables import PUSH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.ci.interface import CiChange

__all__ = ["PROVIDERS", "detect"]

_FETCH_ALL: Final = "fetch all of its history, for example with `git fetch --unshallow`"


def detect(environ: Mapping[str, str], read: Callable[[str], bytes] = read_event) -> CiChange:
    """Return the change that the job with the environment `environ` builds.

    `read` returns the content of the event file, given its path. Under a CI system that is not
    known it is what the checked-out commit has and KEYCATCH_BASE lacks. Raises NoRange where
    neither is there, or a system does not name the range: there is no range to fall back to that
    could not leave out what is to be scanned.
    """
    for provider in PROVIDERS:
        marker = provider.marker
        if is_on(environ, marker) if provider.marker_is_flag else environ.get(marker):
            return provider.change(provider, environ, read)

    if environ.get(BASE):
        other = Built("CI", PUSH, HEAD, "", "", _FETCH_ALL, is_branch_unknown=True)
        return against_base(other, environ)

    known = ", ".join(provider.name for provider in PROVIDERS)
    raise NoRange(
        f"no supported CI system was found in the environment ({known}): name the base with --base "
        f"or the variable {BASE}, name the commits with keycatch range, or scan the tree with "
        "keycatch scan"
    )
