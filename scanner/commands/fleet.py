"""`keycatch fleet`: the histories of many repositories, with a folder that remembers them."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.commands.fleet_cluster import add_cluster_options, cluster_workers
from scanner.commands.fleet_sources import Sources, add_selection_options
from scanner.commands.history_remote import (
    add_remote_options,
    limits_of,
    say_what_is_lost,
    seconds_of,
)
from scanner.commands.history_targets import UNREAD_REPOSITORY, repositories
from scanner.commands.options import (
    EXCLUDED,
    accept_known,
    add_baseline_options,
    add_config_options,
    add_decode_limit,
    add_report_options,
    announce,
    exit_code,
    jobs_of,
    load_rules,
    read_settings,
    threshold,
)
from scanner.commands.outputs import category, chosen
from scanner.console import ProgressBar, say
from scanner.errors import KeycatchError, UsageError
from scanner.secret import printable
from scanner.settings import THRESHOLDS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from scanner.findings import Report, Tally
    from scanner.fleet.outcome import Outcome
    from scanner.fleet.run import Fleet
    from scanner.fleet.sources import Target
    from scanner.fleet.task import Plan
    from scanner.fleet.workers import Workers
    from scanner.remote.address import Address
    from scanner.remote.mirror import Access
    from scanner.rulebook.model import Rule
    from scanner.settings import Settings

_STATUS: Final = "status"
_SECONDS: Final = 3600
"""For the scan of one repository: with one process keycatch reads some 10 GB of packs in them."""
_INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells report a process that it ended."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    from scanner.fleet.forges import NAMES

    *others, last = NAMES
    names = f"{', '.join(others)} or {last}"
    parser.epilog = (
        "Scans each repository as `keycatch history` does, in a process of its "
        "own, and goes on after every failure. The next run with the same state folder scans only "
        "what has changed or has not been read."
    )
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="files that list sources, one on each line; directories that hold repositories; "
        "addresses; or organisations, groups and users as FORGE+https://HOST/NAME, where FORGE is "
        f"{names} (default: those of the last run). `status` shows how the repositories of the "
        "last run ended",
    )
    group = parser.add_argument_group("fleet")
    group.add_argument(
        "--state",
        metavar="DIR",
        required=True,
        help="folder for mirrors, redacted reports and how each repository ended",
    )
    group.add_argument(
        "--jobs",
        type=jobs_of,
        default=0,
        metavar="N",
        help="repositories that are scanned at once (default: one per CPU; on a cluster all that "
        "its workers can do)",
    )
    group.add_argument(
        "--timeout",
        type=seconds_of,
        default=_SECONDS,
        metavar="SECONDS",
        help=f"stop the scan of a repository that takes longer (default: {_SECONDS})",
    )
    group.add_argument(
        "--allow-shallow",
        action="store_true",
        help="scan shallow clones, which have only a part of their history",
    )
    add_cluster_options(parser)
    scan = parser.add_argument_group("scan")
    add_config_options(scan)
    add_baseline_options(scan)
    add_decode_limit(scan)
    add_selection_options(parser)
    add_remote_options(parser, keep=False)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan what has changed, write the report of all, and return the exit code."""
    from scanner.engine.run import processes
    from scanner.findings import Tally
    from scanner.fleet.run import merged, scan_all
    from scanner.fleet.scan_process import Scans
    from scanner.fleet.state_folder import StateFolder
    from scanner.fleet.work import Place
    from scanner.fleet.workers import LocalWorkers

    if args.sources == [_STATUS]:
        return _show_status(args)
    if args.show_secrets:
        raise UsageError(
            "--show-secrets: the reports of a fleet are redacted; scan the repository with "
            f"`{NAME} history --show-secrets`"
        )
    chosen(args)  # raises UsageError now, and not after many scans
    category(args)
    settings = read_settings(args)
    rules = load_rules(settings)
    tally = Tally()
    below = partial(_below, state=args.state, tally=tally)
    sources = Sources(args, below)
    plan = _plan(args, settings, rules)
    addresses = sources.addresses
    workers: Workers
    if args.cluster:
        workers = cluster_workers(args, settings, addresses)
        folder = StateFolder(args.state, is_new=True)
    else:
        access = _access(args, addresses)
        folder = StateFolder(args.state, is_new=True)
        place = Place(access, folder.mirrors, say_what_is_lost, Scans())
        workers = LocalWorkers(place, args.jobs or processes())
    bar = ProgressBar(noun="repositories") if not args.quiet and ProgressBar.useful() else None
    listed: list[Target] = []
    done = 0

    def progress(number: int) -> None:
        nonlocal done
        done = number
        if bar:
            bar(number, len(listed), 0)

    try:
        with folder.locked():
            listed = sources.repositories(folder, tally)
            try:
                fleet = scan_all(listed, plan, folder, progress, workers)
            finally:
                if bar:
                    bar.clear()
            report = merged(fleet.outcomes, folder, UNREAD_REPOSITORY)
    except KeyboardInterrupt:
        when = f"after {done:,} of {len(listed):,} repositories" if listed else "before the scans"
        say(
            f"{NAME}: interrupted {when}; what was scanned is kept: run the same command again to "
            "go on"
        )
        return _INTERRUPTED
    except OSError as error:
        reason = error.strerror or str(error)
        raise KeycatchError(
            f"--state {printable(args.state)} cannot be written: {reason}"
        ) from None
    report.tally.add(tally)
    return _reported(report, fleet, args, settings, rules)


