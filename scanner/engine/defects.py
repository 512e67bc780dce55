"""Defects of keycatch itself: how an exception that should not happen is reported."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

INTERNAL: Final = "internal-error"
"""The reason of a notice about a defect."""


def describe(error: Exception) -> str:
    """Return the detail of a notice about a defect: the kind of exception, its file and line.

    The message of the exception is left out, since it could quote content.
    """
    at = error.__traceback__
    while at and at.tb_next:  # down to the frame that raised it
        at = at.tb_next
    place = f"{os.path.basename(at.tb_frame.f_code.co_filename)}:{at.tb_lineno}" if at else "?"
    return f"{type(error).__name__} at {place}; please report this as a bug in keycatch"
