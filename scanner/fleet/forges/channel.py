"""The one way of the libraries to a server: whom they ask, who asks, and what may come back.

The libraries get a session of requests that does less: it sends GET to one API over TLS, follows no
redirect, and gives them nothing but whole JSON of a bounded size. The token is added here, so that
no library has it, and no exception or log of a library can show it. What a server says about an
error is not shown either, since it can send back what it was sent.
"""

from __future__ import annotations

import json
import os
import ssl
from base64 import b64encode
from io import BytesIO
from time import sleep, time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from requests import Request, Response, Session

from scanner.about import NAME, VERSION
from scanner.fleet.forges.exchange import Answer, exchange
from scanner.fleet.forges.throttle import wanted_wait
from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest

    from scanner.secret import Secret

_MOST_REQUESTS: Final = 10_000
"""For one owner: a million repositories."""
_CONNECT: Final = 30
_READ: Final = 60
"""Seconds, the latter between two pieces of an answer."""
_TRIES: Final = 3
_MOST_WAIT: Final = 900
"""Seconds that one list waits in all because the server asks for it. GitHub asks for a minute after
many requests at once, and for up to an hour where a quota is used up ("Rate limits")."""

_OTHER: Final = "check the address, and its name in the configuration of the server"
_RIGHTS: Final = "check that the token is valid and may list repositories"
_ELSEWHERE: Final = f"its list goes on at another server: {_OTHER}"
_LOG_IN: Final = "name a variable that has a token with --token-env"
_LATER: Final = "try again later"


class Channel(Session):
    """Asks one server for one owner."""

    def __init__(
        self,
        api: str,
        token: Secret | None,
        ca_file: str,
        say: Callable[[str], None],
        account: str = "",
    ) -> None:
        """Prepare to ask at the address `api`, with the token alone unless there is an `account`.

        `say` gets what a person has to know meanwhile.
        """
        super().__init__()
        self.api = api
        self.has_token = token is not None
        self.problems: list[str] = []
        """Why the list is not complete."""
        self.latest: Any = None
        self._server = _server(api)
        self._certificates = ca_file or _trusted()
        self._say = say
        self._asked: set[str] = set()
        self._waited = 0.0
        # Something, though it may do nothing: without it requests looks into ~/.netrc.
        self.auth = lambda request: _signed(request, token, account)
        # With this variable the ssl module writes the keys of each connection to a file.
        os.environ.pop("SSLKEYLOGFILE", None)

    def request(  # type: ignore[override]
        self, method: str, url: str, params: Any = None, headers: Any = None, **_: Any
    ) -> Response:
        """Return the answer to a GET, which is JSON; raises RemoteError for everything else."""
        asked = Request("GET", url, params=params, headers=headers)
        request = self.prepare_request(asked)
        request.headers["User-Agent"] = f"{NAME}/{VERSION}"
        request.headers["Accept-Encoding"] = "gzip"
        self._check(method, request.url or "")
        return self._usable(self._patiently(request))

    def _check(self, method: str, url: str) -> None:
        """Raise RemoteError unless `url` is to be asked, and was not asked before."""
        if method.upper() != "GET" or _server(url) != self._server:
            raise RemoteError(State.FAILED, _ELSEWHERE)
        if url in self._asked:
            raise RemoteError(State.FAILED, f"its list repeats a page and has no end; {_LATER}")
        if len(self._asked) == _MOST_REQUESTS:
            raise RemoteError(State.FAILED, f"its list has more than {_MOST_REQUESTS:,} pages")
        self._asked.add(url)

    def _patiently(self, request: PreparedRequest) -> Answer:
        """Return an answer that is not asked to come back for; waits a bounded time for it."""
        options = self.merge_environment_settings(
            request.url or "", {}, True, self._certificates, None
        )
        options |= {"allow_redirects": False, "timeout": (_CONNECT, _READ)}
        tries = 0
        while True:
            try:
                answer = exchange(lambda: self.send(request, **options))
            except RemoteError as error:
                tries += 1
                if error.state is not State.UNREACHABLE or tries == _TRIES:
                    raise
                sleep(tries)
                continue

            seconds = wanted_wait(answer, time())
            if seconds:
                self._wait(seconds)
            elif answer.status < 500 or (tries := tries + 1) == _TRIES:
                return answer
            else:
                sleep(tries)

    def _wait(self, seconds: float) -> None:
        host = self._server[0]
        if self._waited + seconds > _MOST_WAIT:
            raise RemoteError(
                State.UNREACHABLE,
                f"the server asks to wait {seconds:,.0f} seconds because of too many requests, "
                f"and {NAME} waits {_MOST_WAIT:,} in all; {_LATER}, or use a token",
            )
        self._say(f"{host} asks to wait {seconds:,.0f} seconds because of too many requests")
        self._waited += seconds
        sleep(seconds)

    def _usable(self, answer: Answer) -> Response:
        """Return `answer` for a library; raises RemoteError if it is no list and no object."""
        single_sign_on = answer.headers.get("X-GitHub-SSO", "")
        if answer.status != 200:
            raise _refusal(answer.status, self.has_token, bool(single_sign_on))
        if single_sign_on.startswith("partial-results"):
            # GitHub Docs, "Authenticating with a personal access token ... single sign-on".
            self.problems.append(
                "the token may not see all repositories: authorise it for single sign-on"
            )
        try:
            self.latest = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise RemoteError(
                State.FAILED, f"the server does not answer with JSON: {_OTHER}"
            ) from None

        response = Response()
        response.status_code, response.headers = answer.status, answer.headers
        response.encoding, response.raw = "utf-8", BytesIO(answer.body)
        following = response.links.get("next", {}).get("url")
        if following and _server(following) != self._server:
            # Not an error: what is on this page is listed.
            self.problems.append(_ELSEWHERE)
            del response.headers["Link"]
        return response


