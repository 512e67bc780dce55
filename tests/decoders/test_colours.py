"""Colours of a terminal next to every kind of credential."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import DECODERS
from scanner.decoders.interface import Budget
from scanner.engine import scan_bytes
from scanner.kinds.examples import expand
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator

ESCAPES = [
    b"\x1b", b"\\033", b"\\33", b"\\x1b", b"\\x1B", b"\\u001b", b"\\u001B", b"\\u{1b}", b"\\e",
    b"\\E", b"^[", b"\\U0000001b", b"&#27;", b"&#x1b;", b"%1B", "\u241b".encode(), b"",
    # Perl, sed, Lua; less, rsyslog, mail; a string in a string; what cannot be decoded.
    b"\\x{1b}", b"\\c[", b"\\N{ESC}", b"\\o{33}", b"\\27", b"<ESC>", b"<1B>", b"#033", b"=1B",
    b"\\\\u001b", b"\\\\\\\\x1b", b"\\\\033", b"\\\\e", b"%251B", b"%1b", b"&#x001B;", b"&#027;",
    b"ESC", "\ufffd".encode(),
]  # fmt: skip
RESET = b"\x1b[0m"


def encode(content: bytes) -> bytes:
    """Return `content` with each word in green, for test_registry.py."""
    return b" ".join(b"\x1b[32m%b\x1b[m" % word for word in content.split(b" "))


EXAMPLE = (b"a\nkey=\x1b[01;31m\x1b[KVALUE\x1b[m\x1b[K\n", b"VALUE", (2, 16, 2, 21))


@pytest.mark.parametrize("escape", ESCAPES)
def test_every_spelling_of_the_escape_goes(peel, escape):
    source = b"key=%b[1;32mda2-value%b[0m end\n" % (escape, escape)
    decoder = next(each for each in DECODERS if each.name == "colours")
    (made,) = decoder.decode(Layer(source), [source.index(b"da2-")], Budget())
    assert made.data == b"key=da2-value end\n"
    start = made.data.index(b"da2-")
    assert made.ground(start, start + 9)[1:] == (
        source.index(b"da2-"), source.index(b"da2-") + 9,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(1, 39), seed=st.integers(0, 999))
def test_what_grep_shows_in_the_middle_of_a_value(peel, secret, cut, seed):
    value = secret(seed)
    parts = value[:cut], value[cut:]
    source = b"AWS_SECRET_ACCESS_KEY=%b\x1b[01;31m\x1b[K%b\x1b[m\x1b[K\n" % parts
    made = next(each for each in peel(source) if value in each.data)
    start = made.data.index(value)
    low, high = made.ground(start, start + 40)[1:]
    assert source[low:high] == value[:cut] + b"\x1b[01;31m\x1b[K" + value[cut:]


def test_text_without_colours_gives_nothing(peel):
    assert not [made for made in peel(b"a[1] = b[22m]\nda2-x\n") if made.decoder == "colours"]


@pytest.mark.parametrize(
    "colour",
    [
        "[32m",
        "[m",
        "[38;2;100;200;250m",
        "[1;38;2;100;200;250;48;2;10;20;30m",
        "[1;4;7;38;5;196;48;5;21m",
    ],
)
@pytest.mark.parametrize("escape", ["\x1b", "\\x1b", "\\u001b", "\\033"])
def test_the_end_of_a_colour_is_no_part_of_a_value_of_small_letters(escape, colour):
    """A client secret of Cognito has no border that the last letter of a colour could not be."""
    value = "k" + Generator(colour).word(50)
    shown = f"{escape}{colour}{value}{escape}[0m"
    text = f"user_pool_id=eu-west-1_abcdefghi\nCOGNITO_CLIENT_SECRET={shown}\n"
    found = [
        secret.reveal().decode()
        for each in scan_bytes(text.encode(), "session.log", load_rules((), ()))
        for secret in each.values.values()
    ]
    assert found == [value]


@pytest.mark.parametrize("begin", ["\\c[[", "\\N{ESC}[", "\\27[", "\ufffd[", "[", "\\\\\\\\e["])
@pytest.mark.parametrize("cut", [300, 500])
def test_a_colour_in_a_session_token(begin, cut):
    token = expand("{{session_token}}", begin)
    shown = f"token {token[:cut]}{begin}01;31m{token[cut:]}{begin}0m\n"
    found = scan_bytes(shown.encode(), "session.log", load_rules((), ()))
    assert [each.reveal().decode() for f in found for each in f.values.values()] == [token]


AROUND = {
    "erased": ("\x1b[2K\x1b[1G", "\x1b[K"),
    "moved": ("\x1b[12;40H", "\x1b[5D"),
    "saved": ("\x1b[?25l", "\x1b[?25h"),
    "tput": ("\x1b(B\x1b[m", "\x1b(B"),
    "tput after": ("", "\x1b(B\x1b[m"),
    "a link": ("\x1b]8;;https://example.com/a\x1b\\", "\x1b]8;;\x1b\\"),
    "a link ended by a bell": ("\x1b]8;id=1;file:///a\x07", "\x1b]8;;\x07"),
    "a title": ("\x1b]0;make\x07", ""),
    "a link in JSON": ("\\u001b]8;;http://a\\u0007", "\\u001b]8;;\\u001b\\\\"),
    "a link of a prompt": ("\\e]8;;http://a\\a", "\\e]8;;\\e\\\\"),
    "a link as `cat -v` shows it": ("^[]8;;http://a^G", "^[]8;;^G"),
    "a place that is kept": ("\x1b7", "\x1b8"),
    "shifts": ("\x0f", "\x1b[m\x0f"),
    "in JSON": ("\\u001b[0K", "\\u001b[0m"),
    "in JSON, moved": ("\\u001b[1G\\u001b[2K", ""),
}
NAMED = {
    "key ID": ("id = ", lambda made: made.access_key_id()),
    "secret": ("aws_secret_access_key = ", lambda made: made.secret_access_key()),
    "client secret": ("cognito_client_secret = ", lambda made: made.word(51)),
}


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("what", NAMED)
def test_what_moves_clears_and_links_goes_too(what, around):
    name, make = NAMED[what]
    value = make(Generator(what))
    before, after = AROUND[around]
    text = f"{name}{before}{value}{after}\n"
    found = scan_bytes(text.encode(), "session.log", load_rules((), ()))
    assert value in [each.reveal().decode() for f in found for each in f.values.values()]


MIDDLE = [
    "\x1b[m\x0f", "\x1b(B\x1b[m", "\x1b]0;make\x07", "\x1b]8;;http://a\x1b\\", " \r", "\x1b7\x1b8",
    "\\u001b]8;;http://a\\u0007", "\\e]8;;http://a\\e\\\\", "^[]8;;http://a^G",
]  # fmt: skip


@pytest.mark.parametrize("middle", MIDDLE)
@pytest.mark.parametrize("what", NAMED)
def test_what_nobody_sees_in_the_middle(what, middle):
    name, make = NAMED[what]
    value = make(Generator(what))
    text = f"{name}{value[:9]}{middle}{value[9:]}\n"
    found = scan_bytes(text.encode(), "session.log", load_rules((), ()))
    assert value in [each.reveal().decode() for f in found for each in f.values.values()]


@pytest.mark.parametrize("before", ["\x1b[", "\\u001b[", "[", "\x1b[?", "\x1b[1;", "\x1b("])
@pytest.mark.parametrize("first", "mKAGx")
def test_the_rest_of_a_colour_before_a_value_hides_nothing(before, first):
    """A value can begin like the end of a colour, and anybody can write the rest before it."""
    value = first + Generator(3).secret_access_key()[1:]
    key_id = Generator(3).access_key_id()
    text = f"aws_secret_access_key = {before}{value}\naws_access_key_id = {before}{key_id}\n"
    found = scan_bytes(text.encode(), "session.log", load_rules((), ()))
    values = [each.reveal().decode() for f in found for each in f.values.values()]
    assert key_id in values
    assert value in values


SHOWN = [
    "\x1b[", "^[[", "\\e[", "\\E[", "\\033[", "\\x1b[", "\\u001b[", "\\u001B[", "\x9b", "\\u{1b}[",
    "\\x{1B}[", "%1B[", "%251b[", "&#27;[", "&#x1b;[", "#033[", "<ESC>[", "ESC[", "<1B>[", "=1B[",
    "\\\\u001b[", "\\\\033[",
]  # fmt: skip
PARTS = {  # value, place of a colour in it
    "around a key ID": ("key ID", 0),
    "early in a key ID": ("key ID", 3),
    "early in a secret": ("secret", 3),
    "in a secret": ("secret", 17),
    "late in a secret": ("secret", 37),
    "around a client secret": ("client secret", 0),
    "in a client secret": ("client secret", 20),
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("code", ["utf-8", "latin-1"])
@pytest.mark.parametrize("begin", SHOWN)
def test_what_is_shown_in_another_colour_is_one_value(begin, code, part):
    what, cut = PARTS[part]
    name, make = NAMED[what]
    for seed in range(2):
        value = make(Generator(seed))
        for erased in ("", f"{begin}K"):
            marked = f"{value[:cut]}{begin}01;31m{erased}{value[cut:]}{begin}0m{erased}"
            text = f"{name}{marked}\n".encode(code)
            found = scan_bytes(text, "session.log", load_rules((), ()))
            values = [each.reveal().decode("latin-1") for f in found for each in f.values.values()]
            assert value in values, text


def test_a_binary_with_the_byte_of_a_colour_gives_nothing(peel):
    data = b"".join(b"\xe4\x9b%d\xb0\x00m\x9b%dx" % (each % 5, each % 5) for each in range(2000))
    assert not [made for made in peel(data) if made.decoder == "colours"]
