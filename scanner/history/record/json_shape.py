"""Checking that parsed JSON has the shape that its author gave it.

A record consists of rows of texts and numbers, many thousands of them, so it is checked as a whole
before anything is made of it. A record of another shape is ignored, so no reason is given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Shape: TypeAlias = (
    "type | re.Pattern[str] | list[Shape] | tuple[Shape, ...] | Mapping[object, Shape]"
    " | Callable[[object], bool]"
)
"""A type: a value of exactly this type, so that True is no number. A pattern: a text, all of it. A
list of one shape: any number of values of it. A tuple: a row of values with these shapes. A
mapping: an object with exactly these fields, or, for `{str: shape}`, with any. A function: whatever
it returns True for."""


def has_shape(value: object, shape: Shape) -> bool:
    """Return whether `value`, from JSON or to become JSON, has `shape`."""
    if isinstance(shape, type):  # before functions: a type can be called too
        return type(value) is shape
    if isinstance(shape, re.Pattern):
        return isinstance(value, str) and shape.fullmatch(value) is not None
    if isinstance(shape, list):
        return isinstance(value, (list, tuple)) and all(has_shape(each, shape[0]) for each in value)
    if isinstance(shape, tuple):
        if not isinstance(value, (list, tuple)) or len(value) != len(shape):
            return False
        return all(map(has_shape, value, shape))
    if callable(shape):
        return shape(value)

    if not isinstance(value, dict):
        return False
    if str in shape:
        return has_shape(list(value.values()), [shape[str]])
    return value.keys() == shape.keys() and all(
        has_shape(value[name], each) for name, each in shape.items()
    )
