"""File names as machines read them: URIs for SARIF, exact forms for JSON.

A name is bytes, chosen by the authors of the repository. In a `str` its undecodable bytes are
surrogates (`os.fsdecode`); a report must be valid UTF-8 and must not lose them.
"""

from __future__ import annotations

import os
import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

from scanner.secret import visible

OUTSIDE: Final = "_outside"
"""The first segment of the URI of a file that is not below the directory of the scan."""
_SCHEMES: Final = ("https", "http", "ssh", "git")
"""Schemes of addresses on other machines: git-clone(1), GIT URLS. `file` is one of this machine."""
# Strict, since it goes into a URI as it is: no brackets, no user, nothing percent-encoded.
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def name_bytes(name: str) -> bytes:
    """Return the bytes of a file name as the system has them."""
    try:
        return os.fsencode(name)
    except UnicodeEncodeError:  # decoded elsewhere than on a file system with this encoding
        return name.encode("utf-8", "surrogatepass")


def is_unicode(name: str) -> bool:
    """Return whether `name` can be written as UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def percent_encoded(name: str) -> str:
    """Return the bytes of `name` percent-encoded, slashes kept."""
    return quote(name_bytes(name), safe="/")


def is_outside(path: str, windows: bool = os.name == "nt") -> bool:
    """Return whether `path` is absolute or leads above the directory of the scan."""
    return _segments(path, windows)[0]


def relative_uri(path: str, windows: bool = os.name == "nt") -> str:
    """Return a relative URI reference for `path`: no scheme, no `./`, no `..`, no local directory.

    A path that is absolute or leads above the directory of the scan cannot be written as it is:
    GitHub rejects or misplaces it, and it would reveal where the user keeps things. It becomes
    `_outside/`, a checksum of the path that keeps equal names apart, and what may be shown of it:
    the file name, or all that follows the leading `..`.
    """
    outside, segments = _segments(path, windows)
    if outside:
        from zlib import crc32

        segments = [OUTSIDE, f"{crc32(name_bytes(path)):08x}", *segments]
    return "/".join(map(percent_encoded, segments)) or "."


def repository_uri(remote: str) -> str:
    """Return the URI of a remote repository whose address git has as `remote`.

    It has no user, password, query or fragment, which may hold a credential. The result is empty
    for what is not an address of another machine: a directory would reveal where the user keeps
    things.
    """
    if "://" not in remote:
        # As scp has it: `user@host:path`, and no slash before the colon (git-clone(1), GIT URLS).
        host, colon, path = remote.partition(":")
        # One letter is a drive of Windows; two colons name a program that fetches.
        if not colon or "/" in host or len(host) < 2 or path.startswith(":"):
            return ""
        remote = f"ssh://{host}/{path.removeprefix('/')}"

    try:
        parts = urlsplit(remote)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not _HOST.fullmatch(host):
        return ""

    path = quote(unquote_to_bytes(name_bytes(parts.path)), safe="/~")
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}"


def shown(path: str) -> str:
    """Return `path` for a text that is uploaded; if it is outside, only what its URI shows."""
    return relative_uri(path) if is_outside(path) else quoted(path)


def _segments(path: str, windows: bool) -> tuple[bool, list[str]]:
    """Return whether `path` is outside, and the segments that may be shown."""
    path = _below_here(path, windows)
    drive = ""
    if windows:
        import ntpath

        drive, path = ntpath.splitdrive(path)
        path = path.replace("\\", "/")

    absolute = bool(drive) or path.startswith("/")
    above = False
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if segments:
                segments.pop()
            else:
                above = True
        elif segment not in ("", "."):
            segments.append(segment)
    return absolute or above, segments[-1:] if absolute else segments


def _below_here(path: str, windows: bool) -> str:
    """Return an absolute path below the working directory relative to it, any other as it is."""
    try:
        here = os.getcwd()
    except OSError:  # the directory is gone
        return path

    plain, start = path, here.rstrip("/\\") + "/"
    if windows:
        plain = path.replace("\\", "/").casefold()
        start = start.replace("\\", "/").casefold()
    # In the root directory every path is below, and a relative one would reveal as much.
    # Folding case can change the length of a name, and then nothing can be cut off by it.
    below = start.count("/") > 1 and plain.startswith(start) and len(plain) == len(path)
    return path[len(start) :] if below else path


def quoted(text: str) -> str:
    """Return `text` for use between single quotes in the message of a SARIF result.

    Brackets would form a link and braces a placeholder there, so these, the quote, the percent
    sign and whatever is not printable are percent-encoded. Spaces and letters stay readable.
    """
    return "".join(
        character
        if character.isprintable() and character not in "'%[]{}\\"
        else quote(name_bytes(character), safe="")
        for character in text
    )


def file_name(path: str) -> str:
    """Return `path` as GitHub has it: relative to the directory of the scan, with slashes.

    Characters that cannot be printed are escaped; GitHub then shows an annotation without a file.
    """
    return visible(os.fsdecode(unquote_to_bytes(relative_uri(path))))
