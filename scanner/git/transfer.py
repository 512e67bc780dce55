"""Starts a git that talks to a server, and ends it with all that it has started."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from scanner.git.hardening import NO_HOOKS, QUIET
from scanner.git.process import PROCESSOR, cannot_run, limit, program

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    Running: TypeAlias = subprocess.Popen[str]
    """A git that was started; only for annotations."""

_GRACE: Final = 5.0
"""Seconds for git to remove its locks before it is killed."""


def start(command: Sequence[str], directory: str, variables: Mapping[str, str]) -> Running:
    """Start a git `command` that talks to a server in `directory`, with pipes from it.

    Raises GitError. Its environment is `variables` and nothing else. It is in a session of its own:
    ssh and others have no terminal there to ask at, and all that git starts can be ended with it.
    """
    import subprocess

    try:
        process = subprocess.Popen(
            (program(), *QUIET, *NO_HOOKS, *command),
            cwd=directory,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A server chooses the bytes of its messages.
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise cannot_run(directory, error) from None
    limit(process.pid, PROCESSOR)
    return process


def end(process: Running) -> None:
    """End `process` and all of its session; returns when it has ended."""
    from subprocess import TimeoutExpired

    if process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        with suppress(TimeoutExpired):
            process.wait(_GRACE)
    # Others of its session can be alive when git is not.
    _signal(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()


def _signal(leader: int, number: int) -> None:
    with suppress(OSError):  # there is none any more
        if hasattr(os, "killpg"):
            os.killpg(leader, number)
        else:
            os.kill(leader, number)
