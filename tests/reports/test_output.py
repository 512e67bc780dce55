from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.errors import KeycatchError
from scanner.reports.output import Document, write, write_all

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
def test_a_reader_that_left_has_not_got_the_report(chunks):
    read, written = os.pipe()
    os.close(read)
    process = run(chunks, stdout=written)
    os.close(written)
    _, error = process.communicate()
    assert process.returncode == 1
    assert error.splitlines()[-1].startswith(b"scanner.errors.KeycatchError: the report is cut off")


def documents(*pairs):
    return [Document(iter(chunks), path) for chunks, path in pairs]


def test_several_are_written_together(tmp_path, capsys):
    one, other = tmp_path / "one", tmp_path / "other"
    write_all(documents((["1"], str(one)), (["2"], "-"), (["3"], str(other))))
    assert (one.read_text(), capsys.readouterr().out, other.read_text()) == ("1", "2", "3")
    assert sorted(os.listdir(tmp_path)) == ["one", "other"]


@pytest.mark.parametrize("where", ["missing/report", "."])
def test_one_that_cannot_be_written_keeps_all_from_being_written(tmp_path, capsys, where):
    kept = tmp_path / "kept"
    kept.write_text("older")
    for pairs in (
        ((["1"], str(kept)), (["2"], str(tmp_path / where))),
        ((["2"], str(tmp_path / where)), (["1"], str(kept))),
    ):
        with pytest.raises(KeycatchError, match="cannot write the report to"):
            write_all(documents(*pairs, (["3"], str(tmp_path / "new")), (["4"], "-")))
    assert kept.read_text() == "older"
    assert os.listdir(tmp_path) == ["kept"]
    assert capsys.readouterr().out == "", "printed before it was known that the rest is written"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_nor_does_a_full_device_leave_a_file(tmp_path):
    with pytest.raises(KeycatchError, match=r"cannot write the report to /dev/full: No space left"):
        write_all(documents((["1"], str(tmp_path / "new")), (["2"], "/dev/full")))
    assert os.listdir(tmp_path) == []


def test_a_report_that_breaks_off_leaves_nothing_of_the_others(tmp_path):
    with pytest.raises(RuntimeError):
        write_all(
            [
                Document(iter(["1"]), str(tmp_path / "one")),
                Document(failing(), str(tmp_path / "two")),
            ]
        )
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("links", [True, False])
def test_a_name_that_cannot_be_given_takes_the_others_back(tmp_path, monkeypatch, links):
    """As for a file of somebody else in a directory such as /tmp, whose content can be prepared."""
    replace = os.replace

    def one_is_refused(source, target):
        if str(target).endswith("refused"):
            raise PermissionError(1, "Operation not permitted")
        replace(source, target)

    def none(source, target):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "replace", one_is_refused)
    for name in ("old", "refused"):
        (tmp_path / name).write_text("older")
    if not links:
        monkeypatch.setattr(os, "link", none)
    names = ("old", "new", "refused", "last")
    with pytest.raises(KeycatchError, match=r"to .*refused: Operation not permitted"):
        write_all(documents(*((["x"], str(tmp_path / name)) for name in names)))
    assert sorted(os.listdir(tmp_path)) == ["old", "refused"]
    assert (tmp_path / "refused").read_text() == "older"
    # Where the older file cannot be kept, the new one stays: no file at all would be worse.
    assert (tmp_path / "old").read_text() == ("older" if links else "x")


def test_nothing_temporary_stays(tmp_path):
    for _ in range(2):
        write_all(documents((["1"], str(tmp_path / "one")), (["2"], str(tmp_path / "two"))))
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_full_disk_is_an_error():
    with open("/dev/full", "w") as full:
        process = run("iter(['x'])", stdout=full)
        _, error = process.communicate()
    assert process.returncode == 1
    assert error.splitlines()[-1].startswith(
        b"scanner.errors.KeycatchError: cannot write the report to standard output: "
    )
