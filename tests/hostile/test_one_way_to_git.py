"""What git reads, answers and takes, where whoever writes the repository chose it."""

from __future__ import annotations

import hashlib
import os
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from scanner.git import process
from scanner.git.hardening import environment
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.git.tips import references, work_trees


@pytest.fixture
def here(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    repository.write("a.txt")
    repository.commit("first")
    monkeypatch.chdir(repository.root)
    return repository


# -- names --------------------------------------------------------------------------------------


def test_a_tag_called_as_a_branch_decides_nothing(here: Any) -> None:
    here.git("branch", "topic")
    here.git("tag", "topic")
    with pytest.raises(GitError, match="more than one thing"):
        Repository().resolve("topic")
    assert Repository().resolve("refs/heads/topic")


@pytest.mark.parametrize("option", ["true", "false"])
def test_a_file_in_the_git_directory_decides_nothing(here: Any, option: str) -> None:
    here.git("config", "core.warnAmbiguousRefs", option)
    here.git("branch", "topic")
    (here.root / ".git" / "topic").write_text(here.git("rev-parse", "HEAD"))
    with pytest.raises(GitError, match="more than one thing"):
        Repository().resolve("topic")


def test_a_range_with_such_a_name_ends_in_an_error(here: Any, keycatch: Any) -> None:
    here.git("branch", "topic")
    here.git("tag", "topic")
    done = keycatch("range", "HEAD..topic", cwd=here.root)
    assert done.returncode == 2
    assert "refs/heads/" in done.stderr


def test_head_and_an_id_are_never_ambiguous(here: Any) -> None:
    name = here.git("rev-parse", "HEAD").strip()
    for reference in ("refs/heads/HEAD", f"refs/heads/{name}"):
        here.git("update-ref", reference, "HEAD")
    assert [Repository().resolve(each) for each in ("HEAD", name)] == [name, name]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\u3000", "\xa0"])
def test_a_name_with_a_line_end_of_unicode_is_one_name(here: Any, sign: str) -> None:
    name = here.git("rev-parse", "HEAD").strip()
    (here.root / ".git" / "packed-refs").write_text(
        f"# pack-refs with: peeled fully-peeled sorted \n{name} refs/heads/a{sign}b\n",
        encoding="utf-8",
    )
    repository = Repository()
    names = {tip.name for tip in references(repository, work_trees(repository))}
    assert f"a{sign}b" in names


# -- files that are none ------------------------------------------------------------------------

_PLACES = ("MERGE_HEAD", "SQUASH_MSG", "CHERRY_PICK_HEAD")


@pytest.mark.skipif(sys.platform == "win32", reason="no special files")
@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("kind", ["pipe", "directory", "device", "circle"])
def test_a_special_file_of_git_is_not_waited_for(here: Any, place: str, kind: str) -> None:
    path: Path = here.root / ".git" / place
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path)
    assert Repository().incoming_heads() == []


def test_a_circle_of_deltas_is_never_handed_to_git(here: Any, keycatch: Any) -> None:
    one, other = bytes([0xAA]) * 20, bytes([0xBB]) * 20
    delta = zlib.compress(bytes([10, 10, 0x90, 10]))
    entries = [bytes([0x74]) + base + delta for base in (other, one)]
    pack = b"PACK" + struct.pack(">II", 2, 2) + b"".join(entries)
    pack += hashlib.sha1(pack).digest()
    fan = struct.pack(">256I", *((n >= 0xAA) + (n >= 0xBB) for n in range(256)))
    sums = struct.pack(">II", *map(zlib.crc32, entries))
    index = b"\xfftOc" + struct.pack(">I", 2) + fan + one + other + sums
    index += struct.pack(">II", 12, 12 + len(entries[0])) + pack[-20:]
    index += hashlib.sha1(index).digest()
    path = here.root / ".git" / "objects" / "pack" / f"pack-{pack[-20:].hex()}"
    path.with_suffix(".pack").write_bytes(pack)
    path.with_suffix(".idx").write_bytes(index)

    done = keycatch("history", "--no-config", cwd=here.root)
    assert done.returncode == 2
    assert done.stdout.count("its delta is based on itself") == 2


# -- git itself ---------------------------------------------------------------------------------

_NONSENSE = ("", "echo", "printf 'x'", "printf '\\0\\0\\0'", "echo true; echo sha1", "kill -9 $$")


@pytest.mark.skipif(sys.platform == "win32", reason="a script takes the place of git")
@pytest.mark.parametrize("says", _NONSENSE)
def test_nonsense_from_git_is_an_error(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "git"
    script.write_text(f"#!/bin/sh\n{says}\n")
    script.chmod(0o755)
    monkeypatch.setattr(process, "program", lambda: str(script))
    with pytest.raises(GitError):
        Repository(str(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="a script takes the place of git")
def test_a_git_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "git"
    script.write_text("#!/bin/sh\nexec sleep 1000\n")
    script.chmod(0o755)
    monkeypatch.setattr(process, "program", lambda: str(script))
    with pytest.raises(GitError, match="did not answer within 1 seconds"):
        process.complete((), str(tmp_path), os.environ, seconds=1)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_git_has_limits_of_memory_and_time(here: Any) -> None:
    import resource

    started = Repository().start("cat-file", "--batch")
    try:
        assert resource.prlimit(started.pid, resource.RLIMIT_DATA)[0] <= 4 << 30
        assert resource.prlimit(started.pid, resource.RLIMIT_CPU)[0] <= 4 * 3600
    finally:
        started.kill()
        started.communicate()


@pytest.mark.parametrize(
    "name",
    ["GIT_LITERAL_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_TRACE2_EVENT"],
)
def test_variables_that_change_an_answer_are_not_handed_on(name: str) -> None:
    assert name not in environment({name: "1", "PATH": "x"})
