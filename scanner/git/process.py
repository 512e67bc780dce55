"""The only module that runs git.

Commands are plumbing with NUL-separated output, run so that nothing in the repository or in the
user's configuration can change what they print or make them run anything: no file system monitor,
no hooks, no pager, no prompt, the C locale, no locks taken. Ownership is left for git to judge:
`safe.directory` is never set, and the repository is found by git itself, since naming it with
`GIT_DIR` would switch that check off.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.secret import printable

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    Completed: TypeAlias = subprocess.CompletedProcess[bytes]
    """How a git command ended; only for annotations."""

_QUIET: Final = (
    "--no-pager",
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
)

_HARDENED: Final = (
    *_QUIET,
    "-c",
    "core.hooksPath=/dev/null",
    # A directory of the work tree can be made to look like a bare repository with a configuration
    # of its own, which git would follow when it is started inside.
    "-c",
    "safe.bareRepository=explicit",
)

_SETTINGS: Final = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}

_REMEDIES: Final = {
    "dubious ownership": "if you trust it, run `git config --global --add safe.directory` with it",
    "safe.bareRepository": "to scan a bare repository, set GIT_DIR to its path",
    "not a git repository": "run keycatch inside of a repository",
}
"""What to do about some of git's complaints, which it says on later lines or not at all."""


class GitError(KeycatchError):
    """Git is missing, or refused to answer."""


def environment(inherited: Mapping[str, str], **settings: str) -> dict[str, str]:
    """Return the environment to run git in: `inherited`, and over it ours and `settings`."""
    return {**inherited, **_SETTINGS, **settings}


def complete(
    command: Sequence[str],
    directory: str,
    variables: Mapping[str, str],
    stdin: bytes = b"",
    *,
    hooks: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Run a git `command` in `directory` to its end, whatever its exit code. Raises GitError.

    With `hooks` git sees the hooks that are configured, and runs them where the command does: for
    asking where they are, and for trying them out. A bare repository is then found like any other.
    """
    import subprocess

    try:
        return subprocess.run(
            (program(), *(_QUIET if hooks else _HARDENED), *command),
            cwd=directory,
            env=dict(variables),
            input=stdin,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise _cannot_run(directory, error) from None


def start(
    command: Sequence[str], directory: str, variables: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a git `command` in `directory` with pipes to and from it. Raises GitError."""
    import subprocess

    try:
        return subprocess.Popen(
            (program(), *_HARDENED, *command),
            cwd=directory,
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise _cannot_run(directory, error) from None


def complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the reason that git gave and what to do about it, fit for a terminal."""
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if not lines:
        return f"exit code {done.returncode}"
    # Warnings and traces can stand before the reason.
    reasons = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines
    remedies = [remedy for sign, remedy in _REMEDIES.items() if sign in reasons[0]]
    return "; ".join([printable(reasons[0]), *remedies[:1]])


def _cannot_run(directory: str, error: OSError) -> GitError:
    reason = error.strerror or str(error)
    return GitError(f"git cannot be run in {printable(directory)}: {reason}")


@cache
def program() -> str:
    """Return the path of git: the first on the PATH, whose relative entries do not count.

    Git is started in the directory that is scanned, where a relative entry (and on Windows the
    search that the system makes by itself) would find a program of the repository's.
    """
    name = "git.exe" if os.name == "nt" else "git"
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = os.path.join(directory, name)
        if os.path.isabs(directory) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    raise GitError("git was not found: install it or put it on the PATH")
