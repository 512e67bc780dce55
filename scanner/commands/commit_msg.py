"""`keycatch commit-msg`: the message of the commit that is about to be made, in a hook."""

from __future__ import annotations

import os
import shlex

from scanner.commands.options import (
    add_report_options,
    add_scan_options,
    conclude,
    load_rules,
    load_settings,
)
from scanner.commands.scanning import scan_blobs
from scanner.errors import UsageError
from scanner.files import MAX_BYTES, read_regular
from scanner.secret import printable
from scanner.sources.memory import MemoryBlob

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scanner.findings import Finding
    from scanner.reports.interface import Stop


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument("file", metavar="FILE", help="the file that git names in the hook")
    parser.epilog = (
        "Reads what git will keep: without comments and what is below the scissors line where git "
        "removes them. `keycatch install --hooks commit-msg` writes the hook."
    )
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan the message, write the report and return the exit code."""
    from scanner.findings import Tally
    from scanner.git.message import kept

    settings = load_settings(args)
    try:
        content = read_regular(args.file, MAX_BYTES + 1, pipes=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read the message {printable(args.file)}: {reason}") from None
    if len(content) > MAX_BYTES:
        raise UsageError(f"the message {printable(args.file)} is larger than {MAX_BYTES >> 20} MiB")

    rules = load_rules(settings)
    blob = MemoryBlob(args.file, kept(content))
    report = scan_blobs("scan", [blob], Tally(), args, rules)

    def stopped(_: Sequence[Finding]) -> Stop:
        from scanner.reports.interface import Remedy, Stop

        again = Remedy(
            "Take it out of the message, and commit again with the options that you gave:",
            (f"git commit -e -F {shlex.quote(os.path.abspath(args.file))}",),
        )
        return Stop("commit", (again,))

    return conclude(report, args, settings, rules, stopped)
