"""What every decoder owes the engine, its users and its readers: for whoever adds one.

The test module of a decoder, named after its module, has beside its own tests

- `encode(content)`, which returns bytes in the form that the decoder reads, with `content` in it;
- `EXAMPLE`: bytes in that form, a value in them, and the place that a report gives for the value:
  start line, start column, end line, end column, with the end column exclusive.

From these everything below follows.
"""

from __future__ import annotations

import importlib.util
import re
import string
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from scanner.decoders import DECODERS, MODULES
from scanner.decoders.interface import Budget, Decoder

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "decoders.md"
NAMES = [name.rpartition(".")[2] for name in MODULES]
OPENING = [name for name in NAMES if name != "not_opened"]
"""All but the one that only counts what it meets, and has nothing to encode."""
MEMBERS = dict(zip(NAMES, DECODERS, strict=True))
WORDS = st.text(string.ascii_letters + string.digits + " .,:;#%=&\\\t\n", max_size=120)
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 40)), min_size=1, max_size=4
)


def test_module_of(name: str) -> ModuleType:
    """Return the test module of the decoder module `name`."""
    path = HERE / f"test_{name}.py"
    assert path.exists(), f"every decoder has a test of its own: write {path.name}"
    spec = importlib.util.spec_from_file_location(f"example_of_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


test_module_of.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def encoders() -> dict[str, Callable[[bytes], bytes]]:
    """Return the function `encode` of each decoder's test by the name of its module."""
    return {name: test_module_of(name).encode for name in OPENING}


@pytest.mark.parametrize("name", NAMES)
def test_it_has_tests_of_its_own(name: str) -> None:
    """Not only what is below: at least one test that nobody else would have thought of."""
    tests = [each for each in vars(test_module_of(name)) if each.startswith("test_")]
    assert tests != []


@pytest.mark.parametrize("name", NAMES)
def test_its_name_is_its_own_and_in_the_documentation(name: str) -> None:
    decoder = MEMBERS[name]
    assert [each.name for each in DECODERS].count(decoder.name) == 1
    row = f"| `{decoder.name}` | {' | '.join(decoder.description)} |"
    assert row in PAGE.read_text("utf-8").splitlines(), "run python tools/register.py"
    assert all(decoder.description)


@pytest.mark.parametrize("name", NAMES)
def test_something_calls_for_it(name: str) -> None:
    """Without an anchor or a signature it would be asked about every file, or never."""
    assert MEMBERS[name].magics or MEMBERS[name].anchors or MEMBERS[name].ending


@pytest.mark.parametrize("name", OPENING)
def test_its_example_has_the_place_that_a_person_sees(peel, name: str) -> None:
    source, value, place = test_module_of(name).EXAMPLE
    layers = list(peel(source, decoders=(MEMBERS[name],)))
    found = {
        tuple(layer.place(at.start(), at.end()))
        for layer in layers
        for at in re.finditer(re.escape(value), layer.data)
    }
    assert found == {place}


@pytest.mark.parametrize("name", OPENING)
@settings(max_examples=50, deadline=None)
@given(before=WORDS, after=WORDS, seed=st.integers(0, 10_000))
def test_what_was_encoded_comes_out_and_leads_back(
    peel, encoders, secret, key_id, name: str, before: str, after: str, seed: int
) -> None:
    pair = b"aws_access_key_id = %b\naws_secret_access_key = %b\n" % (key_id(seed), secret(seed))
    source = encoders[name](b"%b\n%b%b" % (before.encode(), pair, after.encode()))
    note(f"bytes.fromhex({source.hex()!r})")
    only = (MEMBERS[name],)
    for value in (key_id(seed), secret(seed)):
        holding = [layer for layer in peel(source, decoders=only) if value in layer.data]
        assert holding
        for layer in holding:
            start = layer.data.index(value)
            ground, low, high = layer.ground(start, start + len(value))
            if ground is layer:
                continue  # a text of its own: nothing of it is at a place of the source
            assert 0 <= low < high <= len(source)
            without = source[:low] + source[high:]
            assert all(value not in each.data for each in peel(without, decoders=only))


@pytest.mark.parametrize("name", OPENING)
@settings(max_examples=settings().max_examples, deadline=None)
@given(changes=CHANGES)
def test_damage_is_no_error(peel, encoders, secret, key_id, name: str, changes) -> None:
    data = encoders[name](b"x = %b\ny = %b\n" % (key_id(1), secret(1)))
    for place, piece, removed in changes:
        at = int(place * len(data))
        data = data[:at] + piece + data[at + removed :]
    note(f"bytes.fromhex({data.hex()!r})")
    budget = Budget(layers=50, size=1 << 20)
    layers = list(peel(data, budget, (MEMBERS[name],)))
    assert sum(len(layer.data) for layer in layers) <= (1 << 20) - budget.bytes
    for layer in layers:
        layer.place(0, len(layer.data))


@pytest.mark.parametrize("name", OPENING)
def test_it_makes_nothing_beyond_the_budget(peel, encoders, secret, key_id, name: str) -> None:
    data = encoders[name](b"x = %b\ny = %b\n" % (key_id(1), secret(1)))
    decoder: Decoder = MEMBERS[name]
    for budget in (Budget(layers=0), Budget(size=0)):
        assert list(peel(data, budget, (decoder,))) == []
        assert [reason for reason, _ in budget.left] == ["decoder-limit"]
