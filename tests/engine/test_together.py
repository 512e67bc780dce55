"""Files that are read and searched many at once: the same as one by one."""

from __future__ import annotations

import gzip
import io
import os
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner import kernel
from scanner.engine import together
from scanner.engine.examine import Examiner
from scanner.engine.sweep import BATCH, SMALL, sweep
from scanner.git.lfs import POINTER_HEAD
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.sources.files import FileBlob
from scanner.sources.listed import Files

EXAMINER = Examiner(load_rules((), ()))

pytestmark = pytest.mark.skipif(
    not hasattr(kernel.anchors, "read_files"), reason="what is compiled does not read files here"
)


def shape(swept):
    tally = swept.tally
    key = lambda finding: (finding.locations, finding.fingerprint)  # noqa: E731
    return (
        sorted(swept.findings, key=key), tally.blobs, tally.bytes, tally.skipped,
        tally.set_aside, sorted(tally.notices), sorted(tally.places), tally.allowed,
        swept.spellings,
    )  # fmt: skip


def both(names):
    """Return what is found in the files called `names`, which is the same either way."""
    examiner = Examiner(load_rules((), ()))
    many = shape(sweep(examiner, Files(names)))
    assert many == shape(sweep(examiner, [FileBlob(name) for name in names]))
    return many


def zipped(content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner.txt", content)
    return packed.getvalue()


def contents(made):
    key_id, secret = made.access_key_id(), made.secret_access_key()
    pair = f"aws_access_key_id={key_id}\naws_secret_access_key={secret}\n".encode()
    example = b"AKIA" + b"IOSFODNN7EXAMPLE"
    return st.sampled_from(
        [
            b"", b"x", b"word " * 900, pair, b"\n" * SMALL + pair, b"." * BATCH + pair,
            key_id[:10].encode(), key_id[10:].encode(), key_id.encode(), secret.encode(),
            gzip.compress(pair), zipped(pair), b"MZ\0" + zipped(pair),
            pair.decode().encode("utf-16"), b"\0" * 20 + pair, POINTER_HEAD + b"\n" + pair,
            b"x" * 39 + b"A", example,
            f"{key_id}  # keycatch:allow\n".encode(), b"PK\3\4" + pair,
            b"a" * 257 + b"ustar" + pair,
        ]
    )  # fmt: skip


@settings(
    max_examples=settings().max_examples // 2, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(contents(Generator(4)), max_size=9), st.integers(0, 3))
def test_the_same_is_found_in_any_files(tmp_path, found, named):
    names = []
    for number, content in enumerate(found):
        name = f"f{number}" + (Generator(5).access_key_id() if number == named else "")
        (tmp_path / name).write_bytes(content)
        names.append(str(tmp_path / name))
    both(names)


def test_what_cannot_be_read_is_named_in_the_same_words(tmp_path, monkeypatch, made):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text(made.access_key_id())
    (tmp_path / "link").symlink_to(f"to-{made.access_key_id()}")
    (tmp_path / "folder").mkdir()
    (tmp_path / "large").write_bytes(b"x" * (together.PIECE + 1) + made.access_key_id().encode())
    os.mkfifo("pipe")
    findings, blobs, size, skipped, _, notices, *_ = both(
        ["gone", "link", "folder", "large", "pipe", "file", "a" * 300]
    )
    assert len(findings) == 3
    assert skipped == {"missing": 1, "not-a-file": 2, "unreadable": 1}
    assert [notice.detail for notice in notices] == ["File name too long"]
    assert blobs == 3
    assert size > together.PIECE


def test_a_worker_that_has_no_compiled_code_reads_them_one_by_one(tmp_path, monkeypatch, made):
    (tmp_path / "file").write_text(made.access_key_id())
    names = [str(tmp_path / "file")]
    expected = shape(sweep(EXAMINER, Files(names)))
    monkeypatch.setattr(kernel, "anchors", None)
    monkeypatch.setattr(together, "examined", None)
    assert shape(sweep(Examiner(load_rules((), ())), Files(names))) == expected


def test_small_files_are_read_with_few_calls(tmp_path, monkeypatch):
    """And none of them becomes an object: that is what makes a large tree quick."""
    names = []
    for number in range(300):
        (tmp_path / f"f{number}").write_text("nothing here\n" * (number % 9))
        names.append(str(tmp_path / f"f{number}"))
    calls = []
    join = Files.join
    monkeypatch.setattr(Files, "join", lambda *given: calls.append(1) or join(*given))
    monkeypatch.setattr(FileBlob, "read", None)
    monkeypatch.setattr(Examiner, "examine", None)
    swept = sweep(EXAMINER, Files(names))
    assert (swept.tally.blobs, swept.tally.notices, len(calls)) == (300, [], 1)
