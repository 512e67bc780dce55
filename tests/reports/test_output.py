from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.errors import KeycatchError
from scanner.reports.output import write

ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="files and modes of POSIX")


def failing():
    yield "half a report\n"
    raise RuntimeError("no second half")


def test_a_file_is_utf8_with_line_feeds(tmp_path):
    file = tmp_path / "report.txt"
    write(iter(["ü\n", "\udcff\n"]), str(file))
    assert file.read_bytes() == b"\xc3\xbc\n\\udcff\n"
    assert os.listdir(tmp_path) == ["report.txt"]


def test_a_report_that_breaks_off_leaves_the_older_file(tmp_path):
    file = tmp_path / "report.txt"
    file.write_text("older")
    with pytest.raises(RuntimeError):
        write(failing(), str(file))
    assert file.read_text() == "older"
    assert os.listdir(tmp_path) == ["report.txt"]


def test_a_long_name_is_no_trouble(tmp_path):
    file = tmp_path / ("n" * 250)
    write(iter(["x"]), str(file))
    assert file.read_text() == "x"


@POSIX
def test_a_report_with_secrets_is_for_its_owner(tmp_path):
    before = os.umask(0o022)
    try:
        for private, mode in ((True, 0o600), (False, 0o644)):
            write(iter(["x"]), str(tmp_path / "report"), private=private)
            assert stat.S_IMODE(os.stat(tmp_path / "report").st_mode) == mode
    finally:
        os.umask(before)


@POSIX
def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write(iter(["x"]), str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "x"


@POSIX
def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(iter(["x"]), str(pipe))
        assert os.read(reader, 9) == b"x"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)


@pytest.mark.parametrize("where", ["missing/report.txt", "."])
def test_a_path_that_cannot_be_written_is_an_error_of_one_sentence(tmp_path, where):
    with pytest.raises(KeycatchError, match=r"cannot write the report to .*--output") as caught:
        write(iter(["x"]), str(tmp_path / where))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", [None, "-"])
def test_standard_output(capsys, path):
    write(iter(["one\n", "two\n"]), path)
    assert capsys.readouterr().out == "one\ntwo\n"


def run(chunks: str, stdout, **environment):
    """Write `chunks` in a process whose standard output is buffered, as it is for a user."""
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    program = f"from scanner.reports.output import write\nwrite({chunks}, None)\n"
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**inherited, **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


def test_a_stream_that_cannot_hold_a_character_gets_an_escape():
    process = run(r"iter(['\u00fc\u20ac\n'])", subprocess.PIPE, PYTHONIOENCODING="ascii")
    out, error = process.communicate()
    assert (out.rstrip(), error) == (rb"\xfc\u20ac", b"")


@pytest.mark.parametrize("chunks", ["iter(['x'])", "('x' * 9999 for _ in range(999))"])
def test_a_reader_that_left_is_no_error(chunks):
    read, written = os.pipe()
    os.close(read)
    process = run(chunks, stdout=written)
    os.close(written)
    _, error = process.communicate()
    assert (process.returncode, error) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_full_disk_is_an_error():
    with open("/dev/full", "w") as full:
        process = run("iter(['x'])", stdout=full)
        _, error = process.communicate()
    assert process.returncode == 1
    assert error.splitlines()[-1].startswith(
        b"scanner.errors.KeycatchError: cannot write the report to standard output: "
    )
