"""Servers that can list all repositories of an organisation: one module for each, named here.

A member knows the API of one product through its library, and lists what is there: see
`interface.py`. Whom it asks, with which token, and what a server may send back is the same for all:
`channel.py`. `listing.py` puts it together. Nothing of this is imported before there is such a
source.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple
from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from scanner.fleet.forges.interface import Forge


class Product(NamedTuple):
    """What is known of a member before it is loaded."""

    title: str
    public: tuple[str, ...]
    """The servers that anybody can use."""
    pages: str
    """The first name in the path of its pages about an owner, which may follow it."""
    has_groups: bool = False
    """Whether what owns repositories can be in another owner."""
    also: tuple[str, ...] = ()
    """Other names of it that users write, of programs with the same API."""
    has_public_pages: bool = True
    """Whether these pages are at the public servers as well: no owner there has such a name."""
    git_user: str = ""
    """Who clones from the public servers with a token of an account, which is asked for its list by
    the e-mail address of the account; empty where the token alone is enough."""


FORGES: Final = {
    "github": Product("GitHub", ("github.com",), "orgs"),
    "gitlab": Product("GitLab", ("gitlab.com",), "groups", has_groups=True),
    "gitea": Product("Gitea and Forgejo", ("gitea.com", "codeberg.org"), "org", also=("forgejo",)),
    "bitbucket": Product(
        "Bitbucket",
        ("bitbucket.org",),
        "projects",
        has_public_pages=False,
        git_user="x-bitbucket-api-token-auth",  # Bitbucket Support, "Using API tokens"
    ),
}
"""Name of each member, which is also that of its module here and of its extra."""

NAMES: Final = {
    written: name for name, product in FORGES.items() for written in (name, *product.also)
}
"""What users write before `+https://`, to the name of the member."""
PUBLIC: Final = {server: name for name, product in FORGES.items() for server in product.public}
"""The servers that anybody can use, to the name of the member."""


def libraries() -> dict[str, str]:
    """Return the distribution that each member needs, to what it is for and how it is installed."""
    return {
        _member(name).library: (
            f"for fleet of an organisation of {product.title}: pip install 'keycatch[{name}]'"
        )
        for name, product in FORGES.items()
    }


def load(name: str) -> Forge:
    """Return the member called `name`; raises RemoteError if its library is not installed."""
    forge = _member(name)
    try:
        import_module(forge.module)
    except Exception as error:  # noqa: BLE001 -- a broken library can raise whatever it likes
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == forge.module
        why = "is not installed" if is_missing else f"cannot be imported ({type(error).__name__})"
        raise RemoteError(
            State.LIBRARY,
            f"{forge.library}, which lists the repositories of {FORGES[name].title}, {why}: "
            f"run `pip install 'keycatch[{name}]'`",
        ) from None
    return forge


def _member(name: str) -> Forge:
    forge: Forge = import_module(f"{__name__}.{name}").FORGE
    return forge
