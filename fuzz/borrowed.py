"""What the tests have that seeds are made of: encoders of each decoder, a writer of packs."""

from __future__ import annotations

from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

TESTS: Final = Path(__file__).resolve().parent.parent / "tests"


@cache
def of_tests(path: str) -> ModuleType:
    """Return the module `path` of the tests, such as `git/conftest.py`."""
    name = path.removesuffix(".py").replace("/", "_")
    spec = spec_from_file_location(f"borrowed_{name}", TESTS / path)
    if spec is None or spec.loader is None:
        raise ImportError(f"there is no module {path} among the tests")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
