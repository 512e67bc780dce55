"""`--check-liveness` and its lists of accounts: what they change in findings."""

from __future__ import annotations

import sys

from scanner.about import NAME
from scanner.console import say
from scanner.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

    from scanner.findings import Finding, Report
    from scanner.liveness.candidates import Accounts
    from scanner.settings import Settings


def check_options(args: argparse.Namespace) -> None:
    """Raise UsageError for an endpoint without a question, and for one that must not be asked."""
    if args.liveness_endpoint is None:
        return
    if not args.check_liveness:
        raise UsageError("--liveness-endpoint needs --check-liveness")

    from scanner.liveness.partitions import private

    # Raises for an address that must not be asked, now and not after a long scan.
    private(args.liveness_endpoint)


def ask(report: Report, args: argparse.Namespace, settings: Settings) -> Report:
    """Return `report` with what STS says of its findings, with their owners and with canaries.

    Where every finding has an answer already, nobody is asked again. Nothing is imported and
    nothing is sent unless the options say so.
    """
    if args.check_liveness and any(finding.liveness is None for finding in report.findings):
        announce(report.findings, args, settings)
        report = report._replace(findings=tuple(inquire(report.findings, args, settings)))
        _say_if_interrupted(report, args)

    own = own_accounts(args, settings)
    if own and report.findings:
        from scanner.liveness.verdicts import owner

        findings = (each._replace(owner=owner(each, own)) for each in report.findings)
        report = report._replace(findings=tuple(findings))
    return _with_canaries(report, settings)


def _with_canaries(report: Report, settings: Settings) -> Report:
    """Return `report` with its canaries called so, whether or not STS was asked."""
    if not any(finding.account_id for finding in report.findings):
        return report
    from scanner.liveness.canaries import canary

    found = (
        each._replace(canary=canary(each, settings.canary_accounts)) for each in report.findings
    )
    return report._replace(findings=tuple(found))


def _say_if_interrupted(report: Report, args: argparse.Namespace) -> None:
    if args.quiet:
        return

    from scanner.liveness.states import Reason

    answers = [each.liveness for each in report.findings]
    if any(each is not None and each.reason is Reason.INTERRUPTED for each in answers):
        from scanner.commands.liveness_summary import summary

        say(f"{NAME}: {summary(answers)}")


def inquire(
    findings: Sequence[Finding], args: argparse.Namespace, settings: Settings
) -> list[Finding]:
    """Return `findings` with what STS says of them now and what follows from that.

    An interrupt ends the asking only: the findings that are open then are `unknown`.
    """
    from scanner.liveness.checking import CheckOptions, check
    from scanner.liveness.partitions import ENDPOINTS, private
    from scanner.liveness.verdicts import applied

    endpoints: Sequence[Any] = ENDPOINTS
    if args.liveness_endpoint is not None:
        endpoints = (private(args.liveness_endpoint),)

    # A private endpoint knows one partition only: that it does not know a key proves nothing.
    everywhere = endpoints is ENDPOINTS
    answers = check(findings, CheckOptions(endpoints, accounts(args, settings)))
    return [
        applied(finding, liveness, everywhere=everywhere)
        for finding, liveness in zip(findings, answers, strict=True)
    ]


def announce(findings: Sequence[Finding], args: argparse.Namespace, settings: Settings) -> None:
    """Say on a terminal how many of `findings` STS is asked about: it can take minutes."""
    if not is_watched(args):
        return

    from scanner.liveness.candidates import Candidate, candidate
    from scanner.reports.wording import plural

    # Not all findings: a lone key ID, a canary or a private key is not asked about.
    known = accounts(args, settings)
    number = sum(isinstance(candidate(each, known), Candidate) for each in findings)
    if number:
        say(f"{NAME}: asking STS about {plural(number, 'credential')}")


def accounts(args: argparse.Namespace, settings: Settings) -> Accounts:
    """Return which accounts may be asked about, by the options and the configuration."""
    from scanner.liveness.canaries import known_accounts
    from scanner.liveness.candidates import Accounts

    # Options add to the lists of the configuration and cannot take anything out of them.
    return Accounts(
        known_accounts() | frozenset(settings.canary_accounts),
        frozenset((*args.liveness_allow, *settings.liveness_allow)),
        frozenset((*args.liveness_deny, *settings.liveness_deny)),
    )


def own_accounts(args: argparse.Namespace, settings: Settings) -> frozenset[str]:
    """Return the accounts that the user calls their own, by the options and the configuration."""
    return frozenset((*args.own_accounts, *settings.own_accounts))


def is_watched(args: argparse.Namespace) -> bool:
    """Return whether there is a terminal on which to say what is going on."""
    from scanner.console import is_terminal

    return is_terminal(sys.stderr) and not args.quiet
