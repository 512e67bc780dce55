"""Limits of one answer."""

from __future__ import annotations

import gzip
import threading
from typing import Any

import pytest
import requests

from scanner.fleet.forges import exchange


def test_an_answer_has_a_limit_also_inside_gzip(
    github: Any, list_all: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_MOST_BYTES", 1000)
    for headers, body in (
        ({}, b" " * 1001),
        ({"Content-Encoding": "gzip"}, gzip.compress(b" " * 1001)),
    ):
        github.hook = lambda path, answer=(200, headers, body): answer
        assert "has more than 1,000 bytes" in list_all("github").problem
    github.hook = lambda path: (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 999))
    assert "does not answer with JSON" in list_all("github").problem


def test_a_server_that_never_ends_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_SECONDS", 0.05)
    over = threading.Event()

    def send() -> requests.Response:
        over.wait(60)
        raise requests.ConnectionError

    with pytest.raises(exchange.RemoteError, match="did not answer within"):
        exchange.exchange(send)
    over.set()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.exceptions.ProxyError("text"), "the proxy"),
        (requests.exceptions.SSLError("text"), "the certificate"),
        (requests.ConnectionError("text"), "no connection"),
        (OSError("text"), "no file of CAs can be read"),
        (ValueError("text"), "it cannot be asked (ValueError)"),
    ],
)
def test_no_text_of_a_library_is_shown(error: Exception, said: str) -> None:
    def send() -> requests.Response:
        raise error

    with pytest.raises(exchange.RemoteError) as caught:
        exchange.exchange(send)
    assert said in str(caught.value)
    assert "text" not in str(caught.value)
