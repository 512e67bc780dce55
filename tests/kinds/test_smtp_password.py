"""SMTP passwords of SES: form and derivation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Confidence
from scanner.kinds import smtp_password
from scanner.kinds.smtp_password import derive, derive_version_2, version
from scanner.rulebook.generator import Generator

ACCOUNT = "012345678901"
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
    made = smtp_password.make_password(Generator(3), secret, "eu-central-1")
    assert made.encode() == derive(secret.encode(), "eu-central-1")
    assert smtp_password.make_old_password(Generator(3), secret).encode() == derive_version_2(
        secret.encode()
    )


@pytest.mark.parametrize(
    "value", [b"", b"B" * 43, b"BQ" + b"a" * 42, b"Af" + b"a" * 42, b"BA" + b"!" * 42, b"A" * 44]
)
def test_other_values_have_no_version(value: bytes) -> None:
    assert version(value) is None


# Detection


def test_an_smtp_password_in_its_context(detect_one) -> None:
    made = Generator(7)
    password = smtp_password.make_password(made)
    part = detect_one("aws-ses-smtp-password", f"SMTP_PASSWORD={password}")
    assert (part.confidence, part.account_id) == (Confidence.HIGH, "")
    near = f"{made.access_key_id(ACCOUNT)}\n{password}\n"
    part = detect_one("aws-ses-smtp-password", near)
    assert (part.confidence, part.account_id) == (Confidence.MEDIUM, ACCOUNT)


@pytest.mark.parametrize(
    "text",
    [
        "{password}",
        "classes = '{password}'",  # `ses` inside of a word
        "smtp" + "." * 500 + "{password}",
        "smtp {password}-{password}",
        "smtp\n" + "{line}\n{password}\n",
    ],
)
def test_what_is_no_smtp_password(detect, text: str) -> None:
    made = Generator(8)
    filled = text.format(
        password=smtp_password.make_password(made), line=made.text("abcdXYZ019+/", 76)
    )
    assert detect("aws-ses-smtp-password", filled) == []
