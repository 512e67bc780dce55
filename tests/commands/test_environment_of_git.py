"""What variables of git do to a scan: `safe.directory` counts, what is about one repository not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("clean_environment")

FOREIGN = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
"""What makes git take each repository for that of another owner (its own t0033)."""


def with_pair(key: str, value: str) -> dict[str, str]:
    return {
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": value,
    }  # fmt: skip


def with_file(variable: str, path: Path, key: str, value: str) -> dict[str, str]:
    section, name = key.split(".", 1)
    path.write_text(f'[{section}]\n\t{name} = "{value}"\n')
    return {variable: str(path)}


WAYS = {
    "pairs": lambda _path, key, value: with_pair(key, value),
    "git -c": lambda _path, key, value: {"GIT_CONFIG_PARAMETERS": f"'{key}={value}'"},
    "global file": lambda path, key, value: with_file("GIT_CONFIG_GLOBAL", path, key, value),
    "system file": lambda path, key, value: {
        **with_file("GIT_CONFIG_SYSTEM", path, key, value), "GIT_CONFIG_NOSYSTEM": "0",
    },
}  # fmt: skip


@pytest.fixture
def ignoring(repository: Any, plant: Any) -> Any:
    """Return a repository with a key in a file that it ignores."""
    repository.write(".gitignore", "ignored.env\n")
    repository.commit("tracked")
    repository.write("ignored.env", plant.pair())
    return repository


def test_a_repository_of_another_owner_is_named_with_the_remedy(
    keycatch: Any, ignoring: Any, tmp_path: Path
) -> None:
    for quiet in ((), ("--quiet",)):
        done = keycatch("scan", *quiet, cwd=ignoring.root, env=FOREIGN)
        assert done.returncode == 1
        assert "ignored files are scanned too" in done.stderr
        assert "dubious ownership" in done.stderr

    command = done.stderr.split("run `", 1)[1].split("`", 1)[0]
    settings = {"GIT_CONFIG_GLOBAL": str(tmp_path / "its-global")}
    subprocess.run(["sh", "-c", command], env={**os.environ, **settings}, check=True)
    done = keycatch("scan", cwd=ignoring.root, env={**FOREIGN, **settings})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("command", ["scan", "history"])
def test_an_exception_in_the_environment_counts(
    keycatch: Any, ignoring: Any, tmp_path: Path, way: str, command: str
) -> None:
    settings = WAYS[way](tmp_path / "its-config", "safe.directory", "*")
    done = keycatch(command, ".", cwd=ignoring.root, env={**FOREIGN, **settings})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "dubious" not in done.stderr
    assert "ignored files are scanned too" not in done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_another_setting_counts_in_a_file_only(
    keycatch: Any, ignoring: Any, plant: Any, tmp_path: Path, way: str
) -> None:
    """What one command of git was told, such as a commit whose hook this is, is not for a scan."""
    ignoring.write("notes", plant.pair())
    (tmp_path / "excludes").write_text("notes\n")
    assert keycatch("scan", cwd=ignoring.root).returncode == 1
    excludes = str(tmp_path / "excludes").replace(os.sep, "/")
    settings = WAYS[way](tmp_path / "its-config", "core.excludesFile", excludes)
    expected = 0 if way.endswith("file") else 1
    assert keycatch("scan", cwd=ignoring.root, env=settings).returncode == expected


EXCEPTIONS = (
    ({"GIT_CONFIG_PARAMETERS": "'safe.directory'='*'"}, True),
    ({"GIT_CONFIG_PARAMETERS": "'SAFE.Directory=*'"}, True),
    ({"GIT_CONFIG_PARAMETERS": "'user.name'='it'\\''s' 'safe.directory'='*'"}, True),
    ({"GIT_CONFIG_PARAMETERS": "'safe.directory'='*' 'safe.directory'=''"}, False),
    ({"GIT_CONFIG_PARAMETERS": "'safe.directory'='/elsewhere'"}, False),
    ({"GIT_CONFIG_PARAMETERS": "'safe.directory'"}, False),
    ({"GIT_CONFIG_PARAMETERS": "'safe.directory'='*"}, False),
    ({"GIT_CONFIG_COUNT": "x", **with_pair("safe.directory", "*")}, True),
    ({**with_pair("safe.directory", "*"), "GIT_CONFIG_COUNT": "0"}, False),
    ({**with_pair("safe.directory", "*"), "GIT_CONFIG_COUNT": "x"}, False),
    ({**with_pair("safe.directory", "*"), "GIT_CONFIG_COUNT": "-1"}, False),
    ({**with_pair("safe.directory", "*"), "GIT_CONFIG_COUNT": "9" * 30}, True),
    (
        {
            **with_pair("safe.directory", "*"),
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_1": "safe.directory",
            "GIT_CONFIG_VALUE_1": "",
        },
        False,
    ),
)


@pytest.mark.parametrize(("settings", "counts"), EXCEPTIONS, ids=range(len(EXCEPTIONS)))
def test_forms_of_exceptions(
    keycatch: Any, ignoring: Any, settings: dict[str, str], counts: bool
) -> None:
    done = keycatch("scan", cwd=ignoring.root, env={**FOREIGN, **settings})
    assert ("dubious ownership" not in done.stderr) == counts
    assert done.returncode == (0 if counts else 1)


def test_an_alias_hands_its_options_on(
    keycatch: Any, ignoring: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    """`git -c safe.directory=* kc` runs what the alias says with the option in a variable."""
    program = tmp_path / "kc"
    program.write_text('#!/bin/sh\nprintf %s "$GIT_CONFIG_PARAMETERS"\n')
    program.chmod(0o755)
    options = ("-c", "safe.directory=*", "-c", f"alias.kc=!{program}")
    handed = subprocess.run(
        ["git", *options, "kc"], cwd=ignoring.root, capture_output=True, text=True, check=True
    ).stdout
    done = keycatch("scan", cwd=ignoring.root, env={**FOREIGN, "GIT_CONFIG_PARAMETERS": handed})
    assert done.returncode == 0, done.stderr


HOSTILE = {
    "GIT_DIR": "{other}/.git",
    "GIT_COMMON_DIR": "{other}/.git",
    "GIT_WORK_TREE": "{other}",
    "GIT_INDEX_FILE": "{other}/.git/index",
    "GIT_OBJECT_DIRECTORY": "{other}/.git/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "{other}/.git/objects",
    "GIT_NAMESPACE": "other",
    "GIT_PREFIX": "other/",
    "GIT_CONFIG": "{other}/.git/config",
    "GIT_CEILING_DIRECTORIES": "{parent}",
    "GIT_LITERAL_PATHSPECS": "0",
    "GIT_GLOB_PATHSPECS": "1",
    "GIT_NOGLOB_PATHSPECS": "1",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_DEFAULT_HASH": "sha256",
    "GIT_SHALLOW_FILE": "{other}/none",
    "GIT_TRACE": "1",
    "GIT_TRACE_SETUP": "1",
    "GIT_REDIRECT_STDOUT": "{other}/out",
    "GIT_EXTERNAL_DIFF": "false",
    "GIT_EXEC_PATH": "{other}",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("command", ["scan", "history"])
def test_what_is_about_another_repository_changes_nothing(
    keycatch: Any, ignoring: Any, plant: Any, tmp_path: Path, name: str, command: str
) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    ignoring.write("deep/key.ini", plant.pair())
    ignoring.git("add", "deep")
    ignoring.git("commit", "-q", "-m", "key")
    value = HOSTILE[name].format(other=other, parent=ignoring.root)
    folder = "deep" if command == "scan" else "."
    plain = keycatch(command, ".", "--format=json", cwd=ignoring.root / folder)
    done = keycatch(command, ".", "--format=json", cwd=ignoring.root / folder, env={name: value})
    assert plain.returncode == 1
    assert (done.returncode, done.stdout, done.stderr) == plain


@pytest.mark.parametrize(
    "settings",
    [
        with_pair("core.fsmonitor", "touch HERE; false"),
        with_pair("core.worktree", "/nowhere"),
        with_pair("core.bare", "true"),
        with_pair("safe.bareRepository", "all"),
        {"GIT_CONFIG_PARAMETERS": "'core.fsmonitor=touch HERE; false'"},
    ],
    ids=range(5),
)
def test_a_setting_cannot_run_anything_nor_move_the_work_tree(
    keycatch: Any, ignoring: Any, settings: dict[str, str]
) -> None:
    done = keycatch("scan", cwd=ignoring.root, env=settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (ignoring.root / "HERE").exists()
