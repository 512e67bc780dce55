"""Messages of commits in other encodings, against what git shows of them."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from scanner.decoders import commit_encoding
from scanner.decoders.interface import Budget

HEAD = b"tree %b\nauthor A <a@example.com> 1 +0000\ncommitter A <a@example.com> 1 +0000\n"
EMPTY = b"4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def commit(message: bytes, encoding: bytes) -> bytes:
    return HEAD % EMPTY + b"encoding " + encoding + b"\n\n" + message


def encode(content: bytes) -> bytes:
    """Return a commit with `content` as its message, for test_registry.py."""
    return commit(content.decode("latin-1").encode("cp500"), b"CP500")


EXAMPLE = (encode(b"first\n\nkey: VALUE\n"), b"VALUE", (8, 6, 8, 11))


def messages(peel: Any, data: bytes) -> list[bytes]:
    return [layer.data for layer in peel(data, Budget(), (commit_encoding.DECODER,))]


@pytest.mark.parametrize(("name", "codec"), [
    ("CP500", "cp500"), ("IBM037", "cp037"), ("cp1140", "cp1140"),
    ("IBM1047", "cp500"), ("UTF-7", "utf-7"), ("CP273", "cp273"),
])  # fmt: skip
def test_what_git_shows(name: str, codec: str, peel: Any, repository: Any, plant: Any) -> None:
    message = f"a subject\n\nkey = {plant.key_id()}\nsecret = {plant.secret()}\n"
    data = commit(message.encode(codec), name.encode())
    command = ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"]
    stored = subprocess.run(
        command, cwd=repository.root, input=data, capture_output=True, check=True
    ).stdout.decode()
    (found,) = messages(peel, data)
    assert found.decode() == message
    shown = repository.git("log", "-1", "--format=%B", stored.strip())
    assert message.split()[-1] in shown


@pytest.mark.parametrize("name", [
    b"UTF-8", b"ISO-8859-1", b"latin1", b"windows-1252", b"koi8-r", b"us-ascii", b"GB18030",
    b"Shift_JIS_2004", b"EUC-JP",
])  # fmt: skip
def test_what_is_like_ascii_is_not_made_again(name: bytes, peel: Any) -> None:
    assert messages(peel, commit(b"a message\n", name)) in ([], [b"a message\n"])


@pytest.mark.parametrize("name", [
    b"", b"\0", b"rot13", b"hex", b"zlib", b"idna", b"undefined", b"../os", b"x" * 9000, b"\xff",
    b"unicode_escape", b"raw_unicode_escape", b"punycode",
])  # fmt: skip
def test_any_name_is_no_error(name: bytes, peel: Any) -> None:
    for message in (b"", b"a message\n", bytes(range(256))):
        messages(peel, commit(message, name))


def test_what_is_no_commit(peel: Any) -> None:
    for data in (b"encoding CP500\n\nx", b"tree x\n\nencoding CP500\n", b"x\nencoding CP500\n\nx"):
        assert messages(peel, data) == []
