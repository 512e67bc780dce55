"""Keeping credentials in the memory of this process out of core dumps."""

from __future__ import annotations

import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4
"""The number of the operation in `linux/prctl.h`; see prctl(2)."""


def forbid_core_dumps() -> None:
    """Forbid the system to write a core dump of this process, as far as the system has a way.

    The limit on the size of dumps does not apply if the kernel pipes them to a program (core(5),
    "Piping core dumps to a program"). So on Linux the process is also marked as not dumpable.
    """
    try:
        import resource
    except ImportError:  # Windows, which writes none unless an administrator says so
        return

    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        import ctypes

        try:
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        except (OSError, AttributeError):  # a C library without it
            return
