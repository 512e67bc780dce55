"""Traps that git sets a scanner of changes, one test for each, on real repositories.

What one command alone has to do with is tested beside that command; here is what all of them share,
and what takes several steps of a user.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ZERO = "0" * 40
posix = pytest.mark.skipif(os.name == "nt", reason="needs programs and permissions of POSIX")

COMMANDS = ("staged", "all files", "two ends", "push", "framework's push", "range", "ci")
"""Ways in which a change is read; each is given the same commit, which is the last one."""
ALL = (*COMMANDS, "history")
"""All ways in which git is asked."""


@pytest.fixture
def look(keycatch: Any, repository: Any) -> Callable[..., Any]:
    """Run one of ALL where the last commit, or for `staged` the index, is the change."""

    def run(way: str, cwd: Path | None = None, **environment: str | None) -> Any:
        cwd = cwd or repository.root
        git = shutil.which("git")
        asked = [git, "-C", cwd, "rev-parse", "-q", "--verify"]
        ends = [
            subprocess.run([*asked, name], capture_output=True, text=True, check=False).stdout
            for name in ("HEAD~1", "HEAD")
        ]
        since, until = (end.strip() or ZERO for end in ends)
        line = f"refs/heads/main {until} refs/heads/main {since}\n".encode()
        framework = {"PRE_COMMIT": "1"}
        between = {"PRE_COMMIT_FROM_REF": since, "PRE_COMMIT_TO_REF": until}
        gitlab = {"GITLAB_CI": "true", "CI_COMMIT_SHA": until, "CI_COMMIT_BEFORE_SHA": since,
                  "CI_COMMIT_BRANCH": "main", "GITHUB_ACTIONS": None}  # fmt: skip
        arguments, given, more = {
            "staged": (["staged"], None, {}),
            "all files": (["staged"], None, framework),
            "two ends": (["staged"], None, {**framework, **between}),
            "push": (["push", "origin", "url"], line, {}),
            "framework's push": (["push"], None, {**framework, **between}),
            "range": (["range", f"{since}..{until}"], None, {}),
            "ci": (["ci"], None, gitlab),
            "history": (["history"], None, {}),
        }[way]
        return keycatch(
            *arguments, "--format", "json", given=given, cwd=cwd, env={**more, **environment}
        )

    return run


def stage(repository: Any, name: str, content: str | bytes = "text\n") -> None:
    repository.write(name, content)
    repository.git("add", "--force", name)


def id_of(repository: Any, revision: str) -> str:
    name: str = repository.git("rev-parse", revision).strip()
    return name


def change(repository: Any, way: str, name: str, content: str) -> None:
    """Make `content` what the command called `way` has to find: staged, or committed."""
    repository.commit("first")
    stage(repository, name, content)
    if way != "staged":
        repository.git("commit", "-q", "--no-verify", "-m", "change")


# -- nothing runs ---------------------------------------------------------------------------------

HOOKS = (
    "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit",
    "post-checkout", "post-index-change", "pre-push", "reference-transaction", "pre-auto-gc",
    "fsmonitor-watchman", "post-rewrite", "sendemail-validate", "push-to-checkout", "update",
)  # fmt: skip
PLUMBING = (
    "rev-parse", "diff-index", "diff-tree", "cat-file", "rev-list", "hash-object", "ls-files",
    "for-each-ref", "config", "check-ignore",
)  # fmt: skip


def setting(key: str, value: str) -> str:
    """Return the lines of git's configuration that set `key` to `value` (git-config(1), Syntax)."""
    section, _, rest = key.partition(".")
    subsection, _, name = rest.rpartition(".")
    head = f'{section} "{subsection}"' if subsection else section
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'[{head}]\n\t{name} = "{escaped}"\n'


