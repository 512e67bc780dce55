"""Processes that are forked: messages of any size, and none is left behind."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from scanner.engine import spawned, workers
from scanner.engine.forked import Forked, ready

linux = pytest.mark.skipif(sys.platform != "linux", reason="forks")

pytestmark = linux


def echo(pipe):
    """Answer each message with itself, until nobody sends any."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        while True:
            pipe.send(pipe.recv())
    except EOFError:
        pass


@pytest.fixture
def fork():
    """Start processes, and end them after the test."""
    started = []

    def start(run):
        started.append(Forked(run, list(started)))
        return started[-1]

    yield start
    for each in started:
        each.terminate()
        each.end(0)


def wait_for(condition):
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 5_000_000])
def test_messages_of_any_size(fork, size):
    pipe = fork(echo).pipe
    for message in (b"x" * size, ["text", {"\udcff": None}, (size,)]):
        pipe.send(message)
        assert pipe.recv() == message


def test_a_message_that_arrives_in_parts_is_put_together(fork, monkeypatch):
    pipe = fork(echo).pipe
    read, write = os.readv, os.write
    monkeypatch.setattr(os, "readv", lambda descriptor, views: read(descriptor, [views[0][:3]]))
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:5]))
    pipe.send(list(range(100)))
    assert pipe.recv() == list(range(100))


def test_who_has_a_message_is_ready(fork):
    one, other = fork(echo).pipe, fork(echo).pipe
    assert ready([one, other], block=False) == []
    other.send("text")
    assert ready([one, other], block=True) == [other]
    other.recv()
    assert ready([one, other], block=False) == []


def test_one_that_has_ended_is_ready_and_says_so(fork):
    worker = fork(lambda pipe: None)
    assert ready([worker.pipe], block=True) == [worker.pipe]
    with pytest.raises(EOFError):
        worker.pipe.recv()
    wait_for(worker.has_ended)
    with pytest.raises(ConnectionError):
        worker.pipe.send("text")


def test_one_that_dies_within_a_message_is_no_message(fork):
    def half(pipe):
        os.write(pipe._writing, b"\x10\0\0\0\0\0\0\0abc")

    with pytest.raises(EOFError):
        fork(half).pipe.recv()


def test_an_error_ends_the_process_without_a_word(fork, capfd):
    def fail(pipe):
        raise RuntimeError("not to be seen")

    worker = fork(fail)
    with pytest.raises(EOFError):
        worker.pipe.recv()
    wait_for(worker.has_ended)
    assert capfd.readouterr() == ("", "")


def test_what_is_written_before_is_written_once(fork, capfd):
    sys.stdout.write("once ")

    def write(pipe):
        sys.stdout.flush()

    wait_for(fork(write).has_ended)
    sys.stdout.flush()
    assert capfd.readouterr().out == "once "


def test_each_ends_when_its_pipe_is_closed(fork):
    """Although others were started later, which had copies of the pipe."""
    first, second = fork(echo), fork(echo)
    os.close(first.pipe._writing)
    wait_for(first.has_ended)
    assert not second.has_ended()
    second.pipe.send(1)
    assert second.pipe.recv() == 1
    first.pipe._writing = os.open(os.devnull, os.O_WRONLY)  # for the end of the test to close


def test_one_that_does_not_want_to_end_is_killed():
    def stay(pipe):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pipe.send("ready")
        while True:
            time.sleep(1)

    worker = Forked(stay, [])
    assert worker.pipe.recv() == "ready"
    worker.terminate()
    assert not worker.has_ended()
    worker.end(0.01)
    assert worker.has_ended()
    assert not os.path.exists(f"/proc/{worker.pid}")
    worker.terminate()  # and it does no harm to ask again


def test_it_ends_where_the_system_forgets_its_children():
    """As under a parent that ignores SIGCHLD."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        worker = Forked(echo, [])
        worker.terminate()
        worker.end(10)
        assert worker.has_ended()
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_descriptors_are_closed():
    def opened():
        return sorted(os.listdir("/proc/self/fd"))

    before = opened()
    started = []
    for _ in range(3):
        started.append(Forked(echo, started))
    for each in started:
        each.terminate()
        each.end(10)
    assert opened() == before


def double(pipe):
    pipe.send(2 * pipe.recv())


def test_a_process_that_is_started_otherwise_is_used_the_same_way():
    worker = spawned.start(double, [])
    worker.pipe.send(21)
    assert spawned.ready([worker.pipe], block=True) == [worker.pipe]
    assert worker.pipe.recv() == 42
    worker.terminate()
    worker.end(10)


class Numbers:
    """Work that adds up numbers."""

    def scan(self, start, end):
        return sum(range(start, end))

    def lost(self, start, end):
        raise AssertionError


@pytest.mark.parametrize("forks", [True, False])
def test_work_is_shared_out_either_way(monkeypatch, forks):
    monkeypatch.setattr(workers, "FORKS", forks)
    found = list(workers.share_out(Numbers(), 100, 2))
    assert sum(number for number, _ in found) == 100
    assert sum(total for _, total in found) == sum(range(100))
