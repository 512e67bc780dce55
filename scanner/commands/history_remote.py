"""Remote repositories for `keycatch history`: the options, and one mirror after another."""

from __future__ import annotations

import argparse
import os
import shlex
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.commands.history_targets import UNREAD_REPOSITORY
from scanner.console import ProgressBar, say
from scanner.errors import KeycatchError, UsageError
from scanner.findings import Notice
from scanner.git.repository import Repository
from scanner.secret import printable
from scanner.sizes import size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from scanner.findings import Tally
    from scanner.remote.address import Address
    from scanner.remote.login import Login
    from scanner.remote.mirror import Mirror
    from scanner.remote.watch import Limits

_NAMED: Final = 3
"""References that are named in a message."""
_ONLY_REMOTE: Final = (
    "keep",
    "token_env",
    "ca_file",
    "max_clone_size",
    "clone_timeout",
    "allow_file",
)


def add_remote_options(parser: argparse.ArgumentParser, *, keep: bool = True) -> None:
    """Add the options that are about addresses; without `keep` mirrors have their own place."""
    group = parser.add_argument_group(
        "remote", "for https and ssh addresses; needs pip install 'keycatch[remote]'"
    )
    if keep:
        group.add_argument(
            "--keep",
            metavar="DIR",
            help="keep the mirrors in this directory, and fetch only what is new next time "
            "(default: a private directory, removed at the end)",
        )
    group.add_argument(
        "--token-env",
        action="append",
        default=[],
        metavar="[HOST=]NAME",
        help="variable that has the token for private repositories on that host; may be given more "
        "than once (default: GH_TOKEN and GITHUB_TOKEN for GitHub, GITLAB_TOKEN for GitLab)",
    )
    group.add_argument(
        "--ca-file",
        metavar="FILE",
        help="certificates of the CAs to trust (default: GIT_SSL_CAINFO, or those of the system)",
    )
    group.add_argument(
        "--max-clone-size",
        type=_size,
        default=0,
        metavar="SIZE",
        help="stop a clone that becomes larger than this, such as 2G (default: what the disk has)",
    )
    group.add_argument(
        "--clone-timeout",
        type=seconds_of,
        default=0,
        metavar="SECONDS",
        help="stop a clone that takes longer (default: 6 hours, or 5 minutes without any data)",
    )
    group.add_argument("--allow-file", action="store_true", help="accept file:// as well")


def _size(text: str) -> int:
    number = size_in_bytes(text)
    if not number:
        raise argparse.ArgumentTypeError(f"must be bytes such as 500M or 2G, not {text!r}")
    return number


def seconds_of(text: str) -> int:
    """Return the seconds that an option names; raises ArgumentTypeError."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    if not number:
        raise argparse.ArgumentTypeError(f"must be a number of seconds such as 600, not {text!r}")
    return number


def split(args: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Return the paths and the addresses of the operands; raises UsageError."""
    paths: list[str] = []
    addresses: list[str] = []
    for name in args.repositories:
        (addresses if ":" in name and _is_remote(name) else paths).append(name)
    if not addresses:
        given = [name for name in _ONLY_REMOTE if getattr(args, name)]
        if given:
            option = given[0].replace("_", "-")
            raise UsageError(f"--{option} is for addresses such as https://HOST/PATH: give one")
    elif args.clear_cache:
        raise UsageError("--clear-cache is for repositories on this machine: leave out addresses")
    return paths, addresses


def _is_remote(name: str) -> bool:
    from scanner.remote.address import is_remote

    return is_remote(name)


def scan_each(
    addresses: Sequence[str],
    scan: Callable[[Repository, str, argparse.Namespace], int],
    args: argparse.Namespace,
    tally: Tally,
    lasting: ExitStack,
) -> list[tuple[str, Repository]]:
    """Clone and `scan` one repository after another; return those that were read.

    `scan` gets what its paths begin with and the options, and returns the number of findings. A
    mirror is removed when it was scanned, unless it is read again to take credentials out of it:
    then with `lasting`. One of several that cannot be read goes into `tally`. Raises KeycatchError
    where it is the only one.
    """
    remotes = Remotes(addresses, args, tally)
    is_read_again = args.replacements or args.verify_removed
    found = []
    for url, context in remotes:
        try:
            with ExitStack() as until_scanned:
                mirror = (lasting if is_read_again else until_scanned).enter_context(context)
                repository = _open(mirror, args)
                say_what_is_lost(mirror)
                options = args if mirror.is_kept else _without_record(args)
                if scan(repository, f"{url.rstrip('/')}/", options):
                    _say_where_it_is(mirror, args)
                found.append((url, repository))
        except KeycatchError as error:
            remotes.failed(url, error)
    return found


def _without_record(args: argparse.Namespace) -> argparse.Namespace:
    """Return `args` for a mirror that no later scan can find."""
    return argparse.Namespace(**{**vars(args), "no_cache": True})


