"""Runs git to ask about a repository; `scanner.git.transfer` runs it to clone and to fetch.

Commands are plumbing with NUL-separated output. Each has the options and variables of
`scanner.git.hardening`, a limit of time, and on Linux one of memory.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from functools import cache

from scanner.errors import KeycatchError
from scanner.git.hardening import HARDENED, NO_FETCH, QUIET
from scanner.git.spawn import Spawned, is_possible
from scanner.records import NamedTuple
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence
    from typing import Final

SECONDS: Final = 900
"""The longest that git may take for one answer: the log of a million commits takes two minutes."""
QUICK: Final = 20
"""The longest that git may take to find what a name means."""
PATIENCE: Final = 2.0
"""Seconds without an answer after which git may be waiting for what is no file: most answers take
milliseconds."""
PROCESSOR: Final = 4 * 3600
"""Seconds of the processor for a git that answers many questions."""
_MEMORY: Final = 4 << 30
"""Bytes of memory of its own for git; packs are mapped, and do not count. A forged pack in which
two deltas are based on one another makes git 2.39 take memory without end."""


class Completed(NamedTuple):
    """How a git command ended."""

    returncode: int
    stdout: bytes
    stderr: bytes


class GitError(KeycatchError):
    """Git is missing, has failed, or has given an answer that cannot be read."""


def unusable(command: str, expected: str) -> GitError:
    """Return the error that git answered to `command` with something else than `expected`."""
    return GitError(
        f"git gave no usable answer to `git {command}`: {expected} expected; "
        "is it git that is on the PATH?"
    )


def complete(
    command: Sequence[str],
    directory: str,
    variables: Mapping[str, str],
    stdin: bytes = b"",
    *,
    hooks: bool = False,
    seconds: int = SECONDS,
) -> Completed:
    """Run a git `command` in `directory` to its end, whatever its exit code. Raises GitError.

    It may take `seconds`, and is ended then.

    With `hooks`, git sees the hooks that are configured and runs those that the command has: for
    finding out where they are, and for testing them. A bare repository is then found like any
    other.
    """
    whole = (program(), *((*QUIET, *NO_FETCH) if hooks else HARDENED), *command)
    if not stdin and directory == os.curdir and is_possible():
        return _spawned(whole, variables, seconds)
    import subprocess

    try:
        with subprocess.Popen(
            whole,
            cwd=directory,
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                limit(process.pid, seconds)
                output, errors = answer(process, directory, variables, stdin, seconds)
            except BaseException:  # as in `subprocess.run`: also when the time of the scan is up
                process.kill()
                raise
    except OSError as error:
        raise cannot_run(directory, error) from None
    return Completed(process.returncode, output, errors)


def _spawned(command: Sequence[str], variables: Mapping[str, str], seconds: int) -> Completed:
    """Do the same in the current directory, without input and without `subprocess`."""
    try:
        process = Spawned(command, variables)
    except OSError as error:
        raise cannot_run(os.curdir, error) from None
    with closing(process):
        limit(process.pid, seconds)
        output, errors = _patiently(process.answer, os.curdir, variables, seconds)
    return Completed(process.returncode or 0, output, errors)


def answer(
    process: subprocess.Popen[bytes],
    directory: str,
    variables: Mapping[str, str],
    stdin: bytes | None = None,
    seconds: int = SECONDS,
) -> tuple[bytes, bytes]:
    """Return what a git that was started prints until its end, and its errors.

    Raises GitError if that takes more than `seconds`, or if it waits for what is no file.
    """
    from subprocess import TimeoutExpired

    inputs = [stdin]  # it is to be given once

    def within(limit: float) -> tuple[bytes, bytes] | None:
        with suppress(TimeoutExpired):
            return process.communicate(inputs.pop() if inputs else None, timeout=limit)
        return None

    return _patiently(within, directory, variables, seconds)


def _patiently(
    within: Callable[[float], tuple[bytes, bytes] | None],
    directory: str,
    variables: Mapping[str, str],
    seconds: int,
) -> tuple[bytes, bytes]:
    """Return what `within` some time returns, as `answer` does; it returns None if that is over."""
    answered = within(min(seconds, PATIENCE))
    if answered is not None:
        return answered

    from scanner.git.obstacles import obstacle

    found = obstacle(directory, variables)
    answered = within(0 if found else max(seconds - PATIENCE, 0))
    if answered is not None:
        return answered
    where = printable(directory)
    late = f"git did not answer within {seconds} seconds in {where}: run `git fsck` there"
    raise GitError(found or late)


def limit(process: int, seconds: int) -> None:
    """Limit the memory and the time of the processor of a git that was just started.

    From outside, where the system can do that (Linux): to run code in the new process before git
    would make each start of git slower.
    """
    if sys.platform != "linux":
        return
    import resource

    with suppress(OSError, ValueError):  # it has ended, or has a lower limit
        resource.prlimit(process, resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
        resource.prlimit(process, resource.RLIMIT_CPU, (seconds, seconds))


def start(
    command: Sequence[str], directory: str, variables: Mapping[str, str], *, errors: bool = False
) -> subprocess.Popen[bytes]:
    """Start a git `command` in `directory` with pipes to and from it. Raises GitError.

    With `errors` there is one for what it says on standard error, too, and it is for one question.
    """
    import subprocess

    try:
        process = subprocess.Popen(
            (program(), *HARDENED, *command),
            cwd=directory,
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if errors else subprocess.DEVNULL,
        )
    except OSError as error:
        raise cannot_run(directory, error) from None
    try:
        limit(process.pid, SECONDS if errors else PROCESSOR)
    except BaseException:  # the time of the scan can be up: nobody else knows of the process
        process.kill()
        raise
    return process


def cannot_run(directory: str, error: OSError) -> GitError:
    """Return the error that git cannot be started in `directory`."""
    reason = error.strerror or str(error)
    return GitError(f"git cannot be run in {printable(directory)}: {reason}")


@cache
def program() -> str:
    """Return the path of the first git on the PATH, ignoring relative entries. Raises GitError.

    Git is started in the directory that is scanned. A relative entry, and on Windows the search of
    the system itself, would find a program that the repository contains there.
    """
    name = "git.exe" if os.name == "nt" else "git"
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = os.path.join(directory, name)
        if os.path.isabs(directory) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    raise GitError("git was not found: install it or put it on the PATH")
