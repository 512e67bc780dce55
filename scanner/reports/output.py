"""Writes reports: to standard output, or to files that are written whole or not at all."""

from __future__ import annotations

import os
import sys

from scanner.errors import KeycatchError
from scanner.files import Pending, abandon, discard, drop, keep, prepare, publish, restore
from scanner.records import NamedTuple
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final


class Document(NamedTuple):
    """A text, and where it goes."""

    chunks: Iterator[str]
    path: str | None
    """A file; None or `-` for standard output."""


def write(
    chunks: Iterator[str], path: str | None, private: bool = False, what: str = "report"
) -> None:
    """Write `chunks` to the file at `path`, or to standard output where it is None or `-`.

    As `write_all` does it for one document.
    """
    write_all([Document(chunks, path)], private, what)


def write_all(documents: Sequence[Document], private: bool = False, what: str = "report") -> None:
    """Write `documents`: all of them, or none of the files.

    A file is UTF-8 with line feeds on every system. It appears under its name when everything else
    is written: until then, and for good if anything goes wrong, an older file stays as it was. With
    `private` (the report shows secrets) only its owner may read it. What is no regular file, such
    as a pipe or a device, is written to directly, and so is standard output.

    `KeycatchError` says that `what`, the name of what is written, cannot be, or that its reader
    left before its end.
    """
    pending: list[Pending] = []
    try:
        # Files first, since they can be taken back, and last of all what is printed.
        direct = []
        for document in documents:
            target = _file(document)
            if target is None:
                direct.append(document)
            else:
                pending.append(_prepared(document, target, private, what))

        for document in sorted(direct, key=_is_printed):
            _write_directly(document, what)
        _publish(pending, what)
        pending = []
    finally:
        for each in pending:
            abandon(each)


def _is_printed(document: Document) -> bool:
    return document.path is None or document.path == "-"


def _file(document: Document) -> str | None:
    """Return where the regular file is or will be; None for a document of any other target."""
    if document.path is None or _is_printed(document):
        return None
    try:
        target = os.path.realpath(document.path)  # a symbolic link stays one
    except ValueError:  # no file can have the name, which writing says
        return document.path
    return None if os.path.exists(target) and not os.path.isfile(target) else target


def _prepared(document: Document, target: str, private: bool, what: str) -> Pending:
    content = (chunk.encode("utf-8", "backslashreplace") for chunk in document.chunks)
    try:
        return prepare(target, content, 0o600 if private else 0o666)
    except (OSError, ValueError) as error:
        raise _cannot(document.path or "", what, error) from None


def _publish(pending: Sequence[Pending], what: str) -> None:
    """Give all files their names; if one cannot have it, the others get what was there before."""
    published: list[tuple[str, str | None]] = []
    try:
        for each in pending:
            kept = keep(each.path) if len(pending) > 1 else None
            published.append((each.path, kept))
            try:
                publish(each)
            except (OSError, ValueError) as error:
                raise _cannot(each.path, what, error) from None
    except BaseException:
        # At the last one nothing has changed yet.
        for _, kept in published[-1:]:
            drop(kept)
        for path, kept in published[:-1]:
            restore(path, kept)
        raise
    for _, kept in published:
        drop(kept)


def _write_directly(document: Document, what: str) -> None:
    if document.path is None or _is_printed(document):
        _to_standard_output(document.chunks, what)
        return
    path = document.path
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.writelines(document.chunks)
    except OSError as error:
        raise _cannot(path, what, error) from None


def _cannot(path: str, what: str, error: Exception) -> KeycatchError:
    reason = getattr(error, "strerror", None) or error
    return KeycatchError(
        f"cannot write the {what} to {printable(path)}: {reason}; "
        "name a writable file with --output"
    )


def _to_standard_output(chunks: Iterator[str], what: str) -> None:
    stream = sys.stdout
    try:
        if stream is None:
            raise KeycatchError("standard output is closed; use --output FILE")
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        for chunk in chunks:
            stream.write(chunk)
        stream.flush()
    except OSError as error:
        discard(stream)
        if isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == _EINVAL):
            # Its reader may have seen enough, or may have crashed: what it has is not the report.
            raise KeycatchError(
                f"the {what} is cut off because the reader of standard output closed it; use "
                "--output FILE for the whole of it"
            ) from None
        raise KeycatchError(
            f"cannot write the {what} to standard output: {error.strerror or error}; "
            "use --output FILE"
        ) from None


_EINVAL: Final = 22
"""What Windows answers to a write into a pipe that nobody reads any more."""
