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
    "PyYAML": "",
    "regex": "",
    "stringzilla": "",
}
"""Those that no family has: the libraries that list organisations are named by its members."""


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
        details = _details()
        width = max(len(name) for name, _ in details) + 3
        for name, value in details:
            print(f"{name + ':':<{width}}{value}")
    return 0


def libraries() -> dict[str, str]:
    """Return the libraries that keycatch uses, by name, to what it means that one is not there."""
    from scanner.fleet import forges

    found = {**_LIBRARIES, **forges.libraries()}
    return {name: found[name] for name in sorted(found, key=str.casefold)}


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
    for name, without in libraries().items():
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
