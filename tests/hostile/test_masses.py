"""Masses that cost a repository a few kilobytes: paths, references, parents, names, settings."""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from scanner.git import listing
from scanner.git.listing import RepeatedError, Repeats
from scanner.history.attribution import tree_contents

WHO = "T <t@example.com> 1700000000 +0000"


def stored(repository: Any, kind: str, content: bytes) -> str:
    whole = f"{kind} {len(content)}\0".encode() + content
    name = hashlib.sha1(whole).hexdigest()
    path = Path(repository.root) / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(zlib.compress(whole, 1))
    return name


def committed(repository: Any, tree: str, *parents: str, message: str = "x") -> str:
    lines = "".join(f"parent {each}\n" for each in parents)
    text = f"tree {tree}\n{lines}author {WHO}\ncommitter {WHO}\n\n{message}\n"
    return stored(repository, "commit", text.encode())


def entries(*named: tuple[str, str, str]) -> bytes:
    return b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(at) for mode, name, at in named)


def doubled(repository: Any, content: bytes, levels: int) -> str:
    """Return a tree that has the one below it twice, at each of `levels` levels."""
    blob = stored(repository, "blob", content)
    tree = stored(repository, "tree", entries(("100644", "f", blob)))
    for _ in range(levels):
        tree = stored(repository, "tree", entries(("40000", "a", tree), ("40000", "b", tree)))
    return tree


