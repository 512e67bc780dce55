"""Lines of base64 that are as long as a secret, and lines that only look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds.wrapped_lines import in_wrapped_lines

LINE = "Q7" * 20
SHORT = "Q7" * 9
OTHER = "R8" * 20


def wrapped(text: str) -> bool:
    """Return whether the one run of `R8` in `text` is a wrapped line."""
    start = text.index(OTHER)
    return in_wrapped_lines(text.encode(), start, start + len(OTHER))


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_around(before: bytes, after: bytes) -> None:
    data = before + b"V" * 40 + after
    assert in_wrapped_lines(data, len(before), len(before) + 40) in (True, False)


@pytest.mark.parametrize(
    "joint", ["\n", "\r\n", "\\n", "\\r\\n", "\\\\n", "&#10;", "%0A", "<br>", "<br/>"]
)
def test_lines_of_one_length_and_a_shorter_one(joint: str) -> None:
    for lines in ([LINE, OTHER, SHORT], [OTHER, LINE, SHORT], [LINE, LINE, OTHER]):
        assert wrapped(joint.join(lines)), lines
        assert wrapped(joint.join(lines) + joint), lines
    for lines in ([OTHER], [OTHER, LINE], [LINE, OTHER], [SHORT, OTHER]):
        assert not wrapped(joint.join(lines)), lines


@pytest.mark.parametrize(
    "text",
    [
        f"key = '{LINE}' +\n  '{LINE}' +\n  '{OTHER}';",
        f'{{"key": "{LINE}\n{LINE}\n{OTHER}"}}',
        f"{LINE} {OTHER} {LINE}",
        f"# {LINE}\n# {OTHER}\n# {SHORT}",
    ],
)
def test_what_is_around_them(text: str) -> None:
    assert wrapped(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{OTHER} is the key",
        f"{LINE} {OTHER} word",
        f"user {OTHER} {LINE} word",
        f"a: {OTHER}\nb: {LINE}\nc: {LINE}",
        f"{LINE},{OTHER},{LINE}",
    ],
)
def test_lists_and_sentences_are_no_wrapped_lines(text: str) -> None:
    assert not wrapped(text)
