"""Objects and what a repository says about them: names, commit-graphs, modes of trees."""

from __future__ import annotations

import os
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from scanner.commands import main
from scanner.kinds.examples import expand

pytestmark = pytest.mark.usefixtures("clean_environment")
PAIR = "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
PLANTED = expand(PAIR, "planted")


def forge(repository: Any, name: str, kind: str, content: bytes) -> None:
    """Put another object under the `name` of a loose one."""
    path = Path(repository.root) / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))


@pytest.mark.parametrize("size", [0, 9, 70_000, 17 << 20])
@pytest.mark.parametrize("command", [["staged"], ["history"], ["range", "HEAD~1"]])
def test_another_object_under_the_name(
    size: int, command: list[str], repository: Any, monkeypatch: Any
) -> None:
    repository.commit("first")
    repository.write("a.env", PLANTED)
    repository.git("add", "-A")
    name = repository.git("rev-parse", ":a.env").strip()
    if command != ["staged"]:
        repository.git("commit", "-qm", "second")
    forge(repository, name, "blob", b"x" * size)
    monkeypatch.chdir(repository.root)
    assert main(command) == 2


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_credential_that_was_never_there_before(
    is_packed: bool, repository: Any, monkeypatch: Any
) -> None:
    """Under the name of the content from before is one that has the credential already."""
    repository.write("a.env", "nothing\n")
    repository.commit("first")
    name = repository.git("rev-parse", "HEAD:a.env").strip()
    repository.write("a.env", PLANTED)
    repository.git("add", "-A")
    monkeypatch.chdir(repository.root)
    assert main(["staged"]) == 1
    forge(repository, name, "blob", PLANTED.encode())
    if is_packed:
        # Git packs what it finds under a name, and compares nothing.
        names = repository.root / "names"
        names.write_text(f"{name}\n")
        base = ".git/objects/pack/pack"
        with names.open() as given:
            subprocess.run(
                ["git", "pack-objects", "-q", base], cwd=repository.root, stdin=given, check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
        (repository.root / ".git/objects" / name[:2] / name[2:]).unlink()
        names.unlink()
    assert main(["staged"]) in (1, 2)


@pytest.mark.parametrize("what", ["blob", "commit", "tag"])
def test_a_push_of_another_object_under_the_name(what: str, repository: Any, keycatch: Any) -> None:
    repository.commit("first")
    repository.write("a.env", PLANTED)
    repository.git("add", "-A")
    repository.git("commit", "-qm", PLANTED)
    repository.git("tag", "-a", "-m", PLANTED, "v1")
    of = {"blob": "HEAD:a.env", "commit": "HEAD", "tag": "v1"}[what]
    name = repository.git("rev-parse", of).strip()
    raw = repository.git("cat-file", what, name).replace(PLANTED.strip(), "nothing")
    forge(repository, name, what, raw.encode())
    tip = repository.git("rev-parse", "v1").strip()
    line = f"refs/tags/v1 {tip} refs/tags/v1 {'0' * 40}\n".encode()
    done = keycatch("push", "origin", "x", "--format", "json", cwd=repository.root, given=line)
    said = "git returns other content than its ID says" in done.stdout
    assert said or done.returncode == 2  # git itself compares commits and tags in some places


def test_other_messages_under_the_name(repository: Any, monkeypatch: Any) -> None:
    repository.commit("first")
    repository.write("b", "b")
    repository.git("add", "-A")
    repository.git("commit", "-qm", PLANTED)
    name = repository.git("rev-parse", "HEAD").strip()
    raw = repository.git("cat-file", "commit", name)
    forge(repository, name, "commit", raw.replace(PLANTED, "nothing\n").encode())
    monkeypatch.chdir(repository.root)
    assert main(["history"]) == 2


def _graph_without(repository: Any, child: str, parent: str) -> None:
    """Write a commit-graph in which `child` is based on `parent`, whatever it is based on."""
    repository.git("commit-graph", "write", "--reachable", "--no-changed-paths")
    path = Path(repository.root) / ".git/objects/info/commit-graph"
    graph = bytearray(path.read_bytes())
    # gitformat-commit-graph(5): after eight bytes the chunks, each with four bytes and an offset.
    chunks = {}
    for at in range(8, 8 + 12 * graph[6], 12):
        chunks[bytes(graph[at : at + 4])] = struct.unpack_from(">Q", graph, at + 4)[0]
    names = sorted(repository.git("rev-list", "--all").split())
    row = chunks[b"CDAT"] + 36 * names.index(child)
    struct.pack_into(">L", graph, row + 20, names.index(parent))
    path.chmod(0o644)
    path.write_bytes(bytes(graph))


@pytest.mark.parametrize("command", [["range", "{base}..HEAD"], ["history"]])
def test_a_graph_that_leaves_out_a_commit(
    command: list[str], repository: Any, monkeypatch: Any
) -> None:
    repository.commit("first")
    base = repository.git("rev-parse", "HEAD").strip()
    repository.write("a.env", PLANTED)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "second")
    repository.git("rm", "-q", "a.env")
    repository.git("commit", "-qm", "third")
    _graph_without(repository, repository.git("rev-parse", "HEAD").strip(), base)
    repository.git("config", "core.commitGraph", "true")
    assert len(repository.git("rev-list", "HEAD").split()) == 2  # what git believes
    monkeypatch.chdir(repository.root)
    assert main([part.format(base=base) for part in command]) == 1


