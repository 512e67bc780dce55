"""Each importer is registered, documented, and survives what is not of its form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.baseline.imports import IMPORTERS, importer, read
from scanner.baseline.imports.interface import Content

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "scanner/baseline/imports"

FIELDS = sorted(
    set(re.findall(r'"([A-Za-z_]+)"', "".join(p.read_text("utf-8") for p in FOLDER.glob("*.py"))))
)
"""Words in the importers, among them the names of all fields that they look at."""

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)


def test_every_module_is_registered() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "interface"}
    assert {module.rpartition(".")[2] for module in IMPORTERS.values()} == modules
    assert all(importer(name).name == name for name in IMPORTERS)


def test_every_importer_has_its_row_in_the_documentation() -> None:
    page = (ROOT / "docs/baseline.md").read_text("utf-8")
    for name in IMPORTERS:
        assert f"| {name} | {importer(name).files} |" in page


@pytest.mark.parametrize("name", IMPORTERS)
@pytest.mark.parametrize("named", [False, True])
@given(document=values)
def test_no_document_is_a_defect(name: str, named: bool, document: Any) -> None:
    for text in (json.dumps(document), f"{json.dumps(document)}\n{json.dumps(document)}"):
        importer(name).read(Content(text.encode(), "x", named=named))


@pytest.mark.parametrize("name", IMPORTERS)
@given(data=st.binary(max_size=100))
def test_no_bytes_are_a_defect(name: str, data: bytes) -> None:
    importer(name).read(Content(data, "x", named=True))


def test_the_first_that_knows_a_file_has_it() -> None:
    content = Content(b'{"version": "1", "plugins_used": [], "results": {}}', "x")
    found = read(content, tuple(IMPORTERS))
    assert found is not None
    assert found[0] == "detect-secrets"
    assert read(Content(b"words and more words", "x"), tuple(IMPORTERS)) is None
