"""The limit on how long something may take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from scanner.commands import time_limit as module
from scanner.commands.time_limit import TimeUp, time_limit

NUMBER = getattr(signal, "SIGALRM", signal.SIGINT)


def never() -> None:
    raise AssertionError("given up")


def handler() -> object:
    return signal.getsignal(NUMBER)


def test_in_time() -> None:
    before, threads = handler(), threading.active_count()
    with time_limit(600, never):
        assert handler() is not before
    assert (handler(), threading.active_count()) == (before, threads)


def test_what_the_block_raises_comes_out() -> None:
    before = handler()
    with pytest.raises(KeyError), time_limit(600, never):
        raise KeyError
    assert handler() is before


def test_a_loop_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 1)
    before, threads = handler(), threading.active_count()
    given_up = threading.Event()

    def loop() -> None:
        while not given_up.is_set():
            with suppress(Exception):  # as the engine goes on after a defect
                time.sleep(0)

    with pytest.raises(TimeUp), time_limit(0.05, given_up.set):
        loop()
    assert (handler(), threading.active_count()) == (before, threads)


@pytest.mark.skipif(os.name == "nt", reason="there it ends with the grace")
def test_a_wait_is_ended() -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(TimeUp), time_limit(0.05, never):
            os.read(reading, 1)
    finally:
        os.close(reading)
        os.close(writing)


def test_a_process_is_ended() -> None:
    with pytest.raises(TimeUp), time_limit(0.05, never):
        subprocess.run(
            [sys.executable, "-c", "import time; time.sleep(600)"], check=False, capture_output=True
        )


def test_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "Thread", None)
    before = handler()
    with time_limit(0, never):
        assert handler() is before


def test_it_is_raised_once_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 0.3)
    given_up = threading.Event()
    raised = 0
    with time_limit(0.05, given_up.set):
        for _ in range(1000):
            try:
                if given_up.wait(0.01):
                    break
            except TimeUp:  # and no end
                raised += 1
    assert (raised, given_up.is_set()) == (1, True)


def test_the_signals_of_others_are_passed_on() -> None:
    got: list[int] = []
    before = signal.signal(NUMBER, lambda number, frame: got.append(number))
    try:
        with time_limit(600, never):
            signal.raise_signal(NUMBER)
        assert got == [NUMBER]
    finally:
        signal.signal(NUMBER, before)


@pytest.mark.skipif(os.name == "nt", reason="the exception comes in another way")
def test_a_process_that_is_being_started_is_known_to_who_starts_it() -> None:
    """It would go on for ever: nobody could end it."""

    class Slow(subprocess.Popen[bytes]):
        def _execute_child(self, *arguments: Any) -> None:
            super()._execute_child(*arguments)  # type: ignore[misc]
            time.sleep(0.3)

    started = []

    def block() -> None:
        started.append(Slow(["sleep", "600"]))
        time.sleep(60)

    with pytest.raises(TimeUp), time_limit(0.05, never):
        block()

    (process,) = started
    process.kill()
    process.wait()
