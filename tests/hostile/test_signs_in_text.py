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
}


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
