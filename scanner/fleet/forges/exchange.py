"""One request and its answer, within limits of time and size."""

from __future__ import annotations

import threading
import zlib
from typing import TYPE_CHECKING, Any, Final

from requests import RequestException
from requests.exceptions import ProxyError, SSLError
from urllib3.exceptions import HTTPError

from scanner.records import NamedTuple
from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import Response

_SECONDS: Final = 120
"""For a request and its answer: also a server that sends one byte a minute has an end."""
_MOST_BYTES: Final = 32 << 20
"""Of an answer: 100 repositories are 0.7 MB on GitHub."""
_PIECE: Final = 64 << 10
_GZIP: Final = 31
"""The window of zlib for gzip with its header (zlib.h, inflateInit2)."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Any
    """Of requests: names in any case."""
    body: bytes


def exchange(send: Callable[[], Response]) -> Answer:
    """Return the answer to the request that `send` sends; raises RemoteError.

    It is sent in a thread, which is left to itself when the time is up: nothing that requests
    offers has a limit for all of it.
    """
    results: list[Answer | Exception] = []

    def run() -> None:
        try:
            results.append(_read(send()))
        except Exception as error:  # noqa: BLE001 -- it is raised again in the other thread
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_SECONDS)
    if not results:
        raise RemoteError(
            State.TOO_SLOW, f"the server did not answer within {_SECONDS} seconds; try again later"
        )
    (result,) = results
    if isinstance(result, Answer):
        return result
    raise _problem(result) from None


def _read(response: Response) -> Answer:
    with response:
        body = bytearray()
        while piece := response.raw.read(_PIECE, decode_content=False):
            body += piece
            if len(body) > _MOST_BYTES:
                raise _too_large()
        how = response.headers.get("Content-Encoding", "identity").lower()
        if how not in ("identity", "gzip"):
            raise RemoteError(
                State.FAILED, "the server answers in an encoding that nobody asked for"
            )
        content = _inflated(bytes(body)) if how == "gzip" else bytes(body)
        return Answer(response.status_code, response.headers, content)


def _inflated(body: bytes) -> bytes:
    inflate = zlib.decompressobj(_GZIP)
    content = inflate.decompress(body, _MOST_BYTES)
    if inflate.unconsumed_tail:
        raise _too_large()
    if not inflate.eof:
        raise EOFError
    return content


def _too_large() -> RemoteError:
    return RemoteError(State.FAILED, f"an answer of the server has more than {_MOST_BYTES:,} bytes")


def _problem(error: Exception) -> RemoteError:
    """Return what a person is told: the text of `error` can have what was sent."""
    if isinstance(error, RemoteError):
        return error
    if isinstance(error, ProxyError):
        return RemoteError(State.UNREACHABLE, "the proxy refuses or cannot be reached: check it")
    if isinstance(error, SSLError):
        return RemoteError(
            State.UNTRUSTED,
            "the certificate of the server is not one to trust; if your company has its own CA, "
            "name its file with --ca-file",
        )
    if isinstance(error, RequestException | HTTPError | EOFError | zlib.error):
        return RemoteError(
            State.UNREACHABLE,
            "no connection, or it broke off: check the host, the network and the proxy",
        )
    if isinstance(error, OSError):  # requests, about the file of certificates
        return RemoteError(
            State.UNTRUSTED, "no file of CAs can be read: check --ca-file and GIT_SSL_CAINFO"
        )
    return RemoteError(State.FAILED, f"it cannot be asked ({type(error).__name__})")
