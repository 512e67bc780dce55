"""Names are not identity: refs called like something else, and what an operation left over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ZERO = "0" * 40


@pytest.fixture
def two(repository: Any, plant: Any) -> tuple[str, str]:
    """Commit twice, the second time with a pair; return both IDs."""
    repository.commit("first")
    repository.write("a.env", plant.pair())
    repository.commit()
    return id_of(repository, "HEAD~1"), id_of(repository, "HEAD")


def id_of(repository: Any, name: str) -> str:
    return str(repository.git("rev-parse", name).strip())


def ref(repository: Any, name: str, content: str) -> None:
    path = Path(repository.root) / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{content}\n")


@pytest.mark.parametrize("where", ["refs/heads", "refs/tags", "refs/remotes", "refs"])
def test_a_ref_that_is_called_like_an_id(
    where: str, two: tuple[str, str], repository: Any, keycatch: Any
) -> None:
    old, new = two
    for name, points_to in ((old, new), (new, old)):
        ref(repository, f"{where}/{name}", points_to)
    assert keycatch("range", f"{old}..{new}", cwd=repository.root).returncode == 1
    line = f"refs/heads/x {new} refs/heads/x {old}\n".encode()
    assert keycatch("push", "origin", "x", cwd=repository.root, given=line).returncode == 1


@pytest.mark.parametrize("name", ["HEAD", "@", "FETCH_HEAD", "HEAD~1", "-x", "main..HEAD", "^main"])
def test_a_branch_that_is_called_like_a_revision(
    name: str, two: tuple[str, str], repository: Any, keycatch: Any
) -> None:
    old, new = two
    ref(repository, f"refs/heads/{name}", old)
    ref(repository, f"refs/tags/{name}", old)
    assert keycatch("range", f"{old}..HEAD", cwd=repository.root).returncode in (1, 2)
    assert keycatch("range", f"{old}..{new}", cwd=repository.root).returncode == 1
    assert keycatch("history", cwd=repository.root).returncode == 1
    line = f"refs/heads/{name} {new} refs/heads/{name} {ZERO}\n".encode()
    assert keycatch("push", "origin", "x", cwd=repository.root, given=line).returncode == 1


LEFT = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "ORIG_HEAD", "BISECT_HEAD",
        "AUTO_MERGE", "FETCH_HEAD")  # fmt: skip


@pytest.mark.parametrize("left", LEFT)
def test_what_an_operation_left(left: str, repository: Any, keycatch: Any, plant: Any) -> None:
    """It names the commit before, or one that is gone: what is staged is new all the same."""
    repository.commit("first")
    repository.write("a.env", plant.pair())
    repository.git("add", "-A")
    for name in (id_of(repository, "HEAD"), "1" * 40, "no ID", ""):
        ref(repository, left, name)
        done = keycatch("staged", cwd=repository.root)
        assert done.returncode in (1, 2), (name, done.stdout)


@pytest.mark.parametrize("left", sorted({*LEFT} - {"MERGE_HEAD"}))
def test_what_is_left_has_the_same_content(
    left: str, two: tuple[str, str], repository: Any, keycatch: Any
) -> None:
    old, new = two
    repository.git("reset", "-q", "--soft", old)
    ref(repository, left, new)
    assert keycatch("staged", cwd=repository.root).returncode == 1


@pytest.mark.parametrize("made", [
    "refs/stash", "refs/notes/commits", "refs/replace/x", "refs/bisect/bad", "refs/original/x",
    "refs/worktree/x", "refs/heads/x", "refs/tags/x",
])  # fmt: skip
@pytest.mark.parametrize("spec", ["+refs/*:refs/*", "+{0}:{0}"])
def test_a_refspec_says_that_the_remote_has_it(
    spec: str, made: str, two: tuple[str, str], repository: Any, keycatch: Any
) -> None:
    """Git writes such a ref here, so that nobody knows who else has it."""
    _, new = two
    repository.git("config", "remote.origin.url", "https://example.com/x.git")
    repository.git("config", "remote.origin.fetch", spec.format(made))
    repository.git("update-ref", made, new)
    line = f"{made} {new} refs/heads/x {ZERO}\n".encode()
    url = "https://example.com/x.git"
    done = keycatch("push", "origin", url, cwd=repository.root, given=line)
    assert done.returncode == 1


@pytest.mark.parametrize("packed", [
    "# pack-refs with: peeled fully-peeled sorted \n{new} refs/tags/x\n{old} refs/heads/tip\n",
    "{old} refs/heads/tip\n{new} refs/heads/tip\n",
    "{new} refs/heads/tip\n^{old}\n",
    "{old} refs/heads/../heads/tip\n{new} refs/heads/tip\n",
])  # fmt: skip
def test_packed_refs_that_are_not_as_git_writes_them(
    packed: str, two: tuple[str, str], repository: Any, keycatch: Any
) -> None:
    old, new = two
    (repository.root / ".git/packed-refs").write_text(packed.format(old=old, new=new))
    assert keycatch("history", cwd=repository.root).returncode in (1, 2)
    assert keycatch("range", f"{old}..{new}", cwd=repository.root).returncode in (1, 2)


@pytest.mark.parametrize("content", [
    "ref: HEAD", "ref: refs/heads/loop", "ref: refs/heads/../../x", "", "x" * 9000, "ref: \0",
])  # fmt: skip
def test_a_head_that_leads_nowhere(
    content: str, two: tuple[str, str], repository: Any, keycatch: Any
) -> None:
    ref(repository, "refs/heads/loop", "ref: refs/heads/loop")
    ref(repository, "HEAD", content)
    for command in (["history"], ["staged"], ["range", f"{two[0]}..{two[1]}"], ["scan", "."]):
        done = keycatch(*command, cwd=repository.root)
        assert done.returncode in (1, 2), (command, done.stdout)
        assert done.stderr.count("\n") <= 3
