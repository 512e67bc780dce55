"""Proxies of the environment: what they see, what they break, and what is said of them."""

from __future__ import annotations

import base64
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest

from scanner.liveness.checking import CheckOptions, check
from scanner.liveness.partitions import ENDPOINTS, Endpoint
from scanner.liveness.states import Reason, State

NAME, PASSWORD = "somebody", "pass-of-the-proxy"


class Tunnel:
    """A proxy that connects every CONNECT with one port of this machine and records all of it."""

    def __init__(self, port: int, helpers: Any) -> None:
        self.asked: list[bytes] = []
        self.passed = bytearray()
        self._port = port
        self._helpers = helpers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            self.asked.append(self._helpers.read_request(client))
            with socket.create_connection(("127.0.0.1", self._port)) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                pairs = {client: server, server: client}
                while True:
                    for ready in select.select([*pairs], [], [])[0]:
                        data = ready.recv(65536)
                        if not data:
                            return
                        self.passed += data
                        pairs[ready].sendall(data)

    def close(self) -> None:
        self._helpers.end_listening(self._listener)


@pytest.fixture
def far(wire: Any, authority: Any, helpers: Any) -> Any:
    """A server that is `sts.example.com` to whoever reaches it through a tunnel."""
    body = helpers.identity()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    return wire(answer, authority.context("sts.example.com"))


@pytest.fixture
def tunnel(far: Any, helpers: Any) -> Iterator[Tunnel]:
    made = Tunnel(far.port, helpers)
    yield made
    made.close()


FAR = Endpoint("aws", "https://sts.example.com/", "us-east-1")


def forms(value: str) -> list[bytes]:
    """Return what `value` looks like in every encoding that something on the way could use."""
    plain = value.encode()
    encoded = [base64.b64encode(b"_" * shift + plain)[4:-4] for shift in range(3)]
    escaped = quote(value, safe="").encode()
    return [plain, plain[::-1], plain.hex().encode(), escaped, escaped.lower(), *encoded]


def test_a_tunnel_sees_no_more_than_the_host(
    tunnel: Tunnel, far: Any, maker: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{NAME}:{PASSWORD}@{tunnel.address}")
    finding = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    (found,) = check([finding], CheckOptions((FAR,)))
    assert found.state is State.LIVE
    (asked,) = tunnel.asked
    lines = asked.decode().split("\r\n")
    assert lines[0].rpartition("/")[0] == "CONNECT sts.example.com:443 HTTP"
    assert {line.partition(":")[0].lower() for line in lines[1:] if line} <= {
        "host", "proxy-authorization",
    }  # fmt: skip
    assert len(tunnel.passed) > 1000
    for role in finding.values:
        plain = helpers.plain(finding, role)
        assert not [form for form in forms(plain) if form in asked + bytes(tunnel.passed)]
    # At the end of the tunnel the token is there, the secret is not.
    (request,) = far.requests
    assert helpers.plain(finding, "session_token").encode() in request
    assert not [form for form in forms(helpers.plain(finding, "secret")) if form in request]


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_a_host_that_needs_no_proxy_leaves_it_to_the_others(
    name: str, tunnel: Tunnel, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_PROXY names the first host that is asked: the others still go through the proxy."""
    monkeypatch.setenv(name, f"http://{tunnel.address}")
    monkeypatch.setenv("NO_PROXY", "sts.amazonaws.com,.invalid")
    (found,) = check([maker.finding()], CheckOptions((FAR,)))
    assert (found.state, len(tunnel.asked)) == (State.LIVE, 1)


def test_a_tunnel_to_somebody_else_is_noticed(
    authority: Any, wire: Any, helpers: Any, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that leads somewhere else is told nothing: the certificate is that of another."""
    other = wire(b"", authority.context("other.example.com"))
    tunnel = Tunnel(other.port, helpers)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{tunnel.address}")
    (found,) = check([maker.finding()], CheckOptions((FAR,), pace=helpers.QUICK))
    tunnel.close()
    assert (found.reason, "certificate" in found.detail) == (Reason.UNREACHABLE, True)
    assert (b"".join(other.requests), len(tunnel.asked)) == (b"", 1)


@pytest.mark.parametrize("status", [200, 302, 403, 407, 502])
def test_a_proxy_that_answers_in_the_place_of_sts(
    status: int, sts: Any, maker: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    """What it says to CONNECT is its own word, whatever document it is."""
    sts.answer = lambda _request: helpers.Reply(status, helpers.identity(), {"Location": sts.url})
    monkeypatch.setenv("HTTPS_PROXY", sts.url.replace("//", f"//{NAME}:{PASSWORD}@"))
    (found,) = check([maker.finding()], CheckOptions(ENDPOINTS[:1], pace=helpers.QUICK))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.UNREACHABLE)
    assert {request.method for request in sts.log} == {"CONNECT"}
    assert {"Proxy-Authorization" in request.headers for request in sts.log} == {True}
    written = "".join(capfd.readouterr()) + repr(found)
    assert not [word for word in (NAME, PASSWORD) if word in written]


BAD = [
    "http://[bad", "socks5://{}", "nowhere.invalid:1", "http://", "http://a:99999", "://",
    "http://{}@127.0.0.1:0", "http://{}@a b:1", "{}@127.0.0.1:port", "http://{}@exa..mple:1",
    "http://somebody:p\xe4ss@127.0.0.1:1", "http://us[er:{}]@h:1", "ftp://{}@h",
]  # fmt: skip


@pytest.mark.parametrize("proxy", BAD)
def test_a_bad_proxy_is_one_clause_without_its_password(
    proxy: str, no_proxies: None, maker: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch,
    capfd: Any, caplog: Any,
) -> None:  # fmt: skip
    caplog.set_level(1)
    monkeypatch.setenv("HTTPS_PROXY", proxy.format(f"{NAME}:{PASSWORD}"))
    pace = helpers.QUICK._replace(attempts=1)
    (found,) = check([maker.finding()], CheckOptions((FAR,), pace=pace))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.UNREACHABLE)
    assert "proxy" in found.detail
    written = "".join(capfd.readouterr()) + caplog.text + repr(found)
    assert not [word for word in (PASSWORD, NAME, "p\xe4ss") if word in written]


def test_a_password_reaches_no_report(
    keycatch: Any, maker: Any, tmp_path: Any, no_proxies: None
) -> None:
    (tmp_path / "a.env").write_text(
        f"aws_access_key_id={maker.key_id()}\naws_secret_access_key={maker.secret()}\n"
    )
    env = {"HTTPS_PROXY": f"http://{NAME}:{PASSWORD}@[bad"}
    done = keycatch("scan", "a.env", "--check-liveness", "-v", cwd=tmp_path, env=env)
    assert done.returncode == 1
    assert "unknown: STS could not be reached; the proxy or STS address" in " ".join(
        done.stdout.split()
    )
    assert PASSWORD not in done.stdout + done.stderr
    assert NAME not in done.stdout + done.stderr
