"""Which token is for which host, and that nothing of it is left in a message."""

from __future__ import annotations

import base64

import pytest

from scanner.errors import UsageError
from scanner.remote.address import parse
from scanner.remote.login import Login, Tokens, hide, login, tokens
from scanner.secret import Secret

TOKEN = "-".join(("made", "up", "token", "of", "a", "test"))
NONE = Tokens({})


def asks(url: str, variables: dict[str, str], chosen: Tokens = NONE) -> tuple[str, str] | None:
    found = login(parse(url), chosen, variables)
    return (found.user, found.secret.reveal().decode()) if found else None


@pytest.mark.parametrize(
    ("url", "variables", "user"),
    [
        ("https://github.com/a/b", {"GITHUB_TOKEN": TOKEN}, "x-access-token"),
        ("https://GITHUB.com/a/b", {"GH_TOKEN": TOKEN}, "x-access-token"),
        ("https://bob@github.com/a/b", {"GH_TOKEN": TOKEN}, "bob"),
        ("https://gitlab.com/a/b", {"GITLAB_TOKEN": f"{TOKEN}\n"}, "oauth2"),
        ("https://ghe.example/a", {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": "https://ghe.example"},
         "oauth2"),
        ("https://g.example:8443/a", {"GITLAB_TOKEN": TOKEN, "CI_SERVER_URL": "https://g.example:8443"},
         "oauth2"),
    ],
)  # fmt: skip
def test_a_customary_variable_is_for_its_host(
    url: str, variables: dict[str, str], user: str
) -> None:
    assert asks(url, variables) == (user, TOKEN)


@pytest.mark.parametrize(
    ("url", "variables"),
    [
        ("https://github.com.evil.example/a", {"GITHUB_TOKEN": TOKEN, "GH_TOKEN": TOKEN}),
        ("https://github.com:444/a", {"GITHUB_TOKEN": TOKEN}),
        ("https://gitlab.com/a", {"GITHUB_TOKEN": TOKEN}),
        ("https://github.com/a", {"GITLAB_TOKEN": TOKEN}),
        ("https://github.com/a", {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": "https://ghe.example"}),
        ("https://github.com/a", {"GITHUB_TOKEN": ""}),
        ("git@github.com:a/b", {"GITHUB_TOKEN": TOKEN}),
        ("ssh://git@github.com/a/b", {"GITHUB_TOKEN": TOKEN}),
    ],
)  # fmt: skip
def test_it_is_for_nobody_else(url: str, variables: dict[str, str]) -> None:
    assert asks(url, variables) is None


def test_what_the_user_names_comes_first() -> None:
    variables = {"GITHUB_TOKEN": "other", "MINE": TOKEN}
    url = "https://github.com/a"
    addresses = [parse(url), parse("git@gitlab.com:a/b")]
    assert asks(url, variables, tokens(["MINE"], addresses)) == ("x-access-token", TOKEN)
    assert asks(url, variables, tokens(["GitHub.com=MINE"], addresses)) == ("x-access-token", TOKEN)
    assert asks("https://h.example/a", variables, tokens(["github.com=MINE"], [])) is None
    assert asks(f"https://bob:{TOKEN}@github.com/a", variables) == ("bob", TOKEN)
    # GitHub takes a token for the name of a user.
    assert asks(f"https://{TOKEN}@github.com/a", {}) == (TOKEN, "")


def test_what_is_no_token_is_refused() -> None:
    for option in (f"{TOKEN}", "a b", "=X", "h=", "https://h=X", "h/x=X", "1X"):
        with pytest.raises(UsageError) as caught:
            tokens([option], [parse("https://h/a")])
        assert TOKEN not in str(caught.value)
    for value in ("two\nlines", "two words", "a\x1b[m"):
        with pytest.raises(UsageError, match="no token in it") as caught:
            login(parse("https://h/a"), Tokens({"h": "X"}), {"X": value})
        assert value not in str(caught.value)


def test_nothing_of_a_login_is_left_in_a_message() -> None:
    address = parse(f"https://b:{TOKEN}@h/a")
    found = login(address, NONE, {})
    basic = base64.b64encode(f"b:{TOKEN}".encode()).decode()
    said = hide(f"fatal: Basic {basic} of b, token={TOKEN}: abc", address, found)
    assert said == "fatal: Basic **** of ****, token=****: abc"
    ssh = parse("ssh://alice@h/a")
    assert hide("alice@h: Permission denied", ssh, None) == "h: Permission denied"
    assert hide("malice", ssh, Login("alice", Secret(b""))) == "malice"
