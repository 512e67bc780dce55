from __future__ import annotations

import os
import re
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.reports.names import (
    is_outside,
    is_unicode,
    percent_encoded,
    quoted,
    relative_uri,
    repository_uri,
    shown,
)

# RFC 3986: a relative reference without scheme, authority, query or fragment whose first segment
# has no colon. Narrower than the grammar: what needs no escape in any consumer.
RELATIVE = re.compile(r"(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+(?:/(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+)*")

NAMES = st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name).map(os.fsdecode)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/app.py", "src/app.py"),
        ("./src//app.py", "src/app.py"),
        ("a/./b/../c.py", "a/c.py"),
        ("with space/100%.txt", "with%20space/100%25.txt"),
        ("c:colon.py", "c%3Acolon.py"),
        ("a?b#c", "a%3Fb%23c"),
        ("new\nline", "new%0Aline"),
        ("\udcff.txt", "%FF.txt"),
        ("back\\slash", "back%5Cslash"),
    ],
)
def test_relative_uri(path, uri):
    assert relative_uri(path, windows=False) == uri
    assert not is_outside(path, windows=False)


def test_non_ascii_names_are_their_bytes():
    assert relative_uri("ü/€") == "%C3%BC/%E2%82%AC"


@pytest.mark.parametrize(
    ("path", "windows", "tail"),
    [
        ("/home/somebody/key.env", False, "key.env"),
        ("../sibling/key.env", False, "sibling/key.env"),
        ("a/../../key.env", False, "key.env"),
        ("C:\\Users\\somebody\\key.env", True, "key.env"),
        ("C:key.env", True, "key.env"),
        ("\\\\server\\share\\key.env", True, "key.env"),
        ("..\\sibling\\key.env", True, "sibling/key.env"),
    ],
)
def test_a_path_outside_tells_nothing_local(path, windows, tail):
    assert is_outside(path, windows)
    assert re.fullmatch(rf"_outside/[0-9a-f]{{8}}/{re.escape(tail)}", relative_uri(path, windows))


def test_equal_names_outside_stay_apart():
    assert relative_uri("/one/key.env") != relative_uri("/two/key.env")


def test_an_absolute_path_below_the_working_directory_is_inside(tmp_path, monkeypatch):
    path = str(tmp_path / "src" / "key.env")
    assert is_outside(path)
    monkeypatch.chdir(tmp_path)
    assert relative_uri(path) == "src/key.env"
    assert is_outside(str(tmp_path) + "-other/key.env")
    monkeypatch.chdir(tmp_path.anchor)
    assert is_outside(path)


def test_on_windows_the_working_directory_is_found_in_any_case(monkeypatch):
    monkeypatch.setattr(os, "getcwd", lambda: "C:\\Work\\Repo")
    assert relative_uri("c:\\work\\repo\\src\\key.env", windows=True) == "src/key.env"
    assert is_outside("C:\\Work\\Other\\key.env", windows=True)
    monkeypatch.setattr(os, "getcwd", lambda: "C:\\")
    assert is_outside("C:\\Work\\key.env", windows=True)


def test_without_a_working_directory_nothing_is_below_it(monkeypatch):
    def gone():
        raise FileNotFoundError

    monkeypatch.setattr(os, "getcwd", gone)
    assert is_outside("/somewhere/key.env", windows=False)
    assert not is_outside("key.env", windows=False)


def test_windows_separators():
    assert relative_uri("src\\a b\\app.py", windows=True) == "src/a%20b/app.py"


@given(NAMES)
def test_any_name_gives_a_relative_uri_that_decodes_to_it(name):
    uri = relative_uri(name, windows=False)
    assert RELATIVE.fullmatch(uri)
    assert not {".", ".."} & set(uri.split("/"))
    if not is_outside(name, windows=False):
        kept = [part for part in os.fsencode(name).split(b"/") if part not in (b"", b".")]
        if b".." not in kept:
            assert unquote_to_bytes(uri) == b"/".join(kept) or uri == "."


@given(NAMES)
def test_percent_encoding_keeps_the_bytes(name):
    assert unquote_to_bytes(percent_encoded(name)) == os.fsencode(name)
    assert is_unicode(name) == (not re.search("[\udc80-\udcff]", name))


@given(st.text())
def test_quoted_text_holds_nothing_that_a_message_interprets(text):
    shown = quoted(text)
    assert shown.isprintable()
    assert not set("'[]{}\\") & set(shown)


@pytest.mark.parametrize(
    ("remote", "uri"),
    [
        ("https://host.example/team/app.git", "https://host.example/team/app.git"),
        ("https://user:password@host.example:8443/a", "https://host.example:8443/a"),
        ("https://token@host.example/a?private_token=x#y", "https://host.example/a"),
        ("git@host.example:team/app.git", "ssh://host.example/team/app.git"),
        ("host.example:/srv/app", "ssh://host.example/srv/app"),
        ("ssh://git@host.example:22/a b%20c", "ssh://host.example:22/a%20b%20c"),
        ("git://host.example/a", "git://host.example/a"),
        ("HTTPS://Host.Example/A", "https://host.example/A"),
        ("https://host.example/\udcff\u00e9", "https://host.example/%FF%C3%A9"),
        # What is on this machine, or no address at all.
        ("/srv/git/app", ""), ("../app", ""), ("C:/git/app", ""), ("file:///srv/git/app", ""),
        ("./host:app", ""), ("", ""), ("app", ""), ("https://", ""), ("https:///app", ""),
        ("https://[::1/app", ""), ("https://host:port/app", ""), ("ext::sh -c x", ""),
        ("https://a b/app", ""), ("https://-o/app", ""), ("javascript://host/a", ""),
    ],
)  # fmt: skip
def test_addresses_of_remote_repositories(remote, uri):
    assert repository_uri(remote) == uri


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_an_address_is_a_uri_without_user_whatever_git_has(remote, user, path):
    for each in (remote, f"https://{user}@host.example/{path}", f"{user}@host.example:{path}"):
        uri = repository_uri(each)
        assert uri == "" or re.fullmatch(
            r"(https?|ssh|git)://[a-z0-9._-]+(:\d+)?((/|~|[A-Za-z0-9._-]|%[0-9A-F]{2})*)?", uri
        )


def test_paths_in_texts_that_are_uploaded():
    assert shown("a/b [c]") == "a/b %5Bc%5D"
    assert shown("/home/somebody/key.env").startswith("_outside/")
    assert "somebody" not in shown("/home/somebody/key.env")
