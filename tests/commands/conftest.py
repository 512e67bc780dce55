"""What the tests of commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

USER_RULE = """\
id: our-token
name: Our token
summary: A token of our service.
why: Whoever has it can act as us.
severity: high
confidence: high
role: token
detector: pattern
anchors:
  - literal: ourtok-
pattern: '{pattern}'
cwe: [CWE-798]
remediation: [Revoke it.]
references: []
"""


@pytest.fixture
def own_rule(tmp_path: Path) -> Callable[..., None]:
    """Write a rule with a pattern, and the configuration that uses it."""

    def write(pattern: str = "ourtok-[0-9a-f]{16}") -> None:
        (tmp_path / "own.yaml").write_text(USER_RULE.format(pattern=pattern))
        (tmp_path / ".keycatch.toml").write_text('rules = ["own.yaml"]\n')

    return write
