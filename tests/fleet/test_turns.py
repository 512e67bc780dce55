"""No server is asked by more than a few at once, and nobody waits when the run is over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from scanner.fleet import turns
from scanner.fleet.turns import MOST, Turns
from scanner.remote.failure import RemoteError


def test_a_few_at_one_server_and_others_at_another() -> None:
    order = Turns()
    full = threading.Barrier(MOST + 1)
    go = threading.Event()
    busy: list[int] = []
    most = 0

    def clone(server: str) -> None:
        nonlocal most
        with order.at(server, bool):
            busy.append(1)
            most = max(most, len(busy))
            if not go.is_set():
                full.wait(60)
            go.wait(60)
            busy.pop()

    with ThreadPoolExecutor(3 * MOST) as pool:
        done = [pool.submit(clone, "one") for _ in range(3 * MOST)]
        full.wait(60)
        with order.at("another", bool):  # waits for nobody
            go.set()
        for each in done:
            each.result(60)
    assert most == MOST


def test_when_the_run_is_over_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_EVERY", 0.001)
    monkeypatch.setattr(turns, "MOST", 1)
    order = Turns()
    with order.at("one", bool), pytest.raises(RemoteError), order.at("one", lambda: True):
        pass
    with order.at("one", lambda: True):  # there is a turn
        pass
