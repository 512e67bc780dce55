"""Keeping the memory of this process to itself while credentials are in use."""

from __future__ import annotations

import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4
"""prctl(2)."""


def forbid_core_dumps() -> None:
    """Have the system write no core dump of this process; where it cannot be told so, nothing.

    A limit of zero does not hold where the kernel pipes dumps to a program (core(5)), so that on
    Linux the process is made one that is not dumped at all.
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
