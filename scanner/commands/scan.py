"""`keycatch scan`: files, directories and standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.commands.options import (
    EXCLUDED,
    add_report_options,
    add_scan_options,
    announce,
    conclude,
    load_rules,
    load_settings,
)
from scanner.commands.scanning import excluder, scan_blobs
from scanner.console import say
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scanner.findings import Tally

_NOT_CONTENT: Final = {"git-directory", "ignored-by-git"}
"""Reasons why something was passed over that is there in an empty folder as well."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or directories, or - for standard input (default: the current directory)",
    )
    parser.add_argument(
        "--no-ignore",
        action="store_true",
        help="also read files that git ignores, such as .env files",
    )
    parser.add_argument(
        "--allow-empty",
        action="store_true",
        help="exit with 0 if there are no files (otherwise that is an error)",
    )
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan what `args` names, write the report and return the exit code."""
    from scanner.findings import Tally
    from scanner.sources import tree

    settings = load_settings(args)
    rules = load_rules(settings)
    tally = Tally()
    blobs = tree.blobs(args.paths or ["."], tally, args.no_ignore)
    is_empty = not blobs and not tally.notices and tally.skipped.keys() <= _NOT_CONTENT
    if is_empty and not args.allow_empty:
        raise UsageError(_nothing(args.paths or ["."], tally))

    for notice in tally.notices:
        if notice.reason == tree.WITHOUT_GIT:  # not the scan that was asked for: also under --quiet
            say(f"{NAME}: {notice.detail}")

    is_excluded = excluder(settings)
    kept = [blob for blob in blobs if not (blob.shareable and is_excluded(blob.path))]
    excluded = len(blobs) - len(kept)
    if excluded:
        tally.skip(EXCLUDED, excluded)
    announce(args, settings, excluded, len(blobs))

    report = scan_blobs("scan", kept, tally, args, rules)
    return conclude(report, args, settings, rules)


def _nothing(paths: Sequence[str], tally: Tally) -> str:
    """Return what to say where there is nothing to scan: that passes for clean far too easily."""
    named = ", ".join(map(printable, paths))
    why = "there is no file"
    remedy = "name another directory, or use --allow-empty if that is expected"
    if number := tally.skipped.get("ignored-by-git", 0):
        why = f"git ignores all that is there ({number:,})"
        remedy = "read them with --no-ignore, or use --allow-empty if that is expected"
    return f"nothing to scan in {named}: {why}; {remedy}"
