"""Edits of JSON change what they say and no other byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner.agents.json_edit import append, parse, remove

TEXT = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
LAYOUTS = st.sampled_from(
    [{"indent": 2}, {"indent": 4}, {"indent": "\t"}, {}, {"separators": (",", ":")}]
)
HOOK = {"command": 'x "y"', "timeout": 30}


@given(st.dictionaries(TEXT, JSON, max_size=6), LAYOUTS, st.booleans())
def test_an_entry_comes_and_goes(document, layout, is_windows):
    assume("hooks" not in document)
    text = json.dumps(document, **layout) + "\n"
    text = text.replace("\n", "\r\n") if is_windows else text
    added = append(text, ("hooks", "Event"), HOOK)
    assert parse(added) == {**document, "hooks": {"Event": [HOOK]}}
    assert remove(added, ("hooks",)) == text


@given(st.lists(JSON, max_size=6), LAYOUTS, JSON)
def test_an_element_comes_and_goes(listed, layout, value):
    text = json.dumps({"hooks": {"E": listed}, "end": 1}, **layout)
    added = append(text, ("hooks", "E"), value)
    assert parse(added) == {"hooks": {"E": [*listed, value]}, "end": 1}
    assert remove(added, ("hooks", "E", len(listed))) == text


@given(st.lists(JSON, min_size=1, max_size=6), LAYOUTS, st.data())
def test_any_member_is_removed(listed, layout, data):
    number = data.draw(st.integers(0, len(listed) - 1))
    text = json.dumps([listed, 0], **layout)
    assert parse(remove(text, (0, number))) == [listed[:number] + listed[number + 1 :], 0]


def test_layout_of_people_stays():
    text = '{\n    "a": [1,2,   3],\n\n    "hooks" : {"E": [ {"x": 1} ]}\n}'
    added = append(text, ("hooks", "E"), {"y": 2})
    assert added == '{\n    "a": [1,2,   3],\n\n    "hooks" : {"E": [ {"x": 1}, {"y": 2} ]}\n}'


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1, "a": 2}', "// x\n{}", "[" * 100_000, '{"a":1,}']
)
def test_what_is_not_json(text):
    with pytest.raises(ValueError, match=r"."):
        parse(text)
