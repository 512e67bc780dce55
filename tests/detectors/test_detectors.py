"""The registry of detectors."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.detectors import DETECTORS, load

FOLDER = Path(__file__).resolve().parents[2] / "scanner" / "detectors"
HELPERS = {"__init__", "interface", "matching", "results", "signed", "surroundings"}


@pytest.mark.parametrize("name", DETECTORS)
def test_each_can_be_loaded(name: str) -> None:
    assert callable(load(name))
    assert load(name) is load(name)
    module = DETECTORS[name].partition(":")[0].rpartition(".")[2]
    assert module == name.replace("-", "_")


def test_every_module_is_registered() -> None:
    modules = {target.partition(":")[0].rpartition(".")[2] for target in DETECTORS.values()}
    assert modules == {path.stem for path in FOLDER.glob("*.py")} - HELPERS


def test_an_unknown_name() -> None:
    with pytest.raises(KeyError):
        load("no-such-detector")
