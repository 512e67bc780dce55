"""Parts at one place: the one that knows most is kept."""

from __future__ import annotations

import pytest

from scanner.content import Layer
from scanner.engine.join import Occurrence
from scanner.engine.overlap import MISSHAPEN, apart
from scanner.findings import Confidence, Severity
from scanner.kinds.interface import Part
from scanner.secret import Secret

TEXT = Layer(b"x" * 200)
OTHER = Layer(b"x" * 200)


def occurrence(rule: str, start: int, end: int, *, role: str = "value", text: Layer = TEXT):
    value = Secret(b"%d" % start)
    part = Part(rule, role, value, text, start, end, Confidence.LOW, Severity.LOW, ())
    return Occurrence(part, text, start, end, text.place(start, end))


@pytest.mark.parametrize(
    ("start", "end"), [(10, 50), (10, 30), (20, 30), (20, 50), (0, 60), (5, 11), (49, 90)]
)
@pytest.mark.parametrize("role", ["value", "secret"])
def test_what_is_certain_takes_the_place_of_what_is_misshapen(
    start: int, end: int, role: str
) -> None:
    known = occurrence("known", start, end, role=role)
    misshapen = occurrence(MISSHAPEN, 10, 50)
    assert apart(sorted((misshapen, known), key=lambda o: (o.start, -o.end))) == [known]


@pytest.mark.parametrize(("start", "end"), [(0, 10), (50, 90)])
def test_neighbours_do_not(start: int, end: int) -> None:
    found = sorted(
        (occurrence(MISSHAPEN, 10, 50), occurrence("known", start, end)), key=lambda o: o.start
    )
    assert apart(found) == found


def test_nor_does_the_same_place_in_another_text() -> None:
    found = [occurrence(MISSHAPEN, 10, 50), occurrence("known", 10, 50, text=OTHER)]
    assert apart(found) == found


def test_one_after_another() -> None:
    first, second = occurrence(MISSHAPEN, 10, 50), occurrence(MISSHAPEN, 60, 90)
    known = occurrence("known", 70, 80)
    assert apart([first, second, known]) == [first, known]
