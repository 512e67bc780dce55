"""Sending one question to STS; the only module that uses boto3's libraries.

Only the signer and the HTTP client of botocore, which boto3 depends on, are used. A client of boto3
would read the profile, the configuration, the environment and the models of the user, any of which
can name another host or other credentials. The signer and the HTTP client look for no credentials
at all, and give the response as it was on the wire.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME, VERSION
from scanner.errors import UsageError
from scanner.liveness.answers import MAX_BYTES, Answer, read, unknown
from scanner.liveness.partitions import is_loopback
from scanner.liveness.states import Reason

if TYPE_CHECKING:
    from scanner.liveness.candidates import Candidate
    from scanner.liveness.inquiry import Pace
    from scanner.liveness.partitions import Endpoint

INSTALL: Final = "pip install boto3"
_QUESTION: Final = b"Action=GetCallerIdentity&Version=2011-06-15"
"""The request of the STS API reference. It needs no permission and changes nothing."""
_HEADERS: Final = {
    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    "Accept": "text/xml",
    "User-Agent": f"{NAME}/{VERSION}",
}
_LOGGERS: Final = ("botocore", "boto3", "urllib3")
_PIECE: Final = 8192
"""Bytes that are read of a response at once; a document of STS comes in one piece."""
_LENGTH: Final = re.compile(r"[0-9]{1,12}")


def require() -> None:
    """Raise UsageError, with the command to install boto3, if it cannot be imported.

    Everything that is needed later is imported now, so that a library with a missing or broken part
    is noticed before a long scan, not after it.
    """
    try:
        import botocore.auth
        import botocore.awsrequest
        import botocore.credentials
        import botocore.httpsession
        import botocore.utils  # noqa: F401
    except Exception as error:  # noqa: BLE001 -- a broken library can raise whatever it likes
        missing = isinstance(error, ModuleNotFoundError) and error.name == "botocore"
        why = "is not installed" if missing else f"cannot be imported ({type(error).__name__})"
        again = "" if missing else " --force-reinstall"
        raise UsageError(f"--check-liveness needs boto3, which {why}: {INSTALL}{again}") from None


class Client:
    """Asks STS, from several threads at once."""

    __slots__ = ("_direct", "_pace", "_proxied")

    def __init__(self, pace: Pace) -> None:
        """Prepare connections, directly and through the proxies of the environment.

        Raises UsageError without boto3.
        """
        require()  # the loggers of the libraries have to exist before they can be silenced
        from urllib.request import getproxies

        from botocore.httpsession import URLLib3Session

        _silence()

        # With this variable the ssl module writes the keys of each connection to a file.
        os.environ.pop("SSLKEYLOGFILE", None)
        self._pace = pace
        bundle = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE")
        common: dict[str, Any] = {
            "verify": bundle or True,
            "timeout": (pace.connect, pace.read),
            "max_pool_connections": pace.together,
        }
        self._direct = URLLib3Session(**common)
        self._proxied = URLLib3Session(proxies=getproxies(), **common)

    def close(self) -> None:
        """Close all connections."""
        self._direct.close()
        self._proxied.close()

    def ask(self, candidate: Candidate, endpoint: Endpoint) -> Answer:
        """Send one question and return the answer. No exception of a library is raised."""
        from http.client import HTTPException

        from botocore.exceptions import BotoCoreError, HTTPClientError
        from urllib3.exceptions import HTTPError

        try:
            response = self._session(endpoint).send(_signed(candidate, endpoint))
            return self._understood(response)
        except (
            HTTPClientError, BotoCoreError, HTTPError, HTTPException, OSError, ValueError,
        ) as error:  # fmt: skip
            # Only the kind of the error is reported: its text can contain the request.
            return _failed(error)

    def _session(self, endpoint: Endpoint) -> Any:
        from urllib.parse import urlsplit

        from botocore.utils import get_environ_proxies

        host = urlsplit(endpoint.url).hostname or ""
        if is_loopback(f"[{host}]" if ":" in host else host):
            return self._direct
        # NO_PROXY can name this host and not the others.
        return self._proxied if get_environ_proxies(endpoint.url) else self._direct

    def _understood(self, response: Any) -> Answer:
        from time import monotonic

        body = b""
        raw = response.raw

        # urllib3 1.26 has no read1, and its read waits until it has as many bytes as it was asked
        # for: only with one at a time is the clock looked at in between.
        has_part = hasattr(raw, "read1")
        piece, size = (raw.read1, _PIECE) if has_part else (raw.read, 1)
        until = monotonic() + self._pace.read

        while len(body) <= MAX_BYTES and (data := piece(size)):
            body += data
            if monotonic() > until:
                raw.close()
                return Answer(unknown(Reason.UNREACHABLE, "its response took too long"), again=True)

        length = response.headers.get("Content-Length", "")
        whole = _LENGTH.fullmatch(length) is None or len(body) >= int(length)
        if len(body) > MAX_BYTES or not whole:
            raw.close()  # a connection whose response was read to its end serves the next question
        if not whole and len(body) <= MAX_BYTES:
            return Answer(unknown(Reason.UNREACHABLE, "its response was cut off"), again=True)

        return read(response.status_code, body, _ahead(response.headers.get("Date", "")))


def _signed(candidate: Candidate, endpoint: Endpoint) -> Any:
    """Return the request, signed with AWS Signature Version 4 and ready to be sent."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    token = candidate.token.reveal().decode("ascii") if candidate.token else None
    credentials = Credentials(
        candidate.key_id.reveal().decode("ascii"), candidate.secret.reveal().decode("ascii"), token
    )
    request = AWSRequest(
        method="POST", url=endpoint.url, data=_QUESTION, headers=_HEADERS, stream_output=True
    )
    SigV4Auth(credentials, "sts", endpoint.region).add_auth(request)

    return request.prepare()


