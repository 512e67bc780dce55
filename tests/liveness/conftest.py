"""What the tests of liveness share: an STS on loopback that answers as it is told, and findings."""

from __future__ import annotations

import datetime
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from certificates import Authority

from scanner.findings import Confidence, Finding, Location, Severity, fingerprint_of
from scanner.liveness.inquiry import Pace
from scanner.liveness.partitions import Endpoint
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC)
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
ACCOUNT = "123456789012"
QUICK = Pace(gap=0.3, backoff=0.02, connect=60.0, read=60.0, budget=120.0)
"""The real pace, with waits that a test has time for, and limits that a loaded machine keeps."""
HELD = 120.0
"""Seconds for which a server holds an answer, unless the test ends before."""
_SCOPE = re.compile(r"Credential=([A-Z0-9]+)/\d{8}/([a-z0-9-]+)/sts/aws4_request")


class Reply(NamedTuple):
    """What a server does with a request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    how: str = ""
    """`close` without an answer, `cut` in the middle, `slow`, `stall` and `drip` without an end."""


class Request(NamedTuple):
    """What a server was sent."""

    key_id: str
    region: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    when: float

    @property
    def raw(self) -> bytes:
        return b"\n".join([repr(self.headers).encode(), self.body, self.path.encode()])


def identity(arn: str = f"arn:aws:iam::{ACCOUNT}:user/deploy", account: str = ACCOUNT) -> bytes:
    return (
        f'<GetCallerIdentityResponse xmlns="{NAMESPACE}"><GetCallerIdentityResult>'
        f"<Arn>{arn}</Arn><UserId>AIDA</UserId><Account>{account}</Account>"
        "</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>"
    ).encode()


def fault(code: str, message: str = "", namespace: str = NAMESPACE) -> bytes:
    space = f' xmlns="{namespace}"' if namespace else ""
    return (
        f"<ErrorResponse{space}>\n  <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>\n"
        f"    <Message>{message}</Message>\n  </Error>\n  <RequestId>1</RequestId>\n"
        "</ErrorResponse>\n"
    ).encode()


UNKNOWN_ID = Reply(
    403, fault("InvalidClientTokenId", "The security token included in the request is invalid.")
)
MISMATCH = Reply(
    403,
    fault(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    ),
)
LIVE = Reply(200, identity())


class Server:
    """An STS on loopback, or something that is none."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Reply] = lambda _request: LIVE
        self.log: list[Request] = []
        self.in_flight: dict[str, int] = {}
        self.most_in_flight = 0
        self.connections = 0
        lock = threading.Lock()
        this = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 20

            def setup(self) -> None:
                with lock:
                    this.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                scope = _SCOPE.search(self.headers.get("Authorization", ""))
                names = scope.groups() if scope else ("", "")
                headers = dict(self.headers.items())
                request = Request(*names, self.command, self.path, headers, body, time.monotonic())
                with lock:
                    this.log.append(request)
                    flying = this.in_flight[names[0]] = this.in_flight.get(names[0], 0) + 1
                    this.most_in_flight = max(this.most_in_flight, flying)
                reply = this.answer(request)
                with lock:  # before the answer: the next request may come at once
                    this.in_flight[names[0]] -= 1
                self._send(reply)

            do_GET = do_CONNECT = do_POST  # noqa: N815

            def _send(self, reply: Reply) -> None:
                try:
                    if reply.how == "close":
                        self.close_connection = True
                        return
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    more = 1000 if reply.how == "stall" else 0
                    self.send_header("Content-Length", str(len(reply.body) + more))
                    self.end_headers()
                    if reply.how in ("cut", "slow"):
                        self.wfile.write(reply.body[:40])
                        this.stop.wait(0 if reply.how == "cut" else 10)
                        self.close_connection = True
                    elif reply.how == "stall":
                        self.wfile.write(reply.body)
                        this.stop.wait(10)
                        self.close_connection = True
                    elif reply.how == "drip":
                        for at in range(len(reply.body)):
                            self.wfile.write(reply.body[at : at + 1])
                            if this.stop.wait(0.05):
                                return
                    else:
                        self.wfile.write(reply.body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_arguments: Any) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_arguments: Any) -> None:
                pass  # a client that has gone

        self.stop = threading.Event()
        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def start(self, context: Any = None) -> None:
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.url = self.url.replace("http:", "https:").replace("127.0.0.1", "localhost")
        self._thread.start()

    def close(self) -> None:
        self.stop.set()
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def endpoint(self, partition: str = "aws", region: str = "us-east-1") -> Endpoint:
        return Endpoint(partition, self.url, region)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return this server in the place of the STS of each partition."""
        from scanner.liveness.partitions import ENDPOINTS

        return tuple(each._replace(url=self.url) for each in ENDPOINTS)

    @property
    def regions(self) -> list[str]:
        return [request.region for request in self.log]

    def hold(self) -> None:
        """Hold an answer until the test is over."""
        self.stop.wait(HELD)

    def answer_first(self, number: int) -> None:
        """Answer the first `number` requests, and hold all others."""
        turns = count()

        def answer(_request: Request) -> Reply:
            if next(turns) >= number:
                self.hold()
            return LIVE

        self.answer = answer

    def wait_until_answers_are_read(self, number: int) -> None:
        """Wait until a client of 16 threads has stored the `number` answers of `answer_first`.

        A thread goes on to another key ID only after it has stored an answer. So that many answers
        are stored as there were key IDs in requests beyond the first 16.
        """
        until = time.monotonic() + HELD
        while len({request.key_id for request in self.log}) < Pace().together + number:
            assert time.monotonic() < until, "the client does not ask"
            time.sleep(0.01)


class Wire:
    """A server that writes bytes of any kind, and keeps all that it was sent."""

    def __init__(
        self, respond: Callable[[socket.socket, bytes], object], context: Any = None
    ) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._respond = respond
        self._context = context
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http{'s' if context else ''}://localhost:{self.port}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                request = read_request(connection)
                self.requests.append(request)
                self._respond(connection, request)
        except OSError:
            pass  # a client that has gone, or does not like our certificate

    def close(self) -> None:
        end_listening(self._listener)
        for connection in self._open:
            connection.close()

    def endpoint(self) -> Endpoint:
        return Endpoint("aws", self.url, "us-east-1")


def end_listening(listener: socket.socket) -> None:
    """Close a socket on which a thread waits in `accept`, which would answer one more client."""
    with suppress(OSError):  # macOS has this for connections only
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def read_request(connection: socket.socket) -> bytes:
    """Return a request with its body, or what there is of it."""
    data = b""
    while b"\r\n\r\n" not in data and (piece := connection.recv(65536)):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length and len(body) < int(length[1]) and (piece := connection.recv(65536)):
        body += piece
        data += piece
    return data


@pytest.fixture
def wire(no_proxies: None) -> Iterator[Callable[..., Wire]]:
    """Start servers that write what they are given, or what a function of the socket writes."""
    servers: list[Wire] = []

    def start(respond: bytes | Callable[..., object], context: Any = None) -> Wire:
        def write(connection: socket.socket, _request: bytes) -> None:
            assert isinstance(respond, bytes)
            connection.sendall(respond)

        servers.append(Wire(respond if callable(respond) else write, context))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


class Clock:
    """The clock of `scanner.liveness.checking`, which a test puts forward.

    That waits until the limit for everything has begun to count, which the main thread does.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self._begun = threading.Event()

    def __call__(self) -> float:
        now = time.monotonic() + self._ahead
        if threading.current_thread() is threading.main_thread():
            self._begun.set()
        return now

    def put_forward(self, seconds: float) -> None:
        self._begun.wait(HELD)
        self._ahead += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("scanner.liveness.checking.monotonic", clock)
    return clock


