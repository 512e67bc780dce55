"""The account of a scan: tallies of several workers add up."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from scanner.tally import MOST_PLACES, Notice, SetAside, Tally

COUNTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(1, 9))
NOTICES = st.lists(st.builds(Notice, st.sampled_from("xy"), st.text(), st.text(), st.booleans()))


@given(st.lists(st.tuples(COUNTS, COUNTS, NOTICES, st.integers(0, 9)), max_size=5))
def test_tallies_add_up(parts):
    total = Tally()
    for skipped, aside, notices, number in parts:
        tally = Tally()
        for reason, count in skipped.items():
            tally.skip(reason, count)
        for reason, count in aside.items():
            tally.aside(reason, count)
        for notice in notices:
            tally.notice(notice)
        tally.blobs = number
        tally.bytes = 2 * number
        tally.commits = 3 * number
        total.add(pickle.loads(pickle.dumps(tally)))
    assert total.blobs == sum(number for *_, number in parts)
    assert total.bytes == 2 * total.blobs
    assert total.commits == 3 * total.blobs
    assert len(total.notices) == sum(len(notices) for *_, notices, _ in parts)
    assert sum(total.skipped.values()) == len(total.notices) + sum(
        sum(skipped.values()) for skipped, *_ in parts
    )
    assert sum(total.set_aside.values()) == sum(sum(aside.values()) for _, aside, *_ in parts)


def place(number: int) -> SetAside:
    return SetAside(f"{number:06}.py", "", 1, 1, "key_id", "placeholder")


def test_no_more_than_the_most_are_kept():
    tally = Tally()
    for number in range(10 * MOST_PLACES):
        tally.place([place(number)])
        assert len(tally.places) <= 2 * MOST_PLACES + 1
    tally.settle()
    assert tally.places == [place(number) for number in range(MOST_PLACES)]


@given(st.permutations(range(12)), st.integers(1, 12))
def test_the_way_of_sharing_out_does_not_matter(order, workers):
    step = MOST_PLACES // 4
    total = Tally()
    for worker in range(workers):
        own = Tally()
        for number in order[worker::workers]:
            own.place(place(each) for each in range(number * step, (number + 1) * step))
        own.settle()
        total.add(own)
    total.settle()
    assert total.places == [place(number) for number in range(MOST_PLACES)]
