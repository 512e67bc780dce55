"""The scanners that are on this machine, and a scan by one of them, untimed, for its report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.machine import say
from bench.process import Command, Memory, last_line, run
from bench.processor import environment
from bench.tools import AWS, JOBS, KEYCATCH, NAMES, PEERS, REPORT, Reported, Target, peer_names
from scanner.about import VERSION
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.process import Surroundings
    from bench.tools import Tool

SCANNER: Final = (sys.executable, "-P", "-m", "scanner")
"""How keycatch is started; -P keeps a package `scanner` of the measured repository out of it."""
CHECKOUT: Final[Mapping[str, str]] = environment()
"""The variables with which Python finds the scanner of this checkout."""

# ELF, and Mach-O for one and for several processors: how a compiled program begins.
_PROGRAM_HEADERS: Final = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


class Scanner(NamedTuple):
    """A tool as it is called here."""

    name: str
    """With `AWS` at the end if it applies only its rules for AWS."""
    version: str
    start: tuple[str, ...]
    """The program."""
    environment: Mapping[str, str]
    tool: Tool

    def command(self, target: Target, *names: str, jobs: int) -> Command:
        """Return the command that scans `names`, with its usual output."""
        call = self.tool.calls[target]
        words = list(self.start)
        for word in call.words:
            if word == NAMES:
                words += names
            else:
                words.append(str(jobs) if word == JOBS else word.replace(NAMES, "".join(names)))
        words += self.tool.aws if self.name.endswith(AWS) else ()
        return Command(self.name, tuple(words), self.environment, None, call.exits)

    def check(self, target: Target, name: str, place: Surroundings) -> tuple[Reported, Memory]:
        """Scan `name` once, untimed; return what the report says, and the memory that it took.

        Raises KeycatchError if the tool fails, writes no report, or has not read all of a history.
        """
        read = self.tool.read
        if read is None:
            raise KeycatchError(f"{self.name} has no report that can be read")
        command = self.command(target, name, jobs=place.jobs)
        content, messages, memory = scan_for_report(command, self.tool.report, place)
        reported = read(content, messages)

        # A tree of files may well hold what no scanner reads, such as an encrypted archive.
        if reported.incomplete and target is Target.REPOSITORY:
            reason = reported.incomplete
            raise KeycatchError(f"{self.name} could not read all of the history: {reason}")
        return reported, memory


def scan_for_report(
    command: Command, options: Sequence[str], place: Surroundings
) -> tuple[Any, str, Memory]:
    """Run `command` with `options` for a report; return that, the messages and the memory.

    Raises KeycatchError if the command fails or writes no report.
    """
    report, output = place.home / "report.json", place.home / "output.txt"
    words = (str(report) if word == REPORT else word for word in options)
    cost = run(command._replace(argv=(*command.argv, *words)), place, watch=True, output=output)
    messages = output.read_text("utf-8", "replace")
    if cost.exit_code not in command.exits or not report.exists():
        raise KeycatchError(f"{command.name} ended with {cost.exit_code}: {last_line(messages)}")

    content = json.loads(report.read_text("utf-8"))
    # A report holds what was found: it is not kept longer than needed.
    report.unlink()
    output.unlink()
    return content, messages, cost.memory


def keycatch(tool: Tool = KEYCATCH) -> Scanner:
    """Return the scanner of this checkout, run by this Python."""
    return Scanner(tool.name, VERSION, SCANNER, CHECKOUT, tool)


def find_peers(
    names: Sequence[str] | None, target: Target, usual: Sequence[str] = ()
) -> list[Scanner]:
    """Return the peers called `names` that can scan `target`.

    A name may be `NAME=PATH`, with the path of the program. Without `names`, these are the `usual`
    ones (all, if that is empty) as far as they are installed, with a message for each that is not.
    Raises KeycatchError for an unknown name, and for one that was asked for and is not installed.
    """
    known = peer_names(target)
    found = []
    for item in (usual or known) if names is None else names:
        name, _, path = item.partition("=")
        if name not in known:
            raise KeycatchError(f"there is no peer {name!r}; there are {', '.join(known)}")
        tool = next(tool for tool in PEERS if tool.name == name.removesuffix(AWS))
        program = path or _find_program(tool)
        if program:
            found.append(Scanner(name, _version(program, tool), (program,), {}, tool))
        elif names is None:
            say(f"{name} is not installed")
        else:
            raise KeycatchError(f"{name} is not installed: see docs/benchmarks.md")
    return found


def _find_program(tool: Tool) -> str | None:
    """Return the path of `tool`: of the program itself, not of a script that starts it."""
    if not tool.package:
        next_to_python = os.path.dirname(sys.executable)
        return shutil.which(
            tool.name, path=os.pathsep.join((next_to_python, os.environ.get("PATH", "")))
        )

    # The packages for Python put a script in front of the program, which costs the start of a
    # Python; and the one of betterleaks calls its script `gitleaks` too.
    inside = Path(sysconfig.get_path("platlib")) / tool.package / "bin" / tool.name
    for candidate in (str(inside), shutil.which(tool.name)):
        if candidate and os.access(candidate, os.X_OK):
            with open(candidate, "rb") as program:
                if program.read(4).startswith(_PROGRAM_HEADERS):
                    return candidate
    return None


def _version(program: str, tool: Tool) -> str:
    if not tool.version:
        return ""
    try:
        done = subprocess.run([program, *tool.version], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise KeycatchError(f"cannot run {program}: {error}") from None
    # Some print their name before it, others the number alone.
    return done.stdout.split()[-1]
