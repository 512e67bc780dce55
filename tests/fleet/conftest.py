"""What tests of fleets share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def whole_clones(make_repository: Callable[..., Any], plant: Any, tmp_path: Path) -> Path:
    """Return a folder with a clean clone and two that share a key."""
    shared = plant.pair()
    for name, content in (("clean", "text\n"), ("one", shared), ("two", shared)):
        repository = make_repository(f"clones/{name}")
        repository.write("config", content)
        repository.commit()
    return tmp_path / "clones"
