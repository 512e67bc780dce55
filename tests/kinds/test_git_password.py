"""Passwords for Git over HTTPS at AWS: `scanner.kinds.git_password`."""

from __future__ import annotations

import pytest

from scanner.findings import Confidence
from scanner.kinds.git_password import make_access_token
from scanner.kinds.service_password import make_password, make_user_name
from scanner.rulebook.generator import Generator

RULE = "aws-git-password"
CATALYST = "git.us-west-2.codecatalyst.aws/v1/acme/site/web"
COMMIT = "git-codecommit.eu-west-1.amazonaws.com/v1/repos/site"


@pytest.mark.parametrize("host", [CATALYST, COMMIT])
@pytest.mark.parametrize("form", ["https://sofia:{}@{}", "git clone 'http://sofia:{}@{}'"])
def test_a_password_in_an_address(detect_one, form: str, host: str) -> None:
    token = make_access_token(Generator(1))
    part = detect_one(RULE, form.format(token, host if "//" in form else host.partition("/")[0]))
    assert (part.value.reveal().decode(), part.confidence) == (token, Confidence.HIGH)


def test_a_short_password_is_less_sure(detect_one) -> None:
    part = detect_one(RULE, f"https://sofia:hunter%21zwei@{COMMIT}")
    assert (part.value.reveal(), part.confidence) == (b"hunter!zwei", Confidence.MEDIUM)


@pytest.mark.parametrize(
    "text",
    [
        f"https://sofia@{CATALYST}",
        f"https://sofia:${{TOKEN}}@{CATALYST}",
        f"https://user:my-password@{CATALYST}",
        f"https://user:<your-pat>@{CATALYST}",
        f"https://user:aaaaaaaaaaaa@{COMMIT}",
        "https://sofia:hunterzweidrei@github.com/acme/site",
        f"https://ASIA{'Q' * 16}%25token:20260214T093000Zabcdef@{COMMIT}",
    ],
)
def test_what_is_no_password(detect, text: str) -> None:
    assert detect(RULE, text) == []


def test_a_service_specific_credential_has_a_rule_of_its_own(detect) -> None:
    made = Generator(2)
    password = make_password(made).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    text = f"https://{make_user_name(made)}:{password}@{COMMIT}"
    assert detect(RULE, text) == []
    assert len(detect("aws-codecommit-password", text)) == 1
