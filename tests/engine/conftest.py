"""What the tests of the engine share: the shipped rules and made-up credentials."""

from __future__ import annotations

import pytest

from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.rulebook.model import Rule


@pytest.fixture(scope="session")
def rules() -> tuple[Rule, ...]:
    return load_rules((), ())


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Generator:
    """Return a source of credentials that differ from test to test and not from run to run."""
    return Generator(request.node.nodeid)
