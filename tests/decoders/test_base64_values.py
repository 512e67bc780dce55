"""Values of one Secret that show together what they are."""

from __future__ import annotations

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders.base64_values import is_text, values_near
from scanner.decoders.interface import Budget

NAMES = ["user", "password", "id"]


def secret_of(values: list[bytes]) -> bytes:
    lines = [b"  %d: %b\n" % (at, base64.b64encode(value)) for at, value in enumerate(values)]
    return b"kind: Secret\ndata:\n" + b"".join(lines) + b"type: Opaque\n"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text("abcXYZ019-/+ \u00fc\n", min_size=6, max_size=60),
        min_size=2,
        max_size=5,
        unique=True,
    )
)
def test_all_values_come_out_in_their_lines_and_lead_back(values):
    encoded = [value.encode() for value in values]
    source = secret_of(encoded)
    (layer,) = values_near(Layer(source), [20], Budget())
    lines = [b"  %d: %b\n" % (at, value) for at, value in enumerate(encoded)]
    assert layer.data == b"kind: Secret\ndata:\n" + b"".join(lines) + b"type: Opaque\n"
    for at, value in enumerate(encoded):
        start = layer.data.index(b"  %d: " % at + value) + 5
        _, low, high = layer.ground(start, start + len(value))
        text = base64.b64encode(value).rstrip(b"=")
        assert source[low:high] == text
        _, low, high = layer.ground(start - 2, start + len(value))
        assert source[low:high] == b": " + text


def test_one_value_has_nothing_to_be_seen_with():
    assert list(values_near(Layer(secret_of([b"only one value"])), [20], Budget())) == []


def test_words_and_binary_stay_as_they_are():
    source = secret_of([b"first value", b"second value"])
    source += b"  word: password\n  bytes: " + base64.b64encode(bytes(range(200))) + b"\n"
    (layer,) = values_near(Layer(source), [20], Budget())
    assert b"  word: password\n" in layer.data
    assert layer.data.endswith(source[source.index(b"  word") :])


def test_far_values_are_not_read_and_the_budget_is_kept():
    near = secret_of([b"first value", b"second value"])
    far = b"# filler\n" * 2000 + b"  far: " + base64.b64encode(b"third value") + b"\n"
    (layer,) = values_near(Layer(near + far), [20], Budget())
    assert b"third" not in layer.data
    budget = Budget(size=10)
    assert list(values_near(Layer(near), [20], budget)) == []
    assert [reason for reason, _ in budget.left] == ["decoder-limit"]


def test_signs_near_one_another_give_one_layer():
    source = secret_of([b"first value", b"second value"])
    assert len(list(values_near(Layer(source * 9), range(0, len(source) * 9, 40), Budget()))) == 1


def test_what_is_text():
    assert is_text("\u00fcml\u00e4ut\n".encode())
    assert not is_text(b"\xff\xfe")
    assert not is_text(b"a\0b")
