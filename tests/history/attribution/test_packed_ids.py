"""IDs in little memory, against lists and dictionaries of them."""

from __future__ import annotations

import random
from array import array

import pytest

from scanner.history.attribution.packed_ids import PackedIds, Parents, Places, places_of


@pytest.mark.parametrize("size", [20, 32])
def test_ids(size: int) -> None:
    rng = random.Random(1)
    # Some begin with the same bytes, so that lists of more than one are searched.
    starts = (b"ab", b"ac", b"\0\0", rng.randbytes(2), rng.randbytes(2))
    names = [rng.choice(starts) + rng.randbytes(size - 2) for _ in range(300)]
    ids = PackedIds(bytearray(b"".join(names)), size)
    plain = [name.hex() for name in names]
    assert (len(ids), list(ids), ids[3], ids[-1], ids[2:9:3]) == (
        300, plain, plain[3], plain[-1], plain[2:9:3],
    )  # fmt: skip
    assert ids == plain
    assert ids != plain[1:]
    with pytest.raises(IndexError):
        ids[300]

    places = Places(ids)
    later = rng.randbytes(size).hex()
    ids.append(later)
    assert later not in places
    places[later] = 300
    expected = {**{name: at for at, name in enumerate(plain)}, later: 300}
    assert dict(places) == expected
    assert len(places) == 301
    assert {plain[5], "no ID", "ab", rng.randbytes(size).hex()} - places.keys() != set()
    for name in ("", "no ID", "ab", "ff" * size, "0" * 2 * size):
        assert places.get(name, -1) == -1


def test_places_of_many() -> None:
    rng = random.Random(2)
    names = [rng.randbytes(1) + rng.randbytes(19) for _ in range(500)]
    wanted = [*rng.choices(names, k=300), rng.randbytes(20), names[0][:1] + bytes(19)]
    found = places_of(b"".join(wanted), b"".join(names), 20)
    assert found == array("i", [names.index(name) if name in names else -1 for name in wanted])
    assert places_of(b"", b"", 20) == array("i")


def test_parents() -> None:
    parents = Parents()
    rows = [(), (0,), (1, 0), (2,)]
    for row in rows:
        parents.append(row)
    assert (list(parents), parents[2], parents[-1:], len(parents)) == (rows, (1, 0), [(2,)], 4)
    assert parents == rows
    assert parents != rows[1:]
