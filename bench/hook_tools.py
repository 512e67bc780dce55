"""How each scanner is started on what is staged, which is what a commit hook does.

Each gets its default rules and its default text report, which is thrown away, and may not use the
network. betterleaks, gitleaks and kingfisher read the lines that the change adds, keycatch and
detect-secrets-hook the whole of each changed file. Facts about options: the `--help` of
betterleaks 2.0.0, gitleaks 8.30.1, kingfisher 2.14.0 and detect-secrets 1.5.0.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.process import ROOT
from bench.tools import AWS, AWS_OPTIONS, PEERS, choose, find_program, version_of
from scanner.about import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BY_NAME: Final = "detect-secrets-hook"
HOOK_PEERS: Final = (*PEERS, _BY_NAME)
"""Names that `--peers` takes."""

SCANNER: Final = (sys.executable, "-P", "-m", "scanner")
"""How keycatch is started; -P keeps a package `scanner` of the measured repository out of it."""
OURS: Final = {"PYTHONPATH": str(ROOT)}


class HookTool(NamedTuple):
    """A scanner of what is staged."""

    name: str
    version: str
    start: tuple[str, ...]
    takes_names: bool
    """Whether the names of the staged files follow."""
    environment: Mapping[str, str]
    found: int
    """The exit code of a scan that found something."""

    def command(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the command for a change of the files called `names`."""
        return (*self.start, *names) if self.takes_names else self.start


def keycatch_staged() -> HookTool:
    """Return the scanner of this checkout, run by this Python."""
    return HookTool("keycatch", VERSION, (*SCANNER, "staged"), False, OURS, 1)


def find_hooks(names: Sequence[str] | None, jobs: int) -> tuple[list[HookTool], list[str]]:
    """Return the peers called `names`, or all there are, and a note for each that is not there.

    A name may be `NAME=PATH` to say where the program is. Raises KeycatchError for an unknown
    name, and for one that was asked for and is not installed.
    """
    return choose(names, HOOK_PEERS, _find, lambda name, program: _hook(name, program, jobs))


def _find(name: str) -> str | None:
    if name == _BY_NAME:
        beside = os.path.dirname(sys.executable)
        return shutil.which(name, path=os.pathsep.join((beside, os.environ.get("PATH", ""))))
    return find_program(name)


def _hook(name: str, program: str, jobs: int) -> HookTool:
    if name == _BY_NAME:
        # Without -n it asks the services about what it finds.
        return HookTool(name, version_of(program, "--version"), (program, "-n"), True, {}, 1)
    kind = name.removesuffix(AWS)
    only = AWS_OPTIONS[kind] if name.endswith(AWS) else ()
    if kind == "kingfisher":
        options = ("--staged", "--no-validate", "--no-update-check", "--jobs", str(jobs), *only)
        version = version_of(program, "--version")
        return HookTool(name, version, (program, "scan", ".", *options), False, {}, 200)
    start = (program, "git", "--staged", "--no-banner", "--no-color", *only)
    return HookTool(name, version_of(program, "version"), start, False, {}, 1)
