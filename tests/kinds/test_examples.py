"""Templates of examples and the values they are filled with."""

from __future__ import annotations

import re

import pytest

from scanner.errors import RuleError
from scanner.kinds import access_key_id as key_id
from scanner.kinds.examples import expand, values
from scanner.rulebook.generator import Generator


def test_values_depend_on_the_seed_alone() -> None:
    template = "{{access_key_id}} {{secret_access_key}} {{hex:12}}"
    assert expand(template, "a/match/1") == expand(template, "a/match/1")
    assert expand(template, "a/match/1") != expand(template, "a/match/2")


def test_the_generator_gives_the_same_values_everywhere() -> None:
    """The digest of one run: a change in Python's generator would make examples differ."""
    from hashlib import sha256

    generator = Generator("seed")
    made = [generator.access_key_id(), generator.secret_access_key(), generator.session_token()]
    digest = sha256("".join(made).encode()).hexdigest()
    assert digest[:16] == "b44eaacc978974c4"


def test_a_name_used_twice_gives_two_values() -> None:
    one, two = expand("{{access_key_id}} {{access_key_id}}", "x").split()
    assert one != two


def test_sizes_and_the_empty_template() -> None:
    assert re.fullmatch("[0-9a-f]{40}", expand("{{hex:40}}", "x"))
    assert re.fullmatch("[A-Za-z0-9+/]{41}", expand("{{base64:41}}", "x"))
    assert re.fullmatch("[A-Za-z0-9+/]{43}=", expand("{{base64_of:32}}", "x"))
    assert re.fullmatch("[a-z2-7]{25}", expand("{{lower_base32:25}}", "x"))
    assert re.fullmatch("[a-z0-9]{52}", expand("{{word:52}}", "x"))
    assert expand("AK{{}}IA", "x") == "AKIA"


@pytest.mark.parametrize(
    "text", ["${{ secrets.X }}", "{{ name }}", "{name}", "{{NAME}}", "{{a-b}}"]
)
def test_templates_of_others_stay(text: str) -> None:
    assert expand(text, "x") == text


@pytest.mark.parametrize("text", ["{{acces_key_id}}", "{{hex}}", "{{access_key_id:3}}"])
def test_an_unknown_name_is_an_error(text: str) -> None:
    with pytest.raises(RuleError, match=r"there is no value `\{\{.*access_key_id, account_id"):
        expand(text, "rule/match/1")


@pytest.mark.parametrize("name", values())
def test_every_value_can_be_made(name: str) -> None:
    made = values()[name](Generator("x"))
    assert made
    assert made.isascii()


def test_key_ids_are_possible() -> None:
    generator = Generator(7)
    for _ in range(300):
        new = key_id.parse(generator.access_key_id().encode())
        temporary = key_id.parse(generator.temporary_access_key_id().encode())
        old = key_id.parse(generator.old_access_key_id().encode())
        assert (new.generation, temporary.generation, old.generation) == (2, 2, 1)
    assert key_id.parse(generator.access_key_id("012345678901").encode()).account_id == (
        "012345678901"
    )


def test_secrets_have_the_form_of_secrets() -> None:
    generator = Generator(8)
    for _ in range(300):
        assert re.fullmatch("(?=.*[0-9])[A-Za-z0-9+/]{40}", generator.secret_access_key())
