"""Options that several commands share, and what follows from them."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from scanner.about import NAME
from scanner.commands.liveness_check import add_liveness_options, ask, check_options
from scanner.console import say
from scanner.errors import ConfigError
from scanner.findings import Confidence, Configuration, Report
from scanner.reports import FORMATS
from scanner.reports.wording import baseline_effect, effects
from scanner.secret import printable
from scanner.settings import BASELINE_NAME, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.rulebook.model import Rule

EXCLUDED = "excluded-by-configuration"
"""The reason under which commands count what the configuration excludes."""
CONFIDENCES = {confidence.label: confidence for confidence in Confidence}


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that ends in a report."""
    group = parser.add_argument_group("report")
    group.add_argument("--format", choices=tuple(FORMATS), default="text", help="default: text")
    group.add_argument(
        "--output", metavar="FILE", help="write the report there, whole or not at all"
    )

    group.add_argument(
        "--fail-on",
        choices=tuple(CONFIDENCES),
        help="least confidence that gives exit code 1 (default: medium)",
    )
    group.add_argument(
        "--exit-zero", action="store_true", help="exit with 0 even if there are findings"
    )
    group.add_argument(
        "--show-secrets", action="store_true", help="print credentials in full: mind where it goes"
    )
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"
    )

    amount = group.add_mutually_exclusive_group()
    amount.add_argument("-q", "--quiet", action="store_true", help="print findings and errors only")
    amount.add_argument("-v", "--verbose", action="store_true", help="print every detail")


def add_scan_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that scans."""
    group = parser.add_argument_group("scan")
    add_config_options(group)
    add_baseline_options(group)
    group.add_argument(
        "--jobs", type=_jobs, default=0, metavar="N", help="processes (default: one a processor)"
    )
    add_liveness_options(parser)


def add_config_options(group: argparse._ActionsContainer) -> None:
    """Add the options that say what the project has decided about its scans."""
    choice = group.add_mutually_exclusive_group()
    choice.add_argument(
        "--config", metavar="FILE", help="configuration to use instead of the project's"
    )
    choice.add_argument("--no-config", action="store_true", help="use no configuration at all")
    group.add_argument(
        "--no-marks",
        action="store_true",
        help="report what a mark on its line, such as keycatch:allow, would let pass",
    )


def add_review_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that a change goes through before it is merged."""
    parser.add_argument(
        "--strict",
        action="store_true",
        help="fail where the change adds a mark, such as keycatch:allow, that allows a finding",
    )


def add_baseline_options(group: argparse._ActionsContainer) -> None:
    """Add the options that say which baseline applies."""
    choice = group.add_mutually_exclusive_group()
    choice.add_argument(
        "--baseline",
        metavar="FILE",
        help=f"file of known credentials that are not reported (default: {BASELINE_NAME} at the "
        "root of the project, if it is there)",
    )
    choice.add_argument(
        "--no-baseline", action="store_true", help="report known credentials as well"
    )


def _jobs(text: str) -> int:
    # More processes than any machine has processors only cost memory; int() also takes " 1_0 ".
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to 256, not {text!r}")
    return number


def load_settings(args: argparse.Namespace) -> Settings:
    """Return the settings that apply under the options `args`; raises ConfigError or UsageError."""
    check_options(args)
    return read_settings(args)


def read_settings(args: argparse.Namespace) -> Settings:
    """Return the settings that `args` name or that apply here; raises ConfigError."""
    if args.no_config:
        return Settings()
    from scanner.settings import load

    return load(args.config)


def accept_known(report: Report, args: argparse.Namespace, settings: Settings) -> Report:
    """Return `report` without what the baseline that applies accepts; raises ConfigError.

    Where no baseline applies nothing is loaded for it: a hook pays for looking whether it is there.
    """
    if report.baseline is not None or args.no_baseline:
        return report
    named = os.path.abspath(args.baseline) if args.baseline else settings.baseline
    if not named and not settings.commit:
        from scanner.git.work_tree import find_work_tree

        named = os.path.join(find_work_tree(".") or os.getcwd(), BASELINE_NAME)
        if not os.path.lexists(named):
            return report
    from scanner.commands.baseline_use import accept

    return accept(report, named, settings)


