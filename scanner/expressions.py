"""Regular expressions that are compiled when they are first used.

To look at one place takes 90 modules with 120 expressions, of which a third decide nothing about
that place. To compile these takes 60 of 360 million instructions of a scan of a small file with a
finding (`python -m bench scan --sections startup`).
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    compile_later = re.compile
else:

    class compile_later:  # noqa: N801 -- it is used as `re.compile` is
        """An expression with the methods of a compiled one."""

        def __init__(self, expression, flags=0):
            """Keep what `re.compile` gets."""
            self._given = (expression, flags)

        def __getattr__(self, name):
            """Return an attribute of the compiled expression, and keep it for the next time."""
            if name.startswith("__"):  # what `copy` and the like ask every object for
                raise AttributeError(name)
            value = getattr(re.compile(*self._given), name)
            setattr(self, name, value)
            return value
