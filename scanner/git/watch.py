"""Ending a git that was started to answer many questions, and waits for what is no file."""

from __future__ import annotations

import threading

from scanner.git.process import PATIENCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping


class Watch:
    """Ends such a git, whose reader then comes to the end of its answers; to be closed.

    A reader has no limit of its own: between two answers it may search for as long as it likes.
    """

    __slots__ = ("_is_over", "_thread", "found", "steps")

    def __init__(
        self, process: subprocess.Popen[bytes], directory: str, variables: Mapping[str, str]
    ) -> None:
        """Watch the `process`, which was started in `directory` with `variables`."""
        self.found = ""
        """A sentence about what git was waiting for when it was ended."""
        self.steps = 0
        """How many answers were read. As long as that grows, git is not waiting."""
        self._is_over = threading.Event()

        def look() -> None:
            before = 0
            while not self._is_over.wait(PATIENCE):
                if self.steps == before:
                    from scanner.git.obstacles import obstacle

                    self.found = obstacle(directory, variables)
                    if self.found:
                        process.kill()
                        return
                before = self.steps

        self._thread = threading.Thread(target=look, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watch no longer."""
        self._is_over.set()
        self._thread.join()
