"""What nobody sees in the middle of a value, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from scanner.content import Layer
from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

VALUES: dict[str, tuple[str, Callable[[Generator], str]]] = {
    "key ID": ("id ", lambda made: made.access_key_id()),
    "secret": ("aws_secret_access_key = ", lambda made: made.secret_access_key()),
}


def encode(content: bytes) -> bytes:
    """Return `content` with each letter and digit in bold, for test_registry.py."""
    bold = (b"%c\b%c" % (each, each) if chr(each).isalnum() else b"%c" % each for each in content)
    return b"".join(bold)


EXAMPLE = (b"x\nI\bID\bDS\bS VAL\n", b"IDS", (2, 1, 2, 10))


def over(form: str) -> Callable[[str], str]:
    return lambda value: "".join(form.format(each) for each in value)


def middle(inserted: str) -> Callable[[str], str]:
    return lambda value: f"{value[:7]}{inserted}{value[7:]}"


SHOWN: dict[str, Callable[[str], str]] = {
    "bold": over("{0}\b{0}"),
    "underlined": over("_\b{0}"),
    "underlined the other way": over("{0}\b_"),
    "a letter that was taken back": middle("x\b"),
    "a letter that was rubbed out": middle("x\b \b"),
    "a zero-width space": middle("\u200b"),
    "a word joiner": middle("\u2060"),
    "a soft hyphen": middle("\u00ad"),
    "a byte order mark": middle("\ufeff"),
}


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("what", VALUES)
def test_what_nobody_sees_in_a_value(what: str, shown: str) -> None:
    name, make = VALUES[what]
    value = make(Generator(what))
    text = f"{name}{SHOWN[shown](value)}\n"
    found = scan_bytes(text.encode(), "x.txt", shipped_rules())
    assert value in [each.reveal().decode() for f in found for each in f.values.values()]


@pytest.mark.parametrize(
    "text", ["caf\u00e9 A\u00adKIA", "a\b\b\b\n\bKIA", "_\b_\b_\b", "\u200b" * 99]
)
def test_other_text_gives_no_credential(text: str) -> None:
    assert scan_bytes(f"secret_access_key {text}\n".encode(), "x", shipped_rules()) == []


def test_a_binary_is_left_alone(peel: Callable[..., Iterator[Layer]]) -> None:
    made = peel(b"\0" * 40 + b"A\bA I\bI secret_access_key \xc2\xad")
    assert "invisible" not in {each.decoder for each in made}


PLACES = {
    "a manual page": "     {}\n",
    "a comment": "# {}\n",
    "a diff": "+{}\n",
    "JSON": '{{"text": "{}"}}\n',
    "lines of a terminal": "$ less x\r\n{}\r\n",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "shown", ["bold", "underlined", "a letter that was taken back", "a letter that was rubbed out"]
)
@pytest.mark.parametrize("what", VALUES)
def test_backspaces_as_they_are_shown(what: str, shown: str, place: str) -> None:
    name, make = VALUES[what]
    value = make(Generator(f"{what} {place}"))
    text = PLACES[place].format(f"{name}{SHOWN[shown](value)}").replace("\b", "^H")
    found = scan_bytes(text.encode(), "x.txt", shipped_rules())
    assert value in [each.reveal().decode() for f in found for each in f.values.values()]