@pytest.fixture
def sts(no_proxies: None) -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.close()


@pytest.fixture
def authority(tmp_path: Path, no_proxies: None, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority whose certificates are believed here."""
    made = Authority(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(made.bundle))
    return made


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Maker:
    """Makes findings whose values never were credentials."""

    def __init__(self) -> None:
        self._generator = Generator("liveness")

    def key_id(self, account: str = ACCOUNT, prefix: str = "AKIA") -> str:
        return self._generator.access_key_id(account, prefix)

    def secret(self) -> str:
        return self._generator.text(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 40
        )

    def token(self, region: str = "eu-west-2") -> str:
        import base64

        head = b"\0\x0a\x09origin_ec\x10\x05\x1a" + bytes([len(region)]) + region.encode()
        return base64.b64encode(head + self._generator.raw(240)).decode()

    def finding(
        self,
        key_id: str | None = None,
        secret: str | None = None,
        token: str | None = None,
        **more: Any,
    ) -> Finding:
        """Return a finding; an empty string leaves a value out, None has one made."""
        values = {"key_id": key_id, "secret": secret}
        values["key_id"] = self.key_id() if key_id is None else key_id
        values["secret"] = self.secret() if secret is None else secret
        values["session_token"] = token
        held = {role: Secret(text.encode()) for role, text in values.items() if text}
        fields: dict[str, Any] = {
            "rule_id": "aws-access-key-pair",
            "severity": Severity.HIGH,
            "confidence": Confidence.MEDIUM,
            "fingerprint": fingerprint_of(held),
            "values": held,
            "account_id": "",
            "evidence": ("made for a test",),
            "locations": tuple(Location(role, "a.env", 1, 1, 1, 9) for role in held),
            **more,
        }
        return Finding(**fields)


@pytest.fixture
def maker() -> Maker:
    return Maker()


def plain(finding: Finding, role: str) -> str:
    return finding.values[role].reveal().decode()


@pytest.fixture
def helpers() -> Any:
    """This module, for what is no fixture."""
    import sys

    return sys.modules[__name__]