def load_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules that apply under `settings`; raises RuleError or ConfigError."""
    from scanner import rulebook

    try:
        return rulebook.load_rules(settings.rules, settings.disable)
    except ConfigError as error:
        raise ConfigError(f"{printable(settings.origin)}: disable: {error}") from None


def announce(args: argparse.Namespace, settings: Settings, excluded: int, total: int) -> None:
    """Say on standard error what the configuration takes away from the scan, unless quiet.

    A change must not be able to silence its own finding by a line in the configuration unseen.
    `excluded` of the `total` contents were excluded.
    """
    taken = effects(_configuration(args, settings, excluded), total)
    if taken and not args.quiet:
        say(f"{NAME}: the configuration {settings.origin} {taken}")


def _configuration(args: argparse.Namespace, settings: Settings, excluded: int) -> Configuration:
    file = settings.origin
    root = os.path.join(settings.directory, "")
    if settings.directory and os.path.isabs(file) and file.startswith(root):
        file = file[len(root) :]  # reports do not reveal directories of the machine
    fail_on = None if args.fail_on else settings.fail_on
    return Configuration(file, excluded, settings.disable, fail_on)


def conclude(
    report: Report, args: argparse.Namespace, settings: Settings, rules: Sequence[Rule]
) -> int:
    """Ask about the findings and write `report`, as the options say; return the exit code."""
    from scanner.console import wants_color
    from scanner.reports import load
    from scanner.reports.interface import View
    from scanner.reports.output import write

    report = ask(accept_known(report, args, settings), args, settings)
    if settings.origin:
        excluded = report.tally.skipped.get(EXCLUDED, 0)
        report = report._replace(configuration=_configuration(args, settings, excluded))
    fail_on = threshold(args, settings)
    code = exit_code(report, fail_on, exit_zero=args.exit_zero)
    to_terminal = args.output in (None, "-")
    view = View(
        show_secrets=args.show_secrets,
        color=wants_color(args.color, sys.stdout) if to_terminal else args.color == "always",
        verbosity=-1 if args.quiet else 1 if args.verbose else 0,
        fail_on=fail_on,
        rules=tuple(rules),
        exit_code=code,
    )
    chosen = load(args.format)
    write(chosen.render(report, view), args.output, private=args.show_secrets)
    if not args.quiet and not (chosen.for_people and to_terminal):
        for sentence in review(report):
            say(f"{NAME}: {sentence}")
    problem = chosen.after(report, view) if chosen.after else ""
    if problem:
        say(f"{NAME}: {problem}")
    if report.incomplete and not (chosen.says_incomplete and to_terminal):
        say(incomplete_message(report))
    return code


def review(report: Report) -> list[str]:
    """Return what the baseline and the change do to the result, in sentences for standard error."""
    said = [remark.text for remark in report.remarks]
    if report.baseline and (effect := baseline_effect(report.baseline)):
        said.append(f"the baseline {report.baseline.file} {effect}")
    return said


def threshold(args: argparse.Namespace, settings: Settings) -> Confidence:
    """Return the least confidence that fails: that of the option, or else of `settings`."""
    return CONFIDENCES[args.fail_on] if args.fail_on else settings.fail_on


def exit_code(report: Report, fail_on: Confidence, *, exit_zero: bool) -> int:
    """Return 1 for findings at or above `fail_on`, 2 for an incomplete scan without, else 0.

    Remarks that are refused count like findings. Findings that are notes do not count
    (`Finding.fails`). `exit_zero` turns 1 into 0, and nothing else: a scan that did not read
    everything never passes.
    """
    fails = any(finding.fails(fail_on) for finding in report.findings)
    if not exit_zero and (fails or any(remark.is_refused for remark in report.remarks)):
        return 1
    return 2 if report.incomplete else 0


def incomplete_message(report: Report) -> str:
    """Return the sentence for standard error that says what was not read."""
    first = report.incomplete[0]
    others = len(report.incomplete) - 1
    more = f"; and {others:,} more" if others else ""
    return f"{NAME}: the scan is incomplete: {first.path}: {first.detail}{more}"
