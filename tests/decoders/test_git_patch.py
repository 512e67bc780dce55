"""Binary patches of git: what git writes, and what only looks like it."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest

from scanner.decoders import git_patch
from scanner.decoders.interface import Budget

HEAD = b"diff --git a/x b/x\nindex 0000000..1111111 100644\n"


def lines(content: bytes, kind: bytes = b"literal") -> bytes:
    """Return a hunk of a binary patch."""
    packed = zlib.compress(content)
    pieces = [packed[at : at + 52] for at in range(0, len(packed), 52)]
    text = b"".join(
        git_patch._SIZES[len(each) - 1 : len(each)] + base64.b85encode(each, pad=True) + b"\n"
        for each in pieces
    )
    return b"%b %d\n%b\n" % (kind, len(content), text)


def encode(content: bytes) -> bytes:
    """Return `content` as a new file in a patch, for test_registry.py."""
    return HEAD + b"GIT binary patch\n" + lines(content) + lines(b"")


EXAMPLE = (encode(b"VALUE\n"), b"VALUE", (5, 1, 5, 22))


def test_what_git_writes(peel: Any, repository: Any, plant: Any) -> None:
    first, second = plant.key_id().encode(), plant.key_id().encode()
    old = b"".join(b"%d\n" % (number * number) for number in range(400))
    repository.write("a.bin", b"\0" + first + b"\n" + old)
    repository.commit()
    repository.write("a.bin", b"\0" + first + b"\n" + old + second)
    repository.commit()
    patches = repository.git("log", "-p", "--binary", "--root").encode()
    assert b"\ndelta " in patches
    found = b"".join(made.data for made in peel(patches) if made.decoder == "git-patch")
    assert first in found
    assert second in found


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("size", [0, 1, 3, 4, 51, 52, 53, 500])
def test_every_size(peel: Any, end: bytes, size: int) -> None:
    content = bytes(n * n % 251 for n in range(size)) + b"END"
    patch = encode(content).replace(b"\n", end)
    assert content in [made.data for made in peel(patch)]
    assert content in [made.data for made in peel(patch.rstrip())]


def test_what_it_had_before(peel: Any) -> None:
    patch = HEAD + b"GIT binary patch\n" + lines(b"new") + lines(b"old")
    assert [made.data for made in peel(patch) if made.decoder == "git-patch"] == [b"new", b"old"]


def test_what_comes_before_damage(peel: Any) -> None:
    content = bytes(n * n % 251 for n in range(5000))
    whole = encode(content)
    found = [made.data for made in peel(whole[: len(whole) // 2])]
    assert any(each and content.startswith(each) for each in found)


def test_a_bomb_is_a_limit(peel: Any, reasons: Any) -> None:
    budget = Budget(size=1 << 20)
    list(peel(encode(bytes(2 << 20)), budget))
    assert reasons(budget) == ["decoder-limit"]


@pytest.mark.parametrize(
    "text",
    [
        b"GIT binary patch\n",
        b"GIT binary patch\nliteral x\n",
        b"GIT binary patch\nliteral 5\n\nHello world\n",
        b"GIT binary patch\nliteral 5\nEaaaaaaaaa~~~~~\n",
        b"a GIT binary patch shows base85",
    ],
)
def test_what_only_looks_like_it(peel: Any, text: bytes) -> None:
    assert not any(made.data.strip() for made in peel(text) if made.decoder == "git-patch")
