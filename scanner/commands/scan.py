"""`keycatch scan`: files, directories and standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.commands.options import (
    add_report_options,
    add_scan_options,
    announce,
    conclude,
    load_rules,
    load_settings,
)

if TYPE_CHECKING:
    import argparse

    from scanner.engine.judge import LineHash
    from scanner.settings import Settings
    from scanner.sources.interface import Blob


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
    from scanner.console import ProgressBar
    from scanner.engine.run import Job
    from scanner.engine.run import run as scan
    from scanner.findings import Tally
    from scanner.sources import tree

    settings = load_settings(args)
    rules = load_rules(settings)
    tally = Tally()
    blobs = tree.blobs(args.paths or ["."], tally)
    kept = _kept(blobs, settings)
    excluded = len(blobs) - len(kept)
    if excluded:
        tally.skip("excluded-by-configuration", excluded)
    announce(args, settings, excluded, len(blobs))
    hashing: LineHash | None = None
    if args.format == "sarif":
        from scanner.line_hash import line_hash

        hashing = line_hash
    bar = ProgressBar() if not args.quiet and ProgressBar.useful() else None
    try:
        report = scan("scan", kept, tally, Job(rules, args.jobs, hashing, bar))
    finally:
        if bar:
            bar.clear()
    return conclude(report, args, settings, rules)


def _kept(blobs: list[Blob], settings: Settings) -> list[Blob]:
    if not settings.exclude:
        return blobs
    from scanner.settings import Exclusion

    excluded = Exclusion(settings)
    return [blob for blob in blobs if not blob.shareable or blob.path not in excluded]
