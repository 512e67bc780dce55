"""`keycatch respond REPORT --check-liveness`: scanning the source again, and asking STS."""

from __future__ import annotations

import os
from contextlib import chdir
from typing import TYPE_CHECKING

from scanner.about import NAME
from scanner.commands.liveness_check import (
    accounts,
    announce,
    check_options,
    inquire,
    is_watched,
    own_accounts,
)
from scanner.commands.liveness_options import add_liveness_options
from scanner.console import say
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse

    from scanner.commands.new_answers import AnsweredReport
    from scanner.commands.rescan import Rescan
    from scanner.findings import Finding
    from scanner.saved.report import SavedReport
    from scanner.settings import Settings


def add_respond_liveness_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that asks about the credentials of a saved report."""
    add_liveness_options(
        parser,
        "find the credentials in the source again and ask AWS (sts:GetCallerIdentity) whether "
        "they are live now; needs boto3",
    )

    group = parser.add_argument_group("source")
    group.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="DIR",
        help="where the report was made, for --check-liveness (default: the current directory); "
        "may be given more than once, for example for each repository",
    )

    choice = group.add_mutually_exclusive_group()
    choice.add_argument(
        "--config", metavar="FILE", help="configuration to use instead of the project's"
    )
    choice.add_argument("--no-config", action="store_true", help="use no configuration at all")


def check_respond_options(args: argparse.Namespace) -> None:
    """Raise UsageError for options that make no sense together, and for a source that is none."""
    check_options(args)
    if not args.check_liveness:
        for option in ("source", "liveness_allow", "liveness_deny"):
            if getattr(args, option):
                name = option.replace("_", "-")
                raise UsageError(f"--{name} needs --check-liveness")

    for path in args.source:
        if not os.path.isdir(path):
            raise UsageError(f"--source: there is no directory '{printable(path)}'")


def with_owners(report: SavedReport, args: argparse.Namespace) -> SavedReport:
    """Return `report` with the owners that the options tell. Nothing is scanned and nobody asked.

    Only a configuration that is named is opened, and only `own-accounts` of it counts. Raises
    ConfigError.
    """
    return _owned(report, args, _settings(args) if args.config else None)


def with_new_answers(report: SavedReport, args: argparse.Namespace) -> AnsweredReport:
    """Return `report` with what STS says of its credentials now.

    An interrupt ends the scan or the asking, and what is open then is unknown. Raises
    KeycatchError, also where nothing is found since the source must be somewhere else.
    """
    from scanner.commands.liveness_summary import summary_of_rescan
    from scanner.commands.new_answers import AnsweredReport, updated

    settings = _settings(args)
    rescan = _rescan(report, args, settings)
    _refuse_elsewhere(rescan, args)

    asked = _asked(report, rescan, args, settings)
    if not args.quiet:
        answers = [each.liveness for each in asked.values()]
        say(f"{NAME}: {summary_of_rescan(answers, rescan.missing)}")

    now = [
        updated(each, asked.get(each.fingerprint), rescan.missing.get(each.fingerprint))
        for each in report.findings
    ]
    # Where `updated` has kept the state of the report, the new one was no answer.
    unanswered = {
        each.fingerprint: answer
        for each in now
        if each.fingerprint in asked
        and (answer := asked[each.fingerprint].liveness) is not None
        and answer != each.liveness
    }
    owned = _owned(report._replace(findings=tuple(now)), args, settings)
    return AnsweredReport(owned, rescan.missing, unanswered)


def _settings(args: argparse.Namespace) -> Settings:
    """Return the settings that a scan of the source has."""
    from scanner.settings import Settings, load

    if args.no_config:
        return Settings()
    # Absolute before the directory changes: the user named it from where the command was started.
    config = None if args.config is None else os.path.abspath(args.config)
    with chdir(args.source[0] if args.source else "."):
        return load(config)


def _rescan(report: SavedReport, args: argparse.Namespace, settings: Settings) -> Rescan:
    from scanner.commands.options import load_rules
    from scanner.commands.rescan import rescan
    from scanner.commands.source_scans import ReportSource
    from scanner.reports.wording import plural

    if is_watched(args):
        say(f"{NAME}: looking for {plural(len(report.findings), 'credential')} in the source")
    source = ReportSource(
        load_rules(settings),
        settings,
        args.source or ["."],
        is_named=bool(args.source),
        is_watched=is_watched(args),
    )
    return rescan(report, source)


def _refuse_elsewhere(rescan: Rescan, args: argparse.Namespace) -> None:
    """Raise UsageError if nothing is found since the source must be somewhere else."""
    from scanner.response.missing import Missing

    # Where a file was changed, or is excluded or allowed now, the directory is the right one.
    if rescan.findings or rescan.is_interrupted or Missing.GONE not in rescan.missing.values():
        return

    number = len(rescan.missing)
    what = "the credential of the report is not"
    if number > 1:
        what = f"none of the {number:,} credentials of the report is"
    where = ", ".join(printable(each) for each in args.source) or "the current directory"
    raise UsageError(
        f"{what} in {where}: name the directory where the scan was started with --source, or leave "
        "out --check-liveness"
    )


def _asked(
    report: SavedReport, rescan: Rescan, args: argparse.Namespace, settings: Settings
) -> dict[str, Finding]:
    """Return, by fingerprint, what was found again with what STS says of it now."""
    from scanner.commands.new_answers import as_reported
    from scanner.liveness.answers import unknown
    from scanner.liveness.states import Reason

    lists = accounts(args, settings)
    findings = {}
    for saved in report.findings:
        found = rescan.findings.get(saved.fingerprint)
        if found is not None:
            found = as_reported(found, saved)
            # What a report says of an account can keep it from being asked about, and no more.
            if saved.account_id in lists.canaries or saved.account_id in lists.deny:
                found = found._replace(account_id=saved.account_id)
            findings[saved.fingerprint] = found

    # A user who ends the scan does not want to wait for answers either.
    if rescan.is_interrupted:
        interrupted = unknown(Reason.INTERRUPTED)
        return {key: each._replace(liveness=interrupted) for key, each in findings.items()}

    found_again = [*findings.values()]
    announce(found_again, args, settings)
    return dict(zip(findings, inquire(found_again, args, settings), strict=True))


def _owned(report: SavedReport, args: argparse.Namespace, settings: Settings | None) -> SavedReport:
    """Return `report` with the owners by the lists of the options and of `settings`."""
    from scanner.settings import Settings

    own = own_accounts(args, settings or Settings())
    if not own:
        return report

    from scanner.liveness.verdicts import owner

    # Where a credential does not tell its account, what the report says of the owner stays.
    findings = (each._replace(owner=owner(each, own) or each.owner) for each in report.findings)
    return report._replace(findings=tuple(findings))
