"""What is believed of a list: nothing that leads to another server or another repository."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.fleet.forges import listing as module


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"clone_url": "ext::sh -c id"}, "would run a program"),
        ({"clone_url": "http://localhost/private/one.git"}, "http:// is not accepted"),
        ({"clone_url": "https://other.example/private/one.git"}, "is not on localhost"),
        ({"clone_url": "git@localhost:private/one.git"}, "is not on localhost"),
        ({"clone_url": "--upload-pack=id"}, "begins like an option"),
        ({"clone_url": ""}, "names no https address"),
        ({"clone_url": "URL/private/one\x1b[2J.git"}, "control characters"),
        ({"clone_url": "URL/private/../one.git"}, "`..`"),
        ({"clone_url": "URL/private/two.git"}, "that of another repository"),
        ({"full_name": "private/o\x1b[2Jne"}, "that of another repository"),
        ({"full_name": ""}, ""),
    ],
)
def test_one_that_lies_is_named_and_the_others_are_listed(
    github: Any, list_all: Any, fields: dict[str, str], said: str
) -> None:
    github.add("before")
    url = github.server.url
    github.add("one", **{name: text.replace("URL", url) for name, text in fields.items()})
    github.add("after")
    found = list_all("github")
    good, bad = found.repositories[::2], found.repositories[1]
    assert [each.label for each in good] == ["private/before", "private/after"]
    assert bad.address is None
    assert said in bad.problem
    assert bad.name.isprintable()
    assert bad.problem.isprintable()


def test_a_login_in_an_address_is_not_used(github: Any, list_all: Any) -> None:
    github.add("one", clone_url=github.server.url.replace("//", "//bob:word@") + "/private/one.git")
    (found,) = list_all("github").repositories
    assert found.name == f"{github.server.url}/private/one"
    assert (found.address.user, found.address.secret) == ("", None)


def test_one_of_another_type_ends_the_list_and_what_was_before_is_kept(
    github: Any, list_all: Any
) -> None:
    github.add("one")
    github.add("two", full_name=["x"])
    found = list_all("github")
    assert "cannot be used (BadAttributeException)" in found.problem
    assert len(found.repositories) == 1


def test_each_is_listed_once_whatever_the_case(github: Any, list_all: Any) -> None:
    for name in ("one", "One"):
        github.add(name)
    assert len(list_all("github").repositories) == 1


def test_a_list_has_a_limit(github: Any, list_all: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    github.add("one")
    github.add("two")
    monkeypatch.setattr(module, "_MOST", 1)
    assert "more than 1 repositories" in list_all("github").problem
    github.repositories *= 3
    monkeypatch.setattr(module, "_MOST", 10)
    monkeypatch.setattr(module, "_MOST_REPEATED", 2)
    assert "repeats itself" in list_all("github").problem


def test_nothing_is_not_all(github: Any, list_all: Any) -> None:
    assert "it lists no repositories" in list_all("github").problem
