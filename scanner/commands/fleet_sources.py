"""What `keycatch fleet` is to scan: the options about it, and the repositories of all sources."""

from __future__ import annotations

import argparse
import os
import re
import time
from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.console import ProgressBar, say
from scanner.dates import instant
from scanner.errors import UsageError
from scanner.findings import Notice
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.findings import Tally
    from scanner.fleet.forges.owner import Owner
    from scanner.fleet.selection import Selection
    from scanner.fleet.sources import Target
    from scanner.fleet.state_folder import StateFolder
    from scanner.remote.address import Address
    from scanner.remote.login import Tokens

UNLISTED: Final = "organisation-not-listed"
"""The reason of a notice that a server did not list all that an owner has."""
_DAYS: Final = re.compile(r"([0-9]{1,5})d")
_DAY: Final = 86400
_CHOOSING: Final = ("include_repo", "exclude_repo", "no_archived", "no_forks", "pushed_since")
"""The options that say which repositories of the sources are scanned."""


def add_selection_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose among the repositories of the sources."""
    group = parser.add_argument_group("repositories")
    group.add_argument(
        "--include-repo",
        action="append",
        default=[],
        metavar="GLOB",
        help="scan only repositories with such a name: with a slash the pattern is for owner and "
        "name, without for the name alone; may be given more than once",
    )
    group.add_argument(
        "--exclude-repo",
        action="append",
        default=[],
        metavar="GLOB",
        help="leave out repositories with such a name; may be given more than once",
    )
    group.add_argument(
        "--no-archived",
        action="store_true",
        help="leave out what an organisation has archived; a key in there may be good as well",
    )
    group.add_argument(
        "--no-forks",
        action="store_true",
        help="leave out the forks of an organisation, with what was pushed to them alone",
    )
    group.add_argument(
        "--pushed-since",
        type=_since,
        metavar="DATE",
        default=0,
        help="leave out what an organisation has not changed since 2026-01-31, or for 90d",
    )
    group.add_argument(
        "--forget-unlisted",
        action="store_true",
        help="leave out what an organisation or a directory had in an earlier run and has no more",
    )


def _since(text: str) -> int:
    days = _DAYS.fullmatch(text)
    when = time.time() - int(days[1]) * _DAY if days else instant(text)
    if not 0 < when <= time.time():
        raise argparse.ArgumentTypeError(
            f"must be a date in the past such as 2026-01-31, or a number of days such as 90d, not "
            f"{text!r}"
        )
    return int(when)


class Sources:
    """The sources of a fleet, before any server was asked."""

    def __init__(self, args: argparse.Namespace, below: Callable[[str], list[str]]) -> None:
        """Read what the options name, or what the state folder remembers.

        `below` returns the repositories at or below a directory. Raises KeycatchError.
        """
        self.texts, self.wanted = _named(args)
        self.owners: dict[str, Owner] = {}
        self._folders: list[str] = []
        """Directories that were named, from the root on."""
        self._targets: list[Target] = []
        self._args = args
        self._read(below)
        if self.wanted.needs_facts and not self.owners:
            raise UsageError(
                "--no-archived, --no-forks and --pushed-since are for organisations, which no "
                "source is: leave them out"
            )

    def _read(self, below: Callable[[str], list[str]]) -> None:
        from scanner.fleet.forges import load
        from scanner.fleet.forges.owner import owner_of
        from scanner.fleet.sources import Target, entries, targets
        from scanner.remote.address import is_remote
        from scanner.remote.failure import RemoteError

        for entry in entries(self.texts):
            try:
                owner = owner_of(entry)
            except RemoteError as error:
                self._targets.append(Target(error.name, problem=error.reason, label=error.name))
                continue
            if owner:
                load(owner.forge)  # that a library is missing is said before anything is scanned
                self.owners.setdefault(owner.name, owner)
            else:
                self._targets += targets(entry, below, files=self._args.allow_file)
                if not is_remote(entry):
                    self._folders.append(os.path.abspath(entry))

    @property
    def addresses(self) -> list[Address]:
        """All that is on servers, so that a login can be chosen for each."""
        own = [owner.address for owner in self.owners.values()]
        return own + [target.address for target in self._targets if target.address]

    def repositories(self, folder: StateFolder, tally: Tally) -> list[Target]:
        """Return what is to be scanned, each once, and let `folder` remember the sources.

        What an owner had in an earlier run stays. What could not be listed goes into `tally`.
        """
        from scanner.fleet import remembered
        from scanner.fleet.selection import counted, select
        from scanner.fleet.sources import each_once
        from scanner.remote.login import tokens

        chosen = tokens(self._args.token_env, self.addresses)
        unread: dict[str, str] = {}
        found = list(self._targets)
        for name, owner in self.owners.items():
            listed, problem = self._listed(owner, chosen)
            if problem:
                unread[name] = problem
                tally.notice(Notice(UNLISTED, name, problem, hides=True))
            found += listed
        found = each_once(found)
        found += self._unlisted(found, folder, unread)
        found = self._with_missed(found, folder)
        kept, reasons = select(found, self.wanted)

        chosen_ids = {target.id for target in kept}
        left_out = [
            remembered.row_of(each)
            for each in found
            if (each.owner or each.path) and each.id not in chosen_ids
        ]
        folder.remember_sources(remembered.of(self.texts, self.wanted, unread, left_out))
        if reasons and not self._args.quiet:
            say(f"{NAME}: {counted(reasons, len(found))}")
        if self.wanted.needs_facts and any(not target.owner for target in kept):
            say(
                f"{NAME}: --no-archived, --no-forks and --pushed-since are for organisations; they "
                "leave out nothing of other sources"
            )
        return kept

    def _listed(self, owner: Owner, tokens: Tokens) -> tuple[list[Target], str]:
        from scanner.fleet.forges.listing import listing
        from scanner.fleet.sources import Target
        from scanner.remote.login import login

        who = login(owner.address, tokens, os.environ)
        name = owner.name
        if who is None and not self._args.quiet:
            say(f"{NAME}: {name}: without a token only what is public is listed")
        bar = ProgressBar(noun=f"repositories of {name} listed")
        is_drawn = not self._args.quiet and ProgressBar.useful()

        def say_meanwhile(text: str) -> None:
            bar.clear()
            say(f"{NAME}: {name}: {text}")

        try:
            repositories, problem = listing(
                owner,
                who,
                self._args.ca_file or "",
                say_meanwhile,
                lambda number: bar(number, 0, 0) if is_drawn else None,
            )
        finally:
            bar.clear()
        return [
            Target(each.name, "", each.address, each.problem, each.label, each, name)
            for each in repositories
        ], problem

    def _unlisted(
        self, found: Iterable[Target], folder: StateFolder, unread: dict[str, str]
    ) -> list[Target]:
        """Return what the owners had in an earlier run and list no more: its keys may be good."""
        from scanner.fleet.sources import of_address

        known = {target.id for target in found}
        rows = folder.earlier()
        before = [row for row in rows if row.owner in self.owners and row.id not in known]
        gone = [row for row in before if row.owner not in unread]
        self._say_gone("no longer listed", [row.name for row in gone])
        if self._args.forget_unlisted:
            before = [row for row in before if row.owner in unread]
        return [
            _with_login(of_address(row.name), self.owners[row.owner])._replace(
                owner=row.owner,
                remark="" if row.owner in unread else f"it is no longer listed by {row.owner}",
            )
            for row in before
        ]

    def _with_missed(self, found: list[Target], folder: StateFolder) -> list[Target]:
        """Return what was `found`, and what the directories had in an earlier run."""
        from scanner.fleet.missed import missed

        there = missed(found, folder.earlier(), self._folders, folder.has_findings)
        self._say_gone("no longer there", [target.name for target in there.gone])
        self._say_gone("no longer there", there.clean, "left out, since nothing was found in it")
        return there.found + ([] if self._args.forget_unlisted else there.gone)

    def _say_gone(self, what: str, gone: Sequence[str], how: str = "") -> None:
        if gone and not self._args.quiet:
            if not how:
                how = "left out" if self._args.forget_unlisted else "kept: see --forget-unlisted"
            names = ", ".join(map(printable, gone[:3]))
            more = ", ..." if len(gone) > 3 else ""
            say(f"{NAME}: {what}, and {how}: {len(gone):,} ({names}{more})")


def _with_login(target: Target, owner: Owner) -> Target:
    """Return `target` with the login that the address of its `owner` has."""
    if target.address is None:
        return target
    return target._replace(address=owner.lent_to(target.address))


def _named(args: argparse.Namespace) -> tuple[Sequence[str], Selection]:
    """Return the sources and what is wanted of them: as they were named now, or the last time."""
    from scanner.fleet.selection import Selection
    from scanner.fleet.state_folder import StateFolder

    if args.sources:
        return args.sources, Selection(
            tuple(args.include_repo),
            tuple(args.exclude_repo),
            not args.no_archived,
            not args.no_forks,
            args.pushed_since,
        )
    if not os.path.lexists(args.state):
        raise UsageError("name sources: addresses, organisations, directories, or files of them")
    known = StateFolder(args.state).sources()
    if known is None or not known.sources:
        raise UsageError(f"name sources: --state {printable(args.state)} remembers none")
    if known.incomplete:
        raise UsageError(
            f"name all sources again: the user name of {printable(known.incomplete[0])} is not kept"
        )
    given = [name for name in _CHOOSING if getattr(args, name)]
    if given:
        raise UsageError(
            f"--{given[0].replace('_', '-')}: name the sources as well, or leave it out to go on "
            "with what was chosen"
        )
    return known.sources, known.wanted
