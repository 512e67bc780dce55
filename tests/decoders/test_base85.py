"""Base85 in Adobe's form and without signs, wherever it is kept."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders import base85
from scanner.decoders.interface import Budget

ALPHABETS = {"Adobe": base85._ADOBE, "RFC 1924": base85.RFC_1924}


def written(content: bytes, alphabet: bytes) -> str:
    """Return `content` in the alphabet, as its writers write it."""
    padded = content + b"\0" * (-len(content) % 4)
    text = b"".join(
        base85.group_of(padded[at : at + 4], alphabet) for at in range(0, len(padded), 4)
    )
    return text[: len(text) - (len(padded) - len(content))].decode()


def encode(content: bytes) -> bytes:
    """Return `content` in Adobe's form, for test_registry.py."""
    return b"x\n" + base64.a85encode(content, adobe=True, wrapcol=72) + b"\n"


# Two groups before the value, which is in two.
EXAMPLE = (b"x\n " + base64.a85encode(b"a line: VALUE", adobe=True), b"VALUE", (2, 14, 2, 21))


@pytest.mark.parametrize("width", [0, 60, 72, 76])
def test_adobe_wherever_it_is_kept(
    revealed: Callable[[str], set[str]],
    profile: Callable[[str], tuple[set[str], str]],
    dress: Callable[[str], str],
    width: int,
) -> None:
    values, text = profile("adobe")
    form = base64.a85encode(text.encode(), adobe=True, wrapcol=width).decode() + "\n"
    shown = dress(form)
    # A sign before each line is a character of the alphabet.
    if not (form.count("\n") > 1 and shown.lstrip().startswith(("@@", "#", ">"))):
        assert values <= revealed(shown)


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
def test_what_is_compressed_in_it(
    revealed: Callable[[bytes], set[str]],
    profile: Callable[[str], tuple[set[str], str]],
    pack: Callable[[bytes], bytes],
) -> None:
    values, text = profile("packed")
    assert values <= revealed(b"x = '" + base64.a85encode(pack(text.encode()), adobe=True) + b"'")


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "# a longer line before it\n"])
@pytest.mark.parametrize(
    "form", ['data = b"{}"\n', "key: '{}'\r\n", "  {}\n", "{}", '{{"a":"{}"}}']
)
def test_a_profile_without_signs(
    revealed: Callable[[str], set[str]],
    profile: Callable[[str], tuple[set[str], str]],
    form: str,
    before: str,
) -> None:
    values, text = profile("profile")
    encoded = base64.b85encode(f"{before}{text}".encode()).decode()
    assert values <= revealed(form.format(encoded))


@pytest.mark.parametrize("name", ALPHABETS)
@pytest.mark.parametrize("form", ["x = '{}'\n", "{}\n", '"{}",\r\n', "  {}", "<a>\n{}\n</a>"])
def test_a_key_id_by_itself(
    revealed: Callable[[str], set[str]],
    profile: Callable[[str], tuple[set[str], str]],
    form: str,
    name: str,
) -> None:
    values, _ = profile(name)
    (key_id,) = [each for each in values if each.startswith("AKIA")]
    assert key_id in revealed(form.format(written(key_id.encode(), ALPHABETS[name])))


@given(content=st.binary(max_size=200))
def test_words_are_what_python_reads(content: bytes) -> None:
    assert base85.words(base64.b85encode(content)) == content
    assert base85.adobe(base64.a85encode(content)) == content


def test_lines_of_a_block_without_signs(
    revealed: Callable[[str], set[str]], profile: Callable[[str], tuple[set[str], str]]
) -> None:
    values, text = profile("lines")
    encoded = base64.b85encode(text.encode()).decode()
    lines = [encoded[at : at + 75] for at in range(0, len(encoded), 75)]
    assert values <= revealed("x:\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    "text", [b"x <~ y ~> z", b"<~", b"<~A", b"<~AAAAA", b"if (a <~b) { } ~> ", b"<~\x80\x80~>" * 9]
)
def test_what_only_looks_like_it(peel: Any, text: bytes) -> None:
    assert not [made for made in peel(text) if b"AKIA" in made.data]


def test_zeros_are_budgeted_before_they_are_made(peel: Any, reasons: Any) -> None:
    budget = Budget(size=1 << 20)
    list(peel(b"<~" + base64.a85encode(b"some text " * 200) + b"z" * (1 << 20) + b"~>", budget))
    assert reasons(budget) == ["decoder-limit"]
