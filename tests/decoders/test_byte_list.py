"""Bytes that are written as numbers, and what is no list of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from scanner.content import Layer
from scanner.decoders.interface import Budget
from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

MADE = Generator("list")
KEY_ID, SECRET = MADE.access_key_id(), MADE.secret_access_key()
PROFILE = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n".encode()


def encode(content: bytes) -> bytes:
    """Return `content` as an array in C, for test_registry.py."""
    return b"char x[] = {%b};" % b", ".join(b"0x%02x" % byte for byte in content)


EXAMPLE = (
    b"key = [65, 75,\n 73, 65, 65, 75, 73, 65, 88]",
    b"AKIAX",
    (2, 10, 2, 28),
)


def lines_of(form: str, joint: str, width: int) -> Callable[[bytes], str]:
    def write(content: bytes) -> str:
        lines = (content[at : at + width] for at in range(0, len(content), width))
        return ",\n  ".join(joint.join(form.format(byte) for byte in line) for line in lines)

    return write


FORMS: dict[str, Callable[[bytes], str]] = {
    "a buffer": lambda content: json.dumps({"type": "Buffer", "data": list(content)}),
    "a compact buffer": lambda content: json.dumps(
        {"type": "Buffer", "data": list(content)}, separators=(",", ":")
    ),
    "a buffer, a number to a line": lambda content: json.dumps(
        {"type": "Buffer", "data": list(content)}, indent=2
    ),
    "a buffer that is shown": lambda content: f"<Buffer {content.hex(' ')}>",
    "xxd -i": lines_of("0x{:02x}", ", ", 12),
    "an array in Go": lines_of("0x{:X}", ", ", 999),
    "an array in Java": lines_of("{}", ", ", 20),
    "colons": lambda content: content.hex(":"),
    "blanks, in capitals": lambda content: content.hex(" ").upper(),
    "the registry": lambda content: '"x"=hex:' + content.hex(",").replace("0a,", "0a,\\\r\n  "),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_profile_as_numbers(form: str) -> None:
    text = f"before\n{FORMS[form](PROFILE)}\nafter\n"
    found = scan_bytes(text.encode(), "x", shipped_rules())
    assert [{each.reveal().decode() for each in f.values.values()} for f in found] == [
        {KEY_ID, SECRET}
    ]


@pytest.mark.parametrize(
    "text", ["65, 75, 73, 651", "0x41, 0x4b, 0x49", "41 4b 49 41 4", ': "Buffer", "data": "x"']
)
def test_few_numbers_are_no_credential(text: str) -> None:
    assert scan_bytes(text.encode(), "x", shipped_rules()) == []


def test_a_long_list_is_read_once(peel: Callable[..., Iterator[Layer]]) -> None:
    budget = Budget()
    source = b"[%b]" % b", ".join(b"%d" % byte for byte in b"AKIA" * 5000)
    made = [each for each in peel(source, budget) if each.decoder == "byte-list"]
    assert sum(len(each.data) for each in made) <= 20_000
