"""SMTP passwords of SES: form and derivation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.aws.smtp_password import derive, derive_version_2, version
from scanner.rulebook.examples import Generator

DOCUMENTED = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def test_the_derivation_of_the_documentation() -> None:
    """Computed with the program in the SES Developer Guide, for its own example secret."""
    assert derive(DOCUMENTED, "us-east-1") == b"BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"
    assert derive_version_2(DOCUMENTED) == b"An60U4ZD3sd4fg+FvXUjayOipTt8LO4rUUmhpdX6ctDy"


@given(st.binary(min_size=40, max_size=40), st.sampled_from(["us-east-1", "eu-west-1"]))
def test_versions_are_told_by_the_form(secret: bytes, region: str) -> None:
    assert version(derive(secret, region)) == 4
    assert version(derive_version_2(secret)) == 2


def test_the_generator_makes_such_passwords() -> None:
    secret = Generator(2).secret_access_key()
    made = Generator(3).ses_smtp_password(secret, "eu-central-1")
    assert made.encode() == derive(secret.encode(), "eu-central-1")
    assert Generator(3).old_ses_smtp_password(secret).encode() == derive_version_2(secret.encode())


@pytest.mark.parametrize(
    "value", [b"", b"B" * 43, b"BQ" + b"a" * 42, b"Af" + b"a" * 42, b"BA" + b"!" * 42, b"A" * 44]
)
def test_other_values_have_no_version(value: bytes) -> None:
    assert version(value) is None
