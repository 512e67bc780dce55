"""Tags of tags: long chains, many references to one, circles, ends that are missing."""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.git import tags
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.git.tips import references, work_trees
from scanner.kinds.examples import expand

LONG = 1000


@pytest.fixture
def here(repository: Any) -> Any:
    repository.commit("a")
    return repository


def store(repository: Any, content: str, name: str = "") -> str:
    """Store a tag with that `content`, under another `name` than its own where that is given."""
    data = b"tag %d\0%b" % (len(content.encode()), content.encode())
    name = name or hashlib.sha1(data).hexdigest()
    path = Path(repository.root) / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data, 0))
    return name


def text(target: str, kind: str, message: str = "x") -> str:
    return f"object {target}\ntype {kind}\ntag t\ntagger T <t@example.com> 1 +0000\n\n{message}\n"


def chain(repository: Any, length: int, message: str = "x") -> list[str]:
    """Store a chain of tags, the outermost first, with a `message` in the innermost."""
    head = repository.git("rev-parse", "HEAD").strip()
    names = [store(repository, text(head, "commit", message))]
    while len(names) < length:
        names.append(store(repository, text(names[-1], "tag")))
    return names[::-1]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the programs that are started from now on."""
    found: list[Any] = []
    real = subprocess.Popen

    def begin(command: Any, *rest: Any, **options: Any) -> Any:
        found.append(command)
        return real(command, *rest, **options)

    monkeypatch.setattr(subprocess, "Popen", begin)
    return found


def packed(repository: Any, names: dict[str, str]) -> None:
    lines = "".join(f"{name} {ref}\n" for ref, name in sorted(names.items()))
    (repository.root / ".git/packed-refs").write_text(lines)


def test_a_chain_is_one_git(here: Any, started: list[Any]) -> None:
    names = chain(here, LONG)
    packed(here, {"refs/tags/t": names[0]})
    repository = Repository(str(here.root))
    trees = work_trees(repository)
    started.clear()
    (found,) = (tip for tip in references(repository, trees) if tip.name == "t")
    assert found.object == here.git("rev-parse", "HEAD").strip()
    assert found.tags == tuple(names[:100])
    assert len(started) < 6


def test_references_to_each_tag_of_a_chain(here: Any, started: list[Any]) -> None:
    names = chain(here, LONG)
    packed(here, {f"refs/tags/t{number}": name for number, name in enumerate(names)})
    repository = Repository(str(here.root))
    trees = work_trees(repository)
    started.clear()
    tips = [tip for tip in references(repository, trees) if tip.kind == "tag"]
    assert {tip.object for tip in tips} == {here.git("rev-parse", "HEAD").strip()}
    assert sum(len(tip.tags) for tip in tips) <= 100 * LONG
    assert len(started) < 6


def test_what_a_push_publishes_of_a_chain(here: Any, started: list[Any]) -> None:
    names = chain(here, LONG)
    repository = Repository(str(here.root))
    started.clear()
    found, _ = tags.published(repository, [names[0], names[5]])
    assert [tag.id for tag in found] == names
    assert len(started) == 2


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_of_tags_ends(here: Any, length: int) -> None:
    """Under names that are not theirs: no content has its own hash in it."""
    names = [f"{number + 1:040x}" for number in range(length)]
    for name, target in zip(names, [*names[1:], names[0]], strict=True):
        store(here, text(target, "tag"), name)
    found = tags.targets(Repository(str(here.root)), names)
    assert [found[name][0] for name in names] == [*names[1:], names[0]]


def test_a_chain_to_nothing(here: Any) -> None:
    gone = "1" * 40
    outer = store(here, text(store(here, text(gone, "tag")), "tag"))
    assert gone not in tags.targets(Repository(str(here.root)), [outer])
    packed(here, {"refs/tags/t": outer})
    repository = Repository(str(here.root))
    (tip,) = (tip for tip in references(repository, work_trees(repository)) if tip.name == "t")
    assert tip.object == gone


@pytest.mark.parametrize("content", ["", "object x\n", "type tag\nobject " + "1" * 40 + "\n"])
def test_a_tag_without_a_target(here: Any, content: str) -> None:
    name = store(here, content)
    assert tags.targets(Repository(str(here.root)), [name]) == {name: ("", "")}


def test_a_tag_that_git_cannot_read(here: Any) -> None:
    name = store(here, text("1" * 40, "commit"))
    path = here.root / ".git/objects" / name[:2] / name[2:]
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(GitError, match="git fsck"):
        tags.targets(Repository(str(here.root)), [name])


@pytest.mark.parametrize("command", ["history", "push"])
def test_a_credential_at_the_end_of_a_chain(
    command: str, here: Any, keycatch: Callable[..., Any]
) -> None:
    pair = "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
    names = chain(here, 200, expand(pair, "chain"))
    packed(here, {"refs/tags/t": names[0]})
    line = f"refs/tags/t {names[0]} refs/tags/t {'0' * 40}\n".encode()
    done = keycatch(
        command, *(["origin", "x"] if command == "push" else []), cwd=here.root, given=line
    )
    assert done.returncode == 1, done.stderr
