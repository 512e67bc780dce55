"""`keycatch history ADDRESS`: reports, several at once, logins, and how a process ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scanner.reports import FORMATS

TOKEN = "-".join(("made", "up", "token", "of", "a", "test"))


@pytest.fixture
def leaky(publish: Callable[..., Any], plant: Any) -> Any:
    return publish("leaky", {"config.ini": plant.pair()})


def test_one_address(keycatch: Any, server: Any, leaky: Any, scratch: Path) -> None:
    url = f"{server.url}/git/leaky.git"
    done = keycatch("history", url, "--format", "json", "--no-cache")
    assert done.returncode == 1, done.stderr
    report = done.report()
    assert done.paths() == {f"{url}/config.ini"}
    assert [head["repository"] for head in report["scan"]["heads"]] == [url]
    assert report["scan"]["complete"]
    assert f"git clone --mirror {url}" in done.stderr
    assert list(scratch.iterdir()) == []
    assert str(scratch) not in done.stdout + done.stderr


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_names_the_address_and_not_who_asks(
    format_name: str, keycatch: Any, server: Any, leaky: Any, scratch: Path, tmp_path: Path
) -> None:
    server.expect("bob", TOKEN)
    url = f"https://bob:{TOKEN}@{server.address}/private/leaky.git"
    output = tmp_path / "report"
    done = keycatch(
        "history", url, "--format", format_name, "--output", output, "--keep", tmp_path / "kept"
    )
    assert done.returncode == 1, done.stderr
    said = output.read_text() + done.stdout + done.stderr
    assert server.address in said.replace("%3A", ":")
    assert TOKEN not in said
    assert "bob" not in said
    assert "git -C https" not in said
    if format_name == "sarif":
        (found,) = json.loads(output.read_text())["runs"][0]["versionControlProvenance"]
        assert found["repositoryUri"] == f"{server.url}/private/leaky.git"
    assert str(scratch) not in said


def test_several_go_on_past_those_that_fail(
    keycatch: Any, server: Any, leaky: Any, publish: Callable[..., Any], scratch: Path,
    make_repository: Any, plant: Any,
) -> None:  # fmt: skip
    publish("empty")
    local = make_repository("local")
    local.write("b.ini", plant.pair())
    local.commit()
    good = f"{server.url}/git/leaky.git"
    bad = [
        f"{server.url}/git/none.git", f"{server.url}/git/empty.git", f"{server.url}/moved/x.git",
        "https://localhost:1/a.git", "http://localhost/a.git", "ext::sh -c true", "git://h/a",
        f"https://bob:{TOKEN}@localhost:1/b.git",
    ]  # fmt: skip
    done = keycatch("history", *bad[:4], local.root, good, good, *bad[4:], "--format", "json")
    assert done.returncode == 2
    notices = done.report()["scan"]["notices"]
    assert [each["reason"] for each in notices] == ["repository-not-read"] * len(bad)
    assert {each["path"] for each in notices} == {
        *bad[:5], "ext::sh -c true", "git://h/a", "https://localhost:1/b.git",
    }  # fmt: skip
    assert done.paths() == {f"{good}/config.ini", f"{local.root}/b.ini"}
    assert TOKEN not in done.stdout + done.stderr
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["http://localhost/a"], "http:// is not accepted"),
        (["--upload-pack=x"], "unrecognized arguments"),
        (["--", "--upload-pack=touch x"], "git cannot be run"),
        (["ext::sh -c touch% x"], "would run a program"),
        (["file:///a"], "--allow-file"),
        (["--keep", "x"], "--keep is for addresses"),
        (["--token-env", "X", "."], "--token-env is for addresses"),
        (["--token-env", "a b", "https://h/a"], "not a token"),
        (["--token-env", "UNSET_ONE", "https://h/a"], "the variable UNSET_ONE is not set"),
        (["--token-env", "X", "https://h/a", "https://i/a"], "write which one it is for"),
        (["--ca-file", "none", "https://h/a"], "there is no file none"),
        (["--clear-cache", "https://h/a"], "leave out addresses"),
        (["--clone-timeout", "0", "https://h/a"], "must be a number of seconds"),
        (["--max-clone-size", "x", "https://h/a"], "must be bytes"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str], words: str, keycatch: Any, tmp_path: Path, clean_environment: Path
) -> None:
    done = keycatch("history", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert not list(tmp_path.glob("*x*"))


def test_a_token_of_the_environment_reaches_its_host_only(
    keycatch: Any, server: Any, leaky: Any, scratch: Path
) -> None:
    server.expect("oauth2", TOKEN)
    url = f"{server.url}/private/leaky.git"
    done = keycatch("history", url, env={"GITHUB_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN})
    assert done.returncode == 2
    assert "--token-env" in done.stderr
    assert all(said == "" for _, said in server.requests)

    for env in (
        {"GITLAB_TOKEN": TOKEN, "CI_SERVER_URL": server.url},
        {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": server.url},
    ):
        done = keycatch("history", url, env=env)
        assert done.returncode == 1, done.stderr
    for option in ("MINE", f"{server.address}=MINE"):
        done = keycatch("history", url, "--token-env", option, env={"MINE": TOKEN})
        assert done.returncode == 1, done.stderr
        assert TOKEN not in done.stdout + done.stderr


def test_kept_mirrors_are_read_again_only_in_what_is_new(
    keycatch: Any, server: Any, leaky: Any, scratch: Path, tmp_path: Path, plant: Any
) -> None:
    url = f"{server.url}/git/leaky.git"
    arguments = ("history", url, "--keep", tmp_path / "kept", "-v", "--format", "json")
    first = keycatch(*arguments)
    assert "everything was read" in first.stderr
    assert "git -C " in first.stderr

    # Another key instead, by a force-push: the first one stays in the report.
    leaky.write("config.ini", plant.pair())
    leaky.git("commit", "-q", "--all", "--amend", "-m", "other")
    leaky.git("push", "-q", "--force", "origin", "HEAD:main")
    second = keycatch(*arguments)
    assert "1 commit that the mirror has from before can no longer be reached" in second.stderr
    assert "refs/heads/main" in second.stderr
    assert "3 new objects read" in second.stderr
    assert len(second.report()["findings"]) == 2
    third = keycatch(*arguments)
    assert "no longer be reached" not in third.stderr
    assert third.report()["findings"] == second.report()["findings"]


def test_removal_is_planned_and_verified(
    keycatch: Any, server: Any, leaky: Any, scratch: Path, tmp_path: Path
) -> None:
    url = f"{server.url}/git/leaky.git"
    report, list_of_values = tmp_path / "report.json", tmp_path / "replacements.txt"
    done = keycatch(
        "history", url, "--format", "json", "--output", report, "--replacements", list_of_values
    )
    assert done.returncode == 1, done.stderr
    assert b"==>" in list_of_values.read_bytes()
    done = keycatch("history", url, "--verify-removed", report)
    assert done.returncode == 1
    assert "STILL THERE" in done.stdout
    leaky.write("config.ini", "nothing\n")
    leaky.git("commit", "-q", "--all", "--amend", "-m", "other")
    leaky.git("push", "-q", "--force", "origin", "HEAD:main")
    subprocess.run(
        [
            "git",
            "-C",
            server.root / "leaky.git",
            "-c",
            "safe.directory=*",
            "gc",
            "-q",
            "--prune=now",
        ],
        check=True,
    )
    done = keycatch("history", url, "--verify-removed", report)
    assert (done.returncode, "gone" in done.stdout) == (0, True), done.stderr
    assert list(scratch.iterdir()) == []


def test_many_references(keycatch: Any, server: Any, leaky: Any, scratch: Path) -> None:
    tip = leaky.git("rev-parse", "HEAD").strip()
    packed = "".join(f"{tip} refs/heads/branch-{n:05}\n" for n in range(10_000))
    (server.root / "leaky.git" / "packed-refs").write_text(packed)
    done = keycatch("history", f"{server.url}/git/leaky.git", "--format", "json")
    assert (done.returncode, len(done.report()["findings"])) == (1, 1), done.stderr


def test_a_shallow_server(
    keycatch: Any, server: Any, leaky: Any, scratch: Path, tmp_path: Path
) -> None:
    leaky.git("commit", "-q", "--allow-empty", "-m", "second")
    leaky.git("push", "-q", "origin", "HEAD:main")
    bare = server.root / "leaky.git"
    (bare / "shallow").write_text(leaky.git("rev-parse", "HEAD"))
    url = f"{server.url}/git/leaky.git"
    done = keycatch("history", url)
    assert done.returncode == 2
    assert "the server itself has a shallow clone" in done.stderr
    assert keycatch("history", url, "--allow-shallow").returncode == 1


def test_a_local_history_imports_neither_gitpython_nor_the_room(
    leaky: Any, clean_environment: Path
) -> None:
    program = (
        "import sys; from scanner.commands import main; main(['history', '.', '--no-cache']);"
        "print([name for name in sys.modules if name.split('.')[0] == 'git'"
        " or name.startswith('scanner.remote')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=leaky.root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


# -- processes -------------------------------------------------------------------------------------


def programs(scratch: Path) -> list[str]:
    """Return the command lines of processes that work in `scratch`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(process / "cwd")).is_relative_to(scratch):
                found.append((process / "cmdline").read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
    return found


def until(condition: Callable[[], Any]) -> Any:
    end = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="no /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_process_that_is_told_to_end_leaves_nothing(
    number: signal.Signals, start: Any, server: Any, scratch: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    with start("history", f"{server.url}/stall/a.git", "--keep", kept) as process:
        until(lambda: any("remote-https" in line for line in programs(scratch)))
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert b"Traceback" not in errors
    assert list(scratch.iterdir()) == []
    assert not [path for path in kept.rglob("*") if path.name.startswith("keycatch-")]
    until(lambda: programs(scratch) == [])  # git ends its helpers, at its own pace


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="no /proc")
def test_git_that_is_killed_is_a_failure_of_one_line(
    start: Any, server: Any, scratch: Path, tmp_path: Path
) -> None:
    with start("history", f"{server.url}/stall/a.git") as process:
        # `git remote-https` starts `git-remote-https`: each is killed as soon as it is there.
        def has_ended() -> bool:
            for each in Path("/proc").glob("[0-9]*"):
                if b"remote-https" in _command_line(each) and str(scratch) in _cwd(each):
                    with suppress(ProcessLookupError):
                        os.kill(int(each.name), signal.SIGKILL)
            return process.poll() is not None

        until(has_ended)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors.decode().count("\n") == 1
    assert list(scratch.iterdir()) == []


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def _cwd(process: Path) -> str:
    try:
        return os.readlink(process / "cwd")
    except OSError:
        return ""


def test_progress_is_for_a_terminal_alone(
    keycatch: Any, server: Any, leaky: Any, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{server.url}/git/leaky.git"
    assert "objects" not in keycatch("history", url, "--quiet").stderr
    monkeypatch.setattr("scanner.console._PATIENCE", 0)
    monkeypatch.setattr("scanner.console._EVERY", 0)
    monkeypatch.setattr("scanner.console.ProgressBar.useful", staticmethod(lambda: True))
    shown = keycatch("history", url).stderr
    assert "3 of 3 objects, " in shown
    assert " MB, " in shown
    assert "\x1b[2K" not in keycatch("history", url, "--quiet").stderr


def test_json_of_a_report_can_be_answered(
    keycatch: Any, server: Any, leaky: Any, scratch: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    url = f"{server.url}/git/leaky.git"
    keycatch("history", url, "--format", "json", "--output", report)
    assert json.loads(report.read_text())["findings"]
    done = keycatch("respond", report)
    assert done.returncode == 0, done.stderr
    assert url in done.stdout
