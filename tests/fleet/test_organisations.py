"""Organisations as sources: listed, cloned with a token over TLS, scanned, reported."""

from __future__ import annotations

import itertools
import logging
import shutil
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forge_api import BitbucketApi, ForgeApi, GiteaApi, GitHubApi, GitLabApi

from scanner import console
from scanner.console import ProgressBar
from scanner.fleet.forges import FORGES
from scanner.fleet.forges import bitbucket as member
from scanner.fleet.scan_process import Ended, Scans

TOKEN = "-".join(("made", "up", "token", "of", "a", "fleet"))


@pytest.fixture
def fleet(
    server: Any, keycatch: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return a function that runs `keycatch fleet` with a token for the server and its CA."""
    server.expect("oauth2", TOKEN)
    monkeypatch.setenv("ORG_TOKEN", TOKEN)
    monkeypatch.delenv("GIT_SSL_CAINFO")
    monkeypatch.setattr("scanner.fleet.forges.channel.sleep", lambda seconds: None)

    def run(*arguments: Any) -> Any:
        options = ("--state", tmp_path / "state", "--token-env", "ORG_TOKEN")
        return keycatch("fleet", *arguments, *options, "--ca-file", server.ca_file, "-f", "json")

    return run


def command_lines() -> bytes:
    """Return what every process of this machine was started with; empty where that is unknown."""
    found = b""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += path.read_bytes()
        except OSError:  # it has ended
            continue
    return found


@pytest.fixture
def findings(keycatch: Any, repository: Any, plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each scan find the same credential, without a process."""
    repository.write("key", plant.pair())
    repository.commit()
    report = keycatch("history", "-f", "json", "--no-cache", repository.root).stdout.encode()
    monkeypatch.setattr(Scans, "run", lambda *_: Ended(report))


def holders(done: Any) -> list[str]:
    """Return the names of the repositories that have the one credential of a report."""
    (finding,) = done.report()["findings"]
    names = [each["repository"] for each in finding["repositories"]]
    return sorted(name.rpartition("/")[2] for name in names)


@pytest.mark.parametrize(("forge", "kind"), [("github", GitHubApi), ("forgejo", GiteaApi)])
def test_from_the_list_to_the_report_and_the_token_is_nowhere(
    server: Any, publish: Any, plant: Any, fleet: Any, tmp_path: Path,
    caplog: pytest.LogCaptureFixture, forge: str, kind: Callable[..., ForgeApi]
) -> None:  # fmt: skip
    # What is below this path of the server needs a login.
    api = kind(server, "private")
    shared = plant.pair()
    for name in ("one", "two"):
        publish(name, {"config": shared})
        api.add(name)
    api.add("gone")
    caplog.set_level(logging.DEBUG)
    seen: list[bytes] = []

    def watch(body: bytes) -> bytes:
        seen.append(command_lines())
        return body

    server.altered = watch
    done = fleet(f"{forge}+{server.url}/private")
    assert done.returncode == 2
    assert "3 repositories: 2 with findings, 1 unreachable" in done.stderr
    assert holders(done) == ["one", "two"]

    kept = [path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file()]
    everywhere = [*kept, *seen, caplog.text.encode(), (done.stdout + done.stderr).encode()]
    assert seen
    for form in (TOKEN, *[said.split()[-1] for _, said in server.requests if "Basic" in said]):
        assert not any(form.encode() in each for each in everywhere)
    assert {who for _, who in api.asked} == {f"Bearer {TOKEN}"}

    # Everything but the token is remembered; what has not changed is not scanned again.
    again = fleet()
    assert again.returncode == 2
    assert "0 scanned now" in again.stderr
    assert again.report()["findings"] == done.report()["findings"]


def test_what_is_no_longer_listed_stays_in_the_report(
    server: Any, publish: Any, fleet: Any, findings: None
) -> None:
    github = GitHubApi(server)
    for name in ("one", "two"):
        publish(name, {"file": "text\n"})
        github.add(name)
    source = f"github+{server.url}/private"
    assert holders(fleet(source)) == ["one", "two"]

    # It is gone, and its key may be good all the same: also where it was not chosen meanwhile.
    assert "left out 1 of 2" in fleet(source, "--exclude-repo", "two").stderr
    del github.repositories[1:]
    shutil.rmtree(server.root / "two.git")
    done = fleet(source)
    assert done.returncode == 2
    assert "no longer listed, and kept: see --forget-unlisted: 1 (" in done.stderr
    assert holders(done) == ["one", "two"]
    (notice,) = done.report()["scan"]["notices"]
    assert notice["path"] == f"{server.url}/private/two"
    assert f"it is no longer listed by {source}; the findings of an earlier" in notice["detail"]

    # The list cannot be had: that of the last time is used.
    github.hook = lambda path: (503, {}, "")
    done = fleet(source)
    assert done.returncode == 2
    assert holders(done) == ["one", "two"]
    assert source in [each["path"] for each in done.report()["scan"]["notices"]]
    status = fleet("status")
    assert status.returncode == 2
    assert f"not listed   {source}: the server has a problem" in status.stdout

    github.hook = lambda path: None
    done = fleet(source, "--forget-unlisted")
    assert done.returncode == 1
    assert "no longer listed, and left out: 1" in done.stderr
    assert "1 repository: 1 with findings" in done.stderr


def test_a_terminal_shows_how_many_are_listed_so_far(
    server: Any, fleet: Any, findings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    github = GitHubApi(server)
    for name in ("one", "two"):
        github.add(name)
    source = f"github+{server.url}/private"
    monkeypatch.setattr(ProgressBar, "useful", lambda: True)
    monkeypatch.setattr(console, "monotonic", itertools.count().__next__)
    shown = fleet(source, "--include-repo", "none").stderr  # nothing is cloned
    assert f"\r\x1b[2K1 repositories of {source} listed\r\x1b[2K2 repositories of" in shown
    assert "repositories of" not in fleet(source, "--include-repo", "none", "--quiet").stderr


def test_one_that_is_empty_is_clean_if_the_server_says_so(
    server: Any, publish: Any, fleet: Any, findings: None
) -> None:
    gitlab = GitLabApi(server)
    publish("one", {"file": "text\n"})
    publish("none")
    gitlab.add("one")
    gitlab.add("none", empty_repo=True)
    source = f"gitlab+{server.url}/private"
    done = fleet(source)
    assert (done.returncode, done.report()["scan"]["notices"]) == (1, [])
    assert "2 repositories: 1 clean, 1 with findings; 1 scanned now" in done.stderr


def test_what_is_left_out_is_counted(server: Any, publish: Any, fleet: Any, findings: None) -> None:
    github = GitHubApi(server)
    publish("one", {"file": "text\n"})
    github.add("one")
    github.add("Old", archived=True)
    github.add("fork", fork=True)
    github.add("stale", pushed_at="2020-01-01T00:00:00Z")
    github.add("docs")
    source = f"github+{server.url}/private"
    options = (
        "--no-archived", "--no-forks", "--pushed-since", "2025-01-01", "--exclude-repo", "DOCS",
    )  # fmt: skip
    done = fleet(source, *options)
    assert done.returncode == 1
    assert (
        "left out 4 of 5 repositories: 1 archived, 1 by name, 1 forks, 1 without a later push"
        in done.stderr
    )
    # The choice is remembered with the sources.
    assert "left out 4 of 5 repositories" in fleet().stderr
    done = fleet("--no-forks")
    assert done.returncode == 2
    assert "--no-forks: name the sources as well" in done.stderr


def test_a_source_that_cannot_be_read_harms_no_other(
    server: Any, publish: Any, fleet: Any, make_repository: Any, tmp_path: Path
) -> None:
    github = GitHubApi(server)
    github.hook = lambda path: (401, {}, TOKEN)
    make_repository("local").commit("file")
    source = f"gitlab+{server.url}/private"
    (tmp_path / "list").write_text(f"{source}\nlocal\ngithub+{server.url}/a/b\n")
    done = fleet(tmp_path / "list")
    assert done.returncode == 2
    assert "2 repositories: 1 clean, 1 failed" in done.stderr
    details = {each["path"]: each["detail"] for each in done.report()["scan"]["notices"]}
    assert details[source].startswith("the server refuses (HTTP 401)")
    assert "refused: it has more than the name of an owner" in details[f"github+{server.url}/a/b"]
    assert TOKEN not in done.stdout + done.stderr


def test_a_token_in_the_address_of_the_owner_is_for_its_repositories_too(
    server: Any, publish: Any, fleet: Any, findings: None, tmp_path: Path
) -> None:
    github = GitHubApi(server)
    publish("one", {"file": "text\n"})
    github.add("one")
    other = "-".join(("another", "token"))
    server.expect("bob", other)
    done = fleet(f"github+https://bob:{other}@{server.address}/private")
    assert done.returncode == 1
    assert {who for _, who in github.asked} == {f"Bearer {other}"}
    kept = b"".join(each.read_bytes() for each in (tmp_path / "state").rglob("*.json"))
    assert b"bob" not in kept
    assert other.encode() not in kept
    assert other not in done.stdout + done.stderr

    # Nothing of the login is kept, so it cannot go on by itself.
    done = fleet()
    assert done.returncode == 2
    assert f"name all sources again: the user name of github+{server.url}" in done.stderr


def test_a_user_in_the_address_of_the_owner_clones_with_the_token_of_the_variable(
    server: Any, publish: Any, fleet: Any, findings: None, tmp_path: Path
) -> None:
    # As Bitbucket Data Center needs it, where the name next to a token counts.
    bitbucket = BitbucketApi(server)
    publish("one", {"file": "text\n"})
    clone = {"name": "http", "href": f"{server.url}/private/one.git"}
    bitbucket.add("one", links={"clone": [clone]})
    server.expect("bob", TOKEN)
    done = fleet(f"bitbucket+https://bob@{server.address}/private")
    assert (done.returncode, holders(done)) == (1, ["one"])
    assert {who for _, who in bitbucket.asked} == {f"Bearer {TOKEN}"}
    kept = b"".join(each.read_bytes() for each in (tmp_path / "state").rglob("*.json"))
    assert b"bob" not in kept


def test_a_token_of_an_account_is_for_its_address_and_for_another_user_of_git(
    server: Any, publish: Any, fleet: Any, findings: None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    bitbucket = BitbucketApi(server)
    bitbucket.is_cloud = True
    monkeypatch.setitem(member._CLOUD, server.address, f"{server.url}/2.0")
    product = FORGES["bitbucket"]._replace(public=(server.address,))
    monkeypatch.setitem(FORGES, "bitbucket", product)
    caplog.set_level(logging.DEBUG)
    publish("one", {"file": "text\n"})
    bitbucket.add("one")
    server.expect("x-bitbucket-api-token-auth", TOKEN)
    done = fleet(f"bitbucket+https://bob%40acme.example@{server.address}/private")
    assert (done.returncode, holders(done)) == (1, ["one"])
    pair = b64encode(f"bob@acme.example:{TOKEN}".encode()).decode()
    assert {who for _, who in bitbucket.asked} == {f"Basic {pair}"}
    kept = b"".join(each.read_bytes() for each in (tmp_path / "state").rglob("*") if each.is_file())
    for form in (TOKEN, pair, "bob"):
        assert form.encode() not in kept
        assert form not in caplog.text + done.stdout + done.stderr


def test_one_sentence_says_what_is_wrong(
    server: Any, fleet: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"github+{server.url}/private"
    for arguments, said in (
        ([], "name sources"),
        ([tmp_path, "--no-forks"], "are for organisations"),
        ([source, "--pushed-since", "2999-01-01"], "must be a date in the past"),
        ([source, "--pushed-since", "soon"], "must be a date in the past"),
    ):
        done = fleet(*arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert not (tmp_path / "state").exists()
    monkeypatch.setitem(sys.modules, "github", None)
    done = fleet(source)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "run `pip install 'keycatch[github]'`" in done.stderr
    monkeypatch.delenv("ORG_TOKEN")
    assert "the variable ORG_TOKEN is not set" in fleet(f"gitlab+{server.url}/private").stderr
    assert server.requests == []
