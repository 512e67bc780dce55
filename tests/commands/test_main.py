"""The command line as a whole: help, streams, exit codes, signals."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner import about
from scanner.commands import COMMANDS, main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

ROOT = Path(__file__).resolve().parent.parent.parent
HELP = [["--help"], ["-h"], *([name, "--help"] for name in COMMANDS)]


# -- help ---------------------------------------------------------------------------------------


def test_alone_it_shows_how_to_use_it_and_fails(keycatch: Any) -> None:
    done = keycatch()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: keycatch ")
    assert all(f"  {name}" in done.stderr for name in COMMANDS)


@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help(keycatch: Any, arguments: list[str]) -> None:
    done = keycatch(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: keycatch ")
    assert done.stdout.isascii()
    for line in done.stdout.splitlines():
        assert len(line) <= 80, line


@pytest.mark.parametrize("arguments", [["--version"], ["--version", "scan"]], ids=" ".join)
def test_version(keycatch: Any, arguments: list[str]) -> None:
    done = keycatch(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"keycatch {about.VERSION}\n"
    assert keycatch("-V").stdout == keycatch("version").stdout == done.stdout


def test_every_command_is_a_module_with_help(keycatch: Any) -> None:
    shown = keycatch("--help").stdout
    for name, purpose in COMMANDS.items():
        assert f"  {name}" in shown
        assert purpose in shown
        assert purpose[1:] in " ".join(keycatch(name, "--help").stdout.split())


def test_main_returns_the_exit_code(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clean.txt").write_text("text\n")
    assert main(["scan", "."]) == 0
    assert main(["--help"]) == 0
    assert main(["scan", "gone"]) == 2
    assert main([]) == 2


# -- streams ------------------------------------------------------------------------------------

OUTPUTS = [["--version"], ["--help"], ["scan", "--help"], ["rules", "list"], ["scan", "."]]


@posix
@pytest.mark.parametrize("unbuffered", ["1", None])
@pytest.mark.parametrize("arguments", OUTPUTS, ids=" ".join)
def test_standard_output_that_cannot_be_written(
    keycatch: Any, tmp_path: Path, arguments: list[str], unbuffered: str | None
) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    (tmp_path / "clean.txt").write_text("text\n")
    with open("/dev/full", "wb") as full:
        done = keycatch(*arguments, cwd=tmp_path, stdout=full, env={"PYTHONUNBUFFERED": unbuffered})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


@posix
@pytest.mark.parametrize("unbuffered", ["1", None])
@pytest.mark.parametrize("arguments", OUTPUTS, ids=" ".join)
def test_a_reader_that_has_seen_enough(
    keycatch: Any, tmp_path: Path, arguments: list[str], unbuffered: str | None
) -> None:
    (tmp_path / "clean.txt").write_text("text\n")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = keycatch(
            *arguments, cwd=tmp_path, stdout=writing, env={"PYTHONUNBUFFERED": unbuffered}
        )
    finally:
        os.close(writing)
    if arguments == ["scan", "."]:  # who reads half a report may take it for all of it
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "the report is cut off" in done.stderr
    else:
        assert (done.returncode, done.stderr) == (0, "")


@posix
def test_findings_fail_even_if_nobody_reads_them(keycatch: Any, tmp_path: Path, plant: Any) -> None:
    (tmp_path / "file").write_text(plant.pair() * 300)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = keycatch("scan", "file", cwd=tmp_path, stdout=writing)
    finally:
        os.close(writing)
    assert done.returncode == 2
    assert "the report is cut off" in done.stderr


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [("--version", 0), ("scan clean", 0), ("scan dirty", 1), ("scan gone", 2), ("bogus", 2),
     ("", 2),     ("scan --format json --output out.json dirty", 1), ("scan dirty /dev/null", 1),
     ("scan --output out.txt /dev/null", 2)],
)  # fmt: skip
def test_closed_streams(
    keycatch: Any, tmp_path: Path, plant: Any, closed: str, arguments: str, code: int
) -> None:
    (tmp_path / "dirty").write_text(plant.pair())
    (tmp_path / "clean").write_text("text")
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh"]
    done = keycatch(*arguments.split(), cwd=tmp_path, prefix=shell)
    to_stdout = arguments.startswith("scan ") and "--output" not in arguments and code < 2
    # A report that cannot be shown is a failure; a message that cannot be shown is not.
    assert done.returncode == (2 if ">&-" in closed.split() and to_stdout else code)
    assert "Exception" not in done.stderr
    assert "a bug in keycatch" not in done.stderr


@posix
@pytest.mark.parametrize(("arguments", "code"), [("scan dirty", 1), ("bogus", 2), ("", 2)])
def test_standard_error_that_cannot_be_written(
    keycatch: Any, tmp_path: Path, plant: Any, arguments: str, code: int
) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    (tmp_path / "dirty").write_text(plant.pair())
    with open("/dev/full", "wb") as full:
        done = keycatch(*arguments.split(), cwd=tmp_path, stderr=full)
    assert done.returncode == code


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_terminal_will_do(
    keycatch: Any, tmp_path: Path, plant: Any, encoding: str
) -> None:
    (tmp_path / "n\u00e4me \u4e2d").write_text(plant.pair())
    done = keycatch("scan", ".", cwd=tmp_path, env={"PYTHONIOENCODING": encoding, "LC_ALL": "C"})
    assert (done.returncode, done.stderr) == (1, "")


@posix
def test_a_current_directory_that_is_gone(keycatch: Any, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    shell = ["sh", "-c", f'cd {tmp_path / "gone"} && rmdir {tmp_path / "gone"} && exec "$@"', "sh"]
    done = keycatch("scan", ".", prefix=shell)
    assert done.returncode == 2
    assert done.stderr == "keycatch: cannot continue: No such file or directory\n"


def test_a_defect_is_no_traceback(monkeypatch: Any, capsys: Any, tmp_path: Path) -> None:
    from scanner.sources import tree

    def fail(*_: object) -> None:
        raise RuntimeError("the content of a file")

    monkeypatch.setattr(tree, "begin", fail)
    monkeypatch.chdir(tmp_path)
    assert main(["scan"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("keycatch: RuntimeError at test_main.py:")
    assert said.endswith("please report this as a bug in keycatch\n")
    assert "content" not in said


# -- terminals ----------------------------------------------------------------------------------


@pytest.fixture
def terminal() -> Iterator[tuple[int, Callable[[], str]]]:
    """A pseudo-terminal: its descriptor, and what was written to it so far."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)

    def text() -> str:
        found = b""
        try:
            while piece := os.read(ours, 65536):
                found += piece
        except OSError:
            pass
        return found.decode()

    yield theirs, text
    os.close(ours)
    os.close(theirs)


