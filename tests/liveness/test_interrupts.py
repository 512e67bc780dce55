"""Interrupts and requests to terminate in the middle of the asking, to real processes."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.liveness.interrupts import noticed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals to others are those of POSIX")
KEYS = 20


ROOT = Path(__file__).resolve().parents[2]
HOOK = """
import os, time
from contextlib import contextmanager
from scanner.liveness import interrupts

interrupts.SAME = 60.0
noticed = interrupts.noticed

@contextmanager
def held():
    with noticed() as came:
        yield came
    while not os.path.exists("all-sent"):
        time.sleep(0.01)

interrupts.noticed = held
"""
"""Has a process wait, once it has asked, until all signals are sent, however long that takes here.

An interrupt in the last moments of an interpreter, when it has no handlers any more, ends it."""


@pytest.fixture
def asking(start: Any, sts: Any, maker: Any, tmp_path: Path) -> Any:
    """Start a scan of which three credentials are answered, and wait until the others are held."""
    for number in range(KEYS):
        text = f"aws_access_key_id={maker.key_id()}\naws_secret_access_key={maker.secret()}\n"
        (tmp_path / f"{number}.env").write_text(text)
    hook = tmp_path / "path" / "sitecustomize.py"
    hook.parent.mkdir()
    hook.write_text(HOOK)
    env = {"PYTHONPATH": os.pathsep.join([str(hook.parent), str(ROOT)])}
    sts.answer_first(3)

    def begin(*options: str) -> Any:
        process = start(
            "scan", ".", "--check-liveness", "--liveness-endpoint", sts.url, "--format", "json",
            *options, cwd=tmp_path, env=env,
        )  # fmt: skip
        sts.wait_until_answers_are_read(3)
        return process

    return begin


@pytest.fixture
def end(tmp_path: Path) -> Any:
    """Send each signal after its delay; return the exit code and both outputs.

    The server goes on holding what it has not answered, so that only the signals end the process.
    """

    def send(process: Any, *signals: tuple[float, int]) -> tuple[int, bytes, bytes]:
        for delay, number in signals:
            time.sleep(delay)
            process.send_signal(number)
        (tmp_path / "all-sent").touch()
        try:
            stdout, stderr = process.communicate(timeout=60)
        except BaseException:
            process.kill()
            raise
        assert b"Traceback" not in stderr
        return process.returncode, stdout, stderr

    return send


def told(stdout: bytes) -> list[tuple[str, str | None]]:
    report = json.loads(stdout)
    assert report["scan"]["complete"]
    found = [finding["liveness"] for finding in report["findings"]]
    return sorted((each["state"], each["reason"] or "") for each in found)


EVERYTHING = [("live", "")] * 3 + [("unknown", "interrupted")] * (KEYS - 3)
SAID = (
    b"keycatch: asked STS about 3 credentials: 3 live; "
    + str(KEYS - 3).encode()
    + b" not checked because of an interrupt\n"
)


@pytest.mark.parametrize(
    "delays", [(0.0,), (0.0, 0.0), (0.0, 0.01, 0.02, 0.05), (0.0, 0.1)], ids=len
)
def test_an_interrupt_ends_the_asking_and_not_the_report(
    delays: tuple[float, ...], asking: Any, end: Any
) -> None:
    """However often it comes: a shell, a wrapper and a runner each send one."""
    signals = [(delay, signal.SIGINT) for delay in delays]
    with asking() as process:
        code, stdout, stderr = end(process, *signals)
    assert (code, stderr) == (1, SAID)
    assert told(stdout) == EVERYTHING


def test_a_report_in_a_file_is_whole_too(asking: Any, end: Any, tmp_path: Path) -> None:
    with asking("--output", "report.json") as process:
        code, stdout, stderr = end(process, (0.0, signal.SIGINT), (0.02, signal.SIGINT))
    assert (code, stdout) == (1, b"")
    assert stderr.startswith(SAID)
    assert stderr.endswith(b"; wrote report.json\n")
    assert told((tmp_path / "report.json").read_bytes()) == EVERYTHING


def test_with_q_nothing_is_said_of_an_interrupt(asking: Any, end: Any) -> None:
    with asking("-q") as process:
        code, stdout, stderr = end(process, (0.0, signal.SIGINT))
    assert (code, stderr) == (1, b"")
    assert told(stdout) == EVERYTHING


def test_a_request_to_terminate_ends_everything_at_once(
    asking: Any, end: Any, tmp_path: Path
) -> None:
    """It is no interrupt: there is no report, not half of one either, and the code says so."""
    with asking("--output", "report.json") as process:
        code, stdout, _ = end(process, (0.0, signal.SIGTERM))
    assert (code, stdout) == (128 + signal.SIGTERM, b"")
    assert not [path for path in tmp_path.iterdir() if path.suffix not in (".env", "")]


def test_an_interrupt_while_the_libraries_are_loaded(
    start: Any, end: Any, sts: Any, maker: Any, tmp_path: Path
) -> None:
    """Before the first question; the libraries are made slow to load."""
    (tmp_path / "a.env").write_text(
        f"aws_access_key_id={maker.key_id()}\naws_secret_access_key={maker.secret()}\n"
    )
    hook = tmp_path / "path" / "sitecustomize.py"
    hook.parent.mkdir()
    hook.write_text(
        "import os, signal, sys\n"
        "def watch(event, arguments):\n"
        "    if event == 'import' and arguments[0] == 'scanner.liveness.protection':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(watch)\n"
    )
    env = {"PYTHONPATH": os.pathsep.join([str(hook.parent), str(ROOT)])}
    with start(
        "scan", "a.env", "--check-liveness", "--liveness-endpoint", sts.url, "--format", "json",
        cwd=tmp_path, env=env,
    ) as process:  # fmt: skip
        code, stdout, stderr = end(process)
    said = b"keycatch: asked STS about 0 credentials; 1 not checked because of an interrupt\n"
    assert (code, stderr) == (1, said)
    assert told(stdout) == [("unknown", "interrupted")]
    assert sts.log == []


# -- the handler alone ---------------------------------------------------------------------------


@pytest.fixture
def default_handler() -> Any:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_without_an_interrupt_nothing_stays(default_handler: Any) -> None:
    with noticed() as came:
        assert not came()
    assert signal.getsignal(signal.SIGINT) is default_handler
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_those_that_follow_at_once_are_the_same_one(
    default_handler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("scanner.liveness.interrupts.monotonic", lambda: now[0])
    with noticed() as came:
        interrupt()
        assert came()
        interrupt()
    now[0] += 0.9
    interrupt()
    now[0] += 0.2
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert signal.getsignal(signal.SIGINT) is default_handler


def test_a_later_one_ends_a_block_that_does_not_end(
    default_handler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("scanner.liveness.interrupts.monotonic", lambda: now[0])

    def hang() -> None:
        with noticed():
            interrupt()
            now[0] += 1.1
            interrupt()

    with pytest.raises(KeyboardInterrupt):
        hang()


def test_the_next_block_begins_afresh(default_handler: Any) -> None:
    with noticed():
        interrupt()
    with noticed() as came:
        assert not came()
        interrupt()
        assert came()
    with noticed():
        pass
    assert signal.getsignal(signal.SIGINT) is default_handler


def test_whoever_else_deals_with_interrupts_goes_on_doing_so(default_handler: Any) -> None:
    seen: list[int] = []

    def own(number: int, _frame: object) -> None:
        seen.append(number)

    for handler in (own, signal.SIG_IGN):
        signal.signal(signal.SIGINT, handler)
        with noticed() as came:
            interrupt()
            assert not came()
        assert signal.getsignal(signal.SIGINT) is handler
    assert seen == [signal.SIGINT]


def test_another_thread_changes_nothing(default_handler: Any) -> None:
    found: list[Any] = []

    def work() -> None:
        with noticed() as came:
            found.extend([came(), signal.getsignal(signal.SIGINT)])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False, default_handler]
