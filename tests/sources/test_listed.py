"""The files of a listing: blobs that are made when they are asked for, and read many at once."""

from __future__ import annotations

import os
import pickle
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner import kernel
from scanner.engine.together import Batch, Joined
from scanner.git.lfs import POINTER_HEAD
from scanner.sources.files import FileBlob
from scanner.sources.listed import Files, GrowingFiles
from scanner.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

SEPARATOR = b"\n\0\n"
BATCH = Batch(1000, 600, 50, ((0, b"PK\3\4"), (257, b"ustar")))

compiled = pytest.mark.skipif(
    not hasattr(kernel.anchors, "read_files"), reason="what is compiled does not read files here"
)


def written(folder: Path, contents: list[bytes]) -> list[str]:
    for number, content in enumerate(contents):
        (folder / f"f{number}").write_bytes(content)
    return [str(folder / f"f{number}") for number in range(len(contents))]


def batches(files: Files, batch: Batch = BATCH) -> list[tuple[Joined, bytes]]:
    """Return what all of `files` are joined to, and the buffer of each."""
    found = []
    buffer = bytearray()
    at = 0
    while at < len(files):
        joined = files.join(at, buffer, batch)
        assert joined.after > at
        assert sorted(joined.numbers + joined.left) == list(range(at, joined.after))
        at = joined.after
        found.append((joined, bytes(buffer[: joined.used])))
    return found


def left_and_read(files: Files, batch: Batch = BATCH) -> tuple[list[int], dict[int, bytes]]:
    """Return the numbers of what is left, and the contents of the rest by number."""
    left: list[int] = []
    contents: dict[int, bytes] = {}
    for joined, buffer in batches(files, batch):
        left += joined.left
        pieces = zip(joined.numbers, joined.begins, joined.ends, strict=True)
        contents |= {number: buffer[begin:end] for number, begin, end in pieces}
    return left, contents


# -- blobs -----------------------------------------------------------------------------------------


def test_each_is_a_blob_by_its_name() -> None:
    files = Files(["a", "b/c", "\udcff"])
    assert [blob.path for blob in files] == ["a", "b/c", "\udcff"]
    assert isinstance(files[1], FileBlob)
    assert (files[1].path, files[-1].path, len(files)) == ("b/c", "\udcff", 3)
    assert not files[1].follow
    assert isinstance(files[1:], Files)
    assert files[1:].names == ["b/c", "\udcff"]
    assert not files[3:]


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b\n", "\udcff", "\N{GREEK SMALL LETTER PI}"]])
def test_they_can_be_sent_to_another_process(names: list[str]) -> None:
    assert pickle.loads(pickle.dumps(Files(names))).names == names


def test_what_is_excluded_is_left_out() -> None:
    kept = Files(["a", "b", "c"]).without(lambda name: name == "b")
    assert isinstance(kept, Files)
    assert kept.names == ["a", "c"]


@pytest.mark.parametrize("number", [0, 1, 255, 256, 257, 600])
def test_they_grow_until_all_are_listed(number: int) -> None:
    names = [f"f{each}" for each in range(number)]
    files = GrowingFiles(["first"], iter(names), Tally())
    steps = 1
    while files.grow():
        steps += 1
    assert not files.grow()
    assert files.names == ["first", *names]
    assert steps == number // 256 + 1


# -- many at once ----------------------------------------------------------------------------------


@compiled
@settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.integers(0, 700).map(lambda size: b"x" * size),
            st.sampled_from([b"PK\3\4", b"PK\3", b"a" * 257 + b"ustar", POINTER_HEAD + b"/x"]),
            st.integers(0, 100).map(lambda size: b"\0" + b"x" * size),
        ),
        max_size=12,
    )
)
def test_every_content_is_read_or_left(tmp_path: Path, contents: list[bytes]) -> None:
    files = Files(written(tmp_path, contents))
    left, read = left_and_read(files)
    assert read == {
        number: content
        for number, content in enumerate(contents)
        if len(content) <= BATCH.largest and not content.startswith(POINTER_HEAD)
    }
    assert sorted([*left, *read]) == list(range(len(contents)))
    for joined, buffer in batches(files):
        # Separators are around each, so that nothing is found across two of them.
        parts = [buffer[b:e] for b, e in zip(joined.begins, joined.ends, strict=True)]
        assert buffer == SEPARATOR.join([b"", *parts, b""])
        assert len(parts) < 2 or joined.used <= BATCH.size + len(SEPARATOR)
        for position, content in enumerate(parts):
            is_signed = any(content[at:].startswith(sign) for at, sign in BATCH.signatures)
            assert (position in joined.marked) == (is_signed or b"\0" in content[-BATCH.tail :])


@compiled
def test_what_is_no_small_file_is_left(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "large").write_bytes(b"x" * (BATCH.largest + 1))
    (tmp_path / "pointer").write_bytes(POINTER_HEAD)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        names = ["folder", "link", "large", "pointer", "pipe", "socket", os.devnull, "gone",
                 "file/below", "nul\0byte", "\ud800", "a" * 5000, "file"]  # fmt: skip
        left, read = left_and_read(Files(names))
    assert read == {len(names) - 1: b"text"}
    assert left == [*range(len(names) - 1)]


@compiled
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_a_file_that_has_more_than_its_size_is_left() -> None:
    left, read = left_and_read(Files(["/proc/self/status", "/proc/self/cmdline"]))
    assert (left, read) == ([0, 1], {})


@compiled
def test_a_name_that_is_no_text_of_the_locale_is_found(tmp_path: Path) -> None:
    name = str(tmp_path / "caf\udce9")
    with open(name, "wb") as file:
        file.write(b"text")
    assert left_and_read(Files([name])) == ([], {0: b"text"})


@compiled
def test_every_descriptor_is_closed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    names = written(tmp_path, [b"x" * 500, b"x" * 500, b"x" * 601, POINTER_HEAD, b""])
    os.mkfifo("pipe")
    lowest = os.open(names[0], os.O_RDONLY)
    os.close(lowest)
    batches(Files([*names, "pipe", "gone", str(tmp_path)]))
    again = os.open(names[0], os.O_RDONLY)
    os.close(again)
    assert again == lowest


@compiled
@pytest.mark.parametrize(
    "wrong",
    [
        {0: ("name",)},
        {0: [b"name", 7]},
        {1: -1},
        {2: b""},
        {5: -1},
        {6: -1},
        {6: 1 << 62},
        {7: -1},
        {8: ((0, b"x"),) * 257},
        {8: ((-1, b"x"),)},
        {8: ([0, b"x"],)},
        {8: ((0, "x"),)},
    ],
)
def test_anything_else_is_refused(wrong: dict[int, object]) -> None:
    given: list[object] = [["name"], 0, bytearray(), os.O_RDONLY, b"head", 9, 9, 9, ()]
    for place, value in wrong.items():
        given[place] = value
    with pytest.raises((TypeError, ValueError, OverflowError)):
        kernel.anchors.read_files(*given)
