"""What is nearly a key, and why it is none."""

from __future__ import annotations

import pytest

from scanner.explain.near_misses import near_misses
from scanner.rulebook.generator import Generator

MADE = Generator(11)
KEY_ID = MADE.access_key_id()
SECRET = MADE.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 40)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        (f"x = {KEY_ID[:-1]}", 5, "19 characters instead of 20"),
        (f"x = {KEY_ID}A", 5, "21 characters instead of 20"),
        (f"x = {KEY_ID.lower()}", 5, "but has lowercase letters"),
        (f"x = {SECRET[:38]}", 5, "38 characters instead of the 40"),
        (f"x = {SECRET}a", 5, "41 characters instead of the 40"),
        (f"x = {SECRET[:20]}-{SECRET[21:]}", 5, "has - or _"),
        (f"é = {MADE.hex(40)}", 5, "40 hexadecimal digits: a hash"),
        (f"x = {MADE.word(40)}", 5, "letters of one case only"),
        ("aws_secret_access_key = ${SECRET}", 25, "a variable or a template, not a value"),
        ("aws_secret_access_key: '{{ vault.key }}'", 25, "a variable or a template"),
    ],
)
def test_nearly_a_key(text: str, column: int, said: str) -> None:
    (found,) = near_misses(text.encode(), 1)
    assert (found.column, said in found.why) == (column, True), found
    assert SECRET[2:14] not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "", "def the_name_of_a_function_that_is_rather_long_42(self):", f"x = {KEY_ID}",
        "src/main/java/org/example/Application/Factory", "price: ${AMOUNT}", "a" * 70_000,
    ],
)  # fmt: skip
def test_nothing_like_a_key(text: str) -> None:
    assert list(near_misses(text.encode(), 1)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_that_was_named(end: str) -> None:
    lines = ["one", f"x = {KEY_ID[:-1]}", "three"]
    data = end.join(lines).encode()
    assert [len(list(near_misses(data, line))) for line in (1, 2, 3, 4)] == [0, 1, 0, 0]
    assert len(list(near_misses(data, 102, first_line=101))) == 1
