"""`keycatch scan`: files, directories and standard input."""

from __future__ import annotations

from contextlib import ExitStack

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
from scanner.git.work_tree import is_bare
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import Final

    from scanner.findings import Tally
    from scanner.settings import Settings
    from scanner.sources.interface import Blob

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

    settings = load_settings(args)
    rules = load_rules(settings)
    tally = Tally()
    is_excluded = excluder(settings)
    with ExitStack() as stack:
        blobs, names = _collect(args, settings, tally, is_excluded, stack)
        is_empty = not blobs and not tally.notices and tally.skipped.keys() <= _NOT_CONTENT
        if is_empty and not args.allow_empty:
            raise UsageError(_nothing(args.paths or ["."], tally))

        kept = _without(blobs, is_excluded) if settings.exclude else blobs
        excluded = len(blobs) - len(kept)
        if excluded:
            tally.skip(EXCLUDED, excluded)
        announce(args, settings, excluded, len(blobs))

        others = sorted(names - {blob.path for blob in kept}) if names else []
        report = scan_blobs("scan", kept, tally, args, rules, others)
    return conclude(report, args, settings, rules)


def _collect(
    args: argparse.Namespace,
    settings: Settings,
    tally: Tally,
    is_excluded: Callable[[str], bool],
    stack: ExitStack,
) -> tuple[Sequence[Blob], set[str]]:
    """Return what `args` names, and the names of all files that are stored in repositories.

    It can be read until `stack` is closed. Where that is not what was asked for, it says so, also
    under --quiet. Some of it may still have to be listed, unless something is excluded: how much
    that is, is said first.
    """
    from scanner.sources import tree

    stored, paths = _split(args.paths or ["."])
    listed = tree.blobs if stored or settings.exclude else tree.begin
    blobs = listed(paths, tally, args.no_ignore) if paths else []
    names: set[str] = set()
    another = {tree.WITHOUT_GIT}
    if stored:
        from scanner.sources.stored_tree import STORED, collect  # here: most scans are of files

        found, names = collect(stored, tally, is_excluded, stack)
        blobs = sorted([*found, *blobs], key=lambda blob: blob.shareable)
        another.add(STORED)

    for notice in tally.notices:
        if notice.reason in another:
            say(f"{NAME}: {notice.detail}")
    return blobs, names


def _without(blobs: Sequence[Blob], is_excluded: Callable[[str], bool]) -> Sequence[Blob]:
    """Return those of `blobs` that are not excluded; what the user gave as a stream never is."""
    if without := getattr(blobs, "without", None):
        kept: Sequence[Blob] = without(is_excluded)
        return kept
    return [blob for blob in blobs if not (blob.shareable and is_excluded(blob.path))]


def _split(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return those of `paths` that are repositories without a work tree, and the others."""
    stored = [path for path in paths if path != "-" and is_bare(path)]
    return list(dict.fromkeys(stored)), [path for path in paths if path not in stored]


def _nothing(paths: Sequence[str], tally: Tally) -> str:
    """Return what to say where there is nothing to scan: that passes for clean far too easily."""
    named = ", ".join(map(printable, paths))
    why = "there is no file"
    remedy = "name another directory, or use --allow-empty if that is expected"
    if number := tally.skipped.get("ignored-by-git", 0):
        why = f"git ignores all that is there ({number:,})"
        remedy = "read them with --no-ignore, or use --allow-empty if that is expected"
    return f"nothing to scan in {named}: {why}; {remedy}"
