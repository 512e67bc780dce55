"""Certificates that are not good: nothing is sent, nothing is tried again, and it is said why."""

from __future__ import annotations

import datetime
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.liveness.checking import CheckOptions, check
from scanner.liveness.states import Reason, State

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC)


def answer(helpers: Any) -> bytes:
    body: bytes = helpers.identity()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def test_a_good_certificate(authority: Any, wire: Any, maker: Any, helpers: Any) -> None:
    server = wire(answer(helpers), authority.context())
    (found,) = check([maker.finding()], CheckOptions((server.endpoint(),)))
    assert found.state is State.LIVE


BAD: dict[str, Callable[[Any], ssl.SSLContext]] = {
    "signed by itself": lambda authority: authority.context(own=True),
    "of another host": lambda authority: authority.context("sts.example.com"),
    "expired": lambda authority: authority.context(begin=NOW - 2 * DAY, end=NOW - DAY),
    "of tomorrow": lambda authority: authority.context(begin=NOW + DAY, end=NOW + 2 * DAY),
    "of another authority": lambda authority: type(authority)(
        authority.bundle.parent, "other"
    ).context(),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_certificate_is_told_nothing_and_tried_once(
    name: str, authority: Any, wire: Any, maker: Any, helpers: Any
) -> None:
    server = wire(answer(helpers), BAD[name](authority))
    finding = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    (found,) = check([finding], CheckOptions((server.endpoint(),), pace=helpers.QUICK))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.UNREACHABLE)
    assert found.detail == "its certificate, or that of a proxy, could not be verified"
    assert (b"".join(server.requests), server.connections) == (b"", 1)


def test_a_server_without_tls_is_tried_once(
    authority: Any, sts: Any, maker: Any, helpers: Any
) -> None:
    endpoint = sts.endpoint()._replace(url=sts.url.replace("http:", "https:"))
    (found,) = check([maker.finding()], CheckOptions((endpoint,), pace=helpers.QUICK))
    assert (found.reason, found.detail) == (
        Reason.UNREACHABLE, "the TLS connection failed",
    )  # fmt: skip
    assert (sts.connections, sts.log) == (1, [])


@pytest.mark.parametrize("what", ["nothing", "a directory", "no certificate"])
def test_a_bundle_that_cannot_be_read_is_named(
    what: str, authority: Any, wire: Any, maker: Any, helpers: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "bundle"
    if what == "a directory":
        path.mkdir()
    elif what == "no certificate":
        path.write_text("nothing\n")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(path))
    server = wire(answer(helpers), authority.context())
    (found,) = check([maker.finding()], CheckOptions((server.endpoint(),), pace=helpers.QUICK))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.UNREACHABLE)
    assert "AWS_CA_BUNDLE" in found.detail
    assert b"".join(server.requests) == b""


def test_the_findings_are_reported_whatever_the_certificate(
    authority: Any, wire: Any, keycatch: Any, maker: Any, helpers: Any, tmp_path: Path
) -> None:
    key_id, secret = maker.key_id(), maker.secret()
    (tmp_path / "a.env").write_text(
        f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    )
    server = wire(answer(helpers), authority.context("sts.example.com"))
    done = keycatch(
        "scan", "a.env", "--check-liveness", "--liveness-endpoint", server.url,
        "--format", "json", cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["severity"], finding["liveness"]["reason"]) == ("critical", "unreachable")
    assert "certificate" in finding["liveness"]["summary"]