@posix
@pytest.mark.parametrize(
    ("arguments", "variables", "shown"),
    [([], {}, True), (["-q"], {}, False), ([], {"CI": "1"}, False), ([], {"TERM": "dumb"}, False)],
    ids=str,
)
def test_a_progress_bar_is_shown_on_a_terminal_and_erased(
    tmp_path: Path,
    start: Any,
    terminal: Any,
    arguments: list[str],
    variables: dict[str, str],
    shown: bool,
) -> None:
    theirs, text = terminal
    with start(
        "scan", "-", *arguments, cwd=tmp_path, env={"TERM": "xterm", **variables},
        stdin=subprocess.PIPE, stderr=theirs,
    ) as process:  # fmt: skip
        assert process.stdin
        process.stdin.write(b"x" * (1 << 20))  # more than a pipe holds: it is being read now
        process.stdin.flush()
        time.sleep(0.7)  # longer than the patience of the bar
        output, _ = process.communicate()
    written = text()
    assert process.returncode == 0
    assert "\x1b" not in output.decode()
    if shown:
        assert "] 1 of 1 files, " in written
        assert written.endswith("\r\x1b[2K")
    else:
        assert written == ""


@posix
@pytest.mark.parametrize(
    ("option", "on_terminal", "elsewhere"),
    [("auto", True, False), ("always", True, True), ("never", False, False)],
)
def test_colour(
    keycatch: Any, tmp_path: Path, plant: Any, terminal: Any, option: str, on_terminal: bool,
    elsewhere: bool,
) -> None:  # fmt: skip
    (tmp_path / "file").write_text(plant.pair())
    theirs, text = terminal
    arguments = ("scan", "file", "--color", option)
    keycatch(*arguments, cwd=tmp_path, stdout=theirs, env={"TERM": "xterm"})
    assert ("\x1b[" in text()) is on_terminal
    done = keycatch(*arguments, cwd=tmp_path)
    assert ("\x1b[" in done.stdout) is elsewhere


