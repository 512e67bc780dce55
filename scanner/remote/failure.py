"""Why a remote repository could not be had: a state that a program reads, a sentence for people."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable


class State(StrEnum):
    """What kind of failure it is; `fleet` counts by it."""

    ADDRESS = "address"
    """The address is refused, before anything is asked."""
    LIBRARY = "library"
    """GitPython is not installed."""
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    """The certificate or the host key of the server is not one to trust."""
    DENIED = "denied"
    """The server wants to know who asks, or refuses who does."""
    MISSING = "missing"
    EMPTY = "empty"
    """It has no references, at least none for who asks (Gerrit shows those that one may read)."""
    MOVED = "moved"
    TOO_LARGE = "too-large"
    NO_ROOM = "no-room"
    STALLED = "stalled"
    TOO_SLOW = "too-slow"
    FOLDER = "folder"
    """The folder for kept mirrors cannot be used."""
    FAILED = "failed"


class RemoteError(KeycatchError):
    """A remote repository that could not be had; `str()` is one sentence with what to do."""

    def __init__(self, state: State, reason: str, name: str = "") -> None:
        """Say in `reason` what happened to the address `name`, a failure of the kind `state`."""
        super().__init__(f"{name}: {reason}" if name else reason)
        self.state = state
        self.reason = reason
        self.name = name

    def __reduce__(self) -> tuple[type[RemoteError], tuple[State, str, str]]:
        """Rebuild from all parts, since exceptions pickle their message only."""
        return RemoteError, (self.state, self.reason, self.name)


_LOG_IN: Final = (
    "name a variable that has a token with --token-env, or use an ssh address and an ssh agent"
)
_RIGHTS: Final = "check that the token is valid and may read it"
_CA: Final = "if your company has its own CA, name its file with --ca-file"
_ADDRESS: Final = "check the address; a private repository needs a token or a key"
_REDIRECT: Final = (
    "it may have moved, and redirects are not followed: open it in a browser and give the address "
    "that it ends at"
)
_DISK: Final = "make room, or set TMPDIR to a directory on a larger disk"
_MEMORY: Final = "use a machine with more memory"
_NETWORK: Final = "check the host, the network and the proxy"

_KNOWN: Final[tuple[tuple[str, State, str], ...]] = (
    # Words of git (remote-curl.c, http.c, connect.c, upload-pack.c), of libcurl and of OpenSSH, all
    # in the C locale. The first that is found decides, so what is more exact comes first.
    ("Could not resolve", State.UNREACHABLE, _NETWORK),
    ("Failed to connect", State.UNREACHABLE, _NETWORK),
    ("Couldn't connect", State.UNREACHABLE, _NETWORK),
    ("Connection refused", State.UNREACHABLE, _NETWORK),
    ("Connection timed out", State.UNREACHABLE, _NETWORK),
    ("Operation timed out", State.UNREACHABLE, _NETWORK),
    ("Connection reset", State.UNREACHABLE, _NETWORK),
    ("Connection closed", State.UNREACHABLE, _NETWORK),
    ("No route to host", State.UNREACHABLE, _NETWORK),
    ("Network is unreachable", State.UNREACHABLE, _NETWORK),
    ("Empty reply from server", State.UNREACHABLE, _NETWORK),
    ("non-properly terminated", State.UNREACHABLE, _NETWORK),  # TLS, as GnuTLS has it
    ("Host key verification failed", State.UNTRUSTED,
     "check the host key of the server and add it to ~/.ssh/known_hosts"),
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", State.UNTRUSTED,
     "check the host key of the server and correct ~/.ssh/known_hosts"),
    ("certificate", State.UNTRUSTED, _CA),
    ("SSL", State.UNTRUSTED, _CA),
    ("TLS", State.UNTRUSTED, _CA),
    ("Permission denied", State.DENIED, "load a key that may read it: ssh-add"),
    ("Too many authentication failures", State.DENIED,
     "name the key for this host in ~/.ssh/config, with IdentitiesOnly yes"),
    ("could not read Username", State.DENIED, _LOG_IN),
    ("could not read Password", State.DENIED, _LOG_IN),
    ("Authentication failed", State.DENIED, _RIGHTS),
    ("returned error: 401", State.DENIED, _LOG_IN),
    ("returned error: 403", State.DENIED, _RIGHTS),
    ("returned error: 407", State.UNREACHABLE, "check the user name and password of the proxy"),
    ("returned error: 429", State.UNREACHABLE, "the server asks to wait: try again later"),
    ("returned error: 30", State.MOVED, _REDIRECT),
    ("unable to update url base from redirection", State.MOVED, _REDIRECT),
    ("returned error: 5", State.UNREACHABLE, "the server has a problem: try again later"),
    ("not found", State.MISSING, _ADDRESS),
    ("does not exist", State.MISSING, _ADDRESS),
    ("does not appear to be a git repository", State.MISSING, "check the address"),
    ("access denied or repository not exported", State.MISSING, "check the address"),
    ("returned error: 404", State.MISSING, _ADDRESS),
    ("invalid server response", State.MISSING, "check the address"),
    ("not valid: is this a git repository", State.MISSING, "check the address"),
    ("No space left on device", State.NO_ROOM, _DISK),
    ("Disk quota exceeded", State.NO_ROOM, _DISK),
    ("out of memory", State.TOO_LARGE, _MEMORY),
    ("Out of memory", State.TOO_LARGE, _MEMORY),
    ("dubious ownership", State.FOLDER, "use a folder that belongs to you"),
    ("Unable to create", State.FOLDER,
     "if no other git or keycatch works there, delete that file"),
)  # fmt: skip

_RETRY: Final = "try again; if it stays, run `git clone --mirror` of it to see more"
_NOISE: Final = re.compile(
    r"remote:$|Cloning into|warning: |POST git-upload-pack|From |please make sure you have the",
    re.IGNORECASE,
)
"""Lines that are not a reason, and git's advice after any failure of ssh."""
_VAGUE: Final = (
    "fatal: Could not read from remote repository",
    "fatal: the remote end hung up unexpectedly",
    "fatal: early EOF",
    "fatal: index-pack failed",
    "fatal: fetch-pack: invalid index-pack output",
    "and the repository exists",
)
"""Errors that follow from another one, which was said before."""
_QUOTED: Final = re.compile(r"'[^']*'")
_LONGEST: Final = 300
"""Characters of git's words that are shown: a server can send any number."""


def failure(lines: Iterable[str], name: str) -> RemoteError:
    """Return the error for what git and the server said in `lines` about the address `name`."""
    said = [line.strip() for line in lines if line.strip()]
    # Not by what is quoted: names of repositories, in which any words can be.
    bare = {line: _QUOTED.sub("", line) for line in said}
    for words, state, remedy in _KNOWN:
        found = [line for line in said if words in bare[line]]
        if found:
            return RemoteError(state, f"{_short(found[0])}; {remedy}", name)

    telling = [line for line in said if not _NOISE.match(line) and not line.startswith(_VAGUE)]
    errors = [line for line in telling if line.startswith(("fatal: ", "error: "))]
    # The first error of git is the reason of the others; of the server it is the last word.
    reason = (errors or telling[-1:] or said or ["git said nothing"])[0]
    return RemoteError(State.FAILED, f"{_short(reason)}; {_RETRY}", name)


def _short(line: str) -> str:
    line = printable(line).rstrip(" .:")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
