"""Nothing in a repository runs, and neither it nor the user's settings can hide a file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.findings import Tally

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")


@posix
def test_nothing_of_the_repository_runs(
    names: Any, repository: Any, monkeypatch: Any, tmp_path: Path, clean_environment: Path
) -> None:
    proof = tmp_path / "it-ran"
    script = repository.write("evil.sh", f"#!/bin/sh\necho ran >>'{proof}'\n")
    script.chmod(0o755)
    repository.write(".gitattributes", "* filter=evil diff=evil\n")
    repository.commit("file", "sub/file")
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.evil.textconv",
        "diff.external",
        "alias.ls-files",
        "alias.check-ignore",
        "credential.helper",
        "core.gitProxy",
        "uploadpack.packObjectsHook",
        "core.alternateRefsCommand",
    ):
        bang = "!" if key.startswith("alias.") else ""
        repository.git("config", key, f"{bang}{script}")
    repository.git("config", "core.untrackedCache", "true")
    repository.git("config", "core.hooksPath", str(repository.root / "hooks"))
    for hook in ("post-index-change", "fsmonitor-watchman", "query-watchman"):
        repository.write(f"hooks/{hook}", f"#!/bin/sh\necho ran >>'{proof}'\n").chmod(0o755)
    before = (repository.root / ".git/index").read_bytes()
    repository.write("file", "changed")
    proof.unlink(missing_ok=True)
    monkeypatch.chdir(repository.root)
    assert {"file", "evil.sh", "sub/file"} <= set(names())
    assert names("sub") == ["sub/file"]
    assert not proof.exists()
    assert (repository.root / ".git/index").read_bytes() == before
    # The proof can be given: git without our care does run the script.
    subprocess.run(["git", "status"], cwd=repository.root, capture_output=True, check=False)
    assert proof.exists()


@posix
def test_a_program_called_git_in_the_repository_does_not_run(
    names: Any, repository: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    proof = tmp_path / "it-ran"
    repository.write("git", f"#!/bin/sh\necho ran >>'{proof}'\n").chmod(0o755)
    repository.write("bin/git", f"#!/bin/sh\necho ran >>'{proof}'\n").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", "bin", os.environ["PATH"]]))
    monkeypatch.chdir(repository.root)
    assert names() == ["bin/git", "git"]
    assert not proof.exists()


@pytest.mark.parametrize("elsewhere", ["empty", "missing"])
def test_a_work_tree_configured_elsewhere_hides_nothing(
    names: Any, repository: Any, monkeypatch: Any, tmp_path: Path, elsewhere: str
) -> None:
    (tmp_path / "empty").mkdir()
    repository.commit("tracked", "sub/tracked")
    repository.write("untracked")
    repository.git("config", "core.worktree", str(tmp_path / elsewhere))
    monkeypatch.chdir(repository.root)
    assert names() == [os.path.join("sub", "tracked"), "tracked", "untracked"]
    assert names("sub") == [os.path.join("sub", "tracked")]


def test_a_directory_made_up_as_a_bare_repository_hides_nothing(
    names: Any, repository: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    """Git would take the directory itself for a repository and follow its configuration."""
    (tmp_path / "empty").mkdir()
    repository.git("init", "-q", "--bare", "service")
    with open(repository.root / "service" / "config", "w", encoding="utf-8") as config:
        config.write(f"[core]\nbare = false\nworktree = {tmp_path / 'empty'}\n")
    repository.write("service/key")
    monkeypatch.chdir(repository.root)
    assert os.path.join("service", "key") in names()
    tally = Tally()
    assert os.path.join("service", "key") in names("service", tally=tally)
    repository.write("service/sub/key")
    repository.write("service/info/exclude", "key\n")
    assert os.path.join("service", "sub", "key") in names(os.path.join("service", "sub"))
    assert tally.notices == []


@pytest.mark.parametrize(
    "setting",
    [
        "color.ui=always",
        "core.quotepath=true",
        "core.quotepath=false",
        "submodule.recurse=true",
        "core.preloadIndex=true",
        "core.fsmonitor=true",
        "feature.manyFiles=true",
        "alias.ls-files=version",
        "core.fileMode=false",
        "status.showUntrackedFiles=no",
        "core.checkStat=minimal",
    ],
)
def test_the_users_settings_change_nothing(
    names: Any, repository: Any, monkeypatch: Any, clean_environment: Path, setting: str
) -> None:
    repository.commit("tracked", "\u00fc")
    repository.write("untracked \u00e9")
    key, value = setting.split("=")
    included = clean_environment / "included"
    subprocess.run(["git", "config", "--file", included, key, value], check=True)
    (clean_environment / ".gitconfig").write_text(f"[include]\npath = {included.as_posix()}\n")
    monkeypatch.chdir(repository.root)
    assert names() == ["tracked", "untracked \u00e9", "\u00fc"]


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "OTHER/.git"},
        {"GIT_DIR": "OTHER/.git", "GIT_WORK_TREE": "OTHER", "GIT_PREFIX": "x/"},
        {"GIT_INDEX_FILE": "OTHER/.git/index"},
        {"GIT_INDEX_FILE": "OTHER/no-index", "GIT_OBJECT_DIRECTORY": "OTHER"},
        {"GIT_CEILING_DIRECTORIES": "ABOVE"},
        {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "core.excludesFile",
            "GIT_CONFIG_VALUE_0": "OTHER/everything",
        },
        {"GIT_CONFIG_PARAMETERS": "'core.excludesFile=OTHER/everything'"},
        {
            "GIT_TRACE": "1",
            "GIT_TRACE_SETUP": "1",
            "GIT_NAMESPACE": "x",
            "GIT_QUARANTINE_PATH": "x",
        },
    ],
    ids=lambda variables: " ".join(variables),
)
def test_the_environment_of_a_hook_changes_nothing(
    names: Any,
    repository: Any,
    make_repository: Callable[..., Any],
    monkeypatch: Any,
    variables: dict[str, str],
) -> None:
    repository.write(".gitignore", "ignored\nkept\n")
    repository.commit("kept")
    repository.write("untracked")
    repository.write("ignored")
    other = make_repository("other")
    other.commit("of-other")
    other.write("everything", "*\n")
    for name, value in variables.items():
        value = value.replace("OTHER", str(other.root))
        monkeypatch.setenv(name, value.replace("ABOVE", str(repository.root.parent)))
    monkeypatch.chdir(repository.root)
    tally = Tally()
    assert names(tally=tally) == [".gitignore", "kept", "untracked"]
    assert tally.notices == []
