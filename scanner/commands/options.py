"""Options that several commands share, and what follows from them."""

from __future__ import annotations

import os
from functools import partial

from scanner.about import NAME
from scanner.commands.liveness_check import ask, check_options
from scanner.commands.outputs import add_output_options, category, chosen
from scanner.console import masked, say
from scanner.errors import ConfigError, UsageError
from scanner.findings import Configuration, Report
from scanner.reports.wording import effects
from scanner.secret import printable
from scanner.settings import BASELINE_NAME, THRESHOLDS, Settings, pattern_problem
from scanner.sizes import size_in_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from scanner.findings import Finding, Threshold
    from scanner.reports.interface import Stop
    from scanner.rulebook.model import Rule

EXCLUDED = "excluded-by-configuration"
"""The reason under which commands count what the configuration excludes."""
COMMAND_LINE = "(command line)"
"""What reports call a configuration that consists of options only."""
_FAIL_ON = "confidence (low, medium, high) or severity (critical, severity:high)"


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that ends in a report."""
    group = parser.add_argument_group("report")
    add_output_options(group)
    group.add_argument(
        "--fail-on",
        choices=tuple(THRESHOLDS),
        metavar="LEVEL",
        help=f"what gives exit code 1: a least {_FAIL_ON}; default: medium",
    )
    group.add_argument(
        "--show",
        choices=tuple(THRESHOLDS),
        metavar="LEVEL",
        help="list findings from this level on, also below --fail-on, as possible credentials",
    )
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 even with findings")
    group.add_argument(
        "--show-secrets",
        action="store_true",
        help="print credentials in full: be careful where the output ends up",
    )
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"
    )

    amount = group.add_mutually_exclusive_group()
    amount.add_argument("-q", "--quiet", action="store_true", help="print only findings and errors")
    amount.add_argument("-v", "--verbose", action="store_true", help="print every detail")


def add_decode_limit(group: argparse._ActionsContainer) -> None:
    """Add the option that raises the limit of what is decoded."""
    group.add_argument(
        "--decode-limit",
        type=size_of,
        default=0,
        metavar="SIZE",
        help="how large an archive or a member of one may be to be decoded, such as 512M (default: "
        "64M); takes several times as much memory",
    )


def add_scan_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that scans."""
    from scanner.commands.liveness_options import add_liveness_options

    group = parser.add_argument_group("scan")
    add_config_options(group)
    add_baseline_options(group)
    add_decode_limit(group)
    group.add_argument(
        "--jobs", type=jobs_of, default=0, metavar="N", help="processes (default: one per CPU)"
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
        help="report findings that a mark on their line, such as keycatch:allow, would allow",
    )
    group.add_argument(
        "--exclude",
        type=_pattern,
        action="append",
        default=[],
        metavar="GLOB",
        help="leave out paths such as 'vendor/' or '*.lock', from the root of the project, as well "
        "as those of the configuration; may be given more than once",
    )
    group.add_argument(
        "--disable",
        action="append",
        default=[],
        metavar="RULE",
        help="leave out a rule, as well as those of the configuration; may be given more than once",
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


def _pattern(text: str) -> str:
    if problem := pattern_problem(text):
        raise wrong_argument(problem)
    return text


def size_of(text: str) -> int:
    """Return the bytes that an option names; raises ArgumentTypeError."""
    number = size_in_bytes(text)
    if not number:
        raise wrong_argument(f"must be bytes such as 500000, 100K or 10M, not {text!r}")
    return number


def jobs_of(text: str) -> int:
    """Return the number of processes that an option names; raises ArgumentTypeError."""
    # More processes than any machine has processors only cost memory; int() also takes " 1_0 ".
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if not 1 <= number <= 256:
        raise wrong_argument(f"must be a number from 1 to 256, not {text!r}")
    return number


def wrong_argument(message: str) -> Exception:
    """Return the error for an option whose value is not what the parser can take."""
    from argparse import ArgumentTypeError  # here: most commands run without a parser

    return ArgumentTypeError(message)


def load_settings(args: argparse.Namespace) -> Settings:
    """Return the settings that apply under the options `args`; raises ConfigError or UsageError."""
    check_options(args)
    chosen(args)  # raises UsageError now, and not after a long scan
    category(args)
    return read_settings(args)


def read_settings(args: argparse.Namespace) -> Settings:
    """Return the settings that `args` name or that apply here; raises ConfigError."""
    if args.no_config:
        return with_options(args, Settings())
    from scanner.settings import load

    return with_options(args, load(args.config))


def with_options(args: argparse.Namespace, settings: Settings) -> Settings:
    """Return `settings` with what the options `args` add, and let `args` have its `no-marks`.

    Raises UsageError for a directory that is to be excluded and is written like a file.
    """
    args.no_marks = args.no_marks or settings.no_marks
    args.decode_limit = getattr(args, "decode_limit", 0) or settings.decode_limit
    if not (args.exclude or args.disable):
        return settings
    from scanner.git.work_tree import find_work_tree

    root = settings.directory or find_work_tree(".") or os.getcwd()
    for name in args.exclude:
        if os.path.isdir(os.path.join(root, name)) and not name.endswith("/"):
            shown = printable(name)
            raise UsageError(f"--exclude {shown} is a directory: write {shown}/ for all below it")

    added = {"--exclude": args.exclude, "--disable": args.disable}
    return settings._replace(
        directory=root,
        exclude=(*settings.exclude, *args.exclude),
        disable=tuple(dict.fromkeys((*settings.disable, *args.disable))),
        options=tuple(name for name, values in added.items() if values),
    )


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
        where = f"{printable(settings.origin)}: disable" if settings.origin else ""
        option = "--disable" if "--disable" in settings.options else ""
        raise ConfigError(f"{' or '.join(filter(None, (option, where)))}: {error}") from None


def announce(args: argparse.Namespace, settings: Settings, excluded: int, total: int) -> None:
    """Say on standard error what the configuration takes away from the scan, unless quiet.

    A change must not be able to silence its own finding by a line in the configuration unseen.
    `excluded` of the `total` contents were excluded.
    """
    taken = effects(_configuration(args, settings, excluded), total)
    if taken and not args.quiet:
        file = f"the configuration {settings.origin}" if settings.origin else ""
        options = " and ".join(settings.options)
        if file and options:
            say(f"{NAME}: {file}, with {options}, {taken}")
        else:
            say(f"{NAME}: {file or f'the command line, by {options},'} {taken}")


def _configuration(args: argparse.Namespace, settings: Settings, excluded: int) -> Configuration:
    file = settings.origin or COMMAND_LINE
    root = os.path.join(settings.directory, "")
    if settings.directory and os.path.isabs(file) and file.startswith(root):
        file = file[len(root) :]  # reports do not reveal directories of the machine
    fail_on = None if args.fail_on else settings.fail_on
    disabled = tuple(dict.fromkeys(rule_id.lower() for rule_id in settings.disable))
    return Configuration(file, excluded, disabled, fail_on)


def conclude(
    report: Report,
    args: argparse.Namespace,
    settings: Settings,
    rules: Sequence[Rule],
    stopped: Callable[[Sequence[Finding]], Stop | None] | None = None,
) -> int:
    """Ask about the findings and write `report`, as the options say; return the exit code."""
    from scanner.commands.report_writing import write_reports
    from scanner.reports.interface import View

    found_first = report.findings
    report = ask(accept_known(report, args, settings), args, settings)
    if settings.origin or settings.options:
        excluded = report.tally.skipped.get(EXCLUDED, 0)
        report = report._replace(configuration=_configuration(args, settings, excluded))
    if found_first:
        report = _masked_again(report, found_first)
    fail_on = threshold(args, settings)
    found = failing(report, fail_on)
    code = exit_code(report, fail_on, exit_zero=args.exit_zero)
    show = THRESHOLDS[args.show] if args.show else settings.show
    view = View(
        show_secrets=args.show_secrets,
        color=False,
        verbosity=-1 if args.quiet else 1 if args.verbose else 0,
        fail_on=fail_on,
        rules=tuple(rules),
        exit_code=code,
        show=show,
        stopped=partial(stopped, found) if stopped and found else None,
        category=category(args),
        repositories=_named(args, found_first),
    )
    write_reports(report, view, args)
    return code


def _named(args: argparse.Namespace, found: Sequence[Finding]) -> tuple[str, ...]:
    """Return the repositories that the user named, for commands; a word for all if one has a value.

    What is masked in a name is no name any more.
    """
    names = tuple(getattr(args, "repositories", ()))
    if not (names and found):
        return names
    values = {value.reveal() for finding in found for value in finding.values.values()}
    spelled = "\0".join(names)
    has_value = any(value in os.fsencode(spelled) for value in values if value)
    return ("DIRECTORY...",) if has_value or masked(spelled) != spelled else names


def _masked_again(report: Report, found_first: Sequence[Finding]) -> Report:
    """Return `report` with values masked in what was added after the scan.

    Names of the configuration and the baseline, and what the entries of that say, can have values
    of any of `found_first`, those that the baseline accepts among them.
    """
    from scanner.engine.masking import Masker

    kept = {finding.fingerprint for finding in report.findings}
    accepted = [each for each in found_first if each.fingerprint not in kept]
    masker = Masker(report._replace(findings=(*report.findings, *accepted)), {})
    return masker.report(report) if masker else report


def threshold(args: argparse.Namespace, settings: Settings) -> Threshold:
    """Return what fails: by the option, or else by `settings`."""
    return THRESHOLDS[args.fail_on] if args.fail_on else settings.fail_on


def exit_code(report: Report, fail_on: Threshold, *, exit_zero: bool) -> int:
    """Return 1 for findings at or above `fail_on`, 2 for an incomplete scan without, else 0.

    Remarks that are refused count like findings. Findings that are notes do not count
    (`Finding.fails`). `exit_zero` turns 1 into 0, and nothing else: a scan that did not read
    everything never passes.
    """
    refused = any(remark.is_refused for remark in report.remarks)
    if not exit_zero and (refused or failing(report, fail_on)):
        return 1
    return 2 if report.incomplete else 0


def failing(report: Report, fail_on: Threshold) -> list[Finding]:
    """Return the findings of `report` that fail."""
    return [finding for finding in report.findings if finding.fails(fail_on)]
