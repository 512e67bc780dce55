"""Addresses: what is accepted, what is refused, and that none shows who asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.remote.address import is_remote, parse, shown
from scanner.remote.failure import RemoteError, State

PASSWORD = "-".join(("not", "for", "anyone"))


@pytest.mark.parametrize(
    ("text", "url", "place"),
    [
        ("https://github.com/acme/site", "https://github.com/acme/site",
         "github.com/acme/site.git"),
        ("https://GitHub.com/acme/site.git", "https://github.com/acme/site.git",
         "github.com/acme/site.git"),
        ("https://h.example:443/a", "https://h.example/a", "h.example/a.git"),
        ("https://h.example:8443/a/", "https://h.example:8443/a/", "h.example+8443/a.git"),
        ("https://[::1]:8443/a", "https://[::1]:8443/a", "++1]+8443/a.git"),
        ("git@github.com:acme/site.git", "github.com:acme/site.git", "github.com/acme/site.git"),
        ("git@github.com:/srv/site", "ssh://github.com/srv/site", "github.com/srv/site.git"),
        ("ssh://git@h.example:2222/~/a.git", "ssh://h.example:2222/~/a.git",
         "h.example+2222/~/a.git"),
        ("host:a b".replace(" ", "%20"), "host:a%20b", "host/a%2520b.git"),
        (f"https://bob:{PASSWORD}@h.example/a", "https://h.example/a", "h.example/a.git"),
        ("https://h.example/a.git/b", "https://h.example/a.git/b", "h.example/a.git_/b.git"),
        ("https://h.example/.git", "https://h.example/.git", "h.example/.git.git"),
    ],
)  # fmt: skip
def test_accepted(text: str, url: str, place: str) -> None:
    address = parse(text)
    assert is_remote(text)
    assert address.url == url
    if "[" not in text:
        assert "/".join(address.place()) == place


def test_a_file_only_by_option(tmp_path: Path) -> None:
    assert parse(f"file://{tmp_path}", files=True).url == f"file://{tmp_path}"
    with pytest.raises(RemoteError, match="--allow-file"):
        parse(f"file://{tmp_path}")
    with pytest.raises(RemoteError, match="has no host"):
        parse("file://server/share", files=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://h.example/a", "http:// is not accepted"),
        ("git://h.example/a", "git:// is not accepted"),
        ("ftp://h.example/a", "ftp:// is not accepted"),
        ("git+ssh://h.example/a", r"git\+ssh:// is not accepted"),
        ("ext::sh -c true", "would run a program"),
        ("fd::7", "would run a program"),
        ("https::https://h.example/a", "would run a program"),
        ("--upload-pack=touch x", "begins like an option"),
        ("-oProxyCommand=x:a", "begins like an option"),
        ("ssh://-oProxyCommand=x/a", "no host"),
        ("ssh://h.example:-1/a", "no host"),
        ("-x@h.example:a", "begins like an option"),
        ("ssh://-x@h.example/a", "user name"),
        ("git@-h.example:a", "no host"),
        ("h.example:-a", "begins like an option"),
        ("https://h.example/a\nb", "control characters"),
        ("https://h.example/a%0ab", "control characters"),
        ("https://h.example/a%00", "control characters"),
        ("https://h.example/a\x1b[31m", "control characters"),
        ("https://h.example/../../etc", r"`\.\.`"),
        ("https://h.example/%2e%2E/etc", r"`\.\.`"),
        ("h.example:../a", r"`\.\.`"),
        ("https://h.example", "names no repository"),
        ("https://h.example//", "names no repository"),
        ("https:///a", "no host"),
        ("https://h.example:99999/a", "above 65535"),
        ("https://h.example/a?private_token=x", "query"),
        ("https://h.example/a#x", "query"),
        ("https://h.example/a\\b", "backslashes"),
        ("https://h\u00e9.example/a", "no host"),
        ("https://h.example/" + "a" * 201, "more than 200"),
        ("https://h.example/" + "a/" * 1000, "more than 2,000"),
        ("ssh://git:x@h.example/a", "no password"),
        ("", "option"),
    ],
)
def test_refused(text: str, why: str) -> None:
    with pytest.raises(RemoteError, match=why) as caught:
        parse(text, files=True)
    assert caught.value.state is State.ADDRESS
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("text", ["C:\\clones", "c:/clones", "./a:b", "clones", "../a", "/a:b"])
def test_a_path_is_no_address(text: str) -> None:
    assert not is_remote(text)


def test_a_file_with_a_colon_is_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_remote("host:path")
    Path("host:path").mkdir()
    assert not is_remote("host:path")


@pytest.mark.parametrize(
    "text",
    [
        f"https://bob:{PASSWORD}@h.example",
        f"https://bob:{PASSWORD}/x@h.example/a",
        f"https://{PASSWORD}@h.example/a?b",
        f"http://bob:{PASSWORD}@h.example/a",
        f"https://bob:{PASSWORD}",
        f"https://bob:{PASSWORD}/a",
        f"ssh://bob:{PASSWORD}@h.example/a",
        f"bob:{PASSWORD}@h.example:../a",
        f"https://h.example/a?token={PASSWORD}",
        f"https://h.example/a#{PASSWORD}",
    ],
)
def test_a_refusal_shows_no_password(text: str) -> None:
    with pytest.raises(RemoteError) as caught:
        parse(text)
    assert PASSWORD not in str(caught.value)


@given(st.text(max_size=60), st.sampled_from(["", "https://", "ssh://", "git@h:", "https://h/"]))
def test_what_is_accepted_stays_in_the_folder(text: str, start: str) -> None:
    try:
        address = parse(start + text)
    except RemoteError:
        return
    assert address.url.isprintable()
    assert parse(address.url).url == address.url
    for name in address.place():
        assert name
        assert name not in (".", "..")
        assert "/" not in name
        assert name.isascii()


@given(st.from_regex(r"https://[a-z]{1,9}:[a-zA-Z0-9!$%/:?#]{12,20}@h\.example/a", fullmatch=True))
def test_no_password_of_any_signs_is_shown(text: str) -> None:
    password = text[len("https://") :].rpartition("@")[0].partition(":")[2]
    assert password not in shown(text)