# -- signals ------------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def scans(pid: int) -> bool:
    """Return whether a worker has a file of `endless_work` open."""
    folder = f"/proc/{pid}/fd"
    try:
        opened = [os.readlink(f"{folder}/{number}") for number in os.listdir(folder)]
    except OSError:  # it has closed one meanwhile, or ended
        return False
    return any(os.path.basename(path).startswith("b") for path in opened)


def stays(pid: int) -> bool:
    """Return whether a process is still there after some seconds."""
    deadline = time.monotonic() + 10
    while alive(pid):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.02)
    return False


@linux
def test_an_interrupt_while_the_interpreter_ends_leaves_the_exit_code(
    tmp_path: Path, start: Any, plant: Any
) -> None:
    """By then Python has removed its handler, and the default one would end the process."""
    (tmp_path / "sitecustomize.py").write_text(
        "import builtins, os\n"
        "class Late:\n"
        "    def __del__(self, kill=os.kill, pid=os.getpid()):\n"
        "        kill(pid, 2)\n"
        "builtins.late = Late()\n"
    )
    (tmp_path / "a.env").write_text(plant.pair())
    process = start("scan", "a.env", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "1 AWS credential found" in (output if isinstance(output, str) else output.decode())


def endless_work(directory: Path) -> None:
    """Lay out files that keep two worker processes busy until they are ended."""
    for number in range(32):  # these the first process scans itself
        with open(directory / f"a{number}", "wb") as file:
            file.truncate(2 << 20)
    for number in range(8):
        with open(directory / f"b{number}", "wb") as file:
            file.truncate(1 << 40)


@linux
@pytest.mark.parametrize(
    ("number", "whole_group", "code", "said"),
    [
        (signal.SIGINT, True, 130, "keycatch: interrupted; nothing was reported\n"),
        (signal.SIGINT, False, 130, "keycatch: interrupted; nothing was reported\n"),
        (signal.SIGTERM, True, 143, ""),
        (signal.SIGTERM, False, 143, ""),
        (signal.SIGHUP, False, 129, ""),
    ],
)
def test_a_signal_leaves_nothing_behind(
    tmp_path: Path, start: Any, number: signal.Signals, whole_group: bool, code: int, said: str
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tmp").mkdir()
    endless_work(tmp_path / "tree")
    process = start(
        "scan", "--jobs", "2", "--output", "report", "tree",
        cwd=tmp_path, env={"TMPDIR": str(tmp_path / "tmp")}, start_new_session=True,
    )  # fmt: skip
    workers: list[int] = []
    try:
        deadline = time.monotonic() + 60
        # Past the start of their processes, in which Python itself prints a traceback.
        while sum(map(scans, workers := children(process.pid))) < 2:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        if whole_group:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        output, errors = process.communicate(timeout=20)
    finally:
        leftover = [pid for pid in workers if stays(pid)]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, output, errors.decode()) == (code, b"", said)
    assert leftover == []
    assert sorted(os.listdir(tmp_path)) == ["home", "tmp", "tree"]
    assert os.listdir(tmp_path / "tmp") == []


@posix
def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As under nohup."""
    code = (
        "import signal, sys\nfrom scanner.commands import main\nmain()\n"
        "sys.exit(7 if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else 8)\n"
    )
    nohup = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"]
    done = subprocess.run(
        [*nohup, sys.executable, "-c", code, "--version"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
    )
    assert done.returncode == 7
