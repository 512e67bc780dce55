"""`--check-liveness` and `--own-accounts`: what they take, and what they do to findings."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME
from scanner.console import say
from scanner.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.findings import Finding, Report
    from scanner.liveness.candidates import Accounts
    from scanner.settings import Settings

_ACCOUNT: Final = re.compile("[0-9]{12}")


_QUESTION: Final = "ask AWS (sts:GetCallerIdentity) whether what is found is live; needs boto3"


def add_liveness_options(parser: argparse.ArgumentParser, question: str = _QUESTION) -> None:
    """Add the options of every command that can ask STS; `question` is the help for asking."""
    group = parser.add_argument_group("liveness")
    group.add_argument(
        "--check-liveness",
        action=_Check,
        nargs=0,
        default=False,
        help=question,
    )
    group.add_argument(
        "--liveness-endpoint", metavar="URL", help="ask this STS endpoint and no other one"
    )
    for name, what in (
        ("own-accounts", "accounts that are ours: findings tell whether they are of these"),
        ("liveness-allow", "ask about credentials of these accounts only"),
        ("liveness-deny", "never ask about credentials of these accounts"),
    ):
        group.add_argument(
            f"--{name}", type=_accounts, action="extend", default=[], metavar="ID,...", help=what
        )


class _Check(argparse.Action):
    """Says at once, and not after a long scan, that what it takes is missing."""

    def __call__(self, _parser: Any, namespace: Any, *_values: Any) -> None:
        from scanner.liveness.client import require

        require()
        setattr(namespace, self.dest, True)


def _accounts(text: str) -> list[str]:
    names = text.split(",")
    if not all(_ACCOUNT.fullmatch(name) for name in names):
        raise argparse.ArgumentTypeError("must be account IDs of 12 digits, with commas between")
    return names


def check_options(args: argparse.Namespace) -> None:
    """Raise UsageError for options of liveness that make no sense."""
    if args.liveness_endpoint is None:
        return
    if not args.check_liveness:
        raise UsageError("--liveness-endpoint is of use with --check-liveness only")
    from scanner.liveness.partitions import private

    private(args.liveness_endpoint)


def ask(report: Report, args: argparse.Namespace, settings: Settings) -> Report:
    """Return `report` with what STS and the lists of accounts tell of its findings.

    A report that has been asked about before stays as it is. Nothing is imported and nothing is
    sent unless the options say so.
    """
    if args.check_liveness and any(finding.liveness is None for finding in report.findings):
        announce(report.findings, args, settings)
        report = report._replace(findings=tuple(inquire(report.findings, args, settings)))
        _tell_interrupt(report, args)
    own = own_accounts(args, settings)
    if own and report.findings:
        from scanner.liveness.verdicts import owner

        findings = (each._replace(owner=owner(each, own)) for each in report.findings)
        report = report._replace(findings=tuple(findings))
    return report


def _tell_interrupt(report: Report, args: argparse.Namespace) -> None:
    if args.quiet:
        return
    from scanner.liveness.states import Reason

    told = [each.liveness for each in report.findings]
    if any(each is not None and each.reason is Reason.INTERRUPTED for each in told):
        from scanner.commands.asked import summary

        say(f"{NAME}: {summary(told)}")


def inquire(
    findings: Sequence[Finding], args: argparse.Namespace, settings: Settings
) -> list[Finding]:
    """Return `findings` with what STS tells of them now and what follows from that.

    An interrupt ends the asking only.
    """
    from scanner.liveness.checking import CheckOptions, check
    from scanner.liveness.partitions import ENDPOINTS, private
    from scanner.liveness.verdicts import applied

    endpoints: Sequence[Any] = ENDPOINTS
    if args.liveness_endpoint is not None:
        endpoints = (private(args.liveness_endpoint),)
    everywhere = endpoints is ENDPOINTS
    answers = check(findings, CheckOptions(endpoints, accounts(args, settings)))
    return [
        applied(finding, liveness, everywhere=everywhere)
        for finding, liveness in zip(findings, answers, strict=True)
    ]


def announce(findings: Sequence[Finding], args: argparse.Namespace, settings: Settings) -> None:
    """Say to whoever watches how many of `findings` STS is asked about: it can take minutes."""
    if not is_watched(args):
        return
    from scanner.liveness.candidates import Candidate, candidate
    from scanner.reports.wording import plural

    known = accounts(args, settings)
    number = sum(isinstance(candidate(each, known), Candidate) for each in findings)
    if number:
        say(f"{NAME}: asking STS about {plural(number, 'credential')}")


def accounts(args: argparse.Namespace, settings: Settings) -> Accounts:
    """Return which accounts may be asked about, by the options and the configuration."""
    from scanner.liveness.canaries import known_accounts
    from scanner.liveness.candidates import Accounts

    return Accounts(
        known_accounts() | frozenset(settings.canary_accounts),
        frozenset((*args.liveness_allow, *settings.liveness_allow)),
        frozenset((*args.liveness_deny, *settings.liveness_deny)),
    )


def own_accounts(args: argparse.Namespace, settings: Settings) -> frozenset[str]:
    """Return the accounts that are ours, by the options and the configuration."""
    return frozenset((*args.own_accounts, *settings.own_accounts))


def is_watched(args: argparse.Namespace) -> bool:
    """Tell whether somebody wants to read on a terminal what is going on."""
    from scanner.console import is_terminal

    return is_terminal(sys.stderr) and not args.quiet
