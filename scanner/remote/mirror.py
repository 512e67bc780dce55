"""Mirrors of remote repositories: bare, with all that the server shows, for one scan or kept."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple
from scanner.remote import credential_helper, environment, kept
from scanner.remote.failure import RemoteError, State
from scanner.remote.git_python import Transfer, transfer
from scanner.remote.interrupts import held_back
from scanner.remote.leftovers import claim, remove, sweep
from scanner.remote.login import hide
from scanner.remote.watch import Limits, free, no_room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.remote.address import Address
    from scanner.remote.git_python import Progress
    from scanner.remote.login import Login

_ALL: Final = "+refs/*:refs/*"
"""What `git clone --mirror` fetches: every reference, under the name that it has on the server."""
_PREFIX: Final = "keycatch-"
_REFERENCES: Final = 1_000_000
"""Lines of a list of references; the largest repositories on GitHub have some 500,000."""


class Mirror(NamedTuple):
    """A mirror on this machine."""

    path: str
    """Of the bare repository."""
    address: Address
    is_kept: bool
    lost: kept.Lost | None = None
    """What the server had when it was asked before, and has no more."""


class Access(NamedTuple):
    """How a server is asked."""

    login: Login | None = None
    ca_file: str = ""
    """Certificates to trust; empty for those of the system."""
    limits: Limits = Limits()
    progress: Progress | None = None


@contextmanager
def mirror(address: Address, access: Access, folder: str = "") -> Iterator[Mirror]:
    """Clone `address`, and yield the mirror, which is removed when the context ends.

    With a `folder` the mirror is kept there, at `kept.place`; one that is there is refreshed. In
    both cases nothing is left of a transfer that was not completed. Raises RemoteError.
    """
    with _private_directory(address) as private:
        target = kept.place(address, folder) if folder else ""
        if target and os.path.lexists(target):
            lost = _refresh(address, access, private, target)
            yield Mirror(target, address, True, lost)
            return

        made = os.path.join(private, "mirror.git")
        if target:
            # Next to where it is to be: a rename does not cross file systems.
            with _directory_in(os.path.dirname(target), address) as beside:
                made = os.path.join(beside, "mirror.git")
                _clone(address, access, private, made)
                kept.publish(made, target)
            yield Mirror(target, address, True)
            return
        _clone(address, access, private, made)
        yield Mirror(made, address, False)


def listed(address: Address, access: Access) -> list[str] | None:
    """Return the references of `address` as `git ls-remote --symref` lists them, without a clone.

    None if there are too many to be held. Raises RemoteError.
    """
    with _private_directory(address) as private:
        job = _transfer(address, access, private)

        def ask(url: str) -> list[str]:
            return transfer(job, "ls_remote", private, url, symref=True, most=_REFERENCES)

        found = _at_one_of(address, ask)
    return found if len(found) < _REFERENCES else None


def _at_one_of(address: Address, ask: Callable[[str], list[str]]) -> list[str]:
    """Return what `ask` returns for the first URL of `address` that has not moved."""
    *first, last = address.urls
    for url in first:
        try:
            return ask(url)
        except RemoteError as error:
            if error.state is not State.MOVED:
                raise
    return ask(last)


def _clone(address: Address, access: Access, private: str, target: str) -> None:
    job = _transfer(address, access, private)

    def clone(url: str) -> list[str]:
        folder = os.path.dirname(target)
        return transfer(job, "clone", folder, url, target, mirror=True, progress=True)

    _at_one_of(address, clone)
    if not kept.tips(target):
        raise RemoteError(
            State.EMPTY,
            "it is empty, or none of its branches may be read with this login: check the address "
            "and the token",
            address.url,
        )
    kept.mark(target)


def _refresh(address: Address, access: Access, private: str, target: str) -> kept.Lost | None:
    url = kept.checked_url(target, address)
    before = kept.tips(target)
    kept.tidy(target)
    job = _transfer(address, access, private)
    head = transfer(job, "ls_remote", target, url, "HEAD", symref=True)
    transfer(
        # Named, so that git does not look for another one in the directories above.
        job._replace(settings=[f"--git-dir={target}", *job.settings]),
        "fetch", target, url, _ALL,
        prune=True, force=True, no_tags=True, progress=True,
    )  # fmt: skip
    kept.set_head(target, head)
    kept.tidy(target)
    return kept.lost(target, before)


def _transfer(address: Address, access: Access, private: str) -> Transfer:
    if free(private) < access.limits.reserve:
        raise no_room(address.url, private, access.limits.reserve)
    home = os.path.join(private, "home")
    os.makedirs(home, 0o700, exist_ok=True)
    variables = environment.variables(os.environ, address, home, access.ca_file)
    helper = ""
    if access.login:
        helper, answers = credential_helper.install(private, address, access.login)
        variables |= answers
    return Transfer(
        address.url,
        home,
        environment.options(helper),
        variables,
        access.limits,
        lambda text: hide(text, address, access.login),
        access.progress,
    )


@contextmanager
def _private_directory(address: Address) -> Iterator[str]:
    """Make a directory that only this user can read, where there is most room."""
    named = os.environ.get("TMPDIR")
    places = [tempfile.gettempdir()] if named else [tempfile.gettempdir(), "/var/tmp"]  # noqa: S108 -- mkdtemp makes it
    usable = [place for place in places if os.access(place, os.W_OK | os.X_OK)]
    with _directory_in(max(usable or places, key=free), address) as directory:
        yield directory


@contextmanager
def _directory_in(parent: str, address: Address) -> Iterator[str]:
    sweep(parent, _PREFIX)
    try:
        directory = tempfile.mkdtemp(prefix=_PREFIX, dir=parent)  # only its owner may enter it
    except OSError as error:
        reason = error.strerror or str(error)
        reason = f"cannot write to {parent}: {reason}"
        raise RemoteError(State.FOLDER, reason, address.url) from None
    try:
        with claim(directory):
            yield directory
    finally:
        with held_back():
            remove(directory)
