"""What the call of a tool carries, whatever the tool is called."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.agents.interface import CALL
from scanner.agents.tool_calls import event_of_call

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
NAMES = st.sampled_from(
    ["file_path", "path", "content", "edits", "old_string", "new_string", "command", "replace_all"]
)


def files(arguments, folder=""):
    event = event_of_call("x", "Tool", arguments, folder)
    return {piece.where: piece.text for piece in event.pieces if piece.path}


@settings(max_examples=settings().max_examples // 2)
@given(JSON | st.dictionaries(NAMES, JSON))
def test_any_arguments_are_read(arguments):
    assert event_of_call("x", "Tool", arguments, "").kind == CALL


@given(st.text(min_size=1))
def test_nothing_is_lost(text):
    # Strings of JSON come from what a tool printed, so half of a pair can be in them.
    for arguments in ({"a": {"b": [text]}}, {"command": text}, {"path": "p", "content": text}):
        event = event_of_call("x", "Tool", arguments, "")
        shown = "".join(piece.text for piece in event.pieces)
        assert (
            text in shown
            or json.dumps(text, ensure_ascii=False)[1:-1] in shown
            or not (text.strip())
        )


def test_an_edit_is_seen_in_the_whole_file(tmp_path):
    (tmp_path / "a.env").write_text("secret = OLD\nend\n")
    edit = {"file_path": "a.env", "old_string": "OLD", "new_string": "NEW"}
    assert files(edit, str(tmp_path)) == {"a.env": "secret = NEW\nend\n"}


def test_an_edit_of_lines_that_end_as_on_windows(tmp_path):
    (tmp_path / "a").write_bytes(b"one\r\ntwo\r\n")
    edit = {"file_path": "a", "old_string": "one\ntwo", "new_string": "1\n2"}
    assert files(edit, str(tmp_path)) == {"a": "1\r\n2\r\n"}


@pytest.mark.parametrize(("everywhere", "after"), [(True, "b b"), (False, "b a")])
def test_an_edit_of_all_places(tmp_path, everywhere, after):
    (tmp_path / "a").write_text("a a")
    edit = {"path": "a", "old_str": "a", "new_str": "b", "replace_all": everywhere}
    assert files(edit, str(tmp_path)) == {"a": after}


def test_several_edits_follow_each_other(tmp_path):
    (tmp_path / "a").write_text("one")
    edits = [{"oldText": "one", "newText": "two"}, {"oldText": "two", "newText": "three"}]
    assert files({"path": "a", "edits": edits}, str(tmp_path)) == {"a": "three"}


def test_an_edit_of_a_file_that_is_not_there(tmp_path):
    edit = {"path": "b", "old_string": "old", "new_string": "new"}
    event = event_of_call("x", "Edit", edit, str(tmp_path))
    assert "new" in event.pieces[0].text
    assert "old" not in event.pieces[0].text
    assert "old" in event.pieces[0].before


def test_an_edit_of_what_is_no_file(tmp_path):
    (tmp_path / "b").mkdir()
    assert files({"path": "b", "content": "text"}, str(tmp_path)) == {"b": "text"}
    assert files({"path": "a\0b", "content": "text"}, str(tmp_path)) == {"a\0b": "text"}


def test_a_patch_of_several_files():
    patch = (
        "*** Begin Patch\n*** Add File: a\n+one\n*** Update File: b\n@@ def\n two\n-three\n+four\n"
        "*** Delete File: c\n*** End Patch"
    )
    for arguments in ({"command": patch}, {"input": patch}, {"command": ["apply_patch", patch]}):
        assert files(arguments) == {"a": "one", "b": "two\nfour", "c": ""}


def test_a_command_in_pieces():
    event = event_of_call("x", "shell", {"command": ["bash", "-lc", "echo hello"]}, "")
    assert event.pieces[0].text == "bash\n-lc\necho hello"
    assert event.what == "this command"
