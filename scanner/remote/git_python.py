"""Transfers through GitPython, which is imported here and only when there is one.

GitPython gives the guards against options and protocols that run programs, and reads the progress.
The git that it starts is started by `scanner.git.transfer`, with an environment that is made for
it: GitPython's own would have all of this process.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME
from scanner.git.process import program
from scanner.git.transfer import start
from scanner.records import NamedTuple
from scanner.remote.failure import RemoteError, State, failure
from scanner.remote.watch import Limits, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from scanner.git.transfer import Running

    Progress = Callable[[int, int, int], None]
    """Called with the objects that are there, all of them, and the bytes so far."""

OLDEST: Final = (3, 2, 1)
"""The versions before have advisories about options and protocols that run programs."""
INSTALL: Final = "pip install 'keycatch[remote]'"
_LINES: Final = 100
_LONGEST: Final = 1000
"""As much of what a server says is kept: it can send any number of lines, of any length."""


class Transfer(NamedTuple):
    """What a transfer is made with."""

    name: str
    """What messages call the repository."""
    directory: str
    """The private directory that git is started in."""
    settings: Sequence[str]
    """Arguments before the command of git."""
    variables: Mapping[str, str]
    limits: Limits
    hide: Callable[[str], str]
    """Takes out of a message who asks."""
    progress: Progress | None = None


def library() -> ModuleType:
    """Return GitPython; raises RemoteError if it is missing or too old."""
    # It runs git when it is imported, by default the first on the PATH, which can be relative.
    ours = {"GIT_PYTHON_GIT_EXECUTABLE": program(), "GIT_PYTHON_REFRESH": "quiet"}
    # Only once: other threads may read the environment for a transfer of theirs.
    ours = {} if sys.modules.get("git") else ours
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        import git
    except ImportError as error:
        why = "is not installed" if error.name == "git" else f"cannot be imported: {error}"
        raise RemoteError(
            State.LIBRARY, f"GitPython, which clones repositories, {why}: run `{INSTALL}`"
        ) from None
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

    numbers = re.findall(r"\d+", git.__version__)[:3]
    if tuple(map(int, numbers)) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise RemoteError(
            State.LIBRARY,
            f"GitPython {git.__version__} is too old, {NAME} needs {oldest}: run `{INSTALL}`",
        )
    return git


def transfer(
    job: Transfer,
    command: str,
    folder: str,
    *operands: str,
    most: int = _LINES,
    **options: Any,
) -> list[str]:
    """Run the git `command` with `options`, which come from here, and `operands`, which do not.

    It writes to `folder`. Returns the first `most` lines that it prints. Raises RemoteError with
    git's own words.
    """
    git = library()
    for operand in operands:
        git.Git.check_unsafe_protocols(operand)
    started: list[Running] = []

    class Commands(git.Git):  # type: ignore[misc, name-defined]
        """GitPython's commands, started in our way."""

        def execute(self, command: Sequence[str], **_: Any) -> Any:
            words = [*job.settings, *command[1:]]  # without the program
            started.append(start(words, job.directory, job.variables))
            return self.AutoInterrupt(started[0], command)

    said = _listener(git, job)
    printed: list[str] = []

    def keep(line: str) -> None:
        if len(printed) < most:
            printed.append(line[:_LONGEST].rstrip("\n"))

    process = getattr(Commands(), command)("--", *operands, as_process=True, **options)
    with Watch(started[0], folder, job.limits, job.name, lambda: said.count) as watch:
        said.size = lambda: watch.added
        git.cmd.handle_process_output(
            process, keep, said.new_message_handler(), decode_streams=False
        )
        started[0].wait()
        watch.look()  # a quick one can be over between two looks
    if watch.error:
        raise watch.error
    if started[0].returncode:
        lines = [*said.error_lines, *said.other_lines]
        raise failure(map(job.hide, lines), job.name)
    return printed


def _listener(git: ModuleType, job: Transfer) -> Any:
    """Return what hears git's progress: keeps its last words, and counts all."""

    class Listener(git.RemoteProgress):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.count = 0
            self.size: Callable[[], int] = int

        def new_message_handler(self) -> Callable[[str], None]:
            handle = super().new_message_handler()

            def bounded(line: str) -> None:
                self.count += 1
                handle(line[:_LONGEST])
                for kept in (self.error_lines, self.other_lines):
                    del kept[:-_LINES]

            return bounded

        def update(self, op_code: int, cur_count: Any, max_count: Any = None, *_: str) -> None:
            if job.progress and op_code & self.OP_MASK == self.RECEIVING:
                job.progress(int(cur_count or 0), int(max_count or 0), self.size())

    return Listener()