@pytest.mark.parametrize(
    ("mode", "kind"), [("040000", "blob"), ("100644", "tree"), ("100644", "commit")]
)
def test_a_mode_that_is_not_that_of_the_object(
    mode: str, kind: str, repository: Any, monkeypatch: Any
) -> None:
    repository.commit("first")
    repository.write("sub/a.env", PLANTED)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "second", "--allow-empty")
    names = {
        "blob": "HEAD:sub/a.env",
        "tree": "HEAD:sub",
        "commit": "HEAD",
    }
    name = repository.git("rev-parse", names[kind]).strip()
    tree = f"{mode.lstrip('0')} x\0".encode() + bytes.fromhex(name)
    (Path(repository.root) / "raw").write_bytes(tree)
    made = repository.git("hash-object", "-t", "tree", "-w", "--literally", "raw").strip()
    commit = repository.git("commit-tree", "-m", "forged", "-p", "HEAD~1", made).strip()
    monkeypatch.chdir(repository.root)
    assert main(["range", f"HEAD~1..{commit}"]) in (1, 2)


@pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")
@pytest.mark.parametrize("damage", ["empty", "cut", "not inflated", "longer"])
def test_a_loose_object_that_is_damaged(damage: str, repository: Any, monkeypatch: Any) -> None:
    repository.commit("first")
    repository.write("a.env", PLANTED)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "second")
    name = repository.git("rev-parse", "HEAD:a.env").strip()
    path = Path(repository.root) / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    whole = path.read_bytes()
    changed = {
        "empty": b"",
        "cut": whole[:20],
        "not inflated": b"blob 3\0abc",
        "longer": zlib.compress(zlib.decompress(whole) + b"more"),
    }
    path.write_bytes(changed[damage])
    monkeypatch.chdir(repository.root)
    assert main(["range", "HEAD~1..HEAD"]) in (1, 2)
    assert main(["history"]) in (1, 2)


def _packs(repository: Any, number: int, contents: dict[int, str]) -> None:
    """Make `number` packs of one commit each, with the `contents` of some of them."""
    commands = []
    for each in range(number):
        data = contents.get(each, f"{each}\n")
        parent = f"from :{each}\n" if each else ""
        commands.append(
            f"commit refs/heads/many\nmark :{each + 1}\ncommitter T <t@example.com> {each} +0000\n"
            f"data 1\nx\n{parent}M 644 inline {each}.env\ndata {len(data)}\n{data}\ncheckpoint\n"
        )
    options = ["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force"]
    subprocess.run(
        ["git", *options], cwd=repository.root, input="".join(commands).encode(), check=True
    )


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_more_packs_than_a_process_may_have_files(
    jobs: str, repository: Any, keycatch_process: Any
) -> None:
    places = {number: expand(PAIR, str(number)) for number in (0, 75, 149)}
    _packs(repository, 150, places)
    assert len(list(Path(repository.root).glob(".git/objects/pack/*.pack"))) >= 149
    limited = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"]
    done = keycatch_process(
        "history", "--format", "json", "--jobs", jobs, cwd=repository.root, prefix=limited
    )
    assert done.returncode == 1, done.stderr
    assert done.paths() == {f"{number}.env" for number in places}
