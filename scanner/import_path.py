"""What Python imports from while keycatch runs: its own installation and nothing else.

A process that scans a repository has it as its current directory, and PYTHONPATH often has an empty
entry, which means that directory (`PYTHONPATH=$PYTHONPATH:/opt/lib` where it was not set). A file
`json.py` or a folder `scanner/` of the repository would then be run in place of what is installed.

This module is imported before the path is safe. So it imports nothing that is not loaded when
Python starts, not even `from __future__ import annotations`, which loads a module of that name.
"""

import os
import sys

OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The directory that this package was imported from."""


def isolate() -> None:
    """Take out of `sys.path` what the environment and the current directory added to it.

    What the process starts from here on does not get it either. Python itself has read the
    variables by now: a start with `-I`, or without them, is the only whole protection.
    """
    try:
        here = os.getcwd()
    except OSError:  # removed meanwhile; nothing can be imported from it
        here = ""
    given = _given()

    kept = {OWN}
    if OWN in given:  # PYTHONPATH is how this was installed, and its libraries are there as well
        kept.update(entry for entry in given if not _is_within(entry, here))
    unwanted = given | {here} | _user_site(here)
    sys.path[:] = [
        entry
        for entry in sys.path
        if entry and ((full := _full(entry)) in kept or full not in unwanted)
    ]

    # For workers that are not forked: `-c`, with which they start, adds the current directory.
    os.environ["PYTHONSAFEPATH"] = "1"
    if sys.flags.ignore_environment:
        return
    if given and OWN not in given:
        del os.environ["PYTHONPATH"]
    elif given:
        os.environ["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry in kept)
    if os.environ.pop("PYTHONPYCACHEPREFIX", ""):
        sys.pycache_prefix = None  # compiled code is as good as a module


def _given() -> set[str]:
    """Return the directories that PYTHONPATH names; an empty entry is the current one."""
    text = os.environ.get("PYTHONPATH", "")
    if not text or sys.flags.ignore_environment:
        return set()
    return {_full(entry) for entry in text.split(os.pathsep)}


def _user_site(here: str) -> set[str]:
    """Return the packages of the user where PYTHONUSERBASE has them in the current directory."""
    if sys.flags.ignore_environment or not os.environ.get("PYTHONUSERBASE"):
        return set()
    found = getattr(sys.modules.get("site"), "USER_SITE", None)
    full = _full(found) if found else ""
    return {full} if full and _is_within(full, here) else set()


def _full(entry: str) -> str:
    try:
        return os.path.abspath(entry)
    except OSError:  # relative to a directory that is gone
        return ""


def _is_within(path: str, directory: str) -> bool:
    return path == directory or path.startswith(os.path.join(directory, ""))