def _refusal(status: int, has_token: bool, wants_single_sign_on: bool) -> RemoteError:
    if status in (301, 302, 303, 307, 308):
        return RemoteError(
            State.MOVED, "the server redirects, which is not followed: give its new address"
        )
    if status == 404:
        return RemoteError(
            State.MISSING,
            "there is no such organisation, group or user, "
            + (
                "or the token may not see it: check both"
                if has_token
                else f"at least in public; {_LOG_IN}"
            ),
        )
    if wants_single_sign_on:
        return RemoteError(State.DENIED, "the token has to be authorised for single sign-on")
    if status in (401, 403):
        remedy = _RIGHTS if has_token else _LOG_IN
        return RemoteError(State.DENIED, f"the server refuses (HTTP {status}); {remedy}")
    if status >= 500:
        return RemoteError(State.UNREACHABLE, f"the server has a problem (HTTP {status}); {_LATER}")
    return RemoteError(State.FAILED, f"the server answers with HTTP {status}; {_OTHER}")


def _signed(request: PreparedRequest, token: Secret | None, account: str) -> PreparedRequest:
    request.headers.pop("Authorization", None)
    if token is not None and account:
        pair = account.encode("utf-8", "surrogateescape") + b":" + token.reveal()
        request.headers["Authorization"] = b"Basic " + b64encode(pair)
    elif token is not None:
        # The form that all of them take: GitHub and GitLab for every kind of token.
        request.headers["Authorization"] = b"Bearer " + token.reveal()
    return request


def _server(url: str) -> tuple[str, int]:
    """Return the host and the port that `url` names; nothing but https is any server."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return "", 0
    return (parts.hostname or "", port) if parts.scheme == "https" else ("", 0)


def _trusted() -> str | bool:
    """Return the certificates to trust, as git has them: of its variables, or of the system."""
    system = ssl.get_default_verify_paths()  # SSL_CERT_FILE and SSL_CERT_DIR, if they are set
    named = os.environ.get("GIT_SSL_CAINFO") or os.environ.get("GIT_SSL_CAPATH")
    # True is for those of certifi, where the system has none in files, as on Windows.
    return named or system.cafile or system.capath or True
