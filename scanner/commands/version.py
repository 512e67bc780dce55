"""`keycatch version`: the version, and those of what keycatch uses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner import kernel
from scanner.about import NAME, VERSION

if TYPE_CHECKING:
    import argparse

_LIBRARIES: Final = {
    "backports.zstd": "reads zstd files; Python 3.14 and later do it themselves",
    "boto3": "for --check-liveness: pip install 'keycatch[sts]'",
    "botocore": "for --check-liveness: pip install 'keycatch[sts]'",
    "distributed": "for fleet --cluster: pip install 'keycatch[cluster]'",
    "GitPython": "for history of an address: pip install 'keycatch[remote]'",
    "isal": "zlib takes its place, and is slower",
    "PyGithub": "for fleet of an organisation of GitHub: pip install 'keycatch[github]'",
    "python-gitlab": "for fleet of a group of GitLab: pip install 'keycatch[gitlab]'",
    "PyYAML": "",
    "regex": "",
    "stringzilla": "",
}
"""The libraries that keycatch uses, to what it means that one is not there."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="show the versions of Python, git, the system and the libraries as well",
    )


def run(args: argparse.Namespace) -> int:
    """Print the version; return the exit code."""
    print(f"{NAME} {VERSION}")
    if args.verbose:
        for name, value in _details():
            print(f"{name + ':':<16}{value}")
    return 0


def _details() -> list[tuple[str, str]]:
    import platform
    import sys
    from importlib.metadata import PackageNotFoundError, version

    found = [
        ("python", f"{platform.python_version()} ({sys.implementation.name})"),
        ("system", f"{platform.system()} {platform.release()} ({platform.machine()})"),
        ("git", _git()),
    ]
    found += [("search", kernel.described())]
    for name, without in _LIBRARIES.items():
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, f"not installed{f' ({without})' if without else ''}"))
    return found


def _git() -> str:
    from scanner.git.process import GitError, complete

    try:
        done = complete(("--version",), os.curdir, os.environ)
    except GitError:
        return "not found: only `keycatch scan` works without it"
    return done.stdout.decode("utf-8", "replace").strip().removeprefix("git version ")
