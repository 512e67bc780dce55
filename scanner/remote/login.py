"""With which token, if any, a server is asked: one that is meant for that very host."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from scanner.errors import UsageError
from scanner.records import NamedTuple
from scanner.secret import MASK, Secret, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.remote.address import Address

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SERVER: Final = re.compile(r"[a-z0-9_.-]+(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?")

_GITHUB: Final = "github.com"
_GITLAB: Final = "gitlab.com"

_USERS: Final = {
    # GitHub Docs, "Authenticating as a GitHub App installation"; GitLab Docs, "Clone using a
    # token"; Bitbucket Support, "Using access tokens". With other tokens GitHub takes any name.
    _GITHUB: "x-access-token",
    _GITLAB: "oauth2",
    "bitbucket.org": "x-token-auth",
}
_USER: Final = "oauth2"
"""The user name for other servers: GitLab needs it for OAuth tokens; GitHub Enterprise Server,
Gitea and Azure DevOps ignore the name next to a token."""


class Login(NamedTuple):
    """A user name and a password for one server."""

    user: str
    secret: Secret


def hide(text: str, address: Address, login: Login | None) -> str:
    """Return `text`, which the server may have chosen, without who asks for `address`.

    A server can send back what it was sent, and ssh begins its messages with the user.
    """
    forms: set[str] = {address.user} - {""}
    if login:
        secret, user = login.secret.reveal(), login.user.encode("utf-8", "surrogateescape")
        forms |= {b64encode(user + b":" + secret).decode(), quote(secret, safe="")}
        forms |= {secret.decode("utf-8", "surrogateescape")} - {""}
    for form in sorted(filter(None, forms), key=len, reverse=True):
        # Whole words: a name can be one letter.
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])", MASK, text)
    return text.replace(f"{MASK}@", "")


class Tokens(NamedTuple):
    """Which variable has the token for which server."""

    by_server: dict[str, str]
    """Names of variables, by the host in lower case, with a port if it is not the usual one."""


def tokens(options: Iterable[str], addresses: Sequence[Address]) -> Tokens:
    """Return the variables that the `options` (`NAME` or `HOST=NAME`) name.

    A name alone is good only if all `addresses` that may need a token are on one host: a token is
    for nobody else. Raises UsageError.
    """
    servers = sorted({each.server for each in addresses if each.scheme == "https"})
    found: dict[str, str] = {}
    for option in options:
        server, mark, name = option.rpartition("=")
        server = server.lower()
        if not _NAME.fullmatch(name) or (mark and not _SERVER.fullmatch(server)):
            raise UsageError(
                "--token-env takes the name of a variable, not a token: NAME, or HOST=NAME"
            )
        if not mark and len(servers) > 1:
            raise UsageError(
                f"--token-env {name}: the addresses are on {len(servers):,} hosts: write which one "
                f"it is for, such as {printable(servers[0])}={name}"
            )
        for each in [server] if mark else servers:
            found[each] = name
    return Tokens(found)


def login(address: Address, chosen: Tokens, variables: Mapping[str, str]) -> Login | None:
    """Return who asks for `address`, from the environment `variables`; None for nobody.

    What the address has itself comes first, then the variable that is `chosen` for its host, then
    those that tools of GitHub and GitLab use, each for its own host only. Raises UsageError for a
    variable that was named and has no token.
    """
    if address.scheme != "https":
        return None
    user = address.user or _USERS.get(address.host, _USER)
    if address.secret:
        return Login(user, address.secret)

    name = chosen.by_server.get(address.server)
    if name and not variables.get(name):
        raise UsageError(f"--token-env: the variable {name} is not set")
    for each in [name] if name else _customary(address.server, variables):
        token = variables.get(each, "").strip()
        if not token.isprintable() or " " in token:
            raise UsageError(f"the variable {each} has no token in it: it has spaces or more lines")
        if token:
            return Login(user, Secret(token.encode("utf-8", "surrogateescape")))
    # GitHub and GitLab accept a token in the place of the user, and many addresses have it there.
    if address.user:
        return Login(address.user, Secret(b""))
    return None


def _customary(server: str, variables: Mapping[str, str]) -> Iterable[str]:
    """Yield names of variables that are for `server`, as jobs of GitHub and GitLab set them."""
    github = _host(variables.get("GITHUB_SERVER_URL", "")) or _GITHUB
    gitlab = _host(variables.get("CI_SERVER_URL", "")) or _GITLAB
    if server == _GITHUB:
        yield "GH_TOKEN"  # gh-environment(7): for github.com whatever the job is of
    if server == github:
        yield "GITHUB_TOKEN"
    if server == gitlab:
        yield "GITLAB_TOKEN"


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].lower().removesuffix(":443")
