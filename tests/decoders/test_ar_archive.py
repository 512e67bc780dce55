"""ar: Debian packages, long names, and archives that are cut off."""

from __future__ import annotations

import gzip

from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders import ar_archive
from scanner.decoders.interface import Budget


def member(name: bytes, content: bytes) -> bytes:
    head = b"%-16b%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o644, len(content))
    return head + content + b"\n" * (len(content) % 2)


def encode(content: bytes) -> bytes:
    """Return an ar archive with a member of this `content`, for test_registry.py."""
    return b"!<arch>\n" + member(b"debian-binary", b"2.0\n") + member(b"control/", content)


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


def test_a_debian_package(peel, make_tar, contents):
    data = b"!<arch>\n" + member(b"debian-binary", b"2.0\n")
    data += member(b"data.tar.gz", gzip.compress(make_tar({"./etc/conf": b"content"}), mtime=0))
    found = contents(peel(data))
    assert found["data.tar.gz!/./etc/conf"] == b"content"
    assert found["debian-binary"] == b"2.0\n"


def test_names_of_bsd_and_of_gnu(peel, contents):
    data = b"!<arch>\n" + member(b"#1/20", b"a_rather_long_name.o" + b"one")
    data += member(b"short.o/", b"two") + member(b"//", b"long/\n") + member(b"/0", b"three")
    found = contents(peel(data))
    assert found == {
        "a_rather_long_name.o": b"one", "short.o": b"two", "/": b"long/\n", "/0": b"three",
    }  # fmt: skip


@given(st.integers(8, 200))
def test_what_is_cut_off_is_damage(peel, reasons, size):
    data = encode(b"content" * 9)[:size]
    budget = Budget()
    list(peel(data, budget, (ar_archive.DECODER,)))
    is_whole = size >= len(encode(b"content" * 9)) - 1 or size in (8, 72)
    assert reasons(budget) == ([] if is_whole else ["damaged-archive"])


def test_a_size_beyond_everything_is_damage(peel, reasons):
    budget = Budget()
    list(peel(encode(b"x" * 40).replace(b"40        `", b"9999999999`"), budget))
    assert reasons(budget) == ["damaged-archive"]