def _show_status(args: argparse.Namespace) -> int:
    from scanner.fleet.state_folder import StateFolder
    from scanner.fleet.status import counted, lines, outcomes, unlisted

    folder = StateFolder(args.state)
    found = outcomes(folder)
    print(counted(found))
    unread = list(unlisted(folder))
    for line in [*unread, *lines(found, verbose=args.verbose)] if not args.quiet else ():
        print(line)
    code = _code(found, 1 if any(each.state == "findings" for each in found) else 0)
    return 2 if unread else code


def _code(outcomes: Sequence[Outcome], code: int) -> int:
    """Return the exit code: `code`, or 2 if a repository was not read whole."""
    from scanner.fleet.outcome import ANSWERED

    return 2 if any(each.state not in ANSWERED for each in outcomes) else code


def _below(path: str, state: str, tally: Tally) -> list[str]:
    """Return the repositories at or below `path` that are not mirrors in the folder `state`."""
    inside = os.path.join(os.path.realpath(state), "")
    found = repositories([path], tally)
    return [each for each in found if not os.path.realpath(each).startswith(inside)]


def _plan(args: argparse.Namespace, settings: Settings, rules: Sequence[Rule]) -> Plan:
    """Return how each repository is scanned; raises UsageError."""
    from scanner.fleet.task import Plan
    from scanner.fleet.unchanged import conditions

    # The baseline of this project is applied once, to the report of all.
    options = ["--format=json", "--quiet", "--jobs=1", "--no-baseline", "--exit-zero"]
    options += [f"--exclude={pattern}" for pattern in args.exclude]
    options += [f"--disable={rule}" for rule in args.disable]
    options += [f"--decode-limit={args.decode_limit}"] if args.decode_limit else []
    options += [
        option
        for option, is_given in (
            ("--no-marks", args.no_marks),
            ("--allow-shallow", args.allow_shallow),
        )
        if is_given
    ]
    fail_on = threshold(args, settings)
    digest = conditions(rules, options, repr((settings, fail_on)))
    # Workers of a cluster get what a scan needs of it as a file in their directory.
    if args.config and not args.cluster:
        options += [f"--config={args.config}"]
    elif args.no_config or (args.cluster and not settings.origin):
        options += ["--no-config"]
    return Plan(tuple(options), digest, fail_on, args.timeout)


def _access(args: argparse.Namespace, addresses: Sequence[Address]) -> Callable[[Address], Access]:
    """Return how each of `addresses` is asked; raises UsageError and RemoteError."""
    from scanner.remote.login import login, tokens
    from scanner.remote.mirror import Access

    if args.ca_file and not os.path.isfile(args.ca_file):
        raise UsageError(f"--ca-file: there is no file {printable(args.ca_file)}")
    if addresses:
        from scanner.remote.git_python import library

        library()  # that it is missing is said before anything is scanned
    chosen = tokens(args.token_env, addresses)
    for address in addresses:
        login(address, chosen, os.environ)  # the same for a variable without a token
    return lambda address: Access(
        login(address, chosen, os.environ), args.ca_file or "", limits_of(args)
    )


def _reported(
    report: Report,
    fleet: Fleet,
    args: argparse.Namespace,
    settings: Settings,
    rules: Sequence[Rule],
) -> int:
    """Write the report and return the exit code."""
    from scanner.commands.report_writing import write_reports
    from scanner.fleet.status import counted
    from scanner.reports.interface import View

    announce(args, settings, report.tally.skipped.get(EXCLUDED, 0), 0)
    report = accept_known(report, args, settings)
    if report.configuration and args.fail_on:
        report = report._replace(configuration=report.configuration._replace(fail_on=None))
    fail_on = threshold(args, settings)
    code = exit_code(report, fail_on, exit_zero=args.exit_zero)
    code = 2 if report.incomplete else _code(fleet.outcomes, code)
    view = View(
        show_secrets=False,
        color=False,
        verbosity=-1 if args.quiet else 1 if args.verbose else 0,
        fail_on=fail_on,
        rules=tuple(rules),
        exit_code=code,
        show=THRESHOLDS[args.show] if args.show else settings.show,
        category=category(args),
    )
    # The commit that some formats name is that of the first repository, as in `history`.
    args.repositories = [fleet.outcomes[0].name if fleet.outcomes else args.state]
    write_reports(report, view, args)
    if not args.quiet:
        say(f"{NAME}: {counted(fleet.outcomes)}; {fleet.scanned:,} scanned now")
    return code
