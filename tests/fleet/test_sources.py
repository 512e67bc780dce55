"""What a source stands for, how it is called, and that each repository counts once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.errors import KeycatchError
from scanner.fleet.sources import Target, each_once, entries, of_address, targets
from scanner.remote.address import parse


def none(path: str) -> list[str]:
    raise AssertionError


def test_a_file_lists_sources_of_all_kinds(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(
        b"\xef\xbb\xbf# ours\r\n\r\n https://git.example/a \ngithub+https://github.com/acme\n"
        b"sub/folder\n/absolute\n\xff\n"
    )
    assert list(entries([str(path), "git@git.example:a", str(tmp_path)])) == [
        "https://git.example/a",
        "github+https://github.com/acme",
        f"{tmp_path}/sub/folder",
        "/absolute",
        f"{tmp_path}/\udcff",
        "git@git.example:a",
        str(tmp_path),
    ]


def test_a_file_that_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "pack").write_bytes(b"PACK\0")
    for name, said in (("pack", "it has zero bytes"), ("none", "a source is an address")):
        with pytest.raises(KeycatchError, match=said):
            list(entries([str(tmp_path / name)]))


def test_labels(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    paths = [str(tmp_path / "a/b"), str(tmp_path)]
    assert [each.label for each in targets(str(tmp_path), lambda _: paths)] == [
        "a/b",
        tmp_path.name,
    ]
    for text, label, folds in (
        ("https://github.com/Acme/Site.git", "Acme/Site", True),
        ("git@gitlab.com:a/b/c.git", "a/b/c", True),
        ("https://git.example/Acme/Site", "Acme/Site", False),
    ):
        target = of_address(text)
        assert (target.label, target.folds_case) == (label, folds)
    assert of_address("http://bob:word@h/x").name == "http://h/x"
    assert targets(str(tmp_path / "none"), none)[0].problem == "there is no such directory"


def test_ids_say_nothing_of_an_address() -> None:
    url = "https://git.example/..%2f/app"
    target = Target("https://git.example/app", address=parse("https://git.example/app"))
    assert target.id.isalnum()
    assert Target(url).id.isalnum()


def test_work_trees_of_one_repository_count_once(make_repository: Any, tmp_path: Path) -> None:
    main = make_repository("main")
    main.commit("file")
    main.git("worktree", "add", "-q", str(tmp_path / "linked"))
    (tmp_path / "link").symlink_to(main.root)
    make_repository("other")
    paths = [tmp_path / name for name in ("main", "linked", "main/.git", "link", "other")]
    found = each_once(Target(str(path), str(path)) for path in paths)
    assert [Path(each.path).name for each in found] == ["main", "other"]