def limits_of(args: argparse.Namespace) -> Limits:
    """Return what the options `args` allow one transfer to take."""
    from scanner.remote.watch import Limits

    limits = Limits(size=args.max_clone_size)
    if not args.clone_timeout:
        return limits
    return limits._replace(seconds=args.clone_timeout, stall=min(args.clone_timeout, limits.stall))


class Remotes:
    """The addresses that a command was given, and how each server is asked."""

    def __init__(self, texts: Sequence[str], args: argparse.Namespace, tally: Tally) -> None:
        """Read the addresses `texts`, each once; one of several that is refused goes to `tally`.

        Raises RemoteError where it is the only repository, and UsageError.
        """
        self._args = args
        self._tally = tally
        self._is_alone = len(args.repositories) == 1
        self._addresses = list(self._parsed(texts))
        self._logins = self._all_logins()
        if args.ca_file and not os.path.isfile(args.ca_file):
            raise UsageError(f"--ca-file: there is no file {printable(args.ca_file)}")

    def _parsed(self, texts: Iterable[str]) -> Iterator[Address]:
        from scanner.remote.address import parse
        from scanner.remote.failure import RemoteError

        known = set()
        for text in texts:
            try:
                address = parse(text, files=self._args.allow_file)
            except RemoteError as error:
                self.failed(error.name, error)
                continue
            if address.url not in known:
                known.add(address.url)
                yield address

    def _all_logins(self) -> list[Login | None]:
        """Return who asks for each: what is wrong with a variable is said before any transfer."""
        if not self._addresses:
            return []
        from scanner.remote.git_python import library
        from scanner.remote.login import login, tokens

        library()  # that it is missing as well
        chosen = tokens(self._args.token_env, self._addresses)
        return [login(each, chosen, os.environ) for each in self._addresses]

    def __iter__(self) -> Iterator[tuple[str, AbstractContextManager[Mirror]]]:
        """Yield for each address its name, and a context that clones it."""
        for address, login in zip(self._addresses, self._logins, strict=True):
            yield address.url, self._mirror(address, login)

    @contextmanager
    def _mirror(self, address: Address, login: Login | None) -> Iterator[Mirror]:
        from scanner.remote.mirror import Access, mirror

        is_shown = not self._args.quiet and ProgressBar.useful()
        bar = ProgressBar(noun="objects", amounts=True) if is_shown else None
        access = Access(login, self._args.ca_file or "", limits_of(self._args), bar)
        try:
            with mirror(address, access, self._args.keep or "") as found:
                if bar:
                    bar.clear()
                yield found
        finally:
            if bar:
                bar.clear()

    def failed(self, name: str, error: KeycatchError) -> None:
        """Take note that the repository called `name` was not read because of `error`.

        Raises it where it is the only one.
        """
        from scanner.remote.failure import RemoteError

        if self._is_alone:
            raise error
        reason = error.reason if isinstance(error, RemoteError) else str(error)
        self._tally.notice(Notice(UNREAD_REPOSITORY, name, reason, hides=True))


def _open(found: Mirror, args: argparse.Namespace) -> Repository:
    """Return the repository that was cloned to `found`; raises KeycatchError if it is shallow."""
    repository = Repository(found.path, named=True)
    if repository.is_shallow and not args.allow_shallow:
        raise KeycatchError(
            f"{found.address.url}: the server itself has a shallow clone, which lacks the older "
            "commits: give the address that it was cloned from, or use --allow-shallow"
        )
    return repository


def say_what_is_lost(found: Mirror) -> None:
    """Say what the server has no more and the kept mirror has."""
    if not found.lost:
        return
    references, commits = found.lost
    names = ", ".join(references[:_NAMED]) + (", ..." if len(references) > _NAMED else "")
    many = f"{commits:,} commit{'' if commits == 1 else 's'}"
    say(
        f"{NAME}: {found.address.url}: {many} that the mirror has from before can no longer be "
        f"reached on the server ({names or 'a reference'} was deleted or rewritten): kept and "
        "scanned"
    )


def _say_where_it_is(found: Mirror, args: argparse.Namespace) -> None:
    """Say how to look at a commit of the report."""
    if args.quiet:
        return
    url = found.address.url
    if found.is_kept:
        where = shlex.quote(found.path)
        say(f"{NAME}: {url}: to see a commit of the report: git -C {where} show COMMIT")
    else:
        # `git` is the account of a service, not of a person.
        user = "git@" if found.address.user == "git" else "USER@" if found.address.user else ""
        if found.address.scheme == "ssh" and user:
            start = "ssh://" if url.startswith("ssh://") else ""
            url = f"{start}{user}{url.removeprefix(start)}"
        where = f"git clone --mirror {shlex.quote(url)}"
        say(f"{NAME}: {found.address.url}: to see a commit of the report: {where}")
