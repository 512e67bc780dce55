"""The reader of JSON fields: the right type, or a reason that names the field and not its value."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import pytest

from scanner.json_fields import FieldError, Fields

DOCUMENT = {
    "word": "abc", "empty": "", "nothing": None, "number": 3, "yes": True,
    "list": ["a", "b"], "object": {"word": "x"}, "objects": [{"word": "x"}, {"word": "y"}],
    "path": "caf\\xe9", "path_bytes": "caf%E9",
}  # fmt: skip


def word(fields: Fields) -> str:
    return fields.text("word")


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda each: each.text("word"), "abc"),
        (lambda each: each.text("word", re.compile("[a-c]+")), "abc"),
        (lambda each: each.optional_text("nothing"), ""),
        (lambda each: each.choice("word", {"abc": 1}), 1),
        (lambda each: each.number("number", 3), 3),
        (lambda each: each.truth("yes"), True),
        (lambda each: each.texts("list"), ("a", "b")),
        (lambda each: each.texts("absent", needed=False), ()),
        (lambda each: each.fields("object").names(), ["word"]),
        (lambda each: each.every("objects", word), ["x", "y"]),
        (lambda each: each.maybe("object", word), "x"),
        (lambda each: each.maybe("nothing", word), None),
        (lambda each: each.name("empty"), ""),
        (lambda each: each.name("path"), os.fsdecode(b"caf\xe9")),
    ],
)
def test_a_field_of_the_right_type(read: Callable[[Fields], Any], expected: object) -> None:
    assert read(Fields(DOCUMENT)) == expected


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (lambda each: each.text("absent"), "absent is missing"),
        (lambda each: each.text("empty"), "empty is not a text"),
        (lambda each: each.text("number"), "number is not a text"),
        (lambda each: each.text("word", re.compile("[a-b]+")), "word has another form than "),
        (lambda each: each.choice("word", {}), "word is none of the words that this version "),
        (lambda each: each.number("number", 4), "number is not a whole number from 4 up"),
        (lambda each: each.number("yes"), "yes is not a whole number from 0 up"),
        (lambda each: each.truth("number"), "number is neither true nor false"),
        (lambda each: each.texts("objects"), "objects is not a list of texts"),
        (lambda each: each.array("nothing"), "nothing is not a list"),
        (lambda each: each.fields("list"), "list is not an object"),
        (lambda each: each.fields("object").text("nowhere"), "object.nowhere is missing"),
        (lambda each: each.every("objects", lambda at: at.truth("word")), "objects[0].word is "),
        (lambda each: each.every("list", word), "list[0] is not an object"),
        (lambda each: each.name("number"), "number is not a text"),
    ],
)
def test_another_type_or_form_is_refused(read: Callable[[Fields], Any], why: str) -> None:
    with pytest.raises(FieldError) as raised:
        read(Fields(DOCUMENT))
    assert str(raised.value).startswith(why)


def test_a_document_that_is_no_object() -> None:
    with pytest.raises(FieldError, match=r"^it is not an object$"):
        Fields([])
