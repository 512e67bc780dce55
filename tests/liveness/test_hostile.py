"""Bytes that no STS ever sends: whatever comes, it is a state, and never `live` nor a defect."""

from __future__ import annotations

import gzip
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from scanner.liveness.checking import CheckOptions, check
from scanner.liveness.states import Reason, State

OK = b"HTTP/1.1 200 OK\r\n"
END = b"\r\n\r\n"
LIVE: Any = object()
"""Stands for the document of a live key."""


def ask(wire: Any, maker: Any, helpers: Any, respond: Any, **pace: Any) -> tuple[Any, Any]:
    server = wire(respond)
    quick = helpers.QUICK._replace(attempts=2, **pace)
    (found,) = check([maker.finding()], CheckOptions((server.endpoint(),), pace=quick))
    return found, server


def sized(body: bytes, head: bytes = OK) -> bytes:
    return head + b"Content-Length: %d" % len(body) + END + body


# Name to the bytes before the body (None stands for none), the body, and the reason.
CASES: dict[str, tuple[bytes | None, Any, Reason]] = {
    "HTTP/0.9": (None, LIVE, Reason.UNREACHABLE),
    "no HTTP at all": (None, b"\x16\x03\x01\0\0", Reason.UNREACHABLE),
    "a status that is no number": (b"HTTP/1.1 OK OK" + END, LIVE, Reason.UNREACHABLE),
    "a status that is too long": (b"HTTP/1.1 2000 OK" + END, LIVE, Reason.UNREACHABLE),
    "a header of 100 KiB": (OK + b"A: " + b"a" * 100_000 + END, LIVE, Reason.UNREACHABLE),
    "ten thousand headers": (OK + b"A: a\r\n" * 10_000 + END, LIVE, Reason.UNREACHABLE),
    "a chunk of no size": (
        OK + b"Transfer-Encoding: chunked" + END, b"zz\r\nabc\r\n", Reason.UNREACHABLE,
    ),
    "a chunk of a negative size": (
        OK + b"Transfer-Encoding: chunked" + END, b"-5\r\nabc\r\n0\r\n\r\n", Reason.UNREACHABLE,
    ),
    "chunks that break off": (
        OK + b"Transfer-Encoding: chunked" + END, b"40\r\nabc", Reason.UNREACHABLE,
    ),
    "another encoding of the transfer": (
        OK + b"Transfer-Encoding: gzip" + END, gzip.compress(b"a"), Reason.NOT_STS,
    ),
    "less than the length": (OK + b"Content-Length: 99999" + END, LIVE, Reason.UNREACHABLE),
    "NUL bytes": (OK + b"\r\n", b"\0" * 500, Reason.NOT_STS),
    "bytes of no charset": (OK + b"\r\n", b"\xff\xfe\xfd" * 100, Reason.NOT_STS),
    "a bomb": (
        OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b" " * 50_000_000), Reason.NOT_STS,
    ),
    "a switch of protocols": (b"HTTP/1.1 101 Switching Protocols" + END, LIVE, Reason.NOT_STS),
    "no content": (b"HTTP/1.1 204 No Content" + END, LIVE, Reason.NOT_STS),
    "not modified": (b"HTTP/1.1 304 Not Modified" + END, LIVE, Reason.NOT_STS),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bytes_that_are_no_answer(name: str, wire: Any, maker: Any, helpers: Any) -> None:
    head, body, reason = CASES[name]
    body = helpers.identity() if body is LIVE else body
    found, server = ask(wire, maker, helpers, (head or b"") + body)
    assert (found.state, found.reason) == (State.UNKNOWN, reason)
    assert len(server.requests) == (2 if reason is Reason.UNREACHABLE else 1)


