"""What a tool has returned keeps its shape without what was in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.agents.outputs import event_of_output, replaced, texts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_nothing_changes_without_a_change(value):
    assert replaced(value, lambda text: text) == value


@given(JSON)
def test_every_text_is_changed(value):
    assert set(texts(replaced(value, lambda _: "x"))) <= {"x"}


def test_an_output_of_a_reader_is_that_of_a_file():
    event = event_of_output("x", "Read", {"file_path": "a.txt"}, {"file": {"content": "t"}}, "/p")
    assert event.pieces[0].path.endswith("a.txt")
    assert not event_of_output("x", "Bash", {"path": "a.txt"}, "t", "/p").pieces[0].path
