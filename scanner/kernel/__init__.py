"""What is compiled: the search for anchors, and the reading of packs (README.md next to this).

It is built with the package if there is a compiler (`hatch_build.py`), and left out if there is
none. The same in Python is the reference: both return the same for all content, and nothing but the
time depends on which of them runs.
"""

from __future__ import annotations

import os
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

PURE: Final = "KEYCATCH_PURE"
"""The environment variable that chooses Python, unless it is empty or `0`."""


def is_unwanted() -> bool:
    """Return whether the environment chooses Python."""
    return os.environ.get(PURE, "0") not in ("", "0")


def load(name: str) -> Any:
    """Return the compiled module `name`, or None.

    If it was built and cannot be loaded, `problem` says why.
    """
    global problem
    if is_unwanted():
        return None
    try:
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        return None
    except ImportError as error:
        problem = str(error)
        return None


problem = ""
anchors = load("anchors")


def search_for(tables: tuple[Any, ...]) -> Callable[[bytes], Any]:
    """Return the compiled search for what `tables` holds (`scanner.engine.anchors.Tables`)."""
    return partial(anchors.search, anchors.tables(*tables))


def described() -> str:
    """Return which code runs, and why it is the one in Python."""
    load("packs")  # no command but that of a history does it
    if anchors and not problem:
        return "compiled"
    if problem:
        return f"Python; the compiled one cannot be loaded: {problem}"
    return f"Python, as {PURE} asks" if is_unwanted() else "Python; no compiled one was built"
