"""Signs inside of values, in masses: no more work than in proportion.

What takes control codes, joints and invisible characters out of text looks around each of them. So
text that has nothing else must not be looked at once for each of them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.engine.examine import Examiner
from scanner.rulebook import load_rules

FEW, MANY = 150, 600
KEY_ID = "AKIA" + 16 * "2"
NAME = "aws_secret_access_key = 'a' "
UNITS = {
    "links without an end": "^[]8;x",
    "links without an end after a key ID": f"{KEY_ID} \\e]8;x",
    "colours with many numbers": "\x1b[1;2;3;",
    "colours that lost their escape": "[0m",
    "shifts in key IDs": "AKIA\x0e",
    "wrapped key IDs": "AKIA \r",
    "operators": "'+",
    "numbers of lines": '" 000000',
    "comments between pieces": f'{KEY_ID}" #',
    "operators after names": f"{NAME}+",
    "breaks of lines": "a\\\n> ",
    "formats": "%s%s '",
    "letters in bold": "I\bI",
    "backspaces": "A\bA" + 50 * "\b",
    "spaces without a width": "AKIA\u200b",
    "buffers without an end": '{"type":"Buffer","data":[',
    "lists of one another": "65, 75, 73, 65, ",
    "lists that end": "41 4b 49 41 zz",
    "lists that begin with gzip": "0x1f, 0x8b, 0x08, ",
    "tags": "AKIA<b>",
    "tags without an end": "AKIA<b ",
    "backspaces as they are shown": "A^HA^H",
    "soft hyphens": "AKIA&shy;",
    "soft line breaks": "AKIA=\n",
    "soft line breaks after names": f"{NAME}=\n",
    "heads of uuencode": "begin 644 x\n",
    "lines of uuencode": "begin 644 x\n#86)C\n",
    "heads of Adobe's base85": "<~A",
    "names in base85": "D/Ej%",
    "calls that inflate": "gzinflate ",
    "calls that inflate words": f"flateRaw {40 * 'a'} ",
    "halves of key IDs": 'a = "AKIA"\n',
    "halves of key IDs that are joined": 'a = "AKIA"\nb = a + a\n',
    "joints of names": "aws_secret_access_key = a + b\n",
    "compressed lines": "H4sIAAAAAAAAA0tMSk5JTU3LSM3JyVcozy/KSVEEALaMVhgQAAAA\n",
}
MOST_CALLS = 270
"""Calls that a place of four or five bytes may come to, in all layers and decoders."""


@pytest.mark.parametrize("what", UNITS)
def test_the_work_is_in_proportion(what: str, work: Callable[[Callable[[], object]], int]) -> None:
    examiner = Examiner(load_rules((), ()))

    def cost(number: int) -> int:
        data = f"{KEY_ID} {NAME}{UNITS[what] * number}".encode()
        return work(lambda: examiner.examine("x", data))

    cost(1)  # what is imported and compiled once
    small, large = cost(FEW), cost(MANY)
    # A square would be 16 times as much.
    assert large < 6 * small + 1000


SHORT = ("shifts in key IDs", "spaces without a width", "wrapped key IDs")


@pytest.mark.parametrize("what", SHORT)
def test_a_place_in_a_mass_costs_little(
    what: str, work: Callable[[Callable[[], object]], int]
) -> None:
    """What is around many places at once is read once, not for each of them."""
    examiner = Examiner(load_rules((), ()))

    def cost(number: int) -> int:
        data = f"{KEY_ID} {UNITS[what] * number}".encode()
        return work(lambda: examiner.examine("x", data))

    cost(1)
    assert (cost(1200) - cost(600)) / 600 < MOST_CALLS