class Hostile:
    """A repository with everything in it that git can be made to run."""

    def __init__(self, repository: Any, directory: Path) -> None:
        self.repository = repository
        self.ran = directory / "ran"
        self.ran.mkdir()
        self.script = directory / "script.sh"
        self.script.write_text(f'#!/bin/sh\necho "$0 $*" >{shlex.quote(str(self.ran))}/$$\n')
        self.script.chmod(0o755)
        self.environment = {
            name: str(self.script)
            for name in (
                "GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_SSH", "GIT_SSH_COMMAND",
                "GIT_ASKPASS", "SSH_ASKPASS", "GIT_EDITOR", "EDITOR", "GIT_PROXY_COMMAND",
                "GIT_SEQUENCE_EDITOR",
            )
        }  # fmt: skip

    def plant(self, directory: Path) -> None:
        """Write attributes, configuration and hooks; git runs the script from here on."""
        script = str(self.script)
        hooks = directory / "hooks"
        for place in (hooks, self.repository.root / ".git/hooks"):
            place.mkdir(exist_ok=True)
            for hook in HOOKS:
                shutil.copy(self.script, place / hook)
        attributes = "* filter=run diff=conv merge=own ident text eol=crlf\n"
        included = directory / "included"
        included.write_text(f"[core]\n\tfsmonitor = {script}\n[diff]\n\texternal = {script}\n")
        everywhere = directory / "attributes"
        everywhere.write_text(attributes)
        self.repository.write(".gitattributes", attributes)
        self.repository.write(".git/info/attributes", attributes)
        settings = {
            "core.fsmonitor": script, "core.pager": script, "core.editor": script,
            "core.sshCommand": script, "core.gitProxy": script, "core.askPass": script,
            "core.alternateRefsCommand": script, "core.hooksPath": str(hooks),
            "core.attributesFile": str(everywhere), "core.untrackedCache": "true",
            "credential.helper": f"!{script}", "credential.https://x.credentialHelper": script,
            "diff.external": script, "diff.conv.textconv": script, "diff.conv.command": script,
            "diff.conv.cachetextconv": "true", "diff.orderFile": script, "diff.tool": "own",
            "difftool.own.cmd": script, "merge.own.driver": script, "merge.tool": "own",
            "filter.run.clean": script, "filter.run.smudge": script, "filter.run.process": script,
            "filter.run.required": "true", "gpg.program": script, "gpg.ssh.program": script,
            "gpg.x509.program": script, "log.showSignature": "true", "sequence.editor": script,
            "interactive.diffFilter": script, "pager.diff-tree": "true", "pager.cat-file": "true",
            "uploadpack.packObjectsHook": script, "trailer.x.command": script,
            "trailer.x.cmd": script, "include.path": str(included), "protocol.allow": "always",
            "remote.origin.url": f"ext::{script} %S", "remote.origin.uploadpack": script,
            "remote.origin.receivepack": script, "remote.origin.proxy": script,
            "remote.origin.promisor": "true", "remote.origin.partialCloneFilter": "blob:none",
            "extensions.partialClone": "origin", "core.repositoryFormatVersion": "1",
            "submodule.x.update": f"!{script}", "web.browser": "own", "browser.own.cmd": script,
            "lfs.storage": f"$({script})", "lfs.customtransfer.x.path": script,
            **{f"alias.{name}": f"!{script}" for name in PLUMBING},
        }  # fmt: skip
        # Not 80 calls of `git config`; of two values of a setting the last one counts.
        with open(self.repository.root / ".git/config", "a") as file:
            file.write("".join(map(setting, settings, settings.values())))

    def marks(self) -> list[str]:
        return [path.read_text() for path in self.ran.iterdir()]


