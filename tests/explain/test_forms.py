"""How a text differs from the form of a rule."""

from __future__ import annotations

import pytest

from scanner.explain.forms import difference, extent, form_of
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

RULES = {rule.id: rule for rule in shipped_rules()}
KEY_ID = Generator(21).access_key_id()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_no_form_is_an_error(rule) -> None:
    form = form_of(rule.id, rule.origin, rule.pattern)
    assert form is None or 0 < form.shortest <= form.longest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (KEY_ID, ""),
        (KEY_ID[:-1], "19 characters instead of 20"),
        (f"{KEY_ID}AB", "22 characters instead of 20"),
        (KEY_ID[:-1] + "x", "has lowercase letters; this form has none"),
    ],
)
def test_a_key_id(text: str, said: str) -> None:
    assert difference(RULES["aws-access-key-id"], text.encode()) == said


def test_the_text_that_an_anchor_is_in() -> None:
    rule = RULES["aws-access-key-id"]
    anchor = next(each for each in rule.anchors if each.literal == b"AKIA")
    data = f'("{KEY_ID[:-1]}", 1)'.encode()
    assert extent(rule, anchor, data, 2) == (2, 21)
