"""What git gets to know for a transfer: nothing of the user's configuration, and no options.

The environment is made from nothing: a variable of git that is not listed here does not reach it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.remote.address import Address

_INHERITED: Final = frozenset((
    # Where programs, libraries and temporary files are. ssh finds its own files by the user's ID.
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "WINDIR",
    "USER", "LOGNAME", "USERNAME",
    "SSH_AUTH_SOCK",
    # curl(1), "ENVIRONMENT". `http_proxy` is for http alone.
    "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    # Which CAs to trust: of git (git(1), http.sslCAInfo in git-config(1)), and of OpenSSL.
    "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
))  # fmt: skip

_CONNECT: Final = 30
"""Seconds until a server has to accept a connection of ssh."""

_SSH: Final = (
    "ssh", "-a", "-x", "-T",
    "-oBatchMode=yes",  # no question, so a host key that is not known is refused
    "-oPermitLocalCommand=no", "-oClearAllForwardings=yes",
    "-oControlMaster=no", "-oControlPath=none",  # no process that stays
    f"-oConnectTimeout={_CONNECT}", "-oServerAliveInterval=15", "-oServerAliveCountMax=4",
)  # fmt: skip

_OPTIONS: Final = (
    "credential.helper=",  # empties the list of them
    "http.followRedirects=false",
    "http.sslVerify=true",
    "http.lowSpeedLimit=1",  # as well as `scanner.remote.watch`: before the first answer
    "http.lowSpeedTime=300",
    "protocol.version=2",
    # Real old histories have commits that fsck refuses, and all is read as hostile anyway.
    "transfer.fsckObjects=false",
    "fetch.fsckObjects=false",
    "fetch.unpackLimit=1",  # one pack, however little it is: no loose files, one name each
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    # Nothing of a mirror is ever deleted: what a force-push took away stays to be scanned.
    "gc.auto=0",
    "maintenance.auto=false",
)


def options(helper: str = "") -> list[str]:
    """Return the settings for git, as arguments before its command."""
    settings = [*_OPTIONS, f"credential.helper={helper}"] if helper else _OPTIONS
    return [argument for setting in settings for argument in ("-c", setting)]


def variables(
    inherited: Mapping[str, str], address: Address, home: str, ca_file: str = ""
) -> dict[str, str]:
    """Return the whole environment of a git that talks to the server of `address`.

    `home` is an empty private directory: neither a configuration nor `.netrc` is found there.
    `ca_file` has certificates to trust instead of those of the system.
    """
    kept = {name: value for name, value in inherited.items() if name in _INHERITED}
    places = kept.get("PATH", os.defpath).split(os.pathsep)
    kept["PATH"] = os.pathsep.join(place for place in places if os.path.isabs(place))
    if ca_file:
        kept["GIT_SSL_CAINFO"] = os.path.abspath(ca_file)

    user = ["-l", address.user] if address.scheme == "ssh" and address.user else []
    return {
        **kept,
        "LC_ALL": "C",
        "LANGUAGE": "C",
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TEMPLATE_DIR": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",  # empty: nor is another one asked (prompt.c)
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_ALLOW_PROTOCOL": address.scheme,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_SSH_COMMAND": " ".join((*_SSH, *user)),  # each word is safe for a shell
        "GIT_SSH_VARIANT": "ssh",
    }
