"""The library of the cluster, which is imported here and only when there is one."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from types import ModuleType

INSTALL: Final = "pip install 'keycatch[cluster]'"
_NOTHING_MORE: Final[dict[str, object]] = {
    # Web servers without TLS, which Dask starts next to its own, have no page.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Nobody asks where a worker is each hundredth of a second: it waits for a scan.
    "distributed.worker.profile.enabled": False,
}
"""What a cluster on this machine does not do."""
NOTHING_ON_DISK: Final = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
}
"""Under which settings a worker writes no result to a file (distributed's "Worker Memory")."""


def library() -> ModuleType:
    """Return Dask's `distributed`; raises KeycatchError if it is missing."""
    try:
        import dask
        import distributed
    except ImportError as error:
        is_missing = error.name in ("dask", "distributed")
        why = "is not installed" if is_missing else f"cannot be imported: {error}"
        raise KeycatchError(f"Dask, which --cluster needs, {why}: run `{INSTALL}`") from None
    dask.config.set({**_NOTHING_MORE, **NOTHING_ON_DISK})
    return distributed


def files_in(directory: str) -> AbstractContextManager[object]:
    """Return a context in which Dask has its locks and its own temporary files in `directory`."""
    import dask

    context: AbstractContextManager[object] = dask.config.set({"temporary-directory": directory})
    return context


def silence() -> None:
    """Keep Dask's loggers quiet in this process, and in those that it starts.

    What happens is said in sentences of ours; a traceback would have the arguments of functions.
    """
    os.environ["DASK_LOGGING__DISTRIBUTED"] = "critical"
    for name, logger in logging.root.manager.loggerDict.items():
        is_theirs = name.partition(".")[0] in ("distributed", "tornado", "bokeh")
        if is_theirs and isinstance(logger, logging.Logger):
            logger.handlers = [logging.NullHandler()]
            logger.propagate = False


def spills() -> bool:
    """Return whether a worker in this process may write results to a file."""
    import dask

    # False and 0 switch it off, None does not: that is the default.
    return any(dask.config.get(name) not in (False, 0) for name in NOTHING_ON_DISK)
