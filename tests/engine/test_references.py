"""References that take the place of a secret: which texts are some, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.references import references

ID = "AKIA" + "Q" * 16


def found(text, secrets=()):
    data = text.encode()
    at = data.find(ID.encode())
    return [data[a:b] for a, b in references(data, [(at, at + 20)], secrets)]


@pytest.mark.parametrize(
    "text",
    [
        "secret_key = ${X}",
        "secret_access_key: {{ x }}",
        'SecretAccessKey: !Ref "X"',
        "secret = var.x",
        "secret: getenv('X')",
        'new Key(ID, os.environ["SECRET"])',
    ],
)
def test_references(text):
    assert len(found(f"{ID}\n{text}\n")) == 1
    assert found(f"{ID}\n{text}\n", [len(ID) + len(text)]) == []


@pytest.mark.parametrize(
    "text",
    [
        "secret = ",
        "secret: >-",
        "secret: |",
        'secret = "',
        "secret_key = [",
        "secret = %2Fabc%2B",
        "the secret of success",
        "secrets: are told",
        "secret = changed",
    ],
)
def test_no_references(text):
    assert found(f"{ID}\n{text}\n") == []


def test_one_a_line_and_only_near():
    assert len(found(f"{ID} secret=$A secret=$B\nsecret=$C")) == 2
    assert found(ID + "\n" * 600 + "secret=$A") == []


@given(st.text(alphabet="secret_key=: $%{}.\n", max_size=300), st.integers(0, 300))
def test_any_text_is_read(text, at):
    data = text.encode()
    spans = list(references(data, [(at, at + 20)], []))
    assert all(0 <= start < end <= len(data) for start, end in spans)
    assert spans == sorted(spans)
