"""The pictures in docs/pictures show what the pages show, and what is printed today."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from tools import first_steps, pictures
from tools.pictures import PICTURES, TERMINALS

LARGEST = 200_000
"""Bytes of a picture: everybody who clones the repository gets it."""


@pytest.mark.parametrize("name", TERMINALS)
def test_a_picture_shows_what_the_page_shows(name: str) -> None:
    """The test of the pages checks that it is what is printed."""
    terminal = TERMINALS[name]
    (step,) = [
        step
        for step in first_steps.steps_of(first_steps.read(terminal.page))
        if step.command == terminal.command
    ]
    expected = pictures.shown(terminal, step.shown.split("...\n")[0])
    found = pictures.text_of((PICTURES / f"{name}.svg").read_text("utf-8"))
    assert first_steps.agrees(expected, found)


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.svg")), ids=lambda path: path.stem)
def test_a_picture_is_complete_in_itself(path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert ElementTree.fromstring(text).find("{*}title") is not None


def test_pictures_are_small_and_each_is_made_by_the_tool():
    made = {f"{name}.svg" for name in TERMINALS} | {"report-light.png", "report-dark.png"}
    assert {path.name for path in PICTURES.iterdir()} == made
    assert [path.name for path in PICTURES.iterdir() if path.stat().st_size > LARGEST] == []


def test_colours_and_columns():
    picture = pictures.svg("a <title>", "\x1b[1;31mBAD  \x1b[0mfile & more  end\n")
    assert "<title>a &lt;title&gt;</title>" in picture
    (bad, plain, end) = re.findall(r'<text x="([^"]*)"[^>]*>([^<]*)<', picture)
    assert [bad[1], plain[1], end[1]] == ["BAD", "file &amp; more", "end"]
    columns = [round((float(x) - pictures.MARGIN) / pictures.WIDTH) for x, _ in (bad, plain, end)]
    assert columns == [0, 5, 18]
    assert pictures.text_of(picture) == "BAD  file & more  end\n"
    assert f'font-weight="bold" fill="{pictures.COLOURS["31"]}">BAD' in picture


def test_a_colour_that_is_not_known_is_an_error():
    with pytest.raises(ValueError, match="no colour for 95"):
        pictures.svg("", "\x1b[95mX\n")
