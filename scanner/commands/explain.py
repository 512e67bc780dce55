"""`keycatch explain`: why a line is reported, or why it is not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.commands.options import add_baseline_options, add_config_options, read_settings
from scanner.errors import UsageError
from scanner.secret import printable
from scanner.settings import THRESHOLDS

if TYPE_CHECKING:
    import argparse

    from scanner.explain.outcome import Policy
    from scanner.rulebook.model import Rule
    from scanner.settings import Settings

_EPILOG = """\
examples:
  keycatch explain deploy.env:3     the candidates on a line, and each check
  keycatch explain deploy.env       the candidates on all lines
  terraform output | keycatch explain -
  keycatch explain --fingerprint 4f0c2a91    a finding, wherever it is

Values are redacted. Exit codes: 0 explained, 2 wrong usage or unreadable.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    import argparse

    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument(
        "place",
        nargs="?",
        metavar="FILE[:LINE]",
        help="a file, or a line of it, or - for standard input; with --fingerprint where to look "
        "(default: the current directory)",
    )
    parser.add_argument(
        "--fingerprint", metavar="FP", help="explain the finding with this fingerprint"
    )
    parser.add_argument("--format", "-f", choices=("text", "json"), default="text")
    parser.add_argument(
        "--fail-on",
        choices=tuple(THRESHOLDS),
        metavar="LEVEL",
        help="as in `keycatch scan` (default: medium)",
    )
    group = parser.add_argument_group("scan")
    add_config_options(group)
    add_baseline_options(group)


def run(args: argparse.Namespace) -> int:
    """Explain what `args` name, and return the exit code."""
    from scanner.commands import explain_output
    from scanner.commands.explain_target import explained, found, targets

    settings = read_settings(args)
    rules = _all_rules(settings)
    if args.fingerprint:
        wanted = found(args.fingerprint, args.place or ".", rules, settings)
    elif args.place:
        wanted = targets(args.place)
    else:
        raise UsageError("name a line, as in `keycatch explain FILE:LINE`, or use --fingerprint")
    policy = _policy(args, settings)
    explanations = [explained(target, rules, settings, policy) for target in wanted]
    write = explain_output.as_json if args.format == "json" else explain_output.as_text
    print("\n".join(write(explanations)))
    return 2 if any(each.unread for each in explanations) else 0


def _all_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return all rules, those that the settings disable among them."""
    from scanner import rulebook

    rulebook.load_rules(settings.rules, settings.disable)  # an unknown ID is an error here too
    return rulebook.load_rules(settings.rules, ())


def _policy(args: argparse.Namespace, settings: Settings) -> Policy:
    from scanner.commands.options import threshold
    from scanner.explain.outcome import Policy

    policy = Policy(
        disabled=settings.disable,
        disabled_in=printable(os.path.basename(settings.origin)),
        heed_marks=not args.no_marks,
        fail_on=threshold(args, settings),
    )
    if args.no_baseline:
        return policy
    from scanner.baseline.baseline_file import read
    from scanner.commands.baseline_use import shown_name, today
    from scanner.git.work_tree import find_work_tree
    from scanner.settings import BASELINE_NAME

    named = os.path.abspath(args.baseline) if args.baseline else settings.baseline
    if not named:
        named = os.path.join(find_work_tree(".") or os.getcwd(), BASELINE_NAME)
        if not os.path.lexists(named):
            return policy
    entries = read(named, shown_name(named)).entries
    return policy._replace(entries=entries, baseline=printable(shown_name(named)), today=today())
