"""Where the program is that hooks are to start."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from scanner.about import NAME
from scanner.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def installed() -> str:
    """Return the absolute path of keycatch as this interpreter has it; raises UsageError.

    It is the program and never `python -m`, which would search the repository for modules first.
    """
    for path in _candidates():
        if os.path.isfile(path) and os.access(path, os.X_OK):
            # The sh of Git for Windows takes these slashes, and no others in a command.
            return path.replace(os.sep, "/")
    raise UsageError(
        "keycatch runs from its source here, but hooks need the installed program: install it "
        "with pip or "
        "pipx and run its own `keycatch install`"
    )


def _candidates() -> Iterator[str]:
    import sysconfig

    name = f"{NAME}.exe" if os.name == "nt" else NAME

    # The name that it was called by comes first: a link of pipx outlives what it points to.
    called = os.path.abspath(sys.argv[0]) if sys.argv and sys.argv[0] else ""
    if os.path.basename(called).partition(".")[0] == NAME:
        yield called
        yield os.path.join(os.path.dirname(called), name)

    for scheme in (None, sysconfig.get_preferred_scheme("user")):
        scripts = sysconfig.get_path("scripts", scheme) if scheme else sysconfig.get_path("scripts")
        yield os.path.join(scripts, name)
