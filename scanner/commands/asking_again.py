"""`keycatch respond REPORT --check-liveness`: finding what a report tells again, and asking."""

from __future__ import annotations

import os
from contextlib import chdir
from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.commands.asked import KEPT, Answered, summary_again
from scanner.commands.asking import (
    accounts,
    add_liveness_options,
    announce,
    check_options,
    inquire,
    is_watched,
    own_accounts,
)
from scanner.console import say
from scanner.errors import UsageError
from scanner.liveness.states import State
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse

    from scanner.findings import Finding
    from scanner.response.again import Recovered
    from scanner.saved.report import SavedReport
    from scanner.settings import Settings

_SILENT: Final = (State.UNKNOWN, State.UNVERIFIABLE)


def add_asking_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that a command has which asks about what a report tells."""
    add_liveness_options(
        parser,
        "find the credentials again in the source, and ask AWS (sts:GetCallerIdentity) whether "
        "they are live now; needs boto3",
    )
    group = parser.add_argument_group("source")
    group.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="DIR",
        help="where the report was made, for --check-liveness (default: the current directory); "
        "may be given more than once, such as for each repository of a history",
    )
    choice = group.add_mutually_exclusive_group()
    choice.add_argument(
        "--config", metavar="FILE", help="configuration to use instead of the project's"
    )
    choice.add_argument("--no-config", action="store_true", help="use no configuration at all")


def answered(report: SavedReport, args: argparse.Namespace) -> Answered:
    """Return `report` with what STS tells of its credentials now, if the options ask for it.

    Without `--check-liveness` nothing is opened but a configuration that is named. An interrupt
    ends the search and the asking, and leaves what is open as unknown. Raises KeycatchError.
    """
    check_options(args)
    if not args.check_liveness:
        for option in ("source", "liveness_allow", "liveness_deny"):
            if getattr(args, option):
                name = option.replace("_", "-")
                raise UsageError(f"--{name} is of use with --check-liveness only")
        return Answered(_owned(report, args, _settings(args) if args.config else None), {})
    for path in args.source:
        if not os.path.isdir(path):
            raise UsageError(f"--source: there is no directory '{printable(path)}'")
    settings = _settings(args)
    recovered = _recovered(report, args, settings)
    _refuse_elsewhere(recovered, args)
    findings = _asked(report, recovered, args, settings)
    if not args.quiet:
        say(f"{NAME}: {summary_again(findings, recovered)}")
    updated = [
        _updated(each, findings.get(each.fingerprint), recovered) for each in report.findings
    ]
    unanswered = {
        each.fingerprint: now
        for each in updated
        if each.fingerprint in findings
        and (now := findings[each.fingerprint].liveness) is not None
        and now != each.liveness
    }
    report = report._replace(findings=tuple(updated))
    return Answered(_owned(report, args, settings), recovered.missing, unanswered)


def _refuse_elsewhere(recovered: Recovered, args: argparse.Namespace) -> None:
    """Raise UsageError if nothing is found because the source must be somewhere else."""
    from scanner.response.again_reading import Missing

    elsewhere = {Missing.OUTSIDE, Missing.NO_REPOSITORY, Missing.GONE}
    if recovered.findings or recovered.is_interrupted:
        return
    if elsewhere.isdisjoint(recovered.missing.values()):
        return
    number = len(recovered.missing)
    what = "the credential of the report is not"
    if number > 1:
        what = f"none of the {number:,} credentials of the report is"
    where = ", ".join(printable(each) for each in args.source) or "the current directory"
    raise UsageError(
        f"{what} in {where}: name the directory where the scan was started with --source, or leave "
        "out --check-liveness"
    )


def _settings(args: argparse.Namespace) -> Settings:
    """Return the settings that a scan of the source has."""
    from scanner.settings import Settings, load

    if args.no_config:
        return Settings()
    config = None if args.config is None else os.path.abspath(args.config)
    with chdir(args.source[0] if args.source else "."):
        return load(config)


def _recovered(report: SavedReport, args: argparse.Namespace, settings: Settings) -> Recovered:
    from scanner.commands.options import load_rules
    from scanner.commands.scanning import excluder
    from scanner.response.again import Source, find_again

    if is_watched(args):
        from scanner.reports.wording import plural

        say(f"{NAME}: looking for {plural(len(report.findings), 'credential')} in the source")
    source = Source(
        load_rules(settings),
        args.source or ["."],
        bool(args.source),
        excluder(settings),
        excluder(settings, settings.directory),
    )
    return find_again(report, source)


def _asked(
    report: SavedReport, recovered: Recovered, args: argparse.Namespace, settings: Settings
) -> dict[str, Finding]:
    """Return what was found again with what STS tells of it, by fingerprint."""
    from scanner.liveness.answers import unknown
    from scanner.liveness.states import Reason

    lists = accounts(args, settings)
    findings = {}
    for saved in report.findings:
        found = recovered.findings.get(saved.fingerprint)
        if found is not None:
            found = _as_reported(found, saved)
            # What a report tells of an account can keep it from being asked about, and no more.
            if saved.account_id in lists.canaries or saved.account_id in lists.deny:
                found = found._replace(account_id=saved.account_id)
            findings[saved.fingerprint] = found
    if recovered.is_interrupted:
        interrupted = unknown(Reason.INTERRUPTED)
        return {key: each._replace(liveness=interrupted) for key, each in findings.items()}
    found_again = [*findings.values()]
    announce(found_again, args, settings)
    return dict(zip(findings, inquire(found_again, args, settings), strict=True))


def _as_reported(found: Finding, saved: Finding) -> Finding:
    """Return `found` as severe as the report says, without what an earlier answer made of it."""
    evidence = saved.evidence
    if saved.liveness is not None:
        from scanner.findings import Severity
        from scanner.liveness.states import words

        is_note = saved.severity is Severity.NOTE
        made_one = is_note and evidence[-1:] == (printable(words(saved.liveness)),)
        if made_one:
            return found._replace(evidence=evidence[:-1])
        if not is_note:
            return found._replace(evidence=evidence)
    return found._replace(severity=saved.severity, confidence=saved.confidence, evidence=evidence)


def _updated(saved: Finding, asked: Finding | None, recovered: Recovered) -> Finding:
    from scanner.liveness.answers import unknown
    from scanner.liveness.states import Reason
    from scanner.response.again_reading import Missing

    has_answer = saved.liveness is not None and saved.liveness.state in KEPT
    if asked is not None:
        is_silent = asked.liveness is not None and asked.liveness.state in _SILENT
        if has_answer and is_silent:
            return saved
        return saved._replace(
            severity=asked.severity,
            confidence=asked.confidence,
            evidence=asked.evidence,
            account_id=saved.account_id or asked.account_id,
            liveness=asked.liveness,
        )
    if recovered.missing[saved.fingerprint] is Missing.INTERRUPTED and not has_answer:
        return saved._replace(liveness=unknown(Reason.INTERRUPTED))
    return saved


def _owned(report: SavedReport, args: argparse.Namespace, settings: Settings | None) -> SavedReport:
    from scanner.settings import Settings

    own = own_accounts(args, settings or Settings())
    if not own:
        return report
    from scanner.liveness.verdicts import owner

    # Where no account is told, what the report says stays.
    findings = (each._replace(owner=owner(each, own) or each.owner) for each in report.findings)
    return report._replace(findings=tuple(findings))