def _failed(error: Exception) -> Answer:
    """Return the answer for a request that got no response, with the cause in words."""
    from botocore import exceptions
    from urllib3.exceptions import LocationValueError

    cause = getattr(error, "kwargs", {}).get("error")
    if isinstance(error, exceptions.SSLError):
        return Answer(unknown(Reason.UNREACHABLE, _without_tls(cause)))

    if isinstance(cause, ValueError | LocationValueError):
        why = "the proxy or STS address in the environment is not valid"
        return Answer(unknown(Reason.UNREACHABLE, why))

    if isinstance(error, exceptions.ProxyConnectionError):
        why = "the proxy refused the connection"
    elif isinstance(error, exceptions.ConnectTimeoutError | exceptions.ReadTimeoutError):
        why = "it did not respond in time"
    elif isinstance(error, exceptions.EndpointConnectionError):
        why = "no connection"
    else:
        why = "the connection was closed"

    return Answer(unknown(Reason.UNREACHABLE, why), again=True)


def _without_tls(cause: Any) -> str:
    """Return in words why there is no TLS connection; `cause` is the error of urllib3."""
    import ssl

    from urllib3.util.ssl_match_hostname import CertificateError

    first = cause.args[0] if isinstance(cause, Exception) and cause.args else None
    if isinstance(first, ssl.SSLCertVerificationError | CertificateError):
        return "its certificate, or that of a proxy, could not be verified"

    # An SSLError is an OSError as well; OpenSSL's X509 library reports a file that cannot be read.
    on_the_wire = isinstance(first, ssl.SSLError) and first.library != "X509"
    if isinstance(first, OSError) and not on_the_wire:
        return "the certificates that AWS_CA_BUNDLE or REQUESTS_CA_BUNDLE names could not be read"
    return "the TLS connection failed"


def _ahead(date: str) -> float | None:
    """Return by how many seconds the local clock is ahead of `date`, the header of a response.

    None if the header is not a date.
    """
    from email.utils import parsedate_to_datetime
    from time import time

    try:
        return time() - parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _silence() -> None:
    """Keep these libraries from logging: at DEBUG they log whole requests, with session tokens."""
    import logging

    from botocore.awsrequest import AWSHTTPConnection, AWSHTTPSConnection

    # If it was set for http.client, each request would be printed.
    AWSHTTPConnection.debuglevel = AWSHTTPSConnection.debuglevel = 0

    for name in _LOGGERS:
        # Loggers that the libraries create later inherit this.
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    for name, existing in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] in _LOGGERS and isinstance(existing, logging.Logger):
            existing.disabled = True
