"""What git shows and what there is: objects, an index, a work tree that git hides a part of."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ZERO = "0" * 40
FILE = "a.env"


def stored(repository: Any, kind: str, content: bytes) -> str:
    """Store an object, whether or not git would, and return its name."""
    whole = f"{kind} {len(content)}\0".encode() + content
    name = hashlib.sha1(whole).hexdigest()
    path = Path(repository.root) / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(zlib.compress(whole))
    return name


def committed(repository: Any, tree: str, message: bytes = b"x\n", extra: bytes = b"") -> str:
    head = repository.git("rev-parse", "HEAD").strip()
    who = b"T <t@example.com> 1700000000 +0000"
    lines = (b"tree " + tree.encode(), b"parent " + head.encode(), b"author " + who)
    return stored(
        repository, "commit", b"\n".join((*lines, b"committer " + who, extra)) + b"\n" + message
    )


def entry(mode: str, name: str, object_name: str) -> bytes:
    return f"{mode} {name}\0".encode() + bytes.fromhex(object_name)


# -- trees and commits ----------------------------------------------------------------------------

Trick = Callable[[Any, str], str]
"""Takes a repository and what is planted, and returns the commit to look at."""


def one_name_twice(repository: Any, planted: str) -> str:
    harmless = stored(repository, "blob", b"harmless\n")
    secret = stored(repository, "blob", planted.encode())
    tree = entry("100644", "a", harmless) + entry("100644", "a", secret)
    return committed(repository, stored(repository, "tree", tree))


def one_name_twice_as_before(repository: Any, planted: str) -> str:
    """The first of them is the one that was there."""
    old = repository.git("rev-parse", "HEAD:first").strip()
    secret = stored(repository, "blob", planted.encode())
    tree = entry("100644", "first", old) + entry("100644", "first", secret)
    return committed(repository, stored(repository, "tree", tree))


def names_out_of_order(repository: Any, planted: str) -> str:
    old = repository.git("rev-parse", "HEAD:first").strip()
    secret = stored(repository, "blob", planted.encode())
    tree = entry("100644", "z", old) + entry("100644", "b", secret) + entry("100644", "first", old)
    return committed(repository, stored(repository, "tree", tree))


def a_name_with_a_slash(repository: Any, planted: str) -> str:
    secret = stored(repository, "blob", planted.encode())
    tree = entry("100644", "a/../first", secret)
    return committed(repository, stored(repository, "tree", tree))


def the_name_of_the_directory_of_git(repository: Any, planted: str) -> str:
    secret = stored(repository, "blob", planted.encode())
    inner = stored(repository, "tree", entry("100644", "config", secret))
    return committed(repository, stored(repository, "tree", entry("40000", ".git", inner)))


def a_mode_of_no_file(repository: Any, planted: str) -> str:
    secret = stored(repository, "blob", planted.encode())
    return committed(repository, stored(repository, "tree", entry("107777", "a", secret)))


def a_mode_of_zero(repository: Any, planted: str) -> str:
    secret = stored(repository, "blob", planted.encode())
    return committed(repository, stored(repository, "tree", entry("0", "a", secret)))


def a_submodule_that_is_a_blob(repository: Any, planted: str) -> str:
    """Git asks nobody what it is."""
    secret = stored(repository, "blob", planted.encode())
    return committed(repository, stored(repository, "tree", entry("160000", "a", secret)))


def a_replaced_blob(repository: Any, planted: str) -> str:
    repository.write(FILE, planted)
    repository.commit()
    secret = repository.git("rev-parse", f"HEAD:{FILE}").strip()
    harmless = stored(repository, "blob", b"harmless\n")
    repository.git("replace", secret, harmless)
    assert repository.git("show", f"HEAD:{FILE}") == "harmless\n"
    return str(repository.git("rev-parse", "HEAD").strip())


def a_replaced_commit(repository: Any, planted: str) -> str:
    repository.write(FILE, planted)
    repository.commit()
    head = str(repository.git("rev-parse", "HEAD").strip())
    repository.git("replace", head, "HEAD~1")
    return head


def a_graft_over_a_commit(repository: Any, planted: str) -> str:
    base = repository.git("rev-parse", "HEAD").strip()
    repository.write(FILE, planted)
    repository.commit()
    repository.git("rm", "-q", FILE)
    repository.git("commit", "-qm", "gone")
    head = str(repository.git("rev-parse", "HEAD").strip())
    (repository.root / ".git/info").mkdir(exist_ok=True)
    (repository.root / ".git/info/grafts").write_text(f"{head} {base}\n")
    return head


def after_a_null_byte_in_a_message(repository: Any, planted: str) -> str:
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    return committed(repository, tree, b"harmless\n\0" + planted.encode())


def in_a_header_of_a_commit(repository: Any, planted: str) -> str:
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    lines = b"x-note " + planted.strip().replace("\n", "\n ").encode() + b"\n"
    return committed(repository, tree, extra=lines)


def in_a_signature(repository: Any, planted: str) -> str:
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    lines = planted.strip().replace("\n", "\n ").encode()
    signature = b"gpgsig -----BEGIN PGP SIGNATURE-----\n " + lines
    return committed(repository, tree, extra=signature + b"\n -----END PGP SIGNATURE-----\n")


def in_a_merged_tag(repository: Any, planted: str) -> str:
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    head = repository.git("rev-parse", "HEAD").strip()
    tag = f"object {head}\ntype commit\ntag v1\ntagger T <t@example.com> 1 +0000\n\n{planted}"
    lines = b"mergetag " + tag.strip().replace("\n", "\n ").encode() + b"\n"
    return committed(repository, tree, extra=lines)


def in_the_name_of_an_author(repository: Any, planted: str) -> str:
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    who = " ".join(planted.split()).replace("<", "")
    content = f"tree {tree}\nparent {repository.git('rev-parse', 'HEAD').strip()}\n"
    content += f"author {who} <t@example.com> 1 +0000\ncommitter {who} <t@example.com> 1 +0000\n"
    return stored(repository, "commit", f"{content}\nx\n".encode())


def in_an_encoding_of_mainframes(repository: Any, planted: str) -> str:
    """Git turns it into UTF-8 for whoever reads the log."""
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    return committed(repository, tree, planted.encode("cp500"), b"encoding CP500\n")


def in_seven_bits(repository: Any, planted: str) -> str:
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    return committed(repository, tree, planted.encode("utf-7"), b"encoding UTF-7\n")


TRICKS: tuple[Trick, ...] = (
    one_name_twice, one_name_twice_as_before, names_out_of_order, a_name_with_a_slash,
    the_name_of_the_directory_of_git, a_mode_of_no_file, a_mode_of_zero,
    a_submodule_that_is_a_blob, a_replaced_blob, a_replaced_commit, a_graft_over_a_commit,
    after_a_null_byte_in_a_message, in_a_header_of_a_commit, in_a_signature, in_a_merged_tag,
    in_the_name_of_an_author, in_an_encoding_of_mainframes, in_seven_bits,
)  # fmt: skip


NOT_PUBLISHED = (a_mode_of_zero, a_submodule_that_is_a_blob)
"""Git takes both for a submodule, and sends nothing of it."""


@pytest.mark.parametrize("command", ["history", "range", "push"])
@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_a_commit(trick: Trick, command: str, repository: Any, keycatch: Any, plant: Any) -> None:
    repository.commit("first")
    base = repository.git("rev-parse", "HEAD").strip()
    tip = trick(repository, plant.pair())
    (repository.root / ".git/refs/heads/tip").write_text(f"{tip}\n")
    line = f"refs/heads/tip {tip} refs/heads/tip {base}\n".encode()
    arguments = {
        "history": ["history"],
        "range": ["range", f"{base}..{tip}"],
        "push": ["push", "origin", "x"],
    }[command]
    given = line if command == "push" else None
    done = keycatch(*arguments, "--format", "json", cwd=repository.root, given=given)
    if trick in NOT_PUBLISHED and command != "history":
        listed = repository.git("rev-list", "--objects", f"{base}..{tip}")
        assert "a" not in [line[41:] for line in listed.splitlines()]
        return
    assert done.returncode in (1, 2), done.stdout


# -- a work tree ----------------------------------------------------------------------------------


def a_submodule_that_is_a_directory(repository: Any, planted: str) -> None:
    """The index says that it is a repository, and it is none."""
    repository.write("sub/a.env", planted)
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")


def a_directory_with_an_empty_file_of_git(repository: Any, planted: str) -> None:
    repository.write("sub/a.env", planted)
    repository.write("sub/.git", "")


def a_directory_that_looks_like_a_repository(repository: Any, planted: str) -> None:
    repository.write("sub/a.env", planted)
    repository.write("sub/.git/HEAD", "ref: refs/heads/main\n")
    for name in ("objects", "refs"):
        (repository.root / "sub/.git" / name).mkdir()


def a_directory_that_looks_like_a_bare_one(repository: Any, planted: str) -> None:
    repository.write("sub/a.env", planted)
    repository.write("sub/HEAD", "ref: refs/heads/main\n")
    for name in ("objects", "refs"):
        repository.write(f"sub/{name}/x")


def another_work_tree(repository: Any, planted: str) -> None:
    repository.write("a.env", planted)
    (repository.root.parent / "elsewhere").mkdir()
    repository.git("config", "core.worktree", str(repository.root.parent / "elsewhere"))


def a_bare_repository_with_files(repository: Any, planted: str) -> None:
    repository.write("a.env", planted)
    repository.git("config", "core.bare", "true")


def an_extension_that_nobody_knows(repository: Any, planted: str) -> None:
    repository.write("a.env", planted)
    repository.git("config", "core.repositoryFormatVersion", "1")
    repository.git("config", "extensions.unheardOf", "true")


def a_sparse_work_tree(repository: Any, planted: str) -> None:
    """Git takes out what is not wanted; whoever puts it there again has a file."""
    repository.write("sub/a.env", planted)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "x")
    repository.git("sparse-checkout", "set", "--no-cone", "/first")
    repository.write("sub/a.env", planted)


def skipped_in_the_index(repository: Any, planted: str) -> None:
    repository.write("a.env", "harmless\n")
    repository.git("add", "-A")
    repository.git("update-index", "--skip-worktree", "--assume-unchanged", "a.env")
    repository.write("a.env", planted)


def a_cache_of_untracked_files(repository: Any, planted: str) -> None:
    """It says that there are none in the directory, whose time is as before."""
    repository.git("config", "core.untrackedCache", "true")
    repository.git("update-index", "--untracked-cache")
    (repository.root / "sub").mkdir()
    repository.git("status")
    time = (repository.root / "sub").stat().st_mtime_ns
    repository.write("sub/a.env", planted)
    os.utime(repository.root / "sub", ns=(time, time))


def a_monitor_that_saw_nothing(repository: Any, planted: str) -> None:
    script = repository.root.parent / "monitor"
    script.write_text("#!/bin/sh\nprintf 'token\\0'\n")
    script.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(script))
    repository.write("a.env", "harmless\n")
    repository.git("add", "-A")
    repository.git("update-index", "--fsmonitor")
    repository.git("status")
    repository.write("a.env", planted)


def in_two_encodings(repository: Any, planted: str) -> None:
    repository.write(".gitattributes", "*.env working-tree-encoding=UTF-16LE\n")
    repository.write("a.env", planted.encode("utf-16-le"))


def ignored_and_tracked(repository: Any, planted: str) -> None:
    repository.write("a.env", planted)
    repository.git("add", "-A")
    repository.write(".gitignore", "*\n")


def attributes_that_hide(repository: Any, planted: str) -> None:
    repository.write("a.env", planted)
    repository.write(".gitattributes", "* binary -diff export-ignore filter=x ident !text\n")


def case_alone(repository: Any, planted: str) -> None:
    """Names that are one on other systems."""
    repository.git("config", "core.ignoreCase", "true")
    repository.write("A.env", "harmless\n")
    repository.git("add", "-A")
    repository.write("a.env", planted)


def no_links(repository: Any, planted: str) -> None:
    repository.git("config", "core.symlinks", "false")
    (repository.root / "a.env").symlink_to(planted.replace("\n", " "))


WORK_TREES = (
    a_submodule_that_is_a_directory, a_directory_with_an_empty_file_of_git,
    a_directory_that_looks_like_a_repository, a_directory_that_looks_like_a_bare_one,
    another_work_tree, a_bare_repository_with_files, an_extension_that_nobody_knows,
    a_sparse_work_tree, skipped_in_the_index, a_cache_of_untracked_files,
    a_monitor_that_saw_nothing, in_two_encodings, ignored_and_tracked, attributes_that_hide,
    case_alone, no_links,
)  # fmt: skip


@pytest.mark.parametrize("trick", WORK_TREES, ids=lambda trick: trick.__name__)
def test_a_work_tree(
    trick: Callable[[Any, str], None], repository: Any, keycatch: Any, plant: Any
) -> None:
    repository.commit("first")
    trick(repository, plant.pair())
    done = keycatch("scan", ".", "--format", "json", cwd=repository.root)
    assert done.returncode == 1, done.stdout + done.stderr
