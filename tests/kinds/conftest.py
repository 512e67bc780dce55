"""What the tests of kinds share."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from scanner.content import Layer
from scanner.engine.matching import find
from scanner.kinds import load
from scanner.kinds.interface import Aside, Part
from scanner.rulebook.compiled import shipped_rules

Detect = Callable[[str, str | bytes], list[Part | Aside]]


@pytest.fixture
def detect() -> Detect:
    """Return a function (ID of a shipped rule, text) to what its kind says of the text."""
    rules = {rule.id: rule for rule in shipped_rules()}

    def run(rule_id: str, text: str | bytes) -> list[Part | Aside]:
        rule = rules[rule_id]
        layer = Layer(text.encode() if isinstance(text, str) else text)
        found: dict[object, Part | Aside] = {}
        for anchor in rule.anchors:
            run_of = b"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{%d}(?![A-Za-z0-9+/])" % anchor.run
            for spot in re.finditer(re.escape(anchor.literal) or run_of, layer.data):
                match = find(rule, layer.data, spot.start())
                judged = match and load(rule.kind).detect(rule, layer, match)
                if judged:
                    # A value that two anchors lead to is found once, as the engine has it.
                    is_part = isinstance(judged, Part)
                    at = (judged.role, judged.start, judged.end) if is_part else match
                    found.setdefault(at, judged)
        return list(found.values())

    return run


@pytest.fixture
def detect_one(detect: Detect) -> Callable[[str, str | bytes], Part]:
    """Return a function like `detect` for a text in which exactly one part has to be found."""

    def run(rule_id: str, text: str | bytes) -> Part:
        [part] = detect(rule_id, text)
        assert isinstance(part, Part)
        return part

    return run
