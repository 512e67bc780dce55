"""What has the shape that was described, and what only looks like it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scanner.history.record.json_shape import has_shape

HEX = re.compile("[0-9a-f]{4}")


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("a", str),
        (7, int),
        ("00ff", HEX),
        ([], [int]),
        ([1, 2], [int]),
        (["a", 1], (str, int)),
        (("a", 1), (str, int)),
        ({"a": 1, "b": "c"}, {"a": int, "b": str}),
        ({}, {str: int}),
        ({"x": [1], "y": []}, {str: [int]}),
        (None, lambda value: value is None),
        ([[["a", 1]], ["00ff"]], ([(str, int)], [HEX])),
    ],
)
def test_it_has(value: Any, shape: Any) -> None:
    assert has_shape(value, shape)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (True, int),
        (1, bool),
        (1.0, int),
        (None, str),
        ("00ff\n", HEX),
        ("x00ff", HEX),
        (7, HEX),
        ("ab", [str]),
        ({"a": 1}, [str]),
        ([1, "2"], [int]),
        (["a"], (str, int)),
        (["a", 1, 2], (str, int)),
        ({"a": 1}, {"a": int, "b": str}),
        ({"a": 1, "b": "c", "d": 0}, {"a": int, "b": str}),
        ({"x": "1"}, {str: int}),
        ([], {str: int}),
        (7, {"a": int}),
        (7, lambda value: value is None),
    ],
)
def test_it_has_not(value: Any, shape: Any) -> None:
    assert not has_shape(value, shape)
