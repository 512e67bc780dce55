"""Values in texts: whole, in pieces with signs between them, many at once, one in another."""

from __future__ import annotations

import string
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.masking import SEAM
from scanner.engine.value_search import ValueSearch
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

_MADE = Generator(3)
KEY_ID, SECRET, TOKEN = _MADE.access_key_id(), _MADE.secret_access_key(), _MADE.session_token()
MANY = [_MADE.secret_access_key() for _ in range(30)]
"""More than are searched for one by one."""
Search = Callable[..., ValueSearch]


@pytest.fixture(params=["few", "many"])
def search(request: pytest.FixtureRequest) -> Search:
    def make(*values: str) -> ValueSearch:
        more = MANY if request.param == "many" else []
        return ValueSearch({each: Secret(each.encode()).redacted() for each in (*values, *more)})

    return make


BETWEEN = ("/", "!/", "\\", " <", ".", "-", "_", "%", " ", "\u2215", "\udcff", "//", "/./", "🙂")


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("value", [KEY_ID, SECRET, TOKEN])
def test_halves(value: str, between: str, search: Search) -> None:
    half = len(value) // 2
    masked = search(value).masked(f"src/{value[:half]}{between}{value[half:]}.txt")
    assert masked == f"src/{Secret(value.encode()).redacted()}.txt"


@pytest.mark.parametrize("between", [".zip!/", ".d/", ".tar\\", f".gz{SEAM}"])
def test_the_extension_of_a_directory(between: str, search: Search) -> None:
    masked = search(SECRET).masked(f"x/{SECRET[:15]}{between}{SECRET[15:]}")
    assert masked.split(SEAM)[0] == f"x/{Secret(SECRET.encode()).redacted()}"
    assert search("first.second.third").masked("first.second.third/x") == "****/x"


@given(st.lists(st.integers(1, 39), max_size=6), st.sampled_from(["/", "!/", " <", "."]))
def test_pieces(cuts: list[int], between: str) -> None:
    edges = [0, *sorted(set(cuts)), len(SECRET)]
    pieces = [SECRET[start:end] for start, end in pairwise(edges)]
    masked = ValueSearch({SECRET: "****"}).masked(f"a/{between.join(pieces)}/b")
    assert not any(piece in masked for piece in pieces if len(piece) > 3)


def test_a_seam_stays(search: Search) -> None:
    masked = search(KEY_ID).masked(f"x/{KEY_ID[:9]}{SEAM}{KEY_ID[9:]}/y")
    assert masked.split(SEAM) == [f"x/AKIA****{KEY_ID[-4:]}", "****/y"]


def test_signs_at_the_ends_are_part_of_a_value(search: Search) -> None:
    value = f"/{SECRET[1:-1]}+=="
    assert search(value).masked(f"a {value} b") == "a /" + value[1] + "****== b"


def test_values_that_overlap_leave_nothing(search: Search) -> None:
    one, other = SECRET[:30], SECRET[20:]
    assert search(one, other).masked(f"a {SECRET} b").split("****")[0] == f"a {SECRET[:2]}"
    assert len(search(one, other).masked(SECRET)) == len("xx****xx")


def test_a_value_inside_another(search: Search) -> None:
    inner = SECRET[5:25]
    masked = search(SECRET, inner).masked(f"{SECRET} {inner}")
    assert masked == " ".join(Secret(each.encode()).redacted() for each in (SECRET, inner))


@pytest.mark.parametrize("value", ["%41%42%43", "päss", "<>?:|{}+_)(*&^"])
def test_a_short_value_is_one_as_it_is(value: str, search: Search) -> None:
    assert search(value).masked(f"a{value}b") == "a****b"
    spread = "/".join(value)
    assert search(value).masked(spread) == spread


def test_what_is_in_no_text_is_left_out(search: Search) -> None:
    present = search(KEY_ID, SECRET).present(["a", f"{KEY_ID[:5]}/{KEY_ID[5:]}"])
    assert list(present) == [KEY_ID]


@given(st.text(string.printable, max_size=60))
def test_other_texts_stay(text: str) -> None:
    assert ValueSearch({SECRET: "****"}).masked(text) == text


def test_nothing_is_found_without_values() -> None:
    assert ValueSearch({}).masked("text") == "text"
    assert ValueSearch({"": "x"}).present(["text"]) == {}
