r"""What text and binary records glue to a credential, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import glued
from scanner.decoders.interface import Budget
from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

# Escape characters as programs and languages spell them; `ESC` is how terminals are described.
ESCAPES = [
    "\x1b", "\\u001b", "\\u001B", "\\u{1b}", "\\U0000001b", "\\033", "\\33", "\\x1b", "\\x1B",
    "\\e", "^[", "%1B", "&#27;", "\u241b", "ESC",
]  # fmt: skip


def encode(content: bytes) -> bytes:
    """Return `content` with a colour before each value, for test_registry.py."""
    return content.replace(b" = ", b" = \x1b[32m")


EXAMPLE = (
    b"\x1b[32m" + Generator("registry").access_key_id().encode() + b"\x1b[0m VALUE\n",
    b"VALUE",
    (1, 31, 1, 36),
)


def credential(seed: object, *, plain: bool = False) -> tuple[str, str]:
    made = Generator(str(seed))
    key_id, secret = made.access_key_id(), made.secret_access_key()
    while plain and not secret.isalnum():
        secret = made.secret_access_key()
    return key_id, secret


def pairs(data: bytes) -> set[tuple[bytes, bytes]]:
    """Return the pairs of high confidence in `data`."""
    return {
        (finding.values["key_id"].reveal(), finding.values["secret"].reveal())
        for finding in scan_bytes(data, "", shipped_rules())
        if finding.rule_id == "aws-access-key-pair" and finding.confidence.name == "HIGH"
    }


def assert_whole(text: str, key_id: str, secret: str) -> None:
    assert pairs(text.encode()) == {(key_id.encode(), secret.encode())}


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize(
    ("colour", "end"),
    [
        ("[32m", "[0m"),
        ("[1;31m", "[m"),
        ("[38;5;208m", "[39m"),
        ("[m", "[m"),
        ("[48;2;1;2;3m", "[K"),
    ],
)
def test_colours(escape, colour, end):
    for seed in range(5):
        i, s = credential((escape, colour, seed))
        on, off = escape + colour, escape + end
        assert_whole(f"key {on}{i}{off} secret {on}{s}{off}\n", i, s)


@pytest.mark.parametrize("escape", ESCAPES)
def test_colours_of_grep(escape):
    i, s = credential(escape)
    on, off = f"{escape}[01;31m{escape}[K", f"{escape}[m{escape}[K"
    assert_whole(f"a:ID={on}{i}{off}\na:SECRET={on}{s}{off}\n", i, s)


def test_a_log_that_lost_the_escape_characters():
    i, s = credential("lost")
    assert_whole(f"key [32m{i}[0m secret [1;31m{s}[0m\n", i, s)


@pytest.mark.parametrize(
    "form",
    [
        "+{i}\n+{s}\n", "+{s}\n+{i}\n", "-{i}\n-{s}\n", "++{i}\n++{s}\n", " +{i}\n +{s}\n",
        "x\r\n+{i}\r\n+{s}\r\n", "{{+{i}+}} {{+{s}+}}\n", "[-{i}-] [-{s}-]\n",
        "[-x-]{{+{i}+}}\n[-x-]{{+{s}+}}\n",
    ],
)  # fmt: skip
def test_diffs(form):
    for seed in range(10):
        i, s = credential((form, seed))
        assert_whole("@@ -1 +1,2 @@\n" + form.format(i=i, s=s), i, s)
        assert_whole(form.format(i=i, s=s), i, s)


@pytest.mark.parametrize(
    "form",
    [
        "sed -i s/{s}/REDACTED/g f # {i}\n", "sed -e 's/{s}/$NEW/' -e 's/{i}/x/' f\n",
        "sed 's/SECRET/{s}/; s/ID/{i}/' f\n", "sed 's/YOUR_SECRET/{s}/g; s/YOUR_ID/{i}/' f\n",
        "sed 's|{s}|x|;s|{i}|y|'\n", "perl -pe 's/{i}/A/; s/{s}//'\n", "s#{s}#x#\ns,{i},x,\n",
        "GET https://host/{i}/{s} HTTP/1.1\n", "GET /{i}/{s}/bucket/object?a=b HTTP/1.1\n",
        "creds: {s}/{i}\n", "https://{i}:{s}@host/x\n", "10.0.0.1 - {i}:{s} [01/Jan/2024]\n",
        "{i}\nsecret-{s}\n", "{i}\nkey_{s}\n", "id{i} and {s}\n", "{i}ok and {s}\n",
    ],
)  # fmt: skip
def test_commands_and_paths(form):
    for seed in range(10):
        i, s = credential((form, seed), plain=True)
        assert_whole(form.format(i=i, s=s), i, s)


@pytest.mark.parametrize("form", ["{i}\n{s}=\n", "'{i}', '{s}=='\n", "{i},{s}=,eu\n", "{i} {s}=="])
def test_padding(form):
    i, s = credential(form)
    assert_whole(form.format(i=i, s=s), i, s)


def test_positions_are_those_of_the_values():
    i, s = credential("place")
    text = f"\x1b[32m{i}\x1b[0m\n+{s}\n"
    (finding,) = scan_bytes(text.encode(), "", shipped_rules())
    places = {at.role: (at.start_line, at.start_column, at.end_column) for at in finding.locations}
    assert places == {"key_id": (1, 6, 26), "secret": (2, 2, 42)}


@pytest.mark.parametrize(
    "form",
    [
        "const M{i} = 1\n",  # a capital letter before it, and nothing that says why
        "{i}Q\n",  # 21 characters
        "x{s}y\n",  # 42 characters that nothing cuts
        "a+{s}\n", "f(m{s})\n", "items[m{s}]\n", "{s}=value\n", "{s}=\"x\"\n",
    ],
)  # fmt: skip
def test_no_cut_without_evidence(form):
    for seed in range(5):
        i, s = credential((form, seed), plain=True)
        data = form.format(i=i, s=s).encode()
        offsets = sorted({data.find(value.encode()) for value in (i, s)} - {-1})
        offsets += [at - 1 for at in offsets if at]
        assert [*glued.decode(Layer(data), sorted(offsets), Budget())] == []


@given(st.binary(max_size=80), st.binary(max_size=80), st.integers(0, 50))
def test_what_comes_out_is_what_was_there(before, after, seed):
    i, s = (value.encode() for value in credential(seed))
    data = before + b"\x14" + i + b"z(" + s + after
    for layer in glued.decode(Layer(data), [len(before) + 1], Budget()):
        text, start, end = layer.ground(0, len(layer.data))
        assert text.data[start:end] == layer.data.replace(b" ", b"") or b" " in text.data[start:end]
        for value in (i, s):
            at = layer.data.find(value)
            assert layer.ground(at, at + len(value))[1:] == (
                data.find(value),
                data.find(value) + len(value),
            )
