"""Runs git to ask about a repository; `scanner.git.transfer` runs it to clone and to fetch.

Commands are plumbing with NUL-separated output. They are run so that nothing in the repository or
in the user's configuration can change what they print or make them run anything: no file system
monitor, no hooks, no pager, no prompt, the C locale, no locks taken.

Git itself checks who owns the repository: `safe.directory` is never set, and git finds the
repository by itself, since naming it with `GIT_DIR` would switch that check off (git-config(1),
`safe.directory`).
"""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from functools import cache

from scanner.errors import KeycatchError
from scanner.git.spawn import Spawned, is_possible
from scanner.records import NamedTuple
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence
    from typing import Final

# git(1) and git-config(1) describe each of these.
QUIET: Final = (
    "--no-pager",
    "--no-optional-locks",  # a scan writes nothing, and must not disturb a git that runs meanwhile
    "-c",
    "core.fsmonitor=false",  # its value is a program that git runs
    "-c",
    "core.untrackedCache=false",  # a cache in the index, which can be stale
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    # Files beside the objects that say what is in them: parents of commits, and which pack has an
    # object. Git believes them without a look at the object, and a repository can come with any.
    "-c",
    "core.commitGraph=false",
    "-c",
    "core.multiPackIndex=false",
)

NO_HOOKS: Final = ("-c", "core.hooksPath=/dev/null")

_NO_FETCH: Final = ("-c", "fetch.parallel=none")
"""No number, so that `git fetch` ends when it reads its configuration. Git from 2.29 to 2.44 starts
one for what a partial clone lacks, and since 2.40 that downloads what `fetch.bundleURI` names
before it asks whether the protocol is allowed (builtin/fetch.c, bundle-uri.c)."""

_HARDENED: Final = (
    *QUIET,
    *NO_HOOKS,
    *_NO_FETCH,
    # A directory in a work tree can be made to look like a bare repository with a configuration of
    # its own, which git would follow when it is started inside of it.
    "-c",
    "safe.bareRepository=explicit",
)

_SETTINGS: Final = {
    "LC_ALL": "C",  # English messages, which `scanner.git.complaint` matches
    "GIT_TERMINAL_PROMPT": "0",  # no question at the terminal
    # No fetch of the objects that a partial clone lacks. Git knows the first since 2.45. Before, it
    # would run what the configuration of the repository names, which takes a protocol (known since
    # 2.6). In an empty list is the protocol without a name, as of the address `::x`, whose program
    # is `git-remote-` or an alias of the repository. So there is one, whose name nobody can know.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": os.urandom(16).hex(),
}

_CONFIGURES: Final = frozenset((
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",  # a container mounts a part of a work tree
    "GIT_TEST_ASSUME_DIFFERENT_OWNER",  # git's own tests: every repository is of another owner
))  # fmt: skip
"""Variables that hold for every repository of the user (git(1), git-config(1) "ENVIRONMENT")."""
_SAFE: Final = "safe.directory"

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

_CHANGING: Final = frozenset(
    (
        # They change what a path means (git(1), "--glob-pathspecs" and the following).
        *("GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS"),
        *("GIT_ICASE_PATHSPECS", "GIT_PREFIX"),
        # They name programs and files that git would run or write.
        *("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_PAGER", "GIT_ATTR_SOURCE"),
        *("GIT_TRACE", "GIT_TRACE_PACKET", "GIT_TRACE_SETUP", "GIT_TRACE_PERFORMANCE"),
        *("GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF", "GIT_FLUSH"),
    )
)
"""Variables of a shell or a hook that are not handed on to git."""


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


def environment(inherited: Mapping[str, str], **settings: str) -> dict[str, str]:
    """Return the environment for git: `inherited`, overridden by `_SETTINGS` and `settings`."""
    kept = {name: value for name, value in inherited.items() if name not in _CHANGING}
    return {**kept, **_SETTINGS, **settings}


def for_any_repository(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return `inherited` without what says of git where a repository is and how to read it.

    The hook of another repository has `GIT_DIR`, `GIT_INDEX_FILE` and all else that `git rev-parse
    --local-env-vars` lists; they would make git answer for that one. Variables for pathspecs and
    traces change what it answers. Files of configuration that variables name are the user's, as
    those in the home directory are. Single settings in variables, as of `git -c`, may be meant for
    one command, such as `core.excludesFile`: of them only `safe.directory` stays.
    """
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith("GIT_") or name in _CONFIGURES
    }
    exceptions = _exceptions(inherited)
    if exceptions:
        kept["GIT_CONFIG_COUNT"] = str(len(exceptions))
    for number, directory in enumerate(exceptions):
        kept[f"GIT_CONFIG_KEY_{number}"] = _SAFE
        kept[f"GIT_CONFIG_VALUE_{number}"] = directory
    return kept


def _exceptions(inherited: Mapping[str, str]) -> list[str]:
    """Return the values of `safe.directory` in variables, in the order in which git reads them.

    An empty one takes back those before it. Where git would refuse a variable there are none.
    """
    count = inherited.get("GIT_CONFIG_COUNT", "")
    found = []
    # Not by the count alone, which may be any number.
    for number in range(min(int(count), len(inherited)) if count.isdecimal() else 0):
        key = inherited.get(f"GIT_CONFIG_KEY_{number}", "")
        value = inherited.get(f"GIT_CONFIG_VALUE_{number}")
        if key.lower() == _SAFE and value is not None:
            found.append(value)

    # `'key=value'`, since git 2.31 `'key'='value'`; a quote is `'\\''` (quote.c, config.c).
    parameters = inherited.get("GIT_CONFIG_PARAMETERS", "")
    if _SAFE in parameters.lower():
        import shlex

        try:
            settings = [word.partition("=") for word in shlex.split(parameters)]
        except ValueError:  # a quote that does not end
            return []
        found += [value for key, mark, value in settings if mark and key.lower() == _SAFE]
    return found


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
    whole = (program(), *((*QUIET, *_NO_FETCH) if hooks else _HARDENED), *command)
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
    command: Sequence[str], directory: str, variables: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a git `command` in `directory` with pipes to and from it. Raises GitError."""
    import subprocess

    try:
        process = subprocess.Popen(
            (program(), *_HARDENED, *command),
            cwd=directory,
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise cannot_run(directory, error) from None
    try:
        limit(process.pid, PROCESSOR)
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
