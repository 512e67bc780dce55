"""Defects of our own: what is said of an exception that should not have happened."""

from __future__ import annotations

import os
from typing import Final

INTERNAL: Final = "internal-error"
"""The reason of a notice about one."""


def describe(error: Exception) -> str:
    """Return the detail of a notice about a defect of ours: where it is, and nothing of content.

    The message of the exception could quote content, so it is not kept; the place is.
    """
    at = error.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    place = f"{os.path.basename(at.tb_frame.f_code.co_filename)}:{at.tb_lineno}" if at else "?"
    return f"{type(error).__name__} at {place}; please report this as a defect of keycatch"
