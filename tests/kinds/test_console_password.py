"""Console passwords: `scanner.kinds.console_password`."""

from __future__ import annotations

import pytest

from scanner.findings import Confidence
from scanner.kinds.console_password import make_password
from scanner.rulebook.generator import Generator

RULE = "aws-console-password"
URL = "https://123456789012.signin.aws.amazon.com/console"
HEAD = "User name,Password,Console sign-in URL"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("head", "row"),
    [
        (HEAD, "sofia,{},{}"),
        ('"User name","Password","Console sign-in URL"', '"sofia","{}","{}"'),
        ("User Name,Password,Access key ID,Secret access key,Console login link", "sofia,{},,,{}"),
    ],
)
def test_the_file_of_the_console(detect_one, mark: str, end: str, head: str, row: str) -> None:
    password = make_password(Generator(1))
    part = detect_one(RULE, mark + end.join([head, row.format(password, URL), ""]))
    assert part.value.reveal().decode() == password
    assert (part.account_id, part.user) == ("123456789012", "sofia")
    assert part.confidence == Confidence.HIGH


def test_each_row_of_a_file(detect) -> None:
    made = Generator(2)
    passwords = [make_password(made) for _ in range(5)]
    rows = [f"user{number},{password},{URL}" for number, password in enumerate(passwords)]
    parts = detect(RULE, "\n".join([HEAD, *rows]))
    assert [part.value.reveal().decode() for part in parts] == passwords


def test_a_quoted_password_with_a_comma(detect_one) -> None:
    part = detect_one(RULE, f'{HEAD}\nsofia,"aB3,x!yQ9",{URL}\n')
    assert part.value.reveal() == b"aB3,x!yQ9"


@pytest.mark.parametrize(
    "note", ["Password: {}", "password = '{}'", '"password": "{}",', "**Password:** `{}`"]
)
@pytest.mark.parametrize("host", ["acme.signin.aws.amazon.com", "acme.signin.amazonaws.cn"])
def test_a_note(detect_one, note: str, host: str) -> None:
    password = make_password(Generator(3))
    text = f"URL: https://{host}/console\nUser: sofia\n{note.format(password)}\n"
    part = detect_one(RULE, text)
    assert (part.value.reveal().decode(), part.confidence) == (password, Confidence.MEDIUM)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\nsofia,,{URL}",
        f"{HEAD}\nsofia,short,{URL}",
        f"{URL}\nPassword: <your password>",
        f"{URL}\nPassword: ${{PASSWORD_1}}",
        f"{URL}\nPassword: (auto-generated)",
        f"{URL}\nPassword: Ab3#xKp9...",
        f"{URL}\nPassword: {{{{ Vault_Password1 }}}}",
        f"{URL}\n" + "x" * 400 + "\nPassword: aB3xy!yQ9",
        f"sofia,aB3xy!yQ9,{URL}",
    ],
)
def test_what_is_no_password(detect, text: str) -> None:
    assert detect(RULE, text) == []
