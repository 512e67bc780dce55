"""Compressed content inside base64 and hexadecimal, and what only begins like it."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import lzma
import textwrap
import zlib
from functools import partial

import pytest
from backports import zstd

from scanner.decoders.interface import Budget
from scanner.decoders.packed import SAMPLE, is_packed


def url_safe(content: bytes) -> bytes:
    """Return `content` in the URL-safe alphabet, without padding, as a token has it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=")


COMPRESS = {
    "gzip": partial(gzip.compress, mtime=0),
    **{f"zlib {level}": partial(zlib.compress, level=level) for level in (1, 3, 6, 9)},
    "bzip2": bz2.compress,
    "bzip2 of small blocks": partial(bz2.compress, compresslevel=1),
    "xz": lzma.compress,
    "lzma": partial(lzma.compress, format=lzma.FORMAT_ALONE),
    "zstd": zstd.compress,
}
ENCODE = {
    "base64": base64.b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 in indented lines": lambda content: base64.encodebytes(content).replace(b"\n", b"\n  "),
    "base32": base64.b32encode,
    "base32 in lines": lambda content: textwrap.fill(
        base64.b32encode(content).decode(), 76
    ).encode(),
    "digits": lambda content: content.hex().encode(),
    "capital digits": lambda content: content.hex().upper().encode(),
    "digits of C": lambda content: b"0x" + content.hex().encode(),
    "digits of PostgreSQL": lambda content: b"\\x" + content.hex().encode(),
}
URL_SAFE = (
    *("gzip", "zlib 6", "zlib 9"),
    *("bzip2", "bzip2 of small blocks", "xz", "zstd"),
)
"""What is known by fewer characters than a run of base64 has."""
CONTENT = b"".join(b"%d = %d\n" % (number, number * number) for number in range(90))


@pytest.mark.parametrize("encode", ENCODE)
@pytest.mark.parametrize("compress", COMPRESS)
def test_it_comes_out(peel, compress, encode):
    packed = ENCODE[encode](COMPRESS[compress](CONTENT))
    for source in (packed, b'data = "%b"\nmore: 1\n' % packed, b"data: |\n  %b\n" % packed):
        assert CONTENT in [made.data for made in peel(source)]


@pytest.mark.parametrize("before", ['"', "'", "=", " ", "/", "https://kroki.example/plantuml/svg/"])
@pytest.mark.parametrize("compress", URL_SAFE)
def test_it_comes_out_of_the_url_safe_alphabet(peel, compress, before):
    for size in range(60, 90):  # another place of the first `-` or `_`
        content = CONTENT[size:]
        source = before.encode() + url_safe(COMPRESS[compress](content)) + b"\n"
        assert content in [made.data for made in peel(source)]


@pytest.mark.parametrize("encode", ENCODE)
def test_a_value_has_the_place_of_what_encodes_it(peel, encode):
    packed = ENCODE[encode](zlib.compress(b"x = VALUE of something\n"))
    source = b'a\nb = "%b"\n' % packed
    for made in peel(source):
        if made.decoder == "zlib":
            low, high = made.ground(4, 9)[1:]
            assert 0 <= source.index(packed) <= low < high <= len(source)
            break
    else:
        pytest.fail("nothing came out")


def test_hashes_and_words_stay(peel, reasons):
    hashes = [hashlib.sha256(b"%d" % at).digest() for at in range(40)]
    heads = [b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"\x78\x5e", b"BZh9", b"\x5d\0\0"]
    budget = Budget()
    for head in heads:
        for each in hashes:
            value = (head + each)[:32]
            if is_packed(value):
                continue  # one in some hundreds
            source = b"%b\n%b\n" % (value.hex().encode(), base64.b64encode(value + each))
            assert list(peel(source, budget)) == []
    assert reasons(budget) == []


@pytest.mark.parametrize("head", [b"\x78\x9c", b"\x78\xda", b"BZh9", b"\x5d\0\0"])
def test_few_hashes_are_like_it(head):
    hashes = [hashlib.sha512(b"%d" % at).digest() for at in range(2000)]
    assert sum(is_packed((head + each)[:SAMPLE]) for each in hashes) < 40


@pytest.mark.parametrize("times", [20, 80])
def test_many_in_one_run_are_not_decoded_from_each_to_the_end(peel, times):
    source = (b"/" + base64.b64encode(zlib.compress(b"x" * 90)).rstrip(b"=")) * times
    budget = Budget()
    list(peel(source, budget))
    assert budget.spent_bytes < 40 * len(source)


WIDE = {
    "base64": lambda content: base64.b64encode(content).rstrip(b"="),
    "URL-safe base64": url_safe,
    "base32": lambda content: base64.b32encode(content).rstrip(b"="),
    "digits": lambda content: content.hex().encode(),
}
PLACES = {
    "alone": b"%b\n",
    "with carriage returns": b"x:\r\n%b\r\n",
    "indented": b"data: |\n    %b\n    rest: 1\n",
    "in a diff": b'@@ -1 +1 @@\n+x = """\n%b\n',
    "in JSON": b'{"lines": "%b\\n"}',
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("encode", WIDE)
@pytest.mark.parametrize("compress", ["gzip", "zlib 9", "bzip2", "xz", "zstd"])
def test_values_in_lines_of_one_width(peel, compress, encode, place):
    """Without padding they look like the lines of one value."""
    if (compress, encode) == ("zlib 9", "URL-safe base64"):
        place = "in JSON"  # a quotation mark has to be before it: see docs/decoders.md
    by_width: dict[int, list[bytes]] = {}
    for number in range(60):
        content = CONTENT[number : 200 + number % 3]
        encoded = WIDE[encode](COMPRESS[compress](content))
        by_width.setdefault(len(encoded), []).append(content)
    contents = max(by_width.values(), key=len)[:3]
    assert len(contents) == 3

    separator = {"indented": b"\n    ", "in JSON": b"\\n", "with carriage returns": b"\r\n"}
    lines = [WIDE[encode](COMPRESS[compress](content)) for content in contents]
    source = PLACES[place] % separator.get(place, b"\n").join(lines)
    assert set(contents) <= {made.data for made in peel(source)}


@pytest.mark.parametrize("form", ["0x%02x", "0x%02X"])
@pytest.mark.parametrize("separator", [", ", ",", ",\n  ", ",\r\n    "])
@pytest.mark.parametrize("compress", ["gzip", "zlib 6", "zlib 9"])
def test_a_file_as_an_array_of_c(peel, compress, separator, form):
    packed = COMPRESS[compress](CONTENT)
    # `xxd -i` has twelve in a line.
    head = ", " if "\n" in separator else separator
    numbers = [form % byte for byte in packed]
    lines = [head.join(numbers[at : at + 12]) for at in range(0, len(numbers), 12)]
    source = f"unsigned char page_gz[] = {{\n  {separator.join(lines)}\n}};\n"
    assert CONTENT in [made.data for made in peel(source.encode())]
