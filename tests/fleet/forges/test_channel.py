"""What may come back from a server, and that nothing of the token comes out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from scanner.fleet.forges import FORGES, channel

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "said"),
    [
        (401, {}, "{}", "the server refuses (HTTP 401); check that the token is valid"),
        (403, {}, "{}", "the server refuses (HTTP 403); check that the token is valid"),
        (404, {}, "{}", "there is no such organisation, group or user, or the token may not"),
        (302, {"Location": "https://other.example/"}, "{}", "the server redirects"),
        (202, {}, "{}", "the server answers with HTTP 202"),
        (500, {}, "{}", "the server has a problem (HTTP 500)"),
        (200, {}, "<html>", "the server does not answer with JSON"),
        (200, {}, "[" * 100_000, "the server does not answer with JSON"),
        (200, JSON, '"text"', "gives an answer that cannot be used"),
        (200, JSON, "[]", ""),
        (200, {"Content-Encoding": "br"}, "{}", "in an encoding that nobody asked for"),
        (200, {"Content-Encoding": "gzip"}, "{}", "no connection, or it broke off"),
    ],
)
@pytest.mark.parametrize("forge", FORGES)
def test_an_answer_that_is_no_list_is_one_sentence(
    request: Any, list_all: Any, token: str, forge: str, status: int, headers: Any, body: Any,
    said: str
) -> None:  # fmt: skip
    api = request.getfixturevalue(forge)
    api.hook = lambda path: (status, {**headers, "X-Sent": token}, body)
    found = list_all(forge, token=token)
    assert found.repositories == []
    assert found.problem
    assert said in found.problem
    assert token not in found.problem
    assert "\n" not in found.problem


@pytest.mark.parametrize("forge", ["github", "gitlab", "gitea"])
def test_a_list_that_leads_elsewhere_is_not_followed(
    request: Any, list_all: Any, token: str, forge: str
) -> None:
    api = request.getfixturevalue(forge)
    api.add("one")
    here = f"{api.server.url}/api/v4/groups/7/projects"
    for following in (
        "https://other.example/api/v4/groups/7/projects?page=2",
        here.replace("https:", "http:"),
        here.replace("localhost", "localhost.other.example"),
        here.replace("localhost", "localhost:1@other.example"),
        "https://[bad/",
    ):
        link = {"Link": f'<{following}>; rel="next"'}
        api.hook = lambda path, link=link: (
            api.paged(path, link) if path.split("?")[0].endswith(("/repos", "/projects")) else None
        )
        api.asked.clear()
        found = list_all(forge, token=token)
        assert "its list goes on at another server" in found.problem
        assert [each.label for each in found.repositories] == ["private/one"]
        assert len(api.asked) <= 3


def test_a_list_without_an_end(
    github: Any, gitlab: Any, list_all: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"{gitlab.server.url}/api/v4/groups/7/projects"
    gitlab.add("one")
    again = {**JSON, "Link": f'<{here}?page=1>; rel="next"'}
    gitlab.hook = lambda path: "/projects?" in path and gitlab.paged("", again)
    assert "repeats a page and has no end" in list_all("gitlab").problem
    assert len(gitlab.asked) == 3

    monkeypatch.setattr(channel, "_MOST_REQUESTS", 6)

    def another(path: str) -> Any:
        link = {"Link": f'<{here}?page={len(gitlab.asked)}>; rel="next"'}
        return "/projects?" in path and gitlab.paged("", link)

    gitlab.hook = another
    assert "more than 6 pages" in list_all("gitlab").problem

    github.server.api = github
    github.add("one")
    github.hook = lambda path: "/repos?" in path and github.paged("")
    assert "more than 6 pages" in list_all("github").problem


def test_the_server_asks_to_wait(
    github: Any, list_all: Any, pauses: list[float], token: str
) -> None:
    github.add("one")
    answers = [(429, {"Retry-After": "7"}, ""), (403, {"Retry-After": "8"}, "")]
    github.hook = lambda path: answers.pop(0) if answers else None
    said: list[str] = []
    found = list_all("github", token=token, said=said.append)
    assert (len(found.repositories), found.problem) == (1, "")
    assert pauses == [7, 8]
    assert said[0] == "localhost asks to wait 7 seconds because of too many requests"

    github.hook = lambda path: (429, {"Retry-After": "3600"}, "")
    found = list_all("github", token=token)
    assert "asks to wait 3,600 seconds" in found.problem
    github.hook = lambda path: (429, {"Retry-After": "400"}, "")
    pauses.clear()
    assert "asks to wait 400 seconds" in list_all("github", token=token).problem
    assert pauses == [400, 400]


def test_what_fails_for_a_moment_is_asked_again(
    github: Any, list_all: Any, pauses: list[float]
) -> None:
    github.add("one")
    answers = [(502, {}, ""), (200, {"Content-Length": "9999"}, "{}")]
    github.hook = lambda path: answers.pop(0) if answers else None
    assert list_all("github").problem == ""
    assert pauses == [1, 2]


@pytest.mark.parametrize("forge", FORGES)
def test_the_token_is_nowhere_and_nobody_else_is_asked(
    request: Any,
    forge: str,
    list_all: Any,
    token: str,
    caplog: pytest.LogCaptureFixture,
    clean_environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (clean_environment / ".netrc").write_text("machine localhost login bob password word\n")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    caplog.set_level(logging.DEBUG)
    api = request.getfixturevalue(forge)
    api.add("one")
    list_all(forge, token=token)
    list_all(forge)
    assert {who for _, who in api.asked} == {f"Bearer {token}", None}
    assert token not in caplog.text
    assert not (tmp_path / "keys.log").exists()


def test_a_certificate_that_nobody_knows(
    github: Any, list_all: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from certificates import Authority

    github.server.ca_file, known = Authority(github.server.root).bundle, github.server.ca_file
    try:
        assert "the certificate of the server is not one to trust" in list_all("github").problem
        assert github.asked == []
    finally:
        github.server.ca_file = known
