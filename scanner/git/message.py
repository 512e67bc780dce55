"""What git keeps of the message of a commit (git-commit(1), `--cleanup`)."""

from __future__ import annotations

import os

from scanner.git.hardening import environment
from scanner.git.process import complete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SCISSORS: Final = b" ------------------------ >8 ------------------------"
"""The end of the line that begins with the comment character (wt-status.c, `cut_line`)."""
_AUTO: Final = b"#;@!$%^&|:"
"""What core.commentChar=auto chooses from (builtin/commit.c, adjust_comment_line_char)."""
_NO_EDITOR: Final = ":"
"""GIT_EDITOR in the hooks of a commit whose message nobody edits (builtin/commit.c)."""


def kept(message: bytes) -> bytes:
    """Return `message` with blank lines for what git will leave out of the commit.

    A hook does not see `--cleanup`. Where it could go either way, the line stays.
    """
    settings = _settings()
    cleanup = settings.get(b"commit.cleanup", b"default").lower()
    is_edited = os.environ.get("GIT_EDITOR") != _NO_EDITOR
    if cleanup in (b"verbatim", b"whitespace"):
        strips = False
    else:
        strips = cleanup == b"strip" or (cleanup == b"default" and is_edited)

    lines = message.split(b"\n")
    mark = _comment(lines, settings)
    if is_edited:
        lines = _above_scissors(lines, mark)
    if strips:
        lines = [b"" if line.startswith(mark) else line for line in lines]
    return b"\n".join(lines)


def _above_scissors(lines: list[bytes], mark: bytes) -> list[bytes]:
    """Return the lines above the line that git puts before a diff; a comment follows it."""
    for number, line in enumerate(lines[:-1]):
        if line == mark + _SCISSORS and lines[number + 1].startswith(mark):
            return lines[:number]
    return lines


def _comment(lines: list[bytes], settings: dict[bytes, bytes]) -> bytes:
    """Return what comments begin with."""
    mark = settings.get(b"core.commentstring") or settings.get(b"core.commentchar") or b"#"
    if mark.lower() != b"auto":
        return mark
    import re  # here: hardly anybody has this setting

    # git has chosen one that no line began with, and then written its own comments at the end.
    for line in reversed(lines):
        if match := re.match(b"[%s](?= |$)" % re.escape(_AUTO), line):
            return match[0]
    return b"#"


def _settings() -> dict[bytes, bytes]:
    """Return the settings that matter, by their names in lower case; empty without git."""
    pattern = r"^(core\.comment(char|string)|commit\.cleanup)$"
    done = complete(("config", "-z", "--get-regexp", pattern), ".", environment(os.environ))
    fields = (field.partition(b"\n") for field in done.stdout.split(b"\0") if field)
    return {name.lower(): value for name, _, value in fields}
