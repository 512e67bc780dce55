"""Addresses of remote repositories: which are accepted, and how they are shown.

Only `https://`, `ssh://` and the form of scp (`user@host:path`) are accepted, `file://` where the
user allows it. What git would take as an option, as a program (`ext::`, git-remote-ext(1)) or as
another protocol is refused before git sees it. User information is taken out here: no address that
leaves this module in text has any.
"""

from __future__ import annotations

import os
import re
from typing import Final
from urllib.parse import quote, unquote

from scanner.records import NamedTuple
from scanner.remote.failure import RemoteError, State
from scanner.secret import MASK, Secret, printable

_URL: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_HELPER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")
"""What names a program `git-remote-...` (gitremote-helpers(7))."""
# A slash before the first colon makes it a path (git-clone(1), "GIT URLS").
_SCP: Final = re.compile(
    r"(?:(?P<user>[^@/:]*)@)?(?P<host>\[[0-9A-Fa-f:.%]+\]|[^/:@\[\]]{2,}):(?P<path>.*)", re.DOTALL
)
"""A host has two characters at least: one letter is a drive of Windows."""
_HOST: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]+\]")
_USER: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.@+-]*")
"""A user of ssh, which is an argument of that program."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]|%[01][0-9A-Fa-f]|%7[Ff]")
_LONGEST: Final = 2000
"""Characters of an address: git and servers take no more either."""
_LONGEST_NAME: Final = 200
"""Bytes of a part of the path, which becomes a name in a folder of mirrors: most file systems have
255, of which a suffix and the name of a lock take some."""
_DEFAULT_PORT: Final = {"https": 443, "ssh": 22}
_SAFE: Final = "+@~"
"""Signs that a name in a folder may have, as well as letters, digits and `_.-`."""


class Address(NamedTuple):
    """A remote repository."""

    scheme: str
    """`https`, `ssh` or `file`."""
    host: str
    """In lower case; empty for a file."""
    port: int
    """0 for the usual one."""
    path: str
    """With the slash at its beginning, but for a path of scp that begins in the home directory."""
    user: str = ""
    secret: Secret | None = None
    """The password of the address."""

    @property
    def url(self) -> str:
        """The address without user information: for git, for reports and to be stored."""
        if self.scheme == "file":
            return f"file://{self.path}"
        if not self.path.startswith("/"):
            return f"{self.host}:{self.path}"
        return f"{self.scheme}://{self.server}{self.path}"

    @property
    def urls(self) -> list[str]:
        """The addresses to ask at, one after the other where it is not at the first.

        GitLab redirects to the one with `.git`, and redirects are not followed.
        """
        is_whole = self.scheme != "https" or self.path.endswith((".git", "/"))
        return [self.url] if is_whole else [self.url, f"{self.url}.git"]

    @property
    def server(self) -> str:
        """The host, with the port if it is not the usual one: whom a token is meant for."""
        return f"{self.host}:{self.port}" if self.port else self.host

    def place(self) -> list[str]:
        """Return the names of directories for a mirror of it, each in the one before."""
        parts = [part for part in self.path.split("/") if part]
        # A mirror must not be in the directory of another one.
        outer = [f"{part}_" if part.lower().endswith(".git") else part for part in parts[:-1]]
        last = parts[-1].removesuffix(".git") or parts[-1]
        host = self.server.replace(":", "+").strip("[]") or "file"
        return [quote(part, safe=_SAFE) for part in (host, *outer, f"{last}.git")]


def is_remote(text: str) -> bool:
    """Return whether `text` is the address of a remote repository and no path, as git has it."""
    if _URL.match(text) or _HELPER.match(text):
        return True
    return bool(_SCP.fullmatch(text)) and not os.path.lexists(text)


def parse(text: str, *, files: bool = False) -> Address:
    """Return the address that `text` is; raises RemoteError. With `files` it may be `file://`."""
    problem = _problem(text)
    if problem:
        raise _refused(text, problem)
    url = _URL.fullmatch(text)
    address = _of_url(text, url, files=files) if url else _of_scp(text)
    parts = [unquote(part) for part in address.path.split("/")]
    if not any(parts):
        raise _refused(text, "it names no repository")
    if any(part in (".", "..") for part in parts):
        raise _refused(text, "its path has `.` or `..`: write it without")
    if any(len(os.fsencode(quote(part, safe=_SAFE))) > _LONGEST_NAME for part in parts):
        raise _refused(text, f"a name in its path has more than {_LONGEST_NAME} characters")
    if any(part.startswith("-") for part in address.path.split("/")[:1]):
        raise _refused(text, "its path begins like an option")
    return address


def _problem(text: str) -> str:
    """Return what is wrong with `text`, whatever form of an address it is."""
    if not text or text.startswith("-"):
        return "it begins like an option"
    if _CONTROL.search(text):
        return "it has control characters"
    if len(text) > _LONGEST:
        return f"it has more than {_LONGEST:,} characters"
    if _HELPER.match(text):
        return "`NAME::` would run a program; https:// and ssh addresses are accepted"
    if not text.isprintable() or " " in text or "\\" in text:
        return "it has spaces, backslashes or characters that cannot be printed: encode them"
    return ""


def _of_url(text: str, url: re.Match[str], *, files: bool) -> Address:
    scheme = url["scheme"].lower()
    if scheme == "file":
        if not files:
            raise _refused(text, "give the path itself, or allow file:// with --allow-file")
        if not url["rest"].startswith("/"):
            raise _refused(text, "a file:// address has no host: write file:///PATH")
        return Address("file", "", 0, url["rest"])
    if scheme not in _DEFAULT_PORT:
        raise _refused(text, f"{scheme}:// is not accepted: use https:// or an ssh address")

    authority, slash, path = url["rest"].partition("/")
    if "?" in text or "#" in text:
        raise _refused(text, "it has a query or a fragment, which no repository needs")
    information, _, server = authority.rpartition("@")
    host, port = _split_port(text, server)
    if port == _DEFAULT_PORT[scheme]:
        port = 0
    user, colon, password = information.partition(":")
    user, password = unquote(user), unquote(password)
    if scheme == "ssh" and colon:
        raise _refused(text, "ssh takes no password from an address: use an ssh agent")
    _check_user(text, scheme, user)
    return Address(scheme, host, port, slash + path, user, _secret(password))


def _of_scp(text: str) -> Address:
    scp = _SCP.fullmatch(text)
    if not scp:
        raise _refused(text, "it is no address: use https://HOST/PATH or USER@HOST:PATH")
    host, _ = _split_port(text, scp["host"])
    if "@" in scp["path"].partition("/")[0]:  # `USER:PASSWORD@HOST:PATH`, which is the host USER
        raise _refused(text, "ssh takes no password from an address: use an ssh agent")
    user = scp["user"] or ""
    _check_user(text, "ssh", user)
    return Address("ssh", host, 0, scp["path"], user)


def _split_port(text: str, server: str) -> tuple[str, int]:
    match = re.fullmatch(r"(?P<host>\[.*\]|[^:]*)(?::(?P<port>[0-9]{0,5}))?", server)
    if not match or not _HOST.fullmatch(match["host"]):
        raise _refused(text, "it has no host with letters, digits, dots and hyphens")
    port = int(match["port"] or 0)
    if port > 65535:
        raise _refused(text, "its port is above 65535")
    return match["host"].lower(), port


def _check_user(text: str, scheme: str, user: str) -> None:
    if _CONTROL.search(user) or (scheme == "ssh" and user and not _USER.fullmatch(user)):
        raise _refused(text, "its user name has characters that are not accepted")


def _secret(password: str) -> Secret | None:
    return Secret(password.encode("utf-8", "surrogateescape")) if password else None


def _refused(text: str, problem: str) -> RemoteError:
    return RemoteError(State.ADDRESS, f"refused: {problem}", shown(text))


def shown(text: str) -> str:
    """Return `text`, which may be no address at all, fit for a message: without user information.

    The same for a query, which can have a token.
    """
    # To the last `@`: a password that is not encoded can have any sign.
    text = re.sub(r"(?<=://).*@" if "://" in text else r"^[^/]*@", "", text, flags=re.DOTALL)
    # Nor what should have been a port: the password, where the host was forgotten.
    text = re.sub(r"(?<=://)([^/:\[]*):(?![0-9]*(?:/|$))[^/]*", rf"\1:{MASK}", text)
    text = re.sub(r"[?#].*", MASK, text, flags=re.DOTALL)
    return printable(text if len(text) <= 200 else f"{text[:200]}...")
