"""What Dask, or a worker, raised, in one line for people."""

from __future__ import annotations

from typing import Final

from scanner.secret import printable

_SAID: Final = 300
"""Characters of an error of Dask that are shown."""


def reason_of(error: BaseException) -> str:
    """Return why something has failed for which `error` was raised."""
    if type(error).__name__ == "KilledWorker":
        return (
            "each worker that had it was lost: it may need more memory than they have; scan it "
            "without --cluster"
        )
    if any(isinstance(each, bytes) for each in error.args):
        return "it sent an error that was not read"  # a pickle
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return printable(lines[0])[:_SAID].rstrip(".: ")
