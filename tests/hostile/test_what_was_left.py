"""What could not be decoded: said once and in bounds, and never lost."""

from __future__ import annotations

import bz2
import gzip
import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scanner.content import Layer
from scanner.decoders.interface import MOST_LEFT, Budget, Decoder, Description
from scanner.engine.catalogue import Catalogue
from scanner.engine.defects import INTERNAL
from scanner.engine.examine import Examiner
from scanner.engine.gather import gather
from scanner.kinds.examples import expand
from scanner.rulebook import load_rules

PAIR = "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
PLANTED = expand(PAIR, "planted").encode()
DAMAGED, LIMIT = "damaged-archive", "decoder-limit"


def left(data: bytes) -> list[tuple[str, str]]:
    return gather(Catalogue(()), Layer(data)).problems


def members(number: int, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for each in range(number):
            archive.writestr(f"{each}", content)
    return stream.getvalue()


def with_method(data: bytes, method: int) -> bytes:
    for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        pieces = data.split(mark)
        data = mark.join(
            [pieces[0], *(p[: at - 4] + bytes((method, 0)) + p[at - 2 :] for p in pieces[1:])]
        )
    return data


MANY: dict[str, Callable[[int], bytes]] = {
    "damaged members": lambda n: members(n, gzip.compress(b"some content", mtime=0)[:-10]),
    "members that cannot be opened": lambda n: members(n, b"7z\xbc\xaf\x27\x1c" + bytes(30)),
    "members of an unknown method": lambda n: with_method(members(n, b"x"), 77),
    "two kinds in turn": lambda n: gzip.compress(
        members(n, b"7z\xbc\xaf\x27\x1c" + gzip.compress(b"some content")[:-10])
    ),
    "in an archive in an archive": lambda n: members(
        1, bz2.compress(with_method(members(n, b"x"), 77))
    ),
}


@pytest.mark.parametrize("what", MANY)
def test_thousands_of_notes_have_a_limit_and_a_number(what: str) -> None:
    few, many = left(MANY[what](MOST_LEFT - 1)), left(MANY[what](2 * MOST_LEFT + 7))
    assert {reason for reason, _ in few} == {reason for reason, _ in many}
    assert len(few) == len(set(few)) >= MOST_LEFT - 1
    assert len([detail for _, detail in many if "more of these" not in detail]) == MOST_LEFT
    assert [detail for _, detail in many if "more of these" in detail] == [
        f"{MOST_LEFT + 7} more of these"
    ]


def test_each_note_is_kept_once_whatever_is_between() -> None:
    budget = Budget()
    for number in range(1000):
        budget.leave(LIMIT, f"{number % 3}")
        budget.leave(DAMAGED, f"{number % 2}")
    assert sorted(budget.left) == [(DAMAGED, "0"), (DAMAGED, "1"), *((LIMIT, x) for x in "012")]
    assert budget.further() == []


def test_damage_in_a_window_is_a_limit_after_any_number_of_notes() -> None:
    budget = Budget()
    for number in range(2 * MOST_LEFT):
        budget.leave(DAMAGED, f"{number}")
    budget.in_part = True
    budget.leave(DAMAGED, "cut")
    assert any(reason == LIMIT and detail.startswith("cut") for reason, detail in budget.left)


# -- a decoder with a defect ------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Make a module of the decoders one that cannot be imported."""
    from scanner import decoders

    def make(name: str) -> None:
        monkeypatch.setitem(sys.modules, f"scanner.decoders.{name}", None)  # type: ignore[arg-type]
        decoders._member.cache_clear()

    yield make
    decoders._member.cache_clear()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("percent", PLANTED + b"%41"),
        ("json_string", PLANTED + b'"\\u0041"'),
        ("colours", PLANTED.replace(b" = ", b" = \x1b[1m")),
        ("gzip_file", gzip.compress(PLANTED) + PLANTED),
        ("zip_archive", members(1, PLANTED)),
        ("utf16", PLANTED.decode().encode("utf-16") + PLANTED),
        ("not_opened", b"%PDF-1.7\n/Encrypt\n" + PLANTED),
        ("git_pack", b"PACK\0\0\0\2\0\0\0\1" + PLANTED),
    ],
)
def test_a_decoder_that_cannot_be_imported(
    name: str, data: bytes, broken: Callable[[str], None], verdict: Any
) -> None:
    before = verdict(data)
    broken(name)
    assert before == "found"
    assert verdict(data) in ("found", "incomplete")


@pytest.mark.parametrize("name", ["percent", "gzip_file", "colours"])
def test_it_makes_the_scan_incomplete(name: str, broken: Callable[[str], None]) -> None:
    broken(name)
    data = {"gzip_file": gzip.compress(b"x")}.get(name, PLANTED + b"%41\x1b[0m")
    notices = Examiner(load_rules((), ())).examine("file", data).tally.notices
    assert [(each.reason, each.hides) for each in notices] == [(INTERNAL, True)]


def test_a_decoder_that_fails_at_its_call_costs_nothing_else() -> None:
    def fails(*_: object) -> Iterator[Layer]:
        raise RuntimeError

    decoder = Decoder("fails", ((0, b"#"),), (), fails, Description("", "", ""))
    catalogue = Catalogue(load_rules((), ()), (decoder,))
    gathered = gather(catalogue, Layer(b"# " + PLANTED))
    assert gathered.parts
    assert [reason for reason, _ in gathered.problems] == [INTERNAL]