@posix
@pytest.mark.parametrize("way", ALL)
def test_nothing_that_a_repository_names_is_run(
    look: Any, repository: Any, plant: Any, tmp_path: Path, way: str
) -> None:
    """Configuration, attributes, hooks, aliases, helpers; also for what would have to be fetched.

    A key is found all the same. The index or commit also has a pointer of Git LFS and a signature,
    which git has programs for.
    """
    hostile = Hostile(repository, tmp_path)
    lost = repository.root / "lost"
    oid = hashlib.sha256(b"x").hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 1\n"
    repository.write("pointer", pointer)
    repository.write("lost", "to be fetched\n")
    change(repository, way, "key", plant.pair())
    missing = id_of(repository, ":lost")
    if way != "staged":
        raw = repository.git("cat-file", "commit", "HEAD")
        head, message = raw.split("\n\n", 1)
        lines = "-----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
        signed = subprocess.run(
            ["git", "hash-object", "-w", "-t", "commit", "--stdin"], cwd=repository.root,
            input=f"{head}\ngpgsig {lines}\n\n{message}", text=True, capture_output=True,
            check=True,
        ).stdout.strip()  # fmt: skip
        repository.git("reset", "-q", "--soft", signed)
    if way == "staged":
        stage(repository, "lost2", "to be fetched as well\n")
        missing = id_of(repository, ":lost2")
    (repository.root / ".git/objects" / missing[:2] / missing[2:]).unlink()
    lost.unlink()
    hostile.plant(tmp_path)
    done = look(way, **hostile.environment)
    assert hostile.marks() == []
    assert done.returncode == 1, done.stderr
    assert "key" in done.paths()
    # It was a trap: git runs it for those who use it otherwise.
    for command in (["status"], ["diff-index", "-p", "HEAD"], ["cat-file", "-p", missing]):
        environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
        subprocess.run(
            ["git", *command], cwd=repository.root, env=environment, check=False,
            capture_output=True, stdin=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip
        assert hostile.marks(), command
        for path in hostile.ran.iterdir():
            path.unlink()


@posix
def test_an_object_to_be_fetched_in_the_index_is_no_clean_result(
    look: Any, repository: Any, plant: Any
) -> None:
    repository.commit("first")
    stage(repository, "lost", "content\n")
    name = id_of(repository, ":lost")
    (repository.root / ".git/objects" / name[:2] / name[2:]).unlink()
    done = look("staged")
    assert done.returncode == 2
    assert "lost: its content is not in this clone" in done.stderr


# -- nothing is written ---------------------------------------------------------------------------


def state(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return modes, times and contents of all that is below `root`, directories included."""
    found = {}
    for path in [root, *root.rglob("*")]:
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = status.st_mode, status.st_mtime_ns, content
    return found


@pytest.mark.parametrize("way", [*ALL, "scan"])
def test_nothing_is_written(
    look: Any, keycatch: Any, repository: Any, plant: Any, way: str
) -> None:
    change(repository, way, "key", plant.pair())
    repository.git("tag", "-m", "x", "v1")
    repository.write("untracked")
    os.utime(repository.root / "first", (1, 1))  # git would like to refresh its index
    before = state(repository.root)
    done = keycatch("scan", ".", cwd=repository.root) if way == "scan" else look(way)
    assert done.returncode == 1, done.stderr
    assert state(repository.root) == before


# -- git itself -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ALL)
def test_another_owner(look: Any, repository: Any, plant: Any, way: str) -> None:
    change(repository, way, "key", plant.pair())
    done = look(way, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "dubious ownership" in done.stderr
    assert "safe.directory" in done.stderr


@pytest.mark.parametrize("way", ALL)
def test_no_git(look: Any, repository: Any, plant: Any, tmp_path: Path, way: str) -> None:
    change(repository, way, "key", plant.pair())
    empty = tmp_path / "empty"
    empty.mkdir()
    done = look(way, PATH=str(empty))
    assert (done.returncode, done.stdout) == (2, "")
    assert "install it or put it on the PATH" in done.stderr


def fake_git(directory: Path, case: str) -> str:
    """Put a git in front of the real one that behaves differently in one `case` of its shell."""
    directory.mkdir()
    real = shutil.which("git")
    program = directory / "git"
    program.write_text(f'#!/bin/sh\ncase " $* " in\n{case}\nesac\nexec {real} "$@"\n')
    program.chmod(0o755)
    return f"{directory}{os.pathsep}{os.environ['PATH']}"


@posix
@pytest.mark.parametrize("way", ALL)
def test_a_git_that_is_too_old(
    look: Any, repository: Any, plant: Any, tmp_path: Path, way: str
) -> None:
    """Before 2.25 `rev-parse` repeats an option that it does not know, and succeeds."""
    change(repository, way, "key", plant.pair())
    case = "*' --show-object-format '*) printf -- '--show-object-format\\nfalse\\n'; exit;;"
    done = look(way, PATH=fake_git(tmp_path / "old", case))
    assert (done.returncode, done.stdout) == (2, "")
    assert "too old" in done.stderr


@posix
@pytest.mark.parametrize("way", COMMANDS)
def test_a_git_that_does_not_know_the_end_of_options(
    look: Any, repository: Any, plant: Any, tmp_path: Path, way: str
) -> None:
    """`rev-parse` does since 2.30. What was committed must not seem new for that."""
    repository.write("old", plant.pair())
    change(repository, way, "key", plant.pair())
    case = "*' --end-of-options '*) echo 'fatal: Needed a single revision' >&2; exit 128;;"
    done = look(way, PATH=fake_git(tmp_path / "older", case))
    assert done.returncode == 1, done.stderr
    assert done.paths() == ({"key", "old"} if way == "all files" else {"key"})


@posix
def test_a_git_that_knows_no_option_at_all(look: Any, repository: Any, tmp_path: Path) -> None:
    repository.commit("first")
    case = "*' --no-optional-locks '*) echo 'Unknown option' >&2; exit 129;;"
    done = look("staged", PATH=fake_git(tmp_path / "ancient", case))
    assert done.returncode == 2
    assert "Unknown option" in done.stderr


@posix
@pytest.mark.parametrize("way", ["staged", "push"])
def test_a_git_that_is_ended(
    look: Any, repository: Any, plant: Any, tmp_path: Path, way: str
) -> None:
    """What was not read is not clean."""
    change(repository, way, "key", plant.pair())
    repository.git("repack", "-qad")  # git is asked only for what is in a pack
    case = "*' cat-file --batch --buffer '*) kill -9 $$;;"
    done = look(way, PATH=fake_git(tmp_path / "ended", case))
    assert done.returncode == 2
    assert not done.report()["scan"]["complete"]


@pytest.mark.parametrize("way", COMMANDS[:-1])
def test_a_damaged_configuration(look: Any, repository: Any, plant: Any, way: str) -> None:
    change(repository, way, "key", plant.pair())
    (repository.root / ".git/config").write_text("[core\n")
    done = look(way)
    assert done.returncode == 2
    assert "bad config" in done.stderr


@pytest.mark.parametrize("way", ["two ends", "push", "framework's push", "range", "ci"])
def test_a_commit_that_is_missing(look: Any, repository: Any, plant: Any, way: str) -> None:
    """In the middle of the range, so that the ends are there."""
    for number in range(3):
        repository.write("key", f"{number}{plant.pair()}")
        repository.commit()
    first, lost = id_of(repository, "HEAD~2"), id_of(repository, "HEAD~1")
    (repository.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    repository.git("tag", "since", first)
    done = look(way)
    assert (done.returncode, done.stdout) == (2, "")


# -- what stands in the index ---------------------------------------------------------------------


def test_the_work_tree_does_not_matter(look: Any, repository: Any, plant: Any) -> None:
    """Neither skip-worktree nor assume-unchanged, nor a file that is gone or is a directory."""
    repository.commit("first")
    names = ["skipped", "assumed", "gone", "directory"]
    for name in names:
        stage(repository, name, plant.pair())
    repository.git("update-index", "--skip-worktree", "skipped")
    repository.git("update-index", "--assume-unchanged", "assumed")
    for name in names:
        (repository.root / name).unlink()
    repository.write("directory/file")
    assert look("staged").paths() == set(names)


@posix
def test_a_filter_decides_what_is_committed(look: Any, repository: Any, plant: Any) -> None:
    """What is encrypted on its way into the index is no finding; the file still has it."""
    pair = plant.pair()
    repository.git("config", "filter.crypt.clean", "base64 | rev | base64")
    repository.git("config", "filter.crypt.smudge", "base64 -d | rev | base64 -d")
    repository.write(".gitattributes", "sealed filter=crypt\n")
    repository.commit("first")
    stage(repository, "sealed", pair)
    assert pair == (repository.root / "sealed").read_text()
    assert look("staged").returncode == 0
    stage(repository, "open", pair)
    assert look("staged").paths() == {"open"}


def test_line_ends_that_git_converts(look: Any, repository: Any, plant: Any) -> None:
    """Lines are those of the file, whether or not carriage returns are stored."""
    repository.commit("first")
    text = f"one\r\ntwo\r\n{plant.key_id()}\r\n"
    stage(repository, "as-is", text)
    repository.git("config", "core.autocrlf", "true")
    repository.git("config", "core.safecrlf", "false")
    stage(repository, "converted", text)
    assert b"\r" not in repository.git("cat-file", "blob", ":converted").encode()
    assert {(path, line) for path, line, _ in look("staged").places()} == {
        ("as-is", 3), ("converted", 3),
    }  # fmt: skip


def test_a_merge_of_several_branches(look: Any, repository: Any, plant: Any) -> None:
    """MERGE_HEAD has a line for each; what a remote has of any of them is not the merge's own."""
    repository.commit("base")
    repository.git("branch", "-M", "main")
    for name in ("one", "two"):
        repository.git("checkout", "-qb", name, "main")
        repository.write(name, plant.pair())
        repository.commit()
    repository.git("checkout", "-q", "main")
    repository.commit("three")
    repository.git("merge", "-q", "--no-commit", "one", "two")
    assert len((repository.root / ".git/MERGE_HEAD").read_text().split()) == 2
    assert look("staged").returncode == 1  # of a branch that no remote has

    repository.git("remote", "add", "origin", "elsewhere.git")
    for name in ("one", "two"):
        repository.git("update-ref", f"refs/remotes/origin/{name}", f"refs/heads/{name}")
    assert look("staged").returncode == 0
    stage(repository, "evil", plant.pair())
    found = look("staged").report()["findings"]
    new = [each["locations"][0]["path"] for each in found if each["severity"] != "note"]
    assert new == ["evil"]
    repository.git("commit", "-qm", "octopus")
    done = look("range")
    assert done.paths() == {"evil", "one", "two"}
    by_path = {at["path"]: at["commit"] for f in done.report()["findings"] for at in f["locations"]}
    assert by_path["evil"] == id_of(repository, "HEAD")


@posix
def test_names_that_are_not_utf_8(look: Any, repository: Any, plant: Any) -> None:
    repository.commit("first")
    with open(os.path.join(os.fsencode(repository.root), b"\xff\n\x1b"), "wb") as file:
        file.write(plant.pair().encode())
    repository.git("add", "-A")
    repository.git("commit", "-qm", "x")
    for way in ("push", "range", "ci", "all files"):
        (finding,) = look(way).report()["findings"]
        assert {at["path_bytes"] for at in finding["locations"]} == {"%FF%0A%1B"}


def test_inside_of_a_submodule(
    look: Any, repository: Any, make_repository: Any, plant: Any
) -> None:
    """Its `.git` is a file."""
    other = make_repository("other")
    other.commit("file")
    repository.git("submodule", "--quiet", "add", str(other.root), "sub")
    (repository.root / "sub/key").write_text(plant.pair())
    repository.git("-C", "sub", "add", "key")
    assert (repository.root / "sub/.git").is_file()
    assert look("staged", cwd=repository.root / "sub").paths() == {"key"}


def test_a_submodule_that_is_told_to_be_ignored(look: Any, repository: Any, plant: Any) -> None:
    """The name of its directory is published all the same."""
    repository.commit("first")
    name = f"sub-{plant.key_id()}"
    repository.git("config", "diff.ignoreSubmodules", "all")
    repository.write(".gitmodules", f'[submodule "x"]\n\tpath = {name}\n\tignore = all\n')
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{ZERO[:-1]}1,{name}")
    assert len(look("staged").report()["findings"]) == 1
    tree = repository.git("write-tree").strip()
    made = repository.git("commit-tree", "-p", "HEAD", "-m", "x", tree).strip()
    repository.git("reset", "-q", "--soft", made)
    for way in ("push", "range", "ci"):
        assert len(look(way).report()["findings"]) == 1


def test_a_repository_that_the_environment_names(
    look: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    """As for files of a home directory that are kept in a repository elsewhere."""
    stage(repository, "key", plant.pair())
    work = tmp_path / "work"
    work.mkdir()
    named = {"GIT_DIR": str(repository.root / ".git"), "GIT_WORK_TREE": str(work)}
    assert look("staged", cwd=work, **named).paths() == {"key"}


@pytest.mark.parametrize("setting", ["store", "../store"])
def test_a_store_of_git_lfs_that_is_elsewhere(
    look: Any, repository: Any, plant: Any, setting: str
) -> None:
    repository.commit("first")
    content = plant.pair().encode()
    oid = hashlib.sha256(content).hexdigest()
    store = repository.root / ".git" / setting
    path = store / "objects" / oid[:2] / oid[2:4] / oid
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 9\n"
    stage(repository, "large", pointer)
    assert look("staged").returncode == 0
    repository.git("config", "lfs.storage", setting)
    assert look("staged").paths() == {"large"}
    repository.git("commit", "-qm", "x")
    assert look("push").paths() == {"large"}


# -- what runs no hook ----------------------------------------------------------------------------


@pytest.fixture
def hooked(repository: Any, tmp_path: Path) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Install native hooks and a remote; run git and return its exit code and the report.

    The report is empty where no hook ran.
    """
    remote = tmp_path / "remote.git"
    repository.git("init", "-q", "--bare", str(remote))
    repository.git("remote", "add", "origin", str(remote))
    repository.git("checkout", "-q", "-b", "main")
    repository.commit("first")
    repository.git("push", "-q", "origin", "main")
    log = tmp_path / "report.json"
    for hook, command in (("pre-commit", "staged"), ("pre-push", "push")):
        path = repository.root / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        run = shlex.join((sys.executable, "-m", "scanner", command, "--format", "json"))
        paths = shlex.quote(str(ROOT)), shlex.quote(str(log))
        path.write_text(f'#!/bin/sh\nPYTHONPATH={paths[0]} {run} "$@" >{paths[1]}\n')
        path.chmod(0o755)

    def git(*arguments: str) -> tuple[int, dict[str, Any]]:
        log.unlink(missing_ok=True)
        done = subprocess.run(
            ["git", *arguments], cwd=repository.root, capture_output=True, check=False,
            stdin=subprocess.DEVNULL, env={**os.environ, "GIT_EDITOR": "true"},
        )  # fmt: skip
        assert b"Traceback" not in done.stderr
        text = log.read_text() if log.exists() else ""
        return done.returncode, json.loads(text) if text else {}

    return git


def found(report: dict[str, Any]) -> set[str]:
    return {place["path"] for each in report["findings"] for place in each["locations"]}


@pytest.fixture
def keyed(repository: Any, hooked: Any, plant: Any) -> str:
    """Return the name of a branch, made around the hook, with a key that `main` has not got."""
    repository.git("checkout", "-q", "-b", "keyed")
    repository.write("key", plant.pair())
    repository.git("add", "key")
    assert hooked("commit", "-qm", "key")[0] == 1
    repository.git("commit", "-qm", "key", "--no-verify")
    repository.git("checkout", "-q", "main")
    return "keyed"


@pytest.mark.parametrize("how", ["cherry-pick", "rebase", "am", "stash", "fast-forward"])
def test_what_comes_in_around_the_commit_hook_is_not_pushed(
    hooked: Any, repository: Any, keyed: str, tmp_path: Path, how: str
) -> None:
    if how == "cherry-pick":
        code, report = hooked("cherry-pick", keyed)
    elif how == "rebase":
        repository.write("other")
        repository.git("add", "other")
        repository.git("commit", "-qm", "other", "--no-verify")
        repository.git("checkout", "-q", keyed)
        code, report = hooked("rebase", "-q", "main")
        repository.git("branch", "-qf", "main", keyed)
        repository.git("checkout", "-q", "main")
    elif how == "am":
        patch = tmp_path / "patch"
        patch.write_text(repository.git("format-patch", "--stdout", "main..keyed"))
        code, report = hooked("am", "-q", str(patch))
    elif how == "stash":
        repository.git("checkout", "-q", keyed, "--", "key")
        code, report = hooked("stash")
        assert (code, report) == (0, {})
        code, report = hooked("push", "-q", "origin", "stash@{0}:refs/heads/main")
        assert (code, found(report)) == (1, {"key"})
        return
    else:
        code, report = hooked("merge", "-q", "--ff-only", keyed)
    assert (code, report) == (0, {})
    code, report = hooked("push", "-q", "origin", "main")
    assert (code, found(report)) == (1, {"key"})


def test_an_intended_file_beside_a_key(hooked: Any, repository: Any, plant: Any) -> None:
    repository.write("later", plant.pair())
    repository.git("add", "--intent-to-add", "later")
    stage(repository, "now")
    code, report = hooked("commit", "-qm", "x")
    assert (code, report["findings"]) == (0, [])
    repository.git("add", "later")
    code, report = hooked("commit", "-qm", "y")
    assert (code, found(report)) == (1, {"later"})


def test_all_references_at_once(hooked: Any, repository: Any, keyed: str, plant: Any) -> None:
    """The hook is told all of them, also tags that follow."""
    assert hooked("push", "-q", "--all", "origin")[0] == 1
    assert hooked("push", "-q", "--mirror", "origin")[0] == 1
    repository.git("branch", "-q", "-D", keyed)
    stage(repository, "clean")
    repository.git("commit", "-qm", "clean", "--no-verify")
    repository.git("tag", "-m", plant.pair(), "v1")
    code, report = hooked("push", "-q", "--follow-tags", "origin", "main")
    assert (code, found(report)) == (1, {"tag message"})
    code, report = hooked("push", "-q", "origin", "main")
    assert (code, report["findings"]) == (0, [])


def test_an_interactive_commit_of_a_part(hooked: Any, repository: Any, plant: Any) -> None:
    """Half of a file is staged: that half counts."""
    stage(repository, "file", "one\n")
    repository.git("commit", "-qm", "file", "--no-verify")
    repository.write("file", "one\ntwo\n")
    repository.git("add", "file")
    repository.write("file", f"one\ntwo\n{plant.pair()}")
    code, report = hooked("commit", "-qm", "half")
    assert (code, report["findings"]) == (0, [])
    assert hooked("commit", "-qam", "whole")[0] == 1
