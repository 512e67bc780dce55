"""`keycatch scan`: files, directories and standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or directories, or - for standard input (default: the current directory)",
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
    blobs = tree.blobs(args.paths or ["."], tally)

    is_excluded = excluder(settings)
    kept = [blob for blob in blobs if not (blob.shareable and is_excluded(blob.path))]
    excluded = len(blobs) - len(kept)
    if excluded:
        tally.skip(EXCLUDED, excluded)
    announce(args, settings, excluded, len(blobs))

    report = scan_blobs("scan", kept, tally, args, rules)
    return conclude(report, args, settings, rules)
