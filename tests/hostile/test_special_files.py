"""Pipes, devices, directories and circles of links in the place of files that git or we read."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.files import NotAFileError, open_regular, read_regular
from scanner.git import process, watch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no special files")
KINDS = ("pipe", "directory", "device", "circle")


@pytest.fixture
def keycatch(keycatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    for module in (process, watch):
        monkeypatch.setattr(module, "PATIENCE", 0.3)
    return keycatch


@pytest.fixture
def here(repository: Any) -> Any:
    repository.commit("a")
    repository.commit("b")
    return repository


def put(path: Path, kind: str) -> None:
    """Put what is no file at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path.name)


# -- the opener ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pipes", [False, True])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, kind: str, pipes: bool) -> None:
    put(tmp_path / "x", kind)
    if kind == "pipe" and pipes:  # nobody writes to it
        assert read_regular(str(tmp_path / "x"), pipes=True) == b""
        return
    before = len(os.listdir("/dev/fd"))
    for read in (lambda path: read_regular(path, pipes=pipes), open_regular):
        with pytest.raises(OSError, match=r"not a regular file|Is a directory|Too many levels"):
            read(str(tmp_path / "x"))
    assert len(os.listdir("/dev/fd")) == before


def test_a_pipe_of_the_shell_is_read_to_its_end() -> None:
    """`<(command)` is a pipe with the name /dev/fd/63; its writer may be slow."""
    reading, writing = os.pipe()
    content = b"x" * 200_000

    def write() -> None:
        with open(writing, "wb") as pipe:
            pipe.writelines(content[at : at + 50_000] for at in range(0, len(content), 50_000))

    writer = threading.Thread(target=write)
    writer.start()
    assert read_regular(f"/dev/fd/{reading}", pipes=True) == content
    with pytest.raises(NotAFileError):
        read_regular(f"/dev/fd/{reading}")
    writer.join()
    os.close(reading)


# -- files that git reads -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize(
    ("place", "command"),
    [
        ("shallow", "staged"),
        ("HEAD", "history"),
        ("index", "staged"),
        ("commondir", "staged"),
        ("objects/info/alternates", "range HEAD~1"),
        ("refs/heads/x", "history"),
        ("config.worktree", "staged"),
    ],
)
def test_git_is_not_waited_for(
    kind: str, place: str, command: str, here: Any, keycatch: Any
) -> None:
    here.git("config", "extensions.worktreeConfig", "true")
    path = here.root / ".git" / place
    put(path, kind)
    done = keycatch(*command.split(), cwd=here.root)
    if kind == "pipe" or done.returncode:  # git takes some devices for empty files
        assert done.returncode == 2
        assert done.stderr.startswith("keycatch: ")
    if kind == "pipe":
        assert str(path.name) in done.stderr
        assert "pipe" in done.stderr


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", [["range", "HEAD~1"], ["history"]])
@pytest.mark.parametrize("what", ["blob", "commit"])
def test_a_loose_object_that_is_no_file(
    kind: str, command: list[str], what: str, here: Any, keycatch: Any
) -> None:
    name = here.git("rev-parse", "HEAD" if what == "commit" else "HEAD:b").strip()
    path = here.root / ".git/objects" / name[:2] / name[2:]
    put(path, kind)
    done = keycatch(*command, cwd=here.root)
    assert done.returncode == 2


@pytest.mark.parametrize("suffix", ["pack", "idx"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_pack_that_is_no_file(kind: str, suffix: str, here: Any, keycatch: Any) -> None:
    here.git("repack", "-adq")
    (path,) = (here.root / ".git/objects/pack").glob(f"*.{suffix}")
    put(path, kind)
    assert keycatch("history", cwd=here.root).returncode == 2


@pytest.mark.parametrize("place", [".gitignore", "sub/.gitignore"])
def test_a_list_of_ignored_files_that_is_a_pipe(place: str, here: Any, keycatch: Any) -> None:
    put(here.root / place, "pipe")
    here.write("sub/secret.txt")
    done = keycatch("scan", ".", cwd=here.root)
    assert "git waits for " in done.stderr
    assert place in done.stderr


@pytest.mark.parametrize("link", ["circle", "gone", "pipe"])
def test_a_link_to_a_git_directory_that_leads_nowhere(
    link: str, here: Any, keycatch: Any, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    here.git("worktree", "add", "-q", str(tree))
    if link == "circle":
        (tree / ".git").write_text(f"gitdir: {tree / '.git'}\n")
    elif link == "gone":
        (tree / ".git").write_text(f"gitdir: {tmp_path / 'gone'}\n")
    else:
        put(tree / ".git", "pipe")
    for command in (["staged"], ["history"], ["range", "HEAD~1"]):
        done = keycatch(*command, cwd=tree)
        assert done.returncode == 2
        assert done.stderr.startswith("keycatch: ")


# -- files that we read -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "command",
    [
        "scan --config x .",
        "scan --rules x .",
        "scan --baseline x .",
        "respond x",
        "baseline import x",
        "commit-msg x",
        "rules test x",
    ],
)
def test_a_file_of_the_user_that_is_none(
    kind: str, command: str, keycatch: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "x", kind)
    done = keycatch(*command.split())
    if not (kind == "pipe" and command.startswith(("commit-msg", "scan"))):  # one that is empty
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_of_another_directory_that_is_no_file(
    kind: str, here: Any, keycatch: Any, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    (here.root / ".git/objects/info").mkdir(exist_ok=True)
    (here.root / ".git/objects/info/alternates").write_text(f"{other}\n")
    put(other / "ab" / ("0" * 38), kind)
    done = keycatch("history", cwd=here.root)
    assert done.returncode == 2


def test_a_pipe_in_a_directory_of_others_is_named(here: Any, keycatch: Any, tmp_path: Path) -> None:
    """Git waits for the object in the alternate; the file is far from the repository."""
    name = here.git("rev-parse", "HEAD:b").strip()
    path = here.root / ".git/objects" / name[:2] / name[2:]
    path.unlink()
    other = tmp_path / "other"
    put(other / name[:2] / name[2:], "pipe")
    (here.root / ".git/objects/info").mkdir(exist_ok=True)
    (here.root / ".git/objects/info/alternates").write_text(f"{other}\n")
    done = keycatch("range", "HEAD~1", "--format", "json", cwd=here.root)
    assert done.returncode == 2
    assert "git waits for" in done.stdout + done.stderr


def test_a_list_of_directories_that_holds_git_is_named(
    here: Any, keycatch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (process, watch):
        monkeypatch.setattr(module, "PATIENCE", 0.01)
    path = here.root / ".git/objects/info/alternates"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"/gone\n" * 200_000)
    done = keycatch("staged", cwd=here.root)
    assert (done.returncode, "alternates lists" in done.stderr) == (2, True)
