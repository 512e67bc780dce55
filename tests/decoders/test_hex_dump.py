"""Dumps: what `xxd`, `hexdump` and `od` write, and where the bytes are in it."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import hex_dump
from scanner.decoders.interface import Budget


def shown(row: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)


def xxd(content: bytes, columns: int = 16, group: int = 2, capital: bool = False) -> bytes:
    lines = []
    for at in range(0, len(content), columns):
        row = content[at : at + columns]
        digits = " ".join(row[each : each + group].hex() for each in range(0, len(row), group))
        width = columns * 2 + (columns - 1) // group
        digits = digits.upper() if capital else digits
        lines.append(f"{at:08x}: {digits:<{width}}  {shown(row)}\n")
    return "".join(lines).encode()


def canonical(content: bytes) -> bytes:
    lines = []
    for at in range(0, len(content), 16):
        row = content[at : at + 16]
        digits = f"{row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}"
        lines.append(f"{at:08x}  {digits}  |{shown(row)}|\n")
    return ("".join(lines) + f"{len(content):08x}\n").encode()


def octal(content: bytes) -> bytes:
    rows = ((at, content[at : at + 16]) for at in range(0, len(content), 16))
    lines = [f"{at:07o} {row.hex(' ')}\n" for at, row in rows]
    return ("".join(lines) + f"{len(content):07o}\n").encode()


def words(content: bytes) -> bytes:
    content += b"\n" * (len(content) % 2)
    lines = []
    for at in range(0, len(content), 16):
        row = content[at : at + 16]
        pairs = (row[each : each + 2][::-1].hex() for each in range(0, len(row), 2))
        lines.append(f"{at:07x} {' '.join(pairs)}\n")
    return "".join(lines).encode()


def wireshark(content: bytes) -> bytes:
    rows = ((at, content[at : at + 16]) for at in range(0, len(content), 16))
    return "".join(f"{at:04x}  {row.hex(' '):<48}  {shown(row)}\n" for at, row in rows).encode()


encode = xxd
"""The form in which test_registry.py has its content."""
# The value is the second and third line, and a part of each.
EXAMPLE = (xxd(b"-" * 24 + b"VALUE OF TWELVE" + b"-" * 20), b"VALUE OF TWELVE", (2, 31, 3, 28))

FORMS = {
    "xxd": xxd,
    "xxd of bytes": lambda content: xxd(content, group=1),
    "xxd of four": lambda content: xxd(content, group=4, capital=True),
    "xxd of 30 columns": lambda content: xxd(content, columns=30),
    "xxd of 7 columns": lambda content: xxd(content, columns=7),
    "canonical": canonical,
    "octal": octal,
    "words": words,
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30, deadline=None)
@given(before=st.binary(max_size=60), after=st.binary(max_size=60), seed=st.integers(0, 999))
def test_every_form_comes_out_and_leads_back(peel, secret, form, before, after, seed):
    value = secret(seed)
    source = FORMS[form](before + value + after)
    made = next(each for each in peel(source) if value in each.data)
    start = made.data.index(value)
    assert made.data[: len(before)] == before
    low, high = made.ground(start, start + 40)[1:]
    first, last = value[0], value[-1]
    if form == "words":
        first, last = sorted(source[low : low + 2]), sorted(source[high - 2 : high])
        return
    assert source[low : low + 2].lower() == b"%02x" % first
    assert source[high - 2 : high].lower() == b"%02x" % last


@pytest.mark.parametrize("form", [xxd, canonical, wireshark])
@pytest.mark.parametrize("before", [b"# Log\n\n", b"x\n" * 3000, b"dead beef\n"])
def test_dump_in_another_text(peel, key_id, secret, form, before):
    content = b"-" * 32 + key_id(1)[:20] + b"." * 12 + secret(1) + b"\n"
    source = before + form(content) + b"\nThat is it.\n"
    assert any(secret(1) in each.data for each in peel(source))


def test_repeated_lines_do_not_end_it(peel, secret):
    lines = canonical(b"\0" * 64 + secret(2)).splitlines(keepends=True)
    source = b"".join([lines[0], b"*\n", *lines[4:]])
    assert any(secret(2) in each.data for each in peel(source))


@pytest.mark.parametrize(
    "program",
    [["xxd"], ["hexdump"], ["hexdump", "-C"], ["od", "-t", "x1"], ["od", "-A", "x", "-x"]],
)
def test_what_the_programs_write(peel, secret, program):
    if not shutil.which(program[0]):
        pytest.skip(f"{program[0]} is not there")
    content = random.Random(1).randbytes(100) + secret(3) + b"\n"
    source = subprocess.run(program, input=content, stdout=subprocess.PIPE, check=True).stdout
    assert any(secret(3) in each.data for each in peel(source))


@pytest.mark.parametrize(
    "source",
    [b"00000000", b"00000000: 41\n", b"00000000-0000-4000-8000-000000000000\n" * 3, b"0000000 x\n"],
)
def test_what_is_no_dump(peel, source):
    assert list(peel(source)) == []


def test_the_time_grows_with_the_size_only(key_id):
    # A key ID in each line: the dump around them is read once.
    source = xxd((key_id(1) + b"------------") * 4000)
    offsets = [at for at in range(len(source)) if source.startswith(b"AKIA", at)]
    assert len(offsets) > 3000
    assert len(list(hex_dump.decode(Layer(source), offsets, Budget()))) == 1
