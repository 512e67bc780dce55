"""In-place decoders together: a planted value leads back to its encoded characters."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from scanner.content import Layer

Encode = Callable[[str], str]

PLAIN = st.text(
    string.ascii_letters + string.digits + " .,:;<>()[]{}#\t\n\r" + "é€😀", max_size=300
)
SEEDS = st.integers(0, 10_000)
ENCODERS: dict[str, Encode] = {
    "percent": lambda text: quote(text, safe=""),
    "json": lambda text: json.dumps(text).replace("/", "\\/"),
    "unicode": lambda text: "".join(f"\\u{ord(c):04x}" if c in "/+=" else c for c in text),
    "hexadecimal": lambda text: "".join(f"\\x{ord(c):02X}" if c in "/+=" else c for c in text),
}


def encode_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def spans(layers: list[Layer], value: bytes) -> set[tuple[int, int]]:
    """Return where `value` stands in the file, going by every layer that holds it."""
    found = set()
    for layer in layers:
        at = layer.data.find(value)
        while at >= 0:
            ground, start, end = layer.ground(at, at + len(value))
            assert ground.below is None
            found.add((start, end))
            at = layer.data.find(value, at + 1)
    return found


@pytest.mark.parametrize("name", ENCODERS)
@settings(max_examples=60, deadline=None)
@given(before=PLAIN, after=PLAIN, seed=SEEDS)
def test_escaped_secret_leads_back_to_its_escapes(peel, secret, name, before, after, seed):
    encode = ENCODERS[name]
    value = secret(seed)
    head = encode(f"{before} secret=").rstrip('"')
    middle = encode(value.decode()).strip('"')
    tail = encode(f" {after}").lstrip('"')
    source = f"x = {head}{middle}{tail}\n".encode()
    start = len(f"x = {head}".encode())
    assert spans(list(peel(source)), value) == {(start, start + len(middle))}


@pytest.mark.parametrize("outer", ENCODERS)
@pytest.mark.parametrize("inner", ENCODERS)
@settings(max_examples=25, deadline=None)
@given(before=PLAIN, after=PLAIN, seed=SEEDS)
def test_two_escapings_lead_back_through_both(peel, secret, outer, inner, before, after, seed):
    if outer == "percent" and inner in ("unicode", "hexadecimal"):
        return  # leaves no anchor: an escaped backslash is not looked for
    value = secret(seed)

    def twice(text: str) -> str:
        return ENCODERS[outer](ENCODERS[inner](text).strip('"')).strip('"')

    head, middle, tail = twice(f"{before} "), twice(value.decode()), twice(f" {after}")
    source = f"{head}{middle}{tail}".encode()
    start = len(head.encode())
    assert (start, start + len(middle)) in spans(list(peel(source)), value)


@pytest.mark.parametrize("outer", ENCODERS)
@settings(max_examples=40, deadline=None)
@given(before=PLAIN, after=PLAIN, seed=SEEDS, cut=st.integers(1, 90))
def test_base64_inside_escapes(peel, secret, key_id, outer, before, after, seed, cut):
    profile = f"{before} {key_id(seed).decode()}:{secret(seed).decode()} {after}"
    text = encode_base64(profile)
    lines = "\n".join(text[at : at + 76] for at in range(0, len(text), 76)) if cut > 45 else text
    encoded = ENCODERS[outer](f"/ {lines}").strip('"')
    source = f"'{encoded}'".encode()
    value = secret(seed)
    byte = len(f"{before} ".encode()) + 21
    first, last = byte * 8 // 6, -(-(byte + 40) * 8 // 6)
    # Where the characters that hold the bits of the secret stand: encode what is in front of them.
    start, end = (
        len(ENCODERS[outer](f"/ {lines[: _line_place(place, cut)]}").strip('"').encode()) + 1
        for place in (first, last - 1)
    )
    width = len(ENCODERS[outer](lines[_line_place(last - 1, cut)]).strip('"'))
    assert (start, end + width) in spans(list(peel(source)), value)


def _line_place(character: int, cut: int) -> int:
    return character + character // 76 if cut > 45 else character
