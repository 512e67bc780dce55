"""`--format` and `--output`: which reports a run writes, and where; checked before the scan."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from scanner.errors import UsageError, did_you_mean
from scanner.records import NamedTuple
from scanner.reports import FORMATS
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Final

DEFAULT: Final = "text"
STDOUT: Final = "-"
_LONGEST: Final = 200
"""Characters of a category; its names are shown in lists."""
_FORMAT_LIKE: Final = r"[A-Za-z][A-Za-z0-9_-]*"
"""What could be meant as the name of a format before `=`; the name of a file can have a slash."""


class Output(NamedTuple):
    """One report that a run writes."""

    format: str
    path: str
    """A file, or `-` for standard output."""

    @property
    def is_stdout(self) -> bool:
        """Whether the report is printed."""
        return self.path == STDOUT


def add_output_options(group: argparse._ArgumentGroup) -> None:
    """Add `--format` and `--output` of every command that ends in a report."""
    group.add_argument(
        "-f",
        "--format",
        choices=tuple(FORMATS),
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (default: {DEFAULT})",
    )
    group.add_argument(
        "-o",
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        help="write the report to FILE; - is standard output. Without "
        "FORMAT= in the format of --format; may be given several times",
    )
    group.add_argument(
        "--category",
        metavar="NAME",
        help="name that keeps this SARIF report apart from others of the same commit in code "
        "scanning, such as a part of a monorepo",
    )


def category(args: argparse.Namespace) -> str:
    """Return the category that the options `args` give the report, or nothing; or UsageError."""
    given: str | None = getattr(args, "category", None)
    if given is None:
        return ""

    name = given.strip("/")
    if not name or not name.isprintable() or len(name) > _LONGEST:
        raise UsageError(
            f"--category '{printable(given[:_LONGEST])}': must be a name of 1 to {_LONGEST} "
            "printable characters, such as services/shop"
        )
    if all(output.format != "sarif" for output in chosen(args)):
        raise UsageError(
            "--category is part of a SARIF report, and none is written: add --output sarif=FILE, "
            "or leave it out"
        )
    return name


def chosen(args: argparse.Namespace) -> tuple[Output, ...]:
    """Return the reports that the options `args` ask for, in their order. Raises UsageError."""
    if not args.output:
        return (Output(args.format or DEFAULT, STDOUT),)

    outputs = tuple(_parsed(text, args.format or DEFAULT) for text in args.output)
    if args.format and all(named for named, _ in outputs):
        raise UsageError(
            f"--format {args.format} applies to no report, since each --output names its own "
            f"format: leave it out, or add --output {args.format}=-"
        )
    found = tuple(output for _, output in outputs)
    _refuse_same_target(found)
    return found


def _parsed(text: str, default: str) -> tuple[bool, Output]:
    """Return whether `text`, the value of an `--output`, names its format, and what it asks for."""
    import re  # here: no hook names an output

    name, sign, path = text.partition("=")
    if not sign or not re.fullmatch(_FORMAT_LIKE, name):
        named, output = False, Output(default, text)
    elif name in FORMATS:
        named, output = True, Output(name, path)
    else:
        hint = did_you_mean(name, FORMATS, mark="") or f": choose one of {', '.join(FORMATS)}"
        raise UsageError(
            f"--output {printable(text)}: there is no report format '{name}'{hint} "
            f"(a file of that name is ./{printable(text)})"
        )
    if not output.path:
        raise UsageError(f"--output {printable(text)}: names no file")
    return named, output


def _refuse_same_target(outputs: Sequence[Output]) -> None:
    """Raise UsageError if two reports would take each other's place, by whatever name."""
    seen: dict[object, Output] = {}
    if len(outputs) < 2:
        return
    for output in outputs:
        for key in _targets(output):
            if key in seen:
                first = seen[key].path
                raise UsageError(
                    f"--output {printable(first)} and --output {printable(output.path)} are one "
                    "file: give each report its own file"
                )
        seen |= dict.fromkeys(_targets(output), output)


def _targets(output: Output) -> list[object]:
    """Return what identifies the target of `output`: equal for two names of the same file."""
    if output.is_stdout:
        try:
            found = os.fstat(sys.stdout.fileno())
        except (OSError, ValueError, AttributeError):  # closed, or not a file
            return [STDOUT]
        return [STDOUT] if _is_null(found) else [STDOUT, (found.st_dev, found.st_ino)]

    try:
        path = os.path.realpath(output.path)
    except ValueError:  # no file can have the name, which writing says
        return [output.path]
    keys: list[object] = [path]
    with suppress(OSError):  # a new file
        found = os.stat(path)
        if _is_null(found):
            return []
        keys.append((found.st_dev, found.st_ino))

    parent, name = os.path.split(path)
    with suppress(OSError):  # a directory that does not exist, which writing says
        folder = os.stat(parent)
        keys.append((folder.st_dev, folder.st_ino, _folded(name)))
    return keys


def _folded(name: str) -> str:
    # macOS and Windows take names that differ in case, or in how accents are composed, for one.
    from unicodedata import normalize

    return normalize("NFC", name.casefold())


def _is_null(found: os.stat_result) -> bool:
    """Return whether `found` is the null device, where reports do not disturb each other."""
    try:
        return os.path.samestat(found, os.stat(os.devnull))
    except OSError:
        return False
