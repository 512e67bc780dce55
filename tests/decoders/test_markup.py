"""Character references: what calls for them, what they stand for, and where they are."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

CODES = {
    "hex": lambda c: f"&#x{ord(c):X};",
    "small": lambda c: f"&#x{ord(c):x};",
    "padded": lambda c: f"&#x{ord(c):04x};",
    "decimal": lambda c: f"&#{ord(c)};",
    "zero": lambda c: f"&#{ord(c):03};",
    "named": lambda c: {"/": "&sol;", "+": "&plus;", "=": "&equals;"}.get(c, c),
}


def encode(content: bytes) -> bytes:
    """Return `content` as an XML writer that escapes much writes it, for test_registry.py."""
    text = content.decode()
    return "".join(f"&#x{ord(c):X};" if c in "/+=&<>\"'" else c for c in text).encode()


ID = b"AKIA "


EXAMPLE = (b"<a>" + ID + b"\n<key>a&#x2F;b&#43;c</key>", b"a/b+c", (2, 6, 2, 20))


def spans(layers, value):
    found = set()
    for layer in layers:
        at = layer.data.find(value)
        if at >= 0:
            found.add(layer.ground(at, at + len(value))[1:])
    return found


@pytest.mark.parametrize("name", CODES)
def test_a_secret_leads_back_to_its_references(peel, secret, name):
    value = secret(3)
    encoded = "".join(CODES[name](c) if c in "/+=" else c for c in value.decode()).encode()
    source = b"<p>" + ID + b"secret&equals; &quot;" + encoded + b"&quot;</p>\n"
    start = source.index(encoded)
    assert spans(peel(source), value) == {(start, start + len(encoded))}


def test_escapes_of_two_sorts_in_one_value(peel, secret):
    value = secret(4)
    encoded = value.replace(b"/", b"%2F").replace(b"+", b"&#43;")
    source = ID + b"a href='?s=" + encoded + b"'"
    assert (16, 16 + len(encoded)) in spans(peel(source), value)


def test_what_stands_for_no_character_is_kept_apart(peel):
    (layer,) = peel(ID + b"&#47; &#0; &#xD800; &#x110000; &unknown; &#4x; &nGt; &amp; &#43")
    assert layer.data == ID + b"/ ? ? ? &unknown; &#4x; &nGt; & &#43"


def test_other_references_and_other_places_are_no_reason(peel):
    assert list(peel(ID + b"It &amp; &#8217; &#4711; &quot; &eacute;")) == []
    assert list(peel(b"a&#x3D;b&#65;c&#x41;d&#109;")) == []
    assert list(peel(ID + b"x\n" * 600 + b"a&#x3D;b")) == []


@given(st.text("ab/+=<>\"'&#x\u00fc ", max_size=30))
def test_it_reads_what_python_escapes(peel, text):
    source = ID + (html.escape(text) + "&#47;").encode()
    (layer, *_) = peel(source)
    assert layer.data == ID + text.encode() + b"/"


@pytest.mark.parametrize(
    "reference",
    [
        "&shy;", "&#173;", "&#xAD;", "&ZeroWidthSpace;", "&#8203;", "&#x200b;", "&zwnj;", "&#8204;",
        "&NoBreak;", "&#8288;", "&#xFEFF;",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "place", ["<p>{}</p>\n", "{}\r\n", '{{"html": "{}"}}', "+<td>{}</td>\n", "    # {}\n"]
)
def test_what_nobody_sees_in_a_value(revealed, profile, place: str, reference: str) -> None:
    values, _ = profile(reference)
    for value in values:
        name = "id" if value.startswith("AKIA") else "aws_secret_access_key ="
        text = place.format(f"{name} {value[:9]}{reference}{value[9:]}")
        assert value in revealed(text)
