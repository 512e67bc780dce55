"""What calls for a decoder: signatures at the head of content, and near its end."""

from __future__ import annotations

from typing import Final

import pytest

from scanner.decoders.interface import Decoder, Description, Ending
from scanner.engine.catalogue import END, Catalogue

_SIZE: Final = END + 5000


def called_by(ending: Ending, data: bytes, *, is_part: bool = False) -> bool:
    decoder = Decoder("made", (), (), lambda *_: iter(()), Description("", "", ""), ending)
    catalogue = Catalogue((), (decoder,))
    assert is_part or catalogue.is_encoded(data) == bool(catalogue.decoders_for(data))
    return bool(catalogue.decoders_for(data, is_part=is_part))


def with_magic(at: int, size: int = _SIZE, filler: bytes = b"\0") -> bytes:
    return filler * at + b"ustar" + filler * (size - at - 5)


@pytest.mark.parametrize(
    ("at", "anywhere", "in_steps"),
    [
        (_SIZE - END - 1, False, False),
        (_SIZE - END, True, False),
        (257 + 512 * 9, False, False),
        (257 + 512 * 10, True, True),
        (257 + 512 * 10 + 1, True, False),
        (257 + 512 * 100, True, True),
        (257 + 512 * 137, True, True),
        (_SIZE - 5, True, False),
    ],
)
def test_the_places_of_an_ending(at, anywhere, in_steps):
    data = with_magic(at)
    assert called_by(Ending(b"ustar"), data) is anywhere
    assert called_by(Ending(b"ustar", 257, 512), data) is in_steps
    # A window may begin anywhere in the whole.
    assert called_by(Ending(b"ustar", 257, 512), data, is_part=True) is anywhere


@pytest.mark.parametrize("size", [262, 300, 513, 769, 774, 1024])
def test_steps_of_content_that_is_shorter_than_its_end(size):
    ending = Ending(b"ustar", 257, 512)
    places = [at for at in range(size - 4) if called_by(ending, with_magic(at, size))]
    assert places == [at for at in (257, 769) if at <= size - 5]


def test_a_row_that_begins_alike_is_not_the_end_of_the_search():
    ending = Ending(b"ustar", 257, 512)
    data = with_magic(257 + 512 * 40, filler=b"u") + b"\0"
    assert data[257::512].count(b"u") > 100
    assert called_by(ending, data)
    assert not called_by(ending, data.replace(b"ustar", b"usual"))


def test_text_is_not_searched_for_endings():
    assert not called_by(Ending(b"ustar", 257, 512), with_magic(257, filler=b" "))
