"""Python, the libraries and git: what keycatch runs on."""

from __future__ import annotations

import os
import platform
import re
import sys
from typing import TYPE_CHECKING, Final

from scanner import kernel
from scanner.about import VERSION
from scanner.doctor import version_of
from scanner.doctor.interface import NOTE, OK, PROBLEM, Result
from scanner.git.hardening import environment
from scanner.git.process import GitError, complete

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAST_GIT: Final = (2, 25, 1)
"""`rev-parse` knows all that is asked since 2.25 (`scanner.git.repository`). From 2.23 to 2.25.0
the commit after `git restore --staged` still had the file (release notes of git 2.25.1)."""
_INSTALL_GIT: Final = (
    "install git 2.25.1 or newer from your package manager or https://git-scm.com/downloads"
)
_ASKS_FOR_OWNER: Final = (2, 35, 2)
"""Since this version git refuses a repository of another owner. Distributions, and versions such as
2.30.3, brought that to older ones: those are tried."""
_OF_ANOTHER: Final = "git {} does not check who owns a repository, so its configuration counts"
_NEWER_GIT: Final = "install git 2.35.2 or newer, or the security updates of your system"
_NEEDED: Final = ("stringzilla", "regex", "PyYAML")
_FASTER: Final = {"isal": "inflates archives and packs faster"}
_COMPILER: Final = "install a C compiler and the headers of Python, then keycatch again"
_STS: Final = "pip install 'keycatch[sts]'"


def results() -> Iterator[Result]:
    """Yield what is found about the program and what it runs on."""
    system = f"{platform.system()} {platform.machine()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield Result(OK, "program", f"keycatch {VERSION}, {python}, {system}, {sys.executable}")
    yield from _libraries()
    yield _search()
    yield _git()


def _libraries() -> Iterator[Result]:
    missing = [name for name in _NEEDED if not version_of(name)]
    for name in missing:
        yield Result(PROBLEM, "libraries", f"{name} is missing", f"pip install {name}")
    found = [f"{name} {version_of(name)}" for name in (*_NEEDED, *_FASTER) if version_of(name)]
    yield Result(OK, "libraries", ", ".join(found))
    for name, use in _FASTER.items():
        if not version_of(name):
            yield Result(NOTE, "libraries", f"{name} is missing: it {use}", f"pip install {name}")
    if not _opens_zstd():
        said = "zstd files are not opened"
        yield Result(NOTE, "libraries", said, "pip install backports.zstd")
    sts = version_of("boto3")
    if sts:
        yield Result(OK, "libraries", f"boto3 {sts}: --check-liveness can ask STS")
    else:
        yield Result(NOTE, "libraries", "boto3 is missing: --check-liveness needs it", _STS)


def _opens_zstd() -> bool:
    return sys.version_info >= (3, 14) or bool(version_of("backports.zstd"))


def _search() -> Result:
    kernel.load("packs")  # no command but that of a history does it
    if kernel.problem:
        said = f"the compiled search cannot be loaded ({kernel.problem}); Python takes its place"
        return Result(NOTE, "search", said, "pip install --force-reinstall keycatch")
    if kernel.anchors:
        return Result(OK, "search", "compiled")
    if kernel.is_unwanted():
        return Result(NOTE, "search", f"in Python, as {kernel.PURE} asks: several times slower")

    import stringzilla

    found = ", ".join(getattr(stringzilla, "__capabilities__", ())) or "unknown"
    if found == "serial":
        return Result(
            NOTE, "search", "in Python, without vector instructions: many times slower", _COMPILER
        )
    said = f"in Python, with the kernels of stringzilla ({found}): several times slower"
    return Result(NOTE, "search", said, _COMPILER)


def _git() -> Result:
    try:
        done = complete(("--version",), os.curdir, environment(os.environ))
    except GitError as error:
        return Result(PROBLEM, "git", str(error), _INSTALL_GIT)
    said = done.stdout.decode("utf-8", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", said)
    if found is None:
        return Result(NOTE, "git", "git does not say its version")
    number = tuple(int(each or 0) for each in found.groups())
    if number < _LEAST_GIT:
        return Result(PROBLEM, "git", f"git {found[0]} is too old: 2.25.1 is needed", _INSTALL_GIT)
    if number < _ASKS_FOR_OWNER and not _asks_for_owner():
        return Result(NOTE, "git", _OF_ANOTHER.format(found[0]), _NEWER_GIT)
    return Result(OK, "git", f"git {found[0]}")


def _asks_for_owner() -> bool:
    """Return whether git would refuse the repository here if it were of another owner."""
    variables = environment(os.environ, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")  # setup.c
    return bool(complete(("rev-parse", "--git-dir"), os.curdir, variables).returncode)
