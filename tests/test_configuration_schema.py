"""The JSON Schema of the configuration takes what the reader takes, key by key."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.errors import ConfigError
from scanner.settings import KEYS, THRESHOLDS, Settings, load_at

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs" / "configuration.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def reads(table: dict[str, Any]) -> bool:
    """Return whether the reader takes a file with `table`."""
    text = "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in table.items())
    try:
        load_at({".keycatch.toml": text.encode()}.get, "", "")
        said = ""
    except ConfigError as error:
        said = str(error)
    assert "not valid TOML" not in said, text
    return not said


def toml(value: Any) -> str:
    # TOML's basic strings are those of JSON with these two exceptions: no DEL, no surrogates.
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


TEXTS = st.one_of(
    st.sampled_from([*THRESHOLDS, "", "vendor/", "/a", "./a", "../a", "a\\b", "..a", "0" * 12]),
    st.text(string.digits, min_size=11, max_size=13),
    st.text(st.characters(codec="ascii", exclude_characters="\x7f"), max_size=6),
    st.sampled_from(["\u0661" * 12, "0" * 12 + "\n", "a\0b", "\u2028/"]),
)
ATOMS = st.one_of(TEXTS, st.booleans(), st.integers(-1, 1 << 40), st.just({}))
VALUES = st.one_of(ATOMS, st.lists(ATOMS, max_size=3), st.lists(TEXTS, max_size=3))


def test_the_keys_are_the_same() -> None:
    assert SCHEMA["properties"].keys() == set(KEYS)
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_says_what_it_is_and_its_default_is_that_of_the_reader(key: str) -> None:
    about = SCHEMA["properties"][key]
    assert about["description"].endswith(".")
    for value in (*about.get("examples", ()), *([about["default"]] if "default" in about else ())):
        assert VALIDATOR.is_valid({key: value})
        assert reads({key: value})
    if "default" in about and key != "baseline":
        text = f"{key} = {toml(about['default'])}\n".encode()
        found = load_at({".keycatch.toml": text}.get, "", "")
        assert found._replace(origin="", commit="") == Settings()


def test_thresholds_are_those_of_the_reader() -> None:
    assert set(SCHEMA["definitions"]["threshold"]["enum"]) == THRESHOLDS.keys()


@pytest.mark.parametrize("key", KEYS)
def test_both_take_the_same_values(key: str) -> None:
    @given(VALUES)
    @example(["0" * 12 + "\n"])
    @example(["a\nb"])
    @example("a\0")
    @example([""])
    def check(value: Any) -> None:
        assert VALIDATOR.is_valid({key: value}) is reads({key: value})

    check()


@pytest.mark.parametrize("key", ["excludes", "fail_on", "FAIL-ON", "jobs", "", "tool"])
def test_neither_takes_another_key(key: str) -> None:
    assert not VALIDATOR.is_valid({key: []})
    assert not reads({key: []})


def test_the_documentation_names_each_key() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    headings = {name for line in page.splitlines() if line.startswith("## ")
                for name in line[3:].split(", ")}  # fmt: skip
    assert set(KEYS) <= headings
