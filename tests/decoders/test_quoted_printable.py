"""Quoted-printable: what calls for it, soft line breaks, and equals signs that mean themselves."""

from __future__ import annotations

import itertools
import quopri
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import quoted_printable
from scanner.decoders.interface import Budget

MAIL = b"MIME-Version: 1.0\nContent-Transfer-Encoding: Quoted-Printable\n\n"


def encode(content: bytes) -> bytes:
    """Return `content` as the body of a mail, for test_registry.py."""
    return MAIL + quopri.encodestring(content)


EXAMPLE = (b"From: a\nquoted-printable\n\nkey=3DVAL=\nUE=3D1\n", b"VALUE", (4, 7, 5, 3))


def spans(layers, value):
    found = set()
    for layer in layers:
        at = layer.data.find(value)
        if at >= 0:
            found.add(layer.ground(at, at + len(value))[1:])
    return found


@pytest.mark.parametrize("glue", [b"=3D", b'=3D"', b"=3D ", b"=3D '"])
def test_a_key_id_after_an_escaped_sign(peel, key_id, glue):
    source = b"aws_access_key_id" + glue + key_id(1) + b"\n"
    start = source.index(key_id(1))
    assert spans(peel(source), key_id(1)) == {(start, start + 20)}


@pytest.mark.parametrize("glue", [b"=3d", b"=3D '(", b"=3D\n", b"=3E"])
def test_what_is_before_a_key_id_and_no_reason(peel, key_id, glue):
    """Small digits too, which no program writes and other text has: `colour=3dface`."""
    assert list(peel(b"aws_access_key_id" + glue + key_id(1))) == []


def test_a_run_of_the_length_alone_is_no_reason(secret):
    data = b"checksum=3E" + secret(2) + b" x=3Dy\n"
    assert list(quoted_printable.decode(Layer(data), [9], Budget())) == []


def test_a_break_in_what_is_no_key_id_is_no_reason(key_id):
    for size in (12, 19, 21):
        data = (key_id(1) + b"A")[:size]
        data = data[:9] + b"=\n" + data[9:] + b" x=3Dy\n"
        assert list(quoted_printable.decode(Layer(data), [0], Budget())) == []


def test_a_secret_after_an_escaped_sign(peel, secret):
    source = b"# x\naws_secret_access_key=3D" + secret(2) + b"\nnext line=\n"
    start = source.index(secret(2))
    (layer,) = peel(source)
    assert b"aws_secret_access_key=" + secret(2) + b"\n" in layer.data
    assert spans([layer], secret(2)) == {(start, start + 40)}


@pytest.mark.parametrize("end", [b"=\n", b"=\r\n", b"= \t\r\n"])
@pytest.mark.parametrize("cut", [4, 11, 19])
def test_a_key_id_with_a_soft_line_break_in_it(peel, key_id, cut, end):
    value = key_id(3)
    source = b"user " + value[:cut] + end + value[cut:] + b" and more"
    assert spans(peel(source), value) == {(5, 25 + len(end))}


@pytest.mark.parametrize("cut", [0, 1, 20, 39, 40])
def test_a_secret_with_a_soft_line_break_near_a_key_id(peel, secret, key_id, cut):
    value = secret(4)
    head = b"id=3D" + key_id(4) + b"\nsecret =3D "
    source = head + value[:cut] + b"=\n" + value[cut:] + b"\nend\n"
    # A break right before or after the value is no part of it.
    low = len(head) + (2 if cut == 0 else 0)
    high = len(head) + (40 if cut == 40 else 42)
    assert spans(peel(source), value) == {(low, high)}


@given(
    st.text("ab =\t\r\n\u00fc", max_size=40),
    st.text("ab =\t\r\n\u00fc", max_size=40),
    st.booleans(),
)
def test_it_reads_what_python_writes(peel, secret, before, after, quote_tabs):
    """Also where the soft line break falls in a credential, and right before or after it."""
    content = before.encode() + b" secret = " + secret(5) + after.encode()
    source = MAIL + quopri.encodestring(content, quotetabs=quote_tabs)
    layers = [layer for layer in peel(source) if layer.decoder == "quoted-printable"]
    for low, high in spans(layers, secret(5)):
        assert quopri.decodestring(source[low:high]) == secret(5)
        assert not source[low:high].startswith(b"=\n")
        assert not source[low:high].endswith(b"=\n")
    assert spans(layers, secret(5))


