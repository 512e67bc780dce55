"""How the owner of repositories is written as a source: `github+https://HOST/ORGANISATION`.

It is the address that a browser shows, after the name of the product, since a server of a company
has any name. At a server that anybody can use, such as github.com, an address with one name is that
of an owner by itself: no repository has such a one. A form with one colon (`github:ORGANISATION`)
would be an address of scp with an alias of ssh.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from scanner.fleet.forges import FORGES, NAMES, PUBLIC
from scanner.records import NamedTuple
from scanner.remote.address import parse
from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from scanner.remote.address import Address

_FORM: Final = re.compile(r"(?i)([a-z]+)\+(https://.*)", re.DOTALL)


class Owner(NamedTuple):
    """An organisation, a group or a user."""

    forge: str
    """Of `FORGES`."""
    address: Address
    path: str
    """What the server calls it: a name, or that of a group with those that it is in."""

    @property
    def name(self) -> str:
        """How messages and the state folder call it: without user information."""
        return f"{self.forge}+https://{self.address.server}/{self.path}"

    @property
    def account(self) -> str:
        """The e-mail address that the server wants next to the token; mostly empty."""
        product, user = FORGES[self.forge], self.address.user
        is_account = product.git_user and self.address.server in product.public
        return user if is_account and "@" in user else ""

    def lent_to(self, address: Address) -> Address:
        """Return `address`, on the same server, with the user information of the owner's own."""
        user = FORGES[self.forge].git_user if self.account else self.address.user
        return address._replace(user=user, secret=self.address.secret)


def owner_of(text: str) -> Owner | None:
    """Return the owner that the source `text` is; None for any other source.

    Raises RemoteError for an owner whose address is refused.
    """
    form = _FORM.fullmatch(text)
    if form and form[1].lower() in NAMES:
        return _owner(NAMES[form[1].lower()], parse(form[2]))
    if not text.lower().startswith("https://"):
        return None

    try:
        address = parse(text)
    except RemoteError:
        return None  # it is refused as what it is, an address
    forge = PUBLIC.get(address.server)
    if forge is None:
        return None
    parts = address.path.strip("/").split("/")
    product = FORGES[forge]
    is_page = product.has_public_pages and parts[0] == product.pages
    return _owner(forge, address) if len(parts) == 1 or is_page else None


def _owner(forge: str, address: Address) -> Owner:
    parts = [unquote(part) for part in address.path.split("/") if part]
    if parts[0] == FORGES[forge].pages and len(parts) > 1:
        del parts[0]
    owner = Owner(forge, address, "/".join(parts))
    if len(parts) > 1 and not FORGES[forge].has_groups:
        raise RemoteError(
            State.ADDRESS,
            f"refused: it has more than the name of an owner: write {forge}+https://"
            f"{address.server}/{parts[0]} for all of its repositories, or https:// for this one",
            owner.name,
        )
    return owner
