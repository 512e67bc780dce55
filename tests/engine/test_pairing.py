"""Which key ID goes with which secret: partners are known, layouts vary."""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scanner.engine import pairing
from scanner.engine.pairing import Spot, pair


class Text:
    """A text that is put together from words and spots, so that positions need not be counted."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.size = 0
        self.ids: list[Spot] = []
        self.secrets: list[Spot] = []

    def put(self, words: str) -> Text:
        self.pieces.append(words)
        self.size += len(words)
        return self

    def key_id(self, name: object, rank: int = 0) -> Text:
        value = f"I{name}".ljust(20, "i")
        self.ids.append(Spot(self.size, self.size + 20, value.encode(), rank))
        return self.put(value)

    def secret(self, name: object, rank: int = 0, reach: int = 0) -> Text:
        value = f"S{name}".ljust(40, "s")
        self.secrets.append(Spot(self.size, self.size + 40, value.encode(), rank, reach))
        return self.put(value)

    def paired(self) -> list[tuple[str, str]]:
        """Return the names of the partners, by position of the key ID."""
        text = "".join(self.pieces).encode()
        found = pair(text, self.ids, self.secrets)
        assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found)
        names = [
            (self.ids[i].value.decode().strip("Ii"), self.secrets[j].value.decode().strip("Ss"))
            for i, j in found
        ]
        return sorted(names)


def write(layout: str) -> Text:
    """Return the text of a layout in which `I1` is key ID 1 and `S1` secret 1."""
    text = Text()
    for word in layout.replace("\n", " \n ").split(" "):
        if word[:1] == "I" and word[1:].isdigit():
            text.key_id(word[1:])
        elif word[:1] == "S" and word[1:].isdigit():
            text.secret(word[1:])
        else:
            text.put(word or " ")
    return text


@pytest.mark.parametrize(
    ("layout", "partners"),
    [
        ("id I1 key S1", "11"),
        ("key S1 id I1", "11"),
        ("I1\nS1\nI2\nS2", "11 22"),
        ("S1\nI1\nS2\nI2", "11 22"),
        ("I1 , S1 , I2 , S2 , I3 , S3", "11 22 33"),
        # One left over: it is the one that stands apart.
        ("I0\n\n\nI1\nS1", "11"),
        ("I1\nS1\n\n\nI2", "11"),
        ("S0\n\n\nI1\nS1\n\n\nI2\nS2", "11 22"),
        ("I1\nS1\n\n\nS3\n\n\nI2\nS2", "11 22"),
        # Sections, objects, documents.
        ("[a]\nI1\nS1\n[b]\nS2\nI2\n[c]\nI3\nS3", "11 22 33"),
        ("{\nI1\n\nS1\n}\n{\nI2\n\nS2\n}", "11 22"),
        ("{\nS1\n\nI1\n}\n{\nS2\n\nI2\n}", "11 22"),
        ("---\nI1\nS1\n---\nS2\nI2", "11 22"),
        # Lists of one kind each.
        ("[ I1 , I2 , I3 ]\n[ S1 , S2 , S3 ]", "11 22 33"),
        ("[ S1 , S2 ]\n[ I1 , I2 ]", "11 22"),
        ("I1\nI2\nS1\nS2", "11 22"),
        ("I1\nI2\nI3\nS1\nS2\nS3\nI4\nI5\nS4\nS5", "11 22 33 44 55"),
        ("I1\nI2\nS1\nS2\nS3\nS4\nI3\nI4", "11 22 33 44"),
        # The same key ID again, as in a comment above its definition.
        ("for I1 :\nI1\nS1", "11"),
        ("for I1 :\nI1\nS1\n\nfor I2 :\nI2\nS2", "11 22"),
        ("I1\nS1\n\n\n\nuse I1 here\n\n\n\nI2\nS2", "11 22"),
        # The same key ID with two secrets, one secret with two key IDs.
        ("[a]\nI1\nS1\n[b]\nI1\nS2", "11 12"),
        ("[a]\nI1\nS1\n[b]\nI2\nS1", "11 21"),
        # A copy of one half does not take a stranger.
        ("I1\nS1\n\n\n\nI1\n\n\n\nS9", "11"),
        ("I1\nS1\n\n\n\nS1\n\n\n\nI9", "11"),
        ("I1\nI2", ""),
        ("S1", ""),
        ("", ""),
    ],
)
def test_layouts(layout, partners):
    expected = [(pair[0], pair[1]) for pair in partners.split()]
    assert write(layout).paired() == expected


@pytest.mark.parametrize("distance", [10, 1000, 5000, 100_000, 5_000_000])
@pytest.mark.parametrize("filler", ["x", "\n", "\n\n}\n"])
def test_any_distance(distance, filler):
    text = Text().key_id(1).put(filler * (distance // len(filler))).secret(1)
    assert text.paired() == [("1", "1")]


def test_a_possible_key_id_goes_before_an_impossible_one():
    assert Text().key_id(1).put("\n").key_id(2, rank=2).put("\n").secret(1).paired() == [("1", "1")]
    assert Text().key_id(2, rank=2).put("\n").secret(1).paired() == [("2", "1")]


def test_a_named_secret_goes_before_a_nameless_one():
    text = Text().key_id(1).put("\ntoken: ").secret(9, rank=1).put("\nsecret: ").secret(1)
    assert text.paired() == [("1", "1")]


def test_what_is_joined_by_punctuation_belongs_together_whatever_its_name():
    text = Text().key_id(1).put(":").secret(1, rank=1).put("\nsecret: ").secret(2)
    assert text.paired() == [("1", "1")]


@pytest.mark.parametrize(("gap", "partner"), [(30, "1"), (60, "2")])
def test_a_line_break_counts_like_some_forty_bytes(gap, partner):
    text = Text().secret(1).put("x" * gap).key_id(1).put("\n").secret(2)
    assert text.paired() == [("1", partner)]


def test_one_block_goes_before_the_next_one():
    """However near the next one begins."""
    text = Text().key_id(1).put("x" * 1200).secret(1).put("\n\n").key_id(2)
    assert text.paired() == [("1", "1")]


BORDERS = "\n\nx\n\n"


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        # Within one block of 1,500 bytes, what is nearer is paired before what is further away.
        ("x" * 1400, "x" * 1000, "x" * 2500),
        ("x" * 1400, "x" * 1000, "\n\n"),
        # The same across two borders, before what is 6,000 bytes or three borders away.
        (BORDERS + "x" * 1500, BORDERS + "x" * 900, "x" * 8000),
        (BORDERS + "x" * 1500, BORDERS + "x" * 900, "\n\n}\n" * 2 + "\n"),
    ],
)
def test_the_nearest_go_first_even_if_others_are_then_far_apart(first, second, third):
    text = Text().key_id(1).put(first).secret(1).put(second).key_id(2).put(third).secret(2)
    assert text.paired() == [("1", "2"), ("2", "1")]


@pytest.mark.parametrize(("inside", "is_list"), [(190, True), (290, False)])
def test_a_list_is_not_much_wider_inside_than_it_is_away_from_the_other_one(inside, is_list):
    text = Text().key_id(1).put("x" * inside).key_id(2).put("x" * 100)
    text.secret(1).put("x" * inside).secret(2)
    assert text.paired() == ([("1", "1"), ("2", "2")] if is_list else [("1", "2"), ("2", "1")])


@pytest.mark.parametrize(("length", "partner"), [(16, "1"), (17, "2")])
def test_what_joins_a_pair_is_short(length, partner):
    text = Text().key_id(1).put(":" * length).secret(1, rank=1).put("\nsecret: ").secret(2)
    assert text.paired() == [("1", partner)]


def test_reach_limits_a_doubtful_secret():
    near = Text().key_id(1).put("x" * 900).secret(1, rank=2, reach=1000)
    far = Text().key_id(1).put("x" * 1100).secret(1, rank=2, reach=1000)
    assert near.paired() == [("1", "1")]
    assert far.paired() == []


def test_an_impossible_pair_does_not_cost_another_key_its_secret():
    text = Text().key_id(1, rank=2).put("\n").secret(1).put("\n\n\n").key_id(2).put("\n").secret(2)
    assert text.paired() == [("1", "1"), ("2", "2")]


# -- any consistent layout ------------------------------------------------------------------------


class Layout(NamedTuple):
    """A record as it is written again and again."""

    head: str
    between: str
    tail: str
    secret_first: bool


def width(words: str) -> int:
    """Return what stands between two neighbours as a cost."""
    text = f" {words} ".encode()
    return pairing._cost(text, Spot(0, 0, b""), Spot(len(text), len(text), b""))


JUNK = st.text(alphabet="abc ,;:=\"'|{}()[]<>/\n\t", max_size=120)
LAYOUTS = st.builds(Layout, JUNK, JUNK, JUNK, st.booleans())


@given(LAYOUTS, st.integers(1, 40), st.text(alphabet="abc =\n{}", max_size=300))
@settings(max_examples=settings().max_examples * 4, deadline=None)
def test_partners_are_found_in_any_consistent_list(layout, number, preamble):
    # A record may be wider inside than the space between two records, as long as it is one block.
    inside, outside = width(layout.between), width(layout.tail + " " + layout.head)
    assume(inside <= max(1500, outside))
    text = Text().put(preamble)
    for n in range(1, number + 1):
        text.put(layout.head + " ")
        first, second = (
            (text.secret, text.key_id) if layout.secret_first else (text.key_id, text.secret)
        )
        first(n)
        text.put(" " + layout.between + " ")
        second(n)
        text.put(" " + layout.tail)
    assert text.paired() == sorted((str(n), str(n)) for n in range(1, number + 1))


@given(
    st.integers(1, 40),
    st.booleans(),
    st.text(alphabet="abc ,\n", min_size=1, max_size=30),
    st.text(alphabet="abc ,=[]", min_size=1, max_size=60),
)
@settings(max_examples=settings().max_examples * 2, deadline=None)
def test_partners_are_found_in_two_parallel_lists(number, secrets_first, separator, between):
    text = Text()
    kinds = [text.secret, text.key_id] if secrets_first else [text.key_id, text.secret]
    for kind in kinds:
        for n in range(1, number + 1):
            kind(n)
            text.put(separator)
        text.put(between * 3)
    assert text.paired() == sorted((str(n), str(n)) for n in range(1, number + 1))


@given(
    st.lists(
        st.tuples(
            st.sampled_from("IS"), st.integers(0, 5), st.integers(0, 3), st.integers(0, 9000)
        ),
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=settings().max_examples * 2, deadline=None)
def test_every_occurrence_is_used_once_and_none_is_left_that_could_be_paired(spots, rng):
    text = Text()
    for kind, name, rank, gap in spots:
        text.put(rng.choice("x\n") * gap)
        (text.key_id if kind == "I" else text.secret)(name, rank)
    found = pair("".join(text.pieces).encode(), text.ids, text.secrets)
    ids, secrets = [i for i, _ in found], [j for _, j in found]
    assert len(set(ids)) == len(ids)
    assert len(set(secrets)) == len(secrets)
    # What is left over is a copy of something that has a partner, or there is nothing to pair with.
    paired = {text.ids[i].value for i in ids} | {text.secrets[j].value for j in secrets}
    free_ids = {spot.value for spot in text.ids} - paired
    free_secrets = {spot.value for spot in text.secrets} - paired
    assert not (free_ids and free_secrets)


# -- cost -----------------------------------------------------------------------------------------


def work(monkeypatch, text: Text) -> int:
    """Return how often two spots were weighed against one another."""
    calls = 0
    cost = pairing._cost

    def counted(*args):
        nonlocal calls
        calls += 1
        return cost(*args)

    monkeypatch.setattr(pairing, "_cost", counted)
    text.paired()
    monkeypatch.setattr(pairing, "_cost", cost)
    return calls


def shuffled(number: int) -> Text:
    rng = random.Random(7)
    text = Text()
    for n in range(number):
        rng.choice((text.key_id, text.secret))(n, rng.randrange(3))
        text.put(rng.choice((" ", "\n\n", "x" * 3000)))
    return text


def parallel(number: int) -> Text:
    text = Text()
    for kind in (text.key_id, text.secret):
        for n in range(number):
            kind(n).put(",")
    return text


@pytest.mark.parametrize("make", [shuffled, parallel])
def test_the_work_is_in_proportion_to_the_number_of_spots(make, monkeypatch):
    small, large = (work(monkeypatch, make(number)) for number in (500, 2000))
    assert large < 5 * small + 100