@pytest.fixture
def base(repository: Any) -> str:
    repository.commit("first")
    return str(repository.git("rev-parse", "HEAD").strip())


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take as few paths as a test can make quickly for many."""
    monkeypatch.setattr(listing, "_MANY", 500)
    monkeypatch.setattr(tree_contents, "_MOST_PATHS", 500)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("planted", [False, True])
def test_a_directory_that_has_another_one_many_times(
    planted: bool, base: str, repository: Any, keycatch: Any, plant: Any
) -> None:
    content = plant.pair().encode() if planted else b"x\n"
    tip = committed(repository, doubled(repository, content, 12), base)
    (repository.root / ".git/refs/heads/tip").write_text(f"{tip}\n")
    (repository.root / ".git/HEAD").write_text("ref: refs/heads/tip\n")
    (repository.root / ".git/index").unlink()
    done = keycatch("range", f"{base}..{tip}", cwd=repository.root)
    assert done.returncode == 2
    assert "paths with the same contents again and again" in done.stderr
    line = f"refs/heads/tip {tip} refs/heads/tip {base}\n".encode()
    assert keycatch("push", "o", "x", cwd=repository.root, given=line).returncode == 2
    done = keycatch("history", "--format", "json", cwd=repository.root)
    assert done.returncode == planted
    assert len(done.stdout) < 9000  # no place for each of them
    assert len(done.report()["findings"]) == planted


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("back", [False, True])
def test_as_many_files_that_differ(back: bool, base: str, repository: Any, keycatch: Any) -> None:
    """Also where a commit removes all of them."""
    blobs = [stored(repository, "blob", b"%d\n" % number) for number in range(600)]
    named = [("100644", f"{number:04}", blob) for number, blob in enumerate(blobs)]
    tip = committed(repository, stored(repository, "tree", entries(*named)), base)
    if back:
        tree = repository.git("rev-parse", f"{base}^{{tree}}").strip()
        tip = committed(repository, tree, tip)
    assert keycatch("range", f"{base}..{tip}", cwd=repository.root).returncode == 0


def test_few_contents_are_no_matter_below_the_limit() -> None:
    repeats = Repeats()
    for _ in range(listing._MANY):
        repeats.add("a")
    with pytest.raises(RepeatedError):
        repeats.add("a")
    others = Repeats()
    for number in range(listing._MANY + 10):
        others.add(str(number // listing._TIMES))


COMMANDS = (["history", "--no-cache"], ["range", "{base}..{tip}"], ["push"])


def every_command(
    repository: Any, keycatch: Any, base: str, tip: str, codes: tuple[int, ...] = (1,)
) -> None:
    (repository.root / ".git/refs/heads/tip").write_text(f"{tip}\n")
    line = f"refs/heads/tip {tip} refs/heads/tip {base}\n".encode()
    for command in COMMANDS:
        words = [word.format(base=base, tip=tip) for word in command]
        given = line if words == ["push"] else None
        done = keycatch(*words, cwd=repository.root, given=given)
        assert done.returncode in codes, (command, done.stderr)
        assert "Traceback" not in done.stderr


def test_deep_directories(base: str, repository: Any, keycatch: Any, plant: Any) -> None:
    """Each of them in another one."""
    blob = stored(repository, "blob", plant.pair().encode())
    tree = stored(repository, "tree", entries(("100644", "f", blob)))
    for _ in range(100):
        tree = stored(repository, "tree", entries(("40000", "d", tree)))
    every_command(repository, keycatch, base, committed(repository, tree, base), (1, 2))


def test_a_commit_of_many_parents(base: str, repository: Any, keycatch: Any, plant: Any) -> None:
    blob = stored(repository, "blob", plant.pair().encode())
    tree = stored(repository, "tree", entries(("100644", "f", blob)))
    first = repository.git("rev-parse", f"{base}^{{tree}}").strip()
    parents = [committed(repository, first, base, message=str(each)) for each in range(200)]
    every_command(repository, keycatch, base, committed(repository, tree, *parents))


def test_one_parent_many_times(base: str, repository: Any, keycatch: Any, plant: Any) -> None:
    blob = stored(repository, "blob", plant.pair().encode())
    tree = stored(repository, "tree", entries(("100644", "f", blob)))
    every_command(repository, keycatch, base, committed(repository, tree, *[base] * 500))


def test_a_long_message(base: str, repository: Any, keycatch: Any, plant: Any) -> None:
    tree = repository.git("rev-parse", f"{base}^{{tree}}").strip()
    message = "line of a message\n" * 60_000 + plant.pair()
    every_command(repository, keycatch, base, committed(repository, tree, base, message=message))


def test_a_long_path(base: str, repository: Any, keycatch: Any, plant: Any) -> None:
    blob = stored(repository, "blob", plant.pair().encode())
    tree = stored(repository, "tree", entries(("100644", "f" * 60_000, blob)))
    every_command(repository, keycatch, base, committed(repository, tree, base))


def test_many_references(base: str, repository: Any, keycatch: Any, plant: Any) -> None:
    repository.write("a.env", plant.pair())
    repository.commit()
    tip = repository.git("rev-parse", "HEAD").strip()
    lines = [f"{tip} refs/tags/t{number:06}\n" for number in range(1000)]
    header = "# pack-refs with: peeled fully-peeled sorted \n"
    (repository.root / ".git/packed-refs").write_text(header + "".join(lines))
    every_command(repository, keycatch, base, tip)
    line = "".join(f"refs/tags/t{each} {tip} refs/tags/t{each} {'0' * 40}\n" for each in range(100))
    done = keycatch("push", "o", "x", cwd=repository.root, given=line.encode())
    assert done.returncode == 1


def test_many_notes(base: str, repository: Any, keycatch: Any, plant: Any) -> None:
    """Each of one letter: the trees of notes are directories of two digits."""
    stream = [f"commit refs/notes/commits\ncommitter {WHO}\ndata 1\nx\n"]
    for number in range(300):
        name = hashlib.sha1(b"%d" % number).hexdigest()
        stream.append(f"M 100644 inline {name[:2]}/{name[2:]}\ndata 1\nx\n")
    stream.append(f"M 100644 inline {'ab' * 20}\ndata {len(plant.pair())}\n{plant.pair()}\n")
    command = ["git", "fast-import", "--quiet"]
    given = "".join(stream).encode()
    subprocess.run(command, cwd=repository.root, input=given, check=True)
    assert keycatch("history", cwd=repository.root).returncode == 1


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
RULE = "id: x\nname: X\nsummary: X.\nseverity: high\nanchors:\n  - literal: ABCD\npattern: ABCD\n"


@pytest.mark.parametrize("text", [
    ALIASES, f"{ALIASES}id: x\n", f"{RULE}references: &r [*r]\n", "&a [*a]",
    f"{RULE}why: {'[' * 900}",
    f"{RULE}examples:\n  match: {'x' * 900_000}\n", "<<: *a\n", "!!python/object:os.system x\n",
])  # fmt: skip
def test_a_rule_file_that_grows(text: str, repository: Any, keycatch: Any) -> None:
    repository.write("rule.yaml", text)
    repository.write("a.txt", "ABCD\n")
    done = keycatch("scan", "--rules", "rule.yaml", "a.txt", cwd=repository.root)
    assert done.returncode in (1, 2)
    assert len(done.stderr) < 2000


@pytest.mark.parametrize("text", [
    'exclude = [{}]\n'.format(", ".join(['"*a*a*a*a*a*a*a*a*b"'] * 200)),
    'exclude = ["{}"]\n'.format("*/" * 5000), 'disable = ["{}"]\n'.format("x" * 900_000),
    'own-accounts = [{}]\n'.format(", ".join(['"123456789012"'] * 50_000)),
])  # fmt: skip
def test_a_configuration_of_many_patterns(
    text: str, repository: Any, keycatch: Any, plant: Any
) -> None:
    repository.write("a" * 200, plant.pair())
    repository.write(".keycatch.toml", text)
    done = keycatch("scan", ".", cwd=repository.root)
    assert done.returncode in (1, 2)
