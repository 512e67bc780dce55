"""The repositories of an owner, as far as the server lists them, and why that may not be all."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from scanner.dates import instant
from scanner.fleet.forges import load
from scanner.records import NamedTuple
from scanner.remote.address import parse
from scanner.remote.failure import RemoteError
from scanner.secret import Secret, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.fleet.forges.channel import Channel
    from scanner.fleet.forges.interface import Forge, Listed
    from scanner.fleet.forges.owner import Owner
    from scanner.remote.address import Address
    from scanner.remote.login import Login

_MOST: Final = 200_000
"""Repositories of one owner: the largest on GitHub have some tens of thousands."""
_MOST_REPEATED: Final = 200
"""Repositories in a row that were listed before: pages move while some are created and deleted, but
not by two of them."""


class Found(NamedTuple):
    """A repository that is listed."""

    name: str
    """What reports call it: its address, or what the server calls it where that is refused."""
    label: str
    """With the owner, without the server."""
    address: Address | None = None
    problem: str = ""
    """Why it cannot be cloned."""
    is_archived: bool = False
    is_fork: bool = False
    is_empty: bool = False
    """Whether the server itself says so: then one that cannot be cloned for that is no surprise."""
    pushed: float = 0
    """When it was changed last, in seconds since 1970; infinite if that is not known."""


class Listing(NamedTuple):
    """What a server lists."""

    repositories: list[Found]
    problem: str = ""
    """Why these may not be all; mostly empty."""


def listing(
    owner: Owner,
    login: Login | None,
    ca_file: str,
    say: Callable[[str], None],
    progress: Callable[[int], None] = lambda _: None,
) -> Listing:
    """Return the repositories of `owner`, each once.

    `say` gets what a person has to know meanwhile, and `progress` how many there are so far. Raises
    RemoteError where the library is missing.
    """
    forge = load(owner.forge)
    from scanner.fleet.forges.channel import Channel  # needs requests, which the library brings

    # With the token in the place of the user, as many addresses have it.
    token = (login.secret or Secret(login.user.encode())) if login else None
    found: dict[str, Found] = {}
    api = forge.api(owner.address.server)
    with Channel(api, token, ca_file, say, owner.account) as channel:
        problem = _read(forge, channel, owner, found, progress)
        problems = [*channel.problems, *([problem] if problem else [])]
    if not found and not problems:
        problems = ["it lists no repositories: check the name, and what the token may read"]
    return Listing(list(found.values()), "; ".join(problems))


def _read(
    forge: Forge,
    channel: Channel,
    owner: Owner,
    found: dict[str, Found],
    progress: Callable[[int], None],
) -> str:
    """Put what `forge` lists into `found`, by name; return why it ended before the end, if so."""
    repeated = 0
    try:
        with closing(forge.repositories(channel, owner.path)) as repositories:
            for listed in repositories:
                each = _checked(listed, owner)
                repeated = repeated + 1 if each.label.casefold() in found else 0
                if repeated > _MOST_REPEATED:
                    return "its list repeats itself and has no end; try again later"
                found.setdefault(each.label.casefold(), each)
                progress(len(found))
                if len(found) > _MOST:
                    return f"its list has more than {_MOST:,} repositories: name some of them"
    except RemoteError as error:
        return error.reason
    except Exception as error:  # noqa: BLE001 -- a library raises anything about what it is sent
        # Its text can have what the server sent.
        return f"the server gives an answer that cannot be used ({type(error).__name__})"
    return ""


def _checked(listed: Listed, owner: Owner) -> Found:
    """Return what can be relied on: an address on the server of `owner`, for the very name."""
    label = listed.name if isinstance(listed.name, str) else ""
    url = listed.url if isinstance(listed.url, str) else ""
    pushed = listed.pushed if isinstance(listed.pushed, str) else ""
    found = Found(
        f"https://{owner.address.server}/{label}",
        label,
        # What is no answer leaves nothing out.
        is_archived=listed.is_archived is True,
        is_fork=listed.is_fork is True,
        is_empty=listed.is_empty is True,
        pushed=instant(pushed),
    )
    if not url:
        problem = "the server names no https address for a clone of it"
        return found._replace(name=printable(found.name), problem=problem)
    try:
        address = parse(url)
    except RemoteError as error:
        return found._replace(name=printable(found.name), problem=error.reason)
    # Nearly all show the address with it, and people write it without.
    path = address.path.removesuffix(".git")
    if address.scheme != "https" or address.server != owner.address.server:
        problem = f"refused: its address for a clone is not on {owner.address.server}"
        return found._replace(name=printable(found.name), problem=problem)
    if not f"{path}/".casefold().endswith(f"/{label}/".casefold()):
        problem = "refused: its address for a clone is that of another repository"
        return found._replace(name=printable(found.name), problem=problem)
    address = owner.lent_to(address._replace(path=path))
    return found._replace(name=address.url, address=address)
