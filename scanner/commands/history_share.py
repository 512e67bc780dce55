"""`keycatch history` for one share of a repository, and for the end of a scan in shares.

The options are for `scanner.fleet`, which starts both, and are not in the help.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.git.repository import Repository
    from scanner.history.record.share_record import Share, ShareRecord
    from scanner.history.run import HistoryJob

_SHARE: Final = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


def add_share_options(group: argparse._ArgumentGroup) -> None:
    """Add the options, which no help shows."""
    # One share, from 0 on, and how many there are: it prints what it found, without any value.
    group.add_argument("--share", type=_share, metavar="K/N", help=argparse.SUPPRESS)
    # What all shares have found is on standard input.
    group.add_argument("--after-shares", action="store_true", help=argparse.SUPPRESS)


def _share(text: str) -> Share:
    from scanner.history.record.share_record import Share

    found = _SHARE.fullmatch(text)
    if not found or int(found[1]) >= int(found[2]):
        raise argparse.ArgumentTypeError("must be K/N with K below N")
    return Share(int(found[1]), int(found[2]))


def print_share(opened: Sequence[tuple[str, Repository]], job: HistoryJob, share: Share) -> int:
    """Search `share` of the one repository that was `opened`, and return the exit code."""
    from scanner.history.record.changed_objects import RecordUnusableError
    from scanner.history.record.share_record import written
    from scanner.history.share import search_share

    ((_, repository),) = opened
    try:
        found = search_share(repository, job, share)
    except RecordUnusableError:
        raise KeycatchError(
            "it is damaged, or changes just now: it has to be searched whole"
        ) from None
    sys.stdout.write(written(found))
    return 0


def read_shares(args: argparse.Namespace) -> ShareRecord | None:
    """Return what shares have found, if there were any; raises KeycatchError."""
    if not args.after_shares:
        return None
    from scanner.history.record.share_record import read

    return read(sys.stdin.read())
