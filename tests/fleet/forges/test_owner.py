"""How an owner is written, and what is none."""

from __future__ import annotations

import pytest

from scanner.fleet.forges.owner import owner_of
from scanner.remote.address import is_remote, parse
from scanner.remote.failure import RemoteError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("github+https://github.com/acme", "github+https://github.com/acme"),
        ("GitHub+HTTPS://GitHub.com/acme/", "github+https://github.com/acme"),
        ("github+https://git.example:8443/acme", "github+https://git.example:8443/acme"),
        ("gitlab+https://git.example/a/b", "gitlab+https://git.example/a/b"),
        ("gitlab+https://bob:word@git.example/a", "gitlab+https://git.example/a"),
        ("https://github.com/acme", "github+https://github.com/acme"),
        ("https://github.com/orgs/acme/", "github+https://github.com/acme"),
        ("https://gitlab.com/acme", "gitlab+https://gitlab.com/acme"),
        ("https://gitlab.com/groups/a/b", "gitlab+https://gitlab.com/a/b"),
        ("gitea+https://git.example/org/acme", "gitea+https://git.example/acme"),
        ("Forgejo+https://git.example/acme", "gitea+https://git.example/acme"),
        ("https://codeberg.org/acme", "gitea+https://codeberg.org/acme"),
        ("https://gitea.com/org/acme", "gitea+https://gitea.com/acme"),
        ("https://bitbucket.org/acme/", "bitbucket+https://bitbucket.org/acme"),
        ("bitbucket+https://git.example/projects/KEY", "bitbucket+https://git.example/KEY"),
        ("bitbucket+https://git.example/~bob", "bitbucket+https://git.example/~bob"),
    ],
)
def test_an_owner(text: str, name: str) -> None:
    owner = owner_of(text)
    assert owner
    assert owner.name == name
    assert is_remote(text)
    again = owner_of(owner.name)
    assert again
    assert again.name == name


@pytest.mark.parametrize(
    ("text", "account", "git_user"),
    [
        ("bitbucket.org/acme", "bob@acme.example", "x-bitbucket-api-token-auth"),
        ("bitbucket.org/acme", "bob", "bob"),
        ("bitbucket.example/acme", "bob@acme.example", "bob@acme.example"),
        ("bitbucket.org/acme", "", ""),
    ],
)
def test_an_account_is_for_the_list_and_another_user_for_clones(
    text: str, account: str, git_user: str
) -> None:
    information = f"{account.replace('@', '%40')}@" if account else ""
    owner = owner_of(f"bitbucket+https://{information}{text}")
    assert owner
    assert owner.lent_to(parse("https://bitbucket.org/acme/site")).user == git_user
    assert owner.account == (account if git_user.startswith("x-") else "")
    assert owner.name == f"bitbucket+https://{text}"


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/acme/site", "https://gitlab.com/a/b", "https://git.example/acme",
        "https://github.com", "https://x.github.com/acme", "https://github.com:444/acme",
        "https://bitbucket.org/projects/site",
        "github:acme", "github+http://github.com/acme", "svn+https://github.com/acme",
        "git@github.com:acme", "./github+https", "ssh://github.com/acme",
    ],
)  # fmt: skip
def test_no_owner(text: str) -> None:
    assert owner_of(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("github+https://git.example/acme/site", "github+https://git.example/acme for all"),
        ("github+https://git.example", "names no repository"),
        ("gitlab+https://git.example/a/../b", "`..`"),
        ("gitlab+https://git.example/a?x=y", "a query"),
    ],
)
def test_an_owner_that_is_refused(text: str, said: str) -> None:
    with pytest.raises(RemoteError, match="refused") as caught:
        owner_of(text)
    assert said in str(caught.value)
