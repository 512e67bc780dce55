"""Passwords of service-specific credentials: found near their user name."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from scanner.engine.catalogue import Catalogue
from scanner.kinds import service_password
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator

ACCOUNT = "012345678901"


def test_a_codecommit_url_with_an_encoded_password(detect_one) -> None:
    made = Generator(3)
    password = next(
        p
        for p in (service_password.make_password(made) for _ in range(50))
        if "/" in p and "+" in p
    )
    user = service_password.make_user_name(made, ACCOUNT, "dev-user")
    url = f"https://{user}:{quote(password, '')}@git-codecommit.us-east-1.amazonaws.com/v1/repos/x"
    part = detect_one("aws-codecommit-password", f"git clone {url}")
    assert part.value.reveal().decode() == password
    assert url[part.start - 10 : part.end - 10] == quote(password, "")
    assert part.account_id == ACCOUNT
    assert part.evidence == (f"next to the user name of IAM user dev-user in account {ACCOUNT}",)


def test_the_password_nearest_to_its_user_name(detect) -> None:
    made = Generator(4)
    users = [service_password.make_user_name(made, user=name) for name in ("ada", "bob")]
    passwords = [service_password.make_password(made) for _ in users]
    lines = [f"{user},{password}" for user, password in zip(users, passwords, strict=True)]
    found = detect("aws-codecommit-password", "\n".join(["User Name,Password", *lines]))
    assert [part.value.reveal().decode() for part in found] == passwords


@pytest.mark.parametrize(
    "text",
    [
        "SERVICE_USER_NAME={user}\nSERVICE_PASSWORD={password}\n",
        "service.user.name={user}\nservice.password={password}",
        "env GIT_USER={user} GIT_PASSWORD={password} ./run",
        'Environment="GIT_USER={user}"\nEnvironment="GIT_PASSWORD={password}"',
        "GET https://example.org/?user={user}&password={quoted} HTTP/1.1",
        "User Name,Password\n{user},{password}",
        "IAM user,User Name,Password\r\nsofia,{user},{password}\r\n",
        "git config user={user},pass={password}",
        "CODECOMMIT_USER={user}\nCODECOMMIT_PWD={password}",
        "+SERVICE_USER_NAME={user}\n+SERVICE_PASSWORD={password}\n",
        "\x1b[36mPASSWORD\x1b[0m for \x1b[32m{user}\x1b[0m=\x1b[1;32m{password}\x1b[0m",
        "\x1b[KPASSWORD\x1b[m\x1b[K for {user}=\x1b[01;31m\x1b[K{password}\x1b[m\x1b[K",
    ],
)
def test_assigned_in_a_row_and_in_colour(text: str, detect_one) -> None:
    for seed in range(20):
        made = Generator(f"{text} {seed}")
        password = service_password.make_password(made)
        user = service_password.make_user_name(made, ACCOUNT)
        content = text.format(user=user, password=password, quoted=quote(password, ""))
        part = detect_one("aws-codecommit-password", content)
        assert part.value.reveal().decode() == password
        assert (part.user, part.account_id) == ("sofia", ACCOUNT)


def test_a_password_before_its_user_name(detect_one) -> None:
    made = Generator(5)
    password, user = service_password.make_password(made), service_password.make_user_name(made)
    text = json.dumps({"ServicePassword": password, "ServiceUserName": user}, indent=2)
    assert detect_one("aws-codecommit-password", text).value.reveal().decode() == password


@pytest.mark.parametrize(
    "text",
    [
        "{user} {password}",  # nothing says that it is one
        "password of {user}: AbstractAnnotationConfigDispatcherServletInitialize",
        "password of {user}: " + "-" * 400 + "{password}",
        "password of {user}: {password}{password}{password}",
        "password of look-at-123: {password}",
        "apWd{user}/apasS: {password}",
        "password of x{user}9: {password}",
    ],
)
def test_what_is_no_service_password(detect, text: str) -> None:
    made = Generator(6)
    filled = text.format(
        user=service_password.make_user_name(made), password=service_password.make_password(made)
    )
    assert detect("aws-codecommit-password", filled) == []


def test_words_with_at_call_for_no_look() -> None:
    """As in names of branches and of options: only what can be an account is looked at."""
    index = Catalogue(load_rules((), ())).index
    assert index.search_bytes(b"look-at-this-at-that --format-at-all A-at-B x-at-/ -at-") == []
    for after in (
        b"1",
        b'" + "1',
        b"'.'1",
        b"=\n1",
        b"\\x31",
        b"&#49;",
        b"%31",
        b"^\n1",
        b"\x1b[m1",
    ):
        assert index.search_bytes(b"alice-at-" + after)[0][0] == 5