ANSWERED: dict[str, Callable[[bytes], bytes]] = {
    "a length": sized,
    "no length": lambda body: OK + b"\r\n" + body,
    "a length of 5,000 digits": lambda body: OK + b"Content-Length: " + b"1" * 5000 + END + body,
    "a negative length": lambda body: OK + b"Content-Length: -1" + END + body,
    "a length in words": lambda body: OK + b"Content-Length: many" + END + body,
    "chunks": lambda body: (
        OK
        + b"Transfer-Encoding: chunked"
        + END
        + b"%x;a=b\r\n%b\r\n0\r\nT: t\r\n\r\n" % (len(body), body)
    ),
    "a hundred 100s": lambda body: (b"HTTP/1.1 100 Continue" + END) * 100 + sized(body),
    "HTTP/1.0": lambda body: b"HTTP/1.0 200 OK\r\n\r\n" + body,
    "a wrong charset": lambda body: sized(body, OK + b"Content-Type: a/b; charset=utf-7\r\n"),
    "no date": lambda body: sized(body, OK + b"Date: never\r\n"),
    "a date of 5,000 digits": lambda body: sized(
        body, OK + b"Date: Mon, " + b"1" * 5000 + b" Jan 2026 00:00:00 GMT\r\n"
    ),
    "a mark of the order of bytes": lambda body: sized(b"\xef\xbb\xbf" + body),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_odd_ways_to_send_an_answer(name: str, wire: Any, maker: Any, helpers: Any) -> None:
    """What is odd about HTTP changes nothing in STS's own document."""
    found, _ = ask(wire, maker, helpers, ANSWERED[name](helpers.identity()))
    assert (found.state, found.reason) == (State.LIVE, Reason.NONE)


def endless(piece: bytes, begin: bytes = b"") -> Callable[[socket.socket, bytes], None]:
    def respond(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(begin)
        with suppress(OSError):  # the test closes the connection
            while True:
                connection.sendall(piece)
                time.sleep(0.005)

    return respond


@pytest.mark.parametrize(
    ("piece", "begin"),
    [
        (b"HTTP/1.1 100 Continue" + END, b""),
        (b"A", OK + b"A: "),
        (b"T: t\r\n", OK + b"Transfer-Encoding: chunked" + END + b"0\r\n"),
    ],
    ids=["100s", "a header", "what follows the chunks"],
)
def test_what_has_no_end_ends_with_the_time(
    piece: bytes, begin: bytes, wire: Any, maker: Any, helpers: Any
) -> None:
    """No single read takes too long, so only the limit for all of it can end this."""
    found, _ = ask(wire, maker, helpers, endless(piece, begin), budget=0.4)
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.TIME_LIMIT)


@pytest.mark.parametrize("after", [b"", b"\r\n\r\n"])
def test_an_answer_is_of_the_question_before_it(
    after: bytes, wire: Any, maker: Any, helpers: Any
) -> None:
    """A second answer on the same connection, before anything was asked, is nobody's."""
    turns = iter(range(9))

    def respond(connection: socket.socket, _request: bytes) -> None:
        if next(turns) == 0:
            unknown = helpers.UNKNOWN_ID.body
            connection.sendall(sized(unknown) + after + sized(helpers.identity()))
            with suppress(OSError):
                connection.settimeout(2)
                helpers.read_request(connection)
        else:
            connection.sendall(sized(helpers.MISMATCH.body))

    server = wire(respond)
    pace = helpers.QUICK._replace(together=1)
    found = check([maker.finding(), maker.finding()], CheckOptions((server.endpoint(),), pace=pace))
    assert [each.state for each in found] == [State.INACTIVE, State.SECRET_UNPROVEN]


def test_a_header_cannot_begin_another_answer(wire: Any, maker: Any, helpers: Any) -> None:
    """What was made to look like an answer within a header stays one."""
    split = OK + b"X: a\r\n Content-Length: 0\r\n" + b"Content-Length: 5" + END + b"<a/>\n"
    found, _ = ask(wire, maker, helpers, split + sized(helpers.identity()))
    assert found.reason is Reason.NOT_STS


def test_a_redirect_of_a_proxy_takes_nothing_along(wire: Any, maker: Any, helpers: Any) -> None:
    trap = wire(sized(helpers.identity()))
    places = (b"http://localhost:%d/" % trap.port, b"//localhost:%d/" % trap.port)
    for status in (b"301", b"307", b"308", b"303"):
        for place in places:
            head = b"HTTP/1.1 %b Moved\r\nLocation: %b\r\n" % (status, place)
            refresh = b'Refresh: 0; url=%b\r\nAlt-Svc: h2="localhost:1"\r\n' % place
            found, _ = ask(wire, maker, helpers, sized(b"", head + refresh))
            assert found.reason is Reason.NOT_STS
    assert trap.connections == 0


@pytest.mark.parametrize("encoding", ["foo", "rot13", "hex", "utf-7", "utf-16", "mbcs", "idna"])
def test_a_document_does_not_choose_its_codec(
    encoding: str, wire: Any, maker: Any, helpers: Any
) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    found, _ = ask(wire, maker, helpers, sized(declared + b"<a/>"))
    assert (found.state, found.reason) == (State.UNKNOWN, Reason.NOT_STS)
    found, _ = ask(wire, maker, helpers, sized(declared + helpers.identity()))
    assert found.state is State.LIVE


def test_nothing_of_an_evil_answer_is_passed_on(wire: Any, maker: Any, helpers: Any) -> None:
    """It repeats a piece of the session token in every place that there is."""
    finding = maker.finding(key_id=maker.key_id(prefix="ASIA"), token=maker.token())
    token = helpers.plain(finding, "session_token")
    piece = re.sub("[^A-Za-z]", "", token[30:])[:40]
    head = f"HTTP/1.1 403 {piece}\r\nServer: {piece}\r\nDate: {piece}\r\n".encode()
    for code in (piece, "InvalidClientTokenId", "SignatureDoesNotMatch", "AccessDenied", "Other"):
        for message in (piece, f"User: arn:aws:iam::{piece}:user/{piece}", f"arn:aws:{piece}"):
            body = helpers.fault(code, message).replace(b">1<", f">{piece}<".encode())
            server = wire(sized(body, head))
            (found,) = check([finding], CheckOptions((server.endpoint(),), pace=helpers.QUICK))
            assert (found.state, found.reason) == (State.UNKNOWN, Reason.REFUSED)
            assert piece not in repr(found)
            assert ("Other" in found.detail) is (code == "Other")


def test_threads_that_hang_keep_nobody(wire: Any, maker: Any, helpers: Any) -> None:
    """Sixteen connections that hang: the others are told that the time is up, and all is told."""
    gone = threading.Event()
    server = wire(lambda *_: gone.wait(helpers.HELD))
    pace = helpers.QUICK._replace(budget=0.5)
    found = check(
        [maker.finding() for _ in range(30)], CheckOptions((server.endpoint(),), pace=pace)
    )
    gone.set()
    assert {(each.state, each.reason) for each in found} == {(State.UNKNOWN, Reason.TIME_LIMIT)}
    assert server.connections == pace.together


def test_a_server_of_a_test_that_has_ended_answers_no_other_one(wire: Any) -> None:
    server = wire(b"")
    time.sleep(0.1)  # until its thread waits for a client
    server.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
