"""Why git failed and what to do about it. Imported only after it has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.secret import printable

if TYPE_CHECKING:
    from scanner.git.process import Completed

_ADD_SAFE: Final = "git config --global --add safe.directory"
"""How the line of git begins that makes an exception for a directory (setup.c)."""

_REMEDIES: Final = {
    "dubious ownership": f"if you trust it, run `{_ADD_SAFE}` with it",
    "unsafe repository": f"if you trust it, run `{_ADD_SAFE}` with it",  # git before 2.35.3
    "safe.bareRepository": "to scan a bare repository, set GIT_DIR to its path",
    "not a git repository": "run keycatch inside a repository",
}
"""Words in git's errors, to what to do: git itself says so on later lines or not at all."""
_WHERE_NAMED: Final = {"not a git repository": "name the directory of a repository"}
"""What to do instead in a directory that the user named."""


def complaint(done: Completed, *, named: bool = False) -> str:
    """Return the reason that git gave and what to do about it, fit for a terminal.

    `named` means that the user named the directory.
    """
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if not lines:
        return f"exit code {done.returncode}"
    # Warnings and traces can come before the reason.
    reasons = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines
    known = {**_REMEDIES, **_WHERE_NAMED} if named else _REMEDIES
    remedies = [remedy for sign, remedy in known.items() if sign in reasons[0]]
    # Git quotes the directory for a shell; another directory than that of the reason may be meant.
    exceptions = [line.strip() for line in lines if line.strip().startswith(f"{_ADD_SAFE} ")]
    if remedies and exceptions and exceptions[0].isprintable():
        remedies = [f"if you trust it, run `{exceptions[0]}`"]
    return "; ".join([printable(reasons[0]), *remedies[:1]])