def test_malformed_escapes_stay_as_they_are(peel):
    (layer,) = peel(MAIL + b"a=b =G1 =4 ==3D =3d =3D=\n")
    assert layer.data.endswith(b"a=b =G1 =4 == = =")


@pytest.mark.parametrize(
    "text",
    [
        b"secret_key =\n    VALUE\nif a==3DFACE: b=\n",
        b"key =\nID\n",
        b"url?colour=3D&x=%b\nlong = \\\n",
        b"key_id = ID=\nnext = 1\n",
        b"From the author: key = ID\nx =\n",
        b"# how quoted-printable works: x=3Dy\n",
        b"Date: today\nkey = ID\nx =\n",
    ],
)
def test_equals_signs_of_plain_text_are_left_alone(key_id, text):
    data = text.replace(b"ID", key_id(6))
    offsets = [data.index(b"AKIA")] if b"AKIA" in data else []
    assert list(quoted_printable.decode(Layer(data), offsets, Budget())) == []


def test_only_what_is_near_a_reason_is_decoded(peel, key_id):
    source = (
        b"id=3D" + key_id(7) + b"\n" + b"line\n" * 390 + b"x=3Dy\n" + b"line\n" * 90 + b"x=3Dz\n"
    )
    first, second = peel(source)
    assert first.data.startswith(b"id=" + key_id(7) + b"\nline")
    assert b"\nx=y\n" in second.data
    assert len(first.data) + len(second.data) < 100


def test_each_escape_is_looked_at_once():
    data = b"=3D" * 3000
    escape = re.compile(b"=3D")
    places = list(quoted_printable._near(data, iter([0, 1000, 1001, 2500, 9000]), escape))
    assert places == sorted(set(places))
    assert places[0] == 0
    assert max(after - before for before, after in itertools.pairwise(places)) > 2000


WRAPPED = {
    "a body without its head": "Hi,\n\n{}\n\nbye=21\n",
    "with carriage returns": "Hi,\r\n\r\n{}\r\n",
    "a page": "<p style=3D'x'>\n{}</p>\n",
    "a comment": "# {}\n",
    "a diff": "+{}\n",
    "indentation": "      {}\n",
}


@pytest.mark.parametrize("place", WRAPPED)
@pytest.mark.parametrize("end", ["=\n", "=\r\n"])
@pytest.mark.parametrize("cut", [1, 13, 39])
def test_a_secret_with_a_soft_break_outside_of_mail(revealed, profile, cut, end, place):
    values, _ = profile(place)
    (secret,) = [each for each in values if len(each) == 40]
    halves = f"{secret[:cut]}{end}{secret[cut:]}"
    assert secret in revealed(WRAPPED[place].format(f"aws_secret_access_key: {halves}"))


@pytest.mark.parametrize("place", WRAPPED)
def test_a_secret_with_a_soft_break_near_its_key_id(revealed, profile, place):
    values, _ = profile(place)
    key_id, secret = sorted(values, key=len)
    halves = f"{secret[:30]}=\n{secret[30:]}"
    assert values <= revealed(WRAPPED[place].format(f"{key_id} {halves}"))


def test_a_key_id_with_two_soft_breaks(revealed, profile):
    values, _ = profile("two")
    (key_id,) = [each for each in values if len(each) == 20]
    assert key_id in revealed(f"id {key_id[:6]}=\n{key_id[6:15]}=\n{key_id[15:]}\n")


@pytest.mark.parametrize(
    "text",
    [
        "aws_secret_access_key =\nsomething else follows here, in the next line\n",
        "secret_access_key: aGVsbG8gd29ybGQgaGVsbG8gd28=\nnextLineIsOther\n",
        "AKIA=\n=\n=\n",
    ],
)
def test_text_with_equals_signs_at_the_end_gives_nothing(revealed, text):
    assert revealed(text) == set()
