"""Tests of `scanner.toml_depth`; what it protects from is in tests/hostile."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from scanner.toml_depth import DEEPEST, is_too_deep


@given(
    st.lists(
        st.sampled_from(["a", '"b"', "'c'", '"."', "'#'", '"\\""', "-"]), min_size=1, max_size=80
    ),
    st.sampled_from([".", " . ", "\t."]),
    st.sampled_from(["{} = 1", "[{}]", "[[{}]]", "x = {{ {} = 1 }}", "y = '''\n'''\n{} = 2"]),
)
def test_the_parts_of_a_key_are_counted(parts: list[str], dot: str, form: str) -> None:
    text = form.format(dot.join(parts)) + "\n"
    tomllib.loads(text)
    assert is_too_deep(text) == (len(parts) > DEEPEST)
