"""Compressed content inside base64 and hexadecimal, and what only begins like it."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import lzma
import zlib
from functools import partial

import pytest

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
}
ENCODE = {
    "base64": base64.b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 in indented lines": lambda content: base64.encodebytes(content).replace(b"\n", b"\n  "),
    "digits": lambda content: content.hex().encode(),
    "capital digits": lambda content: content.hex().upper().encode(),
    "digits of C": lambda content: b"0x" + content.hex().encode(),
    "digits of PostgreSQL": lambda content: b"\\x" + content.hex().encode(),
}
URL_SAFE = ("gzip", "zlib 6", "zlib 9")
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
