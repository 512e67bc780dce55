"""Writes a report: to standard output, or to a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from scanner.errors import KeycatchError
from scanner.files import discard, write_whole
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator


def write(
    chunks: Iterator[str], path: str | None, private: bool = False, what: str = "report"
) -> None:
    """Write `chunks` to the file at `path`, or to standard output where it is None or `-`.

    A file is UTF-8 with line feeds on every system. It appears under its name when it is complete:
    until then, and for good if anything goes wrong, an older file stays as it was. With `private`
    (the report shows secrets) only its owner may read it. What is no regular file, such as a pipe
    or a device, is written to directly.

    A reader that closes standard output early ends the writing quietly. `KeycatchError` says that
    `what`, the name of what is written, cannot be.
    """
    if path is None or path == "-":
        _to_standard_output(chunks, what)
        return
    target = os.path.realpath(path)  # a symbolic link stays one
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                file.writelines(chunks)
        else:
            content = (chunk.encode("utf-8", "backslashreplace") for chunk in chunks)
            write_whole(target, content, 0o600 if private else 0o666)
    except OSError as error:
        raise KeycatchError(
            f"cannot write the {what} to {printable(path)}: {error.strerror or error}; "
            "give --output a file that can be written"
        ) from None


def _to_standard_output(chunks: Iterator[str], what: str) -> None:
    stream = sys.stdout
    try:
        if stream is None:
            raise KeycatchError("standard output is closed; give --output a file to write to")
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        for chunk in chunks:
            stream.write(chunk)
        stream.flush()
    except OSError as error:
        discard(stream)
        if isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == _EINVAL):
            return
        raise KeycatchError(
            f"cannot write the {what} to standard output: {error.strerror or error}; "
            "give --output a file to write to"
        ) from None


_EINVAL = 22
"""What Windows answers to a write into a pipe that nobody reads any more."""
