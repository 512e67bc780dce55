"""Mirrors from a real server over TLS: cloned, refreshed, refused, and nothing left of them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scanner.git.repository import Repository
from scanner.remote.address import parse
from scanner.remote.failure import RemoteError, State
from scanner.remote.login import Tokens, login
from scanner.remote.mirror import Access, mirror
from scanner.remote.watch import Limits

TOKEN = "-".join(("made", "up", "token", "of", "a", "test"))
LIMITS = Limits(reserve=0)


def fails(url: str, access: Access | None = None, folder: Path | str = "") -> RemoteError:
    """Return the error of a mirror of `url`."""
    with (
        pytest.raises(RemoteError) as caught,
        mirror(parse(url, files=True), access or Access(limits=LIMITS), str(folder)),
    ):
        pytest.fail("it was cloned")
    assert "\n" not in str(caught.value)
    named = caught.value.state not in (State.LIBRARY, State.FOLDER)
    assert not named or str(caught.value).startswith(parse(url, files=True).url)
    return caught.value


def references(path: str) -> list[str]:
    listed = Repository(path, named=True).run("for-each-ref", "--format=%(refname)", what="list")
    return listed.decode().split()


def test_a_mirror_is_private_whole_and_gone_at_the_end(
    server: Any, publish: Callable[..., Any], scratch: Path
) -> None:
    clone = publish("whole", {"a.txt": "text\n"})
    clone.git("push", "-q", "origin", "HEAD:refs/changes/01/1/1", "HEAD:refs/heads/b\u00e9")
    seen: list[tuple[int, int, int]] = []
    access = Access(progress=lambda *state: seen.append(state), limits=LIMITS)
    with mirror(parse(f"{server.url}/git/whole.git"), access) as found:
        assert references(found.path) == [
            "refs/changes/01/1/1", "refs/heads/b\u00e9", "refs/heads/main",
        ]  # fmt: skip
        assert stat.S_IMODE((Path(found.path).parent).stat().st_mode) == 0o700
        assert Path(found.path).is_relative_to(scratch)
        assert not found.is_kept
    assert seen[-1][:2] == (3, 3)
    assert list(scratch.iterdir()) == []


def test_no_configuration_of_the_user_or_the_system_counts(
    server: Any, publish: Callable[..., Any], scratch: Path, clean_environment: Path,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    publish("plain", {"a.txt": "text\n"})
    evil = tmp_path / "evil"
    (clean_environment / ".gitconfig").write_text(
        f'[url "https://localhost:1/"]\n\tinsteadOf = {server.url}/\n'
        f"[core]\n\thooksPath = {tmp_path}\n\tsshCommand = touch {evil}\n"
        f"[credential]\n\thelper = !touch {evil}\n[init]\n\ttemplateDir = {tmp_path}\n"
        "[http]\n\tproxy = http://localhost:1\n[fetch]\n\tfsckObjects = true\n"
    )
    (clean_environment / ".netrc").write_text("machine localhost login bob password pw\n")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.proxy")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "http://localhost:1")
    for name, value in {
        "GIT_DIR": str(tmp_path), "GIT_SSH_COMMAND": f"touch {evil}", "GIT_ASKPASS": "/bin/false",
        "GIT_PROXY_COMMAND": f"touch {evil}", "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_TEMPLATE_DIR": "/tmp",
        "GIT_OBJECT_DIRECTORY": str(tmp_path), "GIT_SSL_NO_VERIFY": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with mirror(parse(f"{server.url}/git/plain.git"), Access(limits=LIMITS)) as found:
        assert references(found.path) == ["refs/heads/main"]
    server.expect("bob", "pw")
    error = fails(f"{server.url}/private/plain.git")
    assert error.state is State.DENIED
    assert not evil.exists()
    assert all(said == "" for _, said in server.requests)


def test_a_login_is_for_its_host_and_nowhere_in_sight(
    server: Any, publish: Callable[..., Any], scratch: Path, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    publish("closed", {"a.txt": "text\n"})
    server.expect("oauth2", TOKEN)
    monkeypatch.setenv("WORK_TOKEN", TOKEN)
    address = parse(f"{server.url}/private/closed.git")
    chosen = Tokens({server.address: "WORK_TOKEN"})
    access = Access(login(address, chosen, os.environ), limits=LIMITS)
    assert access.login is not None

    shown: list[str] = []

    class Requests(list[tuple[str, str]]):
        """Looks at all processes at each request, while git waits for the answer."""

        def append(self, request: tuple[str, str]) -> None:
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    shown.append(process.read_bytes().decode("utf-8", "replace"))
            super().append(request)

    server.requests = Requests()
    with mirror(address, access, str(tmp_path / "kept")) as found:
        files = [path for path in Path(found.path).rglob("*") if path.is_file()]
        files += [path for path in scratch.rglob("*") if path.is_file()]
        assert files
        assert not any(TOKEN.encode() in path.read_bytes() for path in files)
    assert any("remote-https" in line and "closed.git" in line for line in shown)
    assert not any(TOKEN in line for line in shown)
    assert any(said == server.expected for _, said in server.requests)
    assert TOKEN not in "".join(capfd.readouterr())

    # What the server says is shown, and it may say what it was told.
    server.expect("oauth2", "another")
    error = fails(address.url, access)
    assert error.state is State.DENIED
    assert TOKEN not in str(error)
    error = fails(f"{server.url}/403/x.git", access)
    assert error.state is State.DENIED

    # Another host never hears of it, nor does another port of this one.
    server.requests.clear()
    server.other = f"https://127.0.0.1:{server.server_address[1]}"
    error = fails(f"{server.url}/elsewhere/closed.git", access)
    assert error.state is State.MOVED
    other = parse(f"{server.other}/private/closed.git")
    assert login(other, chosen, os.environ) is None
    assert fails(other.url).state is State.DENIED
    assert all(said == "" for _, said in server.requests)


def test_user_information_of_an_address_is_used_and_not_kept(
    server: Any, publish: Callable[..., Any], scratch: Path, tmp_path: Path
) -> None:
    publish("closed", {"a.txt": "text\n"})
    server.expect("bob", TOKEN)
    address = parse(f"https://bob:{TOKEN}@{server.address}/private/closed.git")
    access = Access(login(address, Tokens({}), {}), limits=LIMITS)
    for _ in range(2):  # cloned, refreshed
        with mirror(address, access, str(tmp_path / "kept")) as found:
            config = (Path(found.path) / "config").read_text()
            assert f"url = {server.url}/private/closed.git\n" in config
            assert TOKEN not in config
            assert "bob" not in config
            assert "bob" not in found.path


@pytest.mark.parametrize(
    ("path", "state", "words"),
    [
        ("git/none.git", State.MISSING, "check the address"),
        ("404/x.git", State.MISSING, "check the address"),
        ("401/x.git", State.DENIED, "--token-env"),
        ("403/x.git", State.DENIED, "the token"),
        ("429/x.git", State.UNREACHABLE, "try again later"),
        ("500/x.git", State.UNREACHABLE, "try again later"),
        ("moved/x.git", State.MOVED, "the address that it ends at"),
        ("elsewhere/x.git", State.MOVED, "redirects are not followed"),
        ("200/x.git", State.EMPTY, "check the address"),
    ],
)
def test_a_failure_has_words_of_git_and_what_to_do(
    path: str, state: State, words: str, server: Any, scratch: Path
) -> None:
    error = fails(f"{server.url}/{path}")
    assert (error.state, words in str(error)) == (state, True), str(error)
    assert list(scratch.iterdir()) == []


def test_unreachable_and_untrusted(
    server: Any, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fails("https://localhost:1/a.git").state is State.UNREACHABLE
    assert fails("https://no-such-host.invalid/a.git").state is State.UNREACHABLE
    monkeypatch.delenv("GIT_SSL_CAINFO")
    error = fails(f"{server.url}/git/a.git")
    assert (error.state, "--ca-file" in str(error)) == (State.UNTRUSTED, True)
    trusting = Access(ca_file=str(server.ca_file), limits=LIMITS)
    assert fails(f"{server.url}/git/a.git", trusting).state is State.MISSING


def test_a_server_that_stalls_is_left(server: Any, scratch: Path) -> None:
    access = Access(limits=LIMITS._replace(stall=1))
    assert fails(f"{server.url}/stall/a.git", access).state is State.STALLED
    access = Access(limits=LIMITS._replace(seconds=1))
    assert fails(f"{server.url}/stall/a.git", access).state is State.TOO_SLOW
    assert list(scratch.iterdir()) == []


def test_another_thread_can_end_a_transfer(server: Any, scratch: Path) -> None:
    error = fails(f"{server.url}/stall/a.git", Access(limits=LIMITS._replace(is_over=lambda: True)))
    assert error.reason == "the transfer was interrupted"
    assert list(scratch.iterdir()) == []


def test_what_is_larger_than_the_limit_or_the_disk_is_left(
    server: Any, publish: Callable[..., Any], scratch: Path
) -> None:
    publish("large", {"a.bin": os.urandom(3 << 20).hex()})
    error = fails(f"{server.url}/git/large.git", Access(limits=LIMITS._replace(size=1 << 20)))
    assert (error.state, "--max-clone-size" in str(error)) == (State.TOO_LARGE, True)
    error = fails(f"{server.url}/git/large.git", Access(limits=Limits(reserve=1 << 60)))
    assert (error.state, "TMPDIR" in str(error)) == (State.NO_ROOM, True)
    assert list(scratch.iterdir()) == []


def test_a_damaged_pack_is_no_mirror(
    server: Any, publish: Callable[..., Any], scratch: Path, tmp_path: Path
) -> None:
    publish("torn", {"a.bin": os.urandom(1 << 16).hex()})
    for altered in (
        lambda body: body[: len(body) // 2],
        lambda body: body[:-50] + bytes(10) + body[-40:],
    ):
        server.altered = altered
        access = Access(limits=LIMITS._replace(stall=3))
        error = fails(f"{server.url}/git/torn.git", access, folder=tmp_path / "kept")
        # Git before 2.28 waits for the rest of what was cut off.
        assert error.state in (State.FAILED, State.UNREACHABLE, State.STALLED)
        assert not list(tmp_path.glob("kept/*/*/*"))


def test_words_of_a_hostile_server_are_shown_on_one_line_of_text(
    server: Any, publish: Callable[..., Any], scratch: Path
) -> None:
    publish("hostile", {"a.txt": "text\n"})

    def packet(text: bytes) -> bytes:
        return f"{len(text) + 4:04x}".encode() + text

    said = b"ERR gone\x1b[31m\xff ::error::x " + b"A" * 5000
    server.altered = lambda body: packet(said)
    error = fails(f"{server.url}/git/hostile.git")
    assert str(error).isprintable()
    assert "remote error: gone" in str(error)
    assert " ::" not in str(error)
    assert len(str(error)) < 700

    # As many lines as it likes, while it sends nothing of use.
    remote = b"".join(packet(b"\x02" + b"B" * 900 + b"\r\n") for _ in range(3000))
    section = packet(b"packfile\n")
    answers = iter([lambda body: body, lambda _: section + remote + packet(b"\x03that is all")])
    server.altered = lambda body: next(answers)(body)
    error = fails(f"{server.url}/git/hostile.git")
    assert len(str(error)) < 700
    assert "that is all" in str(error)


def test_an_empty_repository_and_one_without_head(
    server: Any, publish: Callable[..., Any], scratch: Path
) -> None:
    publish("empty")
    assert fails(f"{server.url}/git/empty.git").state is State.EMPTY
    publish("headless", {"a.txt": "text\n"})
    (server.root / "headless.git" / "HEAD").write_text("ref: refs/heads/none\n")
    with mirror(parse(f"{server.url}/git/headless.git"), Access(limits=LIMITS)) as found:
        assert references(found.path) == ["refs/heads/main"]


def test_a_redirect_to_the_name_with_git_is_followed_on_the_same_host(
    server: Any, publish: Callable[..., Any], scratch: Path, tmp_path: Path
) -> None:
    publish("named", {"a.txt": "text\n"})
    address = parse(f"{server.url}/dotless/named")
    for _ in range(2):
        with mirror(address, Access(limits=LIMITS), str(tmp_path / "kept")) as found:
            assert references(found.path) == ["refs/heads/main"]
            assert found.address.url == f"{server.url}/dotless/named"


def test_git_daemon_is_refused(publish: Callable[..., Any]) -> None:
    with pytest.raises(RemoteError, match="git:// is not accepted"):
        parse("git://localhost/whole.git")


# -- kept mirrors ----------------------------------------------------------------------------------


def test_a_kept_mirror_is_refreshed_and_loses_nothing(
    server: Any, publish: Callable[..., Any], scratch: Path, tmp_path: Path
) -> None:
    clone = publish("kept", {"a.txt": "one\n"})
    clone.git("push", "-q", "origin", "HEAD:refs/heads/a")
    url, folder = f"{server.url}/git/kept.git", str(tmp_path / "mirrors")

    def refreshed() -> Any:
        with mirror(parse(url), Access(limits=LIMITS), folder) as found:
            return found

    found = refreshed()
    assert stat.S_IMODE(Path(found.path).stat().st_mode) == 0o700
    assert found.path == f"{folder}/localhost+{server.server_address[1]}/git/kept.git"
    old = clone.git("rev-parse", "HEAD").strip()
    assert refreshed().lost is None

    # A force-push, and a branch that makes room for another name.
    clone.git("commit", "-q", "--amend", "-m", "other")
    clone.git(
        "push", "-q", "--force", "origin", "HEAD:main", ":refs/heads/a", "HEAD:refs/heads/a/b"
    )
    lost = refreshed().lost
    assert lost == (("refs/heads/a", "refs/heads/main"), 1)
    assert references(found.path) == ["refs/heads/a/b", "refs/heads/main"]
    assert Repository(found.path, named=True).existing([old]) == [old]
    assert refreshed().lost is None

    # What git itself would tidy up stays as well, and what a killed transfer left goes.
    left = Path(found.path) / "objects" / "pack" / "tmp_pack_aB3x"
    left.write_bytes(b"PACK")
    subprocess.run(["git", "-C", found.path, "gc", "-q"], check=True)
    left.write_bytes(b"PACK")
    assert refreshed().lost is None
    assert not left.exists()
    assert Repository(found.path, named=True).existing([old]) == [old]
    assert list(scratch.iterdir()) == []
    assert [each.name for each in Path(found.path).parent.iterdir()] == ["kept.git"]


def test_head_of_a_kept_mirror_is_that_of_the_server(
    server: Any, publish: Callable[..., Any], scratch: Path, tmp_path: Path
) -> None:
    clone = publish("renamed", {"a.txt": "one\n"})
    bare = server.root / "renamed.git"

    def head() -> tuple[str, str | None]:
        url = f"{server.url}/git/renamed.git"
        with mirror(parse(url), Access(limits=LIMITS), str(tmp_path / "kept")) as found:
            repository = Repository(found.path, named=True)
            asked = ("symbolic-ref", "--quiet", "HEAD")
            return repository.answers(*asked).decode().strip(), repository.resolve("HEAD")

    first = clone.git("rev-parse", "HEAD").strip()
    assert head() == ("refs/heads/main", first)
    (bare / "HEAD").write_text("ref: refs/heads/trunk\n")
    clone.git("push", "-q", "origin", "HEAD:trunk", ":main")
    assert head() == ("refs/heads/trunk", first)
    clone.git("commit", "-q", "--allow-empty", "-m", "second")
    clone.git("push", "-q", "origin", "HEAD:trunk")
    (bare / "HEAD").write_text(f"{clone.git('rev-parse', 'HEAD').strip()}\n")
    assert head() == ("", clone.git("rev-parse", "HEAD").strip())
    (bare / "HEAD").write_text("ref: refs/heads/none\n")
    assert head()[1] == clone.git("rev-parse", "HEAD").strip()


def test_a_directory_that_is_something_else_is_refused(
    server: Any, publish: Callable[..., Any], scratch: Path, tmp_path: Path, make_repository: Any
) -> None:
    publish("other", {"a.txt": "one\n"})
    url, folder = f"{server.url}/git/other.git", tmp_path / "mirrors"
    target = folder / f"localhost+{server.server_address[1]}" / "git" / "other.git"
    target.mkdir(parents=True)
    assert "no mirror" in str(fails(url, folder=folder))
    target.rmdir()
    target.write_text("a file")
    assert "no directory" in str(fails(url, folder=folder))
    target.unlink()
    elsewhere = make_repository("elsewhere")
    target.symlink_to(elsewhere.root / ".git")
    assert "no directory" in str(fails(url, folder=folder))
    target.unlink()
    subprocess.run(["git", "init", "-q", "--bare", target], check=True)
    assert "is the mirror of another address" in str(fails(url, folder=folder))
    subprocess.run(["git", "-C", target, "config", "remote.origin.url", url], check=True)
    with mirror(parse(url), Access(limits=LIMITS), str(folder)) as found:
        assert references(found.path) == ["refs/heads/main"]
    for key in ("core.sshCommand", "include.path", "remote.origin.uploadpack", "core.worktree"):
        subprocess.run(["git", "-C", target, "config", key, "/nowhere"], check=True)
        assert f"sets {key.lower()}" in str(fails(url, folder=folder))
        subprocess.run(["git", "config", "--file", target / "config", "--unset", key], check=True)
    for name in ("commondir", "objects/info/alternates"):
        (target / name).write_text(f"{elsewhere.root}/.git\n")
        assert "leads elsewhere" in str(fails(url, folder=folder))
        (target / name).unlink()
    # Not a repository any more: git would look for one in the directories above.
    above = make_repository("above")
    inside = above.root / "mirrors"
    with mirror(parse(url), Access(limits=LIMITS), str(inside)) as found:
        head = Path(found.path) / "HEAD"
    head.write_text("nothing")
    before = above.git("for-each-ref")
    assert fails(url, folder=inside).state is State.FOLDER
    assert above.git("for-each-ref") == before


def test_what_a_killed_process_left_is_removed(
    server: Any, publish: Callable[..., Any], scratch: Path
) -> None:
    publish("plain", {"a.txt": "text\n"})
    program = (
        "import os, sys; from scanner.remote.mirror import *; from scanner.remote.address import *;"
        "context = mirror(parse(sys.argv[1]), Access(limits=Limits(reserve=0)));"
        "context.__enter__(); os.kill(os.getpid(), 9)"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    url = f"{server.url}/git/plain.git"
    subprocess.run([sys.executable, "-c", program, url], env=env, check=False)
    assert len(list(scratch.iterdir())) == 1
    (scratch / "keycatch-of-others").mkdir()
    with mirror(parse(url), Access(limits=LIMITS)) as found:
        # Of the one that is in use nothing is removed.
        with mirror(parse(url), Access(limits=LIMITS)):
            assert references(found.path) == ["refs/heads/main"]
        assert references(found.path) == ["refs/heads/main"]
    assert [each.name for each in scratch.iterdir()] == ["keycatch-of-others"]


# -- the library, and the end of a process ---------------------------------------------------------


def test_without_the_library_one_sentence_says_how_to_get_it(
    server: Any, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "git", None)
    error = fails(f"{server.url}/git/a.git")
    assert error.state is State.LIBRARY
    assert "pip install 'keycatch[remote]'" in str(error)


def test_an_old_library_is_refused(
    server: Any, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import git

    monkeypatch.setattr(git, "__version__", "3.1.60")
    assert "too old" in str(fails(f"{server.url}/git/a.git"))


def test_an_interrupt_ends_git_and_leaves_nothing(server: Any, scratch: Path) -> None:
    import signal

    threading.Timer(1, os.kill, [os.getpid(), signal.SIGINT]).start()
    with (
        pytest.raises(KeyboardInterrupt),
        mirror(parse(f"{server.url}/stall/a.git"), Access(limits=LIMITS)),
    ):
        pytest.fail("it was cloned")
    assert list(scratch.iterdir()) == []
