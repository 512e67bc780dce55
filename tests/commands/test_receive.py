"""`keycatch receive`: real pushes to a server's repository, with the command as git's hook."""

from __future__ import annotations

import gzip
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scanner.commands.receive import of_hook
from scanner.commands.receive_outcome import push_options, without_directories
from scanner.errors import UsageError
from scanner.git.repository import Repository
from scanner.liveness.canaries import known_accounts
from scanner.rulebook.generator import Generator

ROOT = Path(__file__).resolve().parents[2]
GIT = shutil.which("git") or ""
COMMAND = (sys.executable, "-m", "scanner", "receive")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="hooks are shell scripts here")


class Pushed(NamedTuple):
    """How a push ended."""

    accepted: bool
    said: str
    """What the hook printed, as git shows it: without `remote: ` and without what git adds."""
    report: dict[str, Any]

    @property
    def paths(self) -> set[str]:
        findings = self.report["findings"]
        return {place["path"] for each in findings for place in each["locations"]}

    @property
    def commits(self) -> int:
        number: int = self.report["scan"]["counts"]["commits"]
        return number

    @property
    def text(self) -> str:
        """What was printed, in one line."""
        return " ".join(self.said.split())


class Server:
    """A repository with the command as its hook, and the clone that pushes to it."""

    def __init__(self, clone: Any, directory: Path, root: Path) -> None:
        self.clone, self.directory, self.root = clone, directory, root
        self.log = root.parent / "report.json"
        (directory / "hooks").mkdir(exist_ok=True)

    def hook(self, *options: str, before: str = "", command: tuple[str, ...] = COMMAND) -> None:
        """Install the command with its `options`; lines of the shell may go `before` it."""
        hook = self.directory / "hooks/pre-receive"
        line = shlex.join((*command, *options))
        hook.write_text(
            f"#!/bin/sh\nexport PYTHONPATH={shlex.quote(str(ROOT))}\n{before}\n{line}\n"
        )
        hook.chmod(0o755)

    def push(self, *arguments: str | bytes, options: tuple[str, ...] = ()) -> Pushed:
        """Push to the server with the options of git."""
        self.log.unlink(missing_ok=True)
        done = subprocess.run(
            [GIT, "push", *options, str(self.root), *arguments], cwd=self.clone.root, check=False,
            capture_output=True, stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"}, timeout=120,
        )  # fmt: skip
        shown = done.stderr.decode("utf-8", "surrogateescape")
        lines = [line for line in shown.splitlines() if line.startswith("remote: ")]
        said = "\n".join(line.removeprefix("remote: ").rstrip() for line in lines)
        assert "Traceback" not in shown
        assert done.returncode == 0 or "pre-receive hook declined" in shown, shown
        report = json.loads(self.log.read_text()) if self.log.exists() else {}
        return Pushed(done.returncode == 0, said, report)

    def reported(self, *arguments: str | bytes, options: tuple[str, ...] = ()) -> Pushed:
        """Push with the command's report in JSON."""
        self.hook("--format", "json", "--output", str(self.log))
        return self.push(*arguments, options=options)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            [GIT, "-C", self.directory, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def refs(self) -> dict[str, str]:
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.split() for line in lines)

    def files(self) -> set[Path]:
        return {path for path in self.directory.rglob("*") if path.is_file()}

    def without_hook(self, *arguments: str) -> None:
        """Push past the hook, as it was before there was one."""
        (self.directory / "hooks/pre-receive").unlink(missing_ok=True)
        assert self.push(*arguments).accepted


@pytest.fixture
def serve(repository: Any, tmp_path: Path) -> Callable[..., Server]:
    def make(*options: str, name: str = "server.git") -> Server:
        root = tmp_path / name
        repository.git("init", "-q", "--bare", *options, str(root))
        return Server(repository, root, root)

    return make


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory for what the first test that needs it makes and the others copy."""
    return tmp_path_factory.mktemp("made-once")


@pytest.fixture
def server(serve: Any, repository: Any, tmp_path: Path, made_once: Path) -> Server:
    """Return a bare repository that has a first commit on its branch `main`."""
    root = tmp_path / "server.git"
    if not (made_once / "clone").exists():
        repository.git("checkout", "-q", "-b", "main")
        repository.commit("first")
        serve().without_hook("main")
        shutil.copytree(root, made_once / "server.git")
        shutil.copytree(repository.root, made_once / "clone")
    else:
        shutil.rmtree(repository.root)
        shutil.copytree(made_once / "clone", repository.root)
        shutil.copytree(made_once / "server.git", root)

    made = Server(repository, root, root)
    made.hook()
    return made


def add(repository: Any, name: str, content: str | bytes = "text\n") -> str:
    repository.write(name, content)
    repository.commit()
    return str(repository.git("rev-parse", "HEAD").strip())


def counts(refs: dict[str, str]) -> set[str]:
    return {name.removeprefix("refs/") for name in refs}


# -- what whoever pushes reads --------------------------------------------------------------------


def test_a_key_is_rejected(server: Server, repository: Any, plant: Any) -> None:
    before, refs = server.files(), server.refs()
    pair = plant.pair()
    commit = add(repository, "deploy.env", f"# prod\n{pair}")
    pushed = server.push("main")
    assert not pushed.accepted
    key_id, secret = (line.split()[-1] for line in pair.splitlines())
    assert pushed.said.startswith("CRITICAL  deploy.env:2:21\n")
    assert f"{key_id[:4]}****{key_id[-4:]}" in pushed.said
    assert f"commit             {commit[:8]}, " in pushed.said
    steps = [
        "1. Deactivate the key first",
        "keycatch: push rejected, since it adds 1 AWS credential: what to do now:",
        "1. Revoke each credential",
        "2. Take it out of the commit",
        "`git commit --amend`",
        "`git rebase -i COMMIT~1`",
        "3. Push again",
        "No credential, or meant to be there? Put `keycatch:allow`",
    ]
    places = [pushed.text.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)
    for secret_or_place in (key_id, secret, str(server.root), str(ROOT), "\x1b"):
        assert secret_or_place not in pushed.said
    ours = pushed.said[pushed.said.index("keycatch: push rejected") :].splitlines()
    assert max(map(len, ours)) <= 72
    # Nothing of it is on the server.
    assert (server.refs(), server.files()) == (refs, before)
    # What it says to do helps.
    add(repository, "deploy.env", "# prod\n")
    assert not server.push("main").accepted
    repository.git("reset", "-q", "--hard", "HEAD~2")
    add(repository, "deploy.env", "# prod\n")
    assert server.push("main").accepted


def test_a_clean_push_is_accepted_without_a_word(server: Server, repository: Any) -> None:
    add(repository, "clean")
    pushed = server.push("main")
    assert (pushed.accepted, pushed.said) == (True, "")
    server.hook("-v")
    add(repository, "more", "more\n")
    pushed = server.push("main")
    assert pushed.accepted
    assert "no AWS credentials found" in pushed.said


def test_quiet(server: Server, repository: Any, plant: Any) -> None:
    server.hook("-q")
    add(repository, "key", plant.pair())
    pushed = server.push("main")
    assert not pushed.accepted
    first, *others = pushed.said.splitlines()
    assert first.startswith("key:1:21: critical")
    assert " ".join(" ".join(others).split()) == (
        "keycatch: push rejected, since it adds 1 AWS credential: revoke them, and take them out "
        "of the commits"
    )


@pytest.mark.parametrize("option", ["", "-q"])
def test_nobody_is_sent_to_revoke_a_canary(
    server: Server, repository: Any, plant: Any, option: str
) -> None:
    server.hook(*filter(None, (option,)))
    make = Generator("a canary that is pushed")
    decoy = f"id = {make.access_key_id(min(known_accounts()))}\nsecret = {plant.secret()}\n"
    add(repository, "trap.env", decoy)
    pushed = server.push("main")
    assert not pushed.accepted
    assert "do not deactivate" in pushed.text
    assert "evoke" not in pushed.text
    assert "amend" not in pushed.text

    add(repository, "real.env", plant.pair())
    pushed = server.push("main")
    assert not pushed.accepted
    assert "evoke" in pushed.text
    assert option or "2. Leave the canaries alone" in pushed.text


def test_a_key_id_alone_is_not_revoked(server: Server, repository: Any, plant: Any) -> None:
    add(repository, "id.env", f"id = {plant.key_id()}\n")
    pushed = server.push("main")
    assert not pushed.accepted
    assert (
        "since it adds 1 AWS access key ID: what to do now: 1. Look for the secret" in pushed.text
    )
    assert "1. Revoke" not in pushed.text


def test_a_note_does_not_reject(server: Server, repository: Any, plant: Any) -> None:
    key = plant.pair()
    add(repository, "key", key)
    server.without_hook("main")
    server.hook()
    add(repository, "key", f"more\n{key}")
    pushed = server.push("main")
    assert pushed.accepted
    assert "existed before this change" in pushed.said
    assert "rejected" not in pushed.said


def test_fail_on(server: Server, repository: Any, plant: Any) -> None:
    add(repository, "medium", plant.secret())
    assert not server.push("main").accepted
    server.hook("--fail-on", "high")
    pushed = server.push("main")
    assert (pushed.accepted, "below --fail-on" in pushed.said) == (True, True)
    assert "keycatch:" not in pushed.said
    add(repository, "high", plant.key_id())
    assert not server.push("main").accepted


# -- what is scanned ------------------------------------------------------------------------------


def test_added_and_removed_again(server: Server, repository: Any, plant: Any) -> None:
    add(repository, "key", plant.pair())
    repository.git("rm", "-q", "key")
    add(repository, "other")
    pushed = server.reported("main")
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"key"}, 2)


def test_two_references(server: Server, repository: Any, plant: Any) -> None:
    for name in ("one", "two"):
        repository.git("checkout", "-qb", name, "main")
        add(repository, name, plant.pair())
    pushed = server.reported("one", "two")
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"one", "two"}, 2)
    assert counts(server.refs()) == {"heads/main"}
    # One of them is enough for both to be rejected, whichever comes first.
    repository.git("checkout", "-qb", "zero", "main")
    add(repository, "clean", "clean\n")
    for names in (("zero", "one"), ("two", "zero")):
        assert not server.reported(*names).accepted
    assert counts(server.refs()) == {"heads/main"}


def test_a_new_branch_on_an_empty_server(serve: Any, repository: Any, plant: Any) -> None:
    server = serve()
    add(repository, "key", plant.pair())
    repository.git("rm", "-q", "key")
    add(repository, "other")
    pushed = server.reported("HEAD:refs/heads/main")
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"key"}, 2)


def test_what_the_server_has_is_not_scanned(server: Server, repository: Any, plant: Any) -> None:
    """Also where it is on another branch than the one that is pushed."""
    repository.git("checkout", "-qb", "feature")
    add(repository, "key", plant.pair())
    server.without_hook("feature")
    pushed = server.reported("feature:refs/heads/copy")
    assert (pushed.accepted, pushed.commits) == (True, 0)
    add(repository, "other", plant.pair())
    pushed = server.reported("HEAD:refs/heads/main")
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"other"}, 1)


def test_a_forced_push(server: Server, repository: Any, plant: Any) -> None:
    add(repository, "a")
    assert server.push("main").accepted
    repository.git("reset", "-q", "--hard", "HEAD~1")
    add(repository, "key", plant.pair())
    pushed = server.reported("main", options=("--force",))
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"key"}, 1)


def test_deleting_a_branch(server: Server, repository: Any) -> None:
    assert server.push("main:refs/heads/gone").accepted
    pushed = server.reported(":gone")
    assert (pushed.accepted, pushed.commits, counts(server.refs())) == (True, 0, {"heads/main"})


def test_deleting_one_branch_and_pushing_another(
    server: Server, repository: Any, plant: Any
) -> None:
    assert server.push("main:refs/heads/gone").accepted
    add(repository, "key", plant.pair())
    pushed = server.reported(":gone", "main")
    assert (pushed.accepted, pushed.paths) == (False, {"key"})
    assert counts(server.refs()) == {"heads/main", "heads/gone"}


@pytest.mark.parametrize("kind", [(), ("-m", "annotated")])
def test_a_tag(server: Server, repository: Any, plant: Any, kind: tuple[str, ...]) -> None:
    add(repository, "key", plant.pair())
    repository.git("tag", *kind, "v1")
    pushed = server.reported("v1")
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"key"}, 1)
    repository.git("tag", *kind, "v0", "HEAD~1")
    assert server.reported("v0").accepted


@pytest.mark.parametrize("kind", [(), ("-m", "annotated")])
def test_a_tag_of_a_file(
    server: Server, repository: Any, plant: Any, kind: tuple[str, ...]
) -> None:
    repository.write("key", plant.pair())
    name = repository.git("hash-object", "-w", "key").strip()
    repository.git("tag", *kind, "file", name)
    pushed = server.reported("file")
    assert (pushed.accepted, len(pushed.report["findings"])) == (False, 1)


@pytest.mark.parametrize("kind", [(), ("-m", "annotated")])
def test_a_tag_of_a_directory(
    server: Server, repository: Any, plant: Any, kind: tuple[str, ...]
) -> None:
    repository.write("below/key", plant.pair())
    repository.git("add", "-A")
    repository.git("tag", *kind, "directory", repository.git("write-tree").strip())
    pushed = server.reported("directory")
    assert (pushed.accepted, pushed.paths) == (False, {"below/key"})


def test_a_merge_that_adds_a_key(server: Server, repository: Any, plant: Any) -> None:
    repository.git("checkout", "-qb", "side")
    add(repository, "a")
    repository.git("checkout", "-q", "main")
    add(repository, "b")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "side")
    add(repository, "key", plant.pair())
    pushed = server.reported("main")
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"key"}, 3)


def test_the_name_of_a_new_branch(server: Server, repository: Any, plant: Any) -> None:
    name = f"refs/heads/{plant.key_id()}"
    assert not server.reported(f"main:{name}").accepted
    server.without_hook(f"main:{name}")
    add(repository, "a")
    assert server.reported(f"main:{name}").accepted  # it is not new any more


def test_a_branch_whose_name_is_no_text(server: Server, repository: Any, plant: Any) -> None:
    add(repository, "key", plant.pair())
    pushed = server.reported(b"main:refs/heads/\xff\xe2\x80\xa8x")
    assert (pushed.accepted, pushed.paths) == (False, {"key"})
    repository.git("reset", "-q", "--hard", "HEAD~1")
    assert server.reported(b"main:refs/heads/\xff\xe2\x80\xa8x").accepted


def test_sha256(serve: Any, repository: Any, tmp_path: Path, plant: Any) -> None:
    server = serve("--object-format=sha256", name="sha256.git")
    clone = repository.root
    shutil.rmtree(clone / ".git")
    repository.git("init", "-q", "--object-format=sha256")
    for name, value in (("user.name", "T"), ("user.email", "t@example.com")):
        repository.git("config", name, value)
    add(repository, "clean")
    assert server.reported("HEAD:refs/heads/main").commits == 1
    add(repository, "key", plant.pair())
    pushed = server.reported("HEAD:refs/heads/main")
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"key"}, 1)
    assert server.reported(":refs/heads/main").accepted


def test_a_server_with_a_work_tree(serve: Any, make_repository: Any, plant: Any) -> None:
    """Whose work tree a push updates, and which holds a configuration that a push put there."""
    clone, other = make_repository("clone"), make_repository("other")
    other.git("config", "receive.denyCurrentBranch", "updateInstead")
    server = Server(clone, other.root / ".git", other.root)
    branch = other.git("symbolic-ref", "HEAD").strip()
    add(clone, ".keycatch.toml", 'exclude = ["*"]\n')
    assert server.reported("HEAD:refs/heads/other").accepted
    other.git("checkout", "-q", "other", "--")
    assert (other.root / ".keycatch.toml").exists()
    other.git("symbolic-ref", "HEAD", branch)
    add(clone, "key", plant.pair())
    pushed = server.reported(f"HEAD:{branch}")
    assert (pushed.accepted, pushed.paths) == (False, {"key"})


def test_by_an_address(server: Server, repository: Any, plant: Any) -> None:
    add(repository, "key", plant.pair())
    local = Server(repository, server.directory, server.directory)
    local.root = server.directory.as_uri()  # type: ignore[assignment]
    pushed = local.reported("main")
    assert (pushed.accepted, pushed.paths) == (False, {"key"})


def test_a_server_that_hands_on_nothing(server: Server, repository: Any, plant: Any) -> None:
    """No home, no language, no terminal, and a PATH with git and nothing more."""
    bare = f"env -i PATH={shlex.quote(os.path.dirname(GIT))} git-receive-pack"
    add(repository, "clean")
    pushed = server.reported("main", options=(f"--receive-pack={bare}",))
    assert (pushed.accepted, pushed.commits) == (True, 1), pushed.said
    add(repository, "key", plant.pair())
    pushed = server.reported("main", options=(f"--receive-pack={bare}",))
    assert (pushed.accepted, pushed.paths) == (False, {"key"})


def test_from_a_shallow_clone(
    server: Server, serve: Any, repository: Any, make_repository: Any, plant: Any, tmp_path: Path
) -> None:
    add(repository, "a")
    server.without_hook("main")
    clone = make_repository("shallow")
    clone.git("fetch", "-q", "--depth=1", server.directory.as_uri(), "main")
    clone.git("checkout", "-q", "-b", "main", "FETCH_HEAD")
    there = Server(clone, server.directory, server.directory)
    add(clone, "clean", "clean\n")
    assert there.reported("main").commits == 1
    add(clone, "key", plant.pair())
    pushed = there.reported("main")
    assert (pushed.accepted, pushed.paths, pushed.commits) == (False, {"key"}, 1)


def test_a_server_that_takes_shallow_pushes(
    server: Server, serve: Any, repository: Any, make_repository: Any, plant: Any
) -> None:
    """Its history ends inside of what is pushed: that is never taken for scanned in silence."""
    add(repository, "key", plant.pair())
    add(repository, "more")
    server.without_hook("main")
    clone = make_repository("shallow")
    clone.git("fetch", "-q", "--depth=1", server.directory.as_uri(), "main")
    fresh = serve(name="fresh.git")
    fresh.git("config", "receive.shallowUpdate", "true")
    there = Server(clone, fresh.directory, fresh.directory)
    there.hook()
    assert not there.push("FETCH_HEAD:refs/heads/main").accepted


# -- the configuration ----------------------------------------------------------------------------


def test_a_push_cannot_configure_its_scan(server: Server, repository: Any, plant: Any) -> None:
    repository.write("pyproject.toml", '[tool.keycatch]\nfail-on = "high"\nexclude = ["*"]\n')
    repository.write(".keycatch.toml", 'exclude = ["*"]\n')
    add(repository, "key", plant.pair())
    pushed = server.reported("main")
    assert (pushed.accepted, pushed.paths) == (False, {"key"})


def test_the_default_branch_decides(server: Server, repository: Any, plant: Any) -> None:
    """What was there before the push counts, and no other branch: anybody can push to those."""
    old, other = plant.pair(), plant.pair()
    server.git("symbolic-ref", "HEAD", "refs/heads/main")
    add(repository, "old", old)
    server.without_hook("main")
    entries = baseline_of(repository)
    repository.git("checkout", "-q", "-b", "topic")
    add(repository, ".keycatch-baseline", entries)
    add(repository, ".keycatch.toml", 'exclude = ["vendor/"]\n')
    assert server.reported("topic").accepted
    add(repository, "copy", f"# again\n{old}")
    add(repository, "vendor/key", other)
    pushed = server.reported("topic")
    assert (pushed.accepted, pushed.paths) == (False, {"copy", "vendor/key"})

    repository.git("push", "-q", str(server.root), "topic~2:main", check=False)
    assert server.reported("topic~2:main").accepted
    assert server.reported("topic").accepted
    server.hook("--no-config", "--no-baseline")
    add(repository, "third", f"# again\n{old}")
    assert not server.push("topic").accepted


def baseline_of(repository: Any) -> str:
    """Return a baseline of what is in the work tree."""
    path = repository.root / ".keycatch-baseline"
    command = [sys.executable, "-m", "scanner", "baseline", "create"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=repository.root, env=env, check=True, capture_output=True)
    content = path.read_text()
    path.unlink()
    return content


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (".keycatch.toml", "not TOML", "configuration of the default branch is not used"),
        (".keycatch.toml", 'rules = ["/etc/hostname"]\n', "is not a file of the repository"),
        (".keycatch.toml", 'rules = ["../x.yaml"]\n', "is not a file of the repository"),
        (".keycatch.toml", 'baseline = "/etc/hostname"\n', "is not a file of the repository"),
        (".keycatch-baseline", "<<<<<<< a\n", "baseline of the default branch is not used"),
    ],
)
def test_a_default_branch_that_cannot_be_used_stops_no_push(
    server: Server, repository: Any, plant: Any, name: str, content: str, said: str
) -> None:
    """Else nothing could be pushed any more, not even what mends it."""
    server.git("symbolic-ref", "HEAD", "refs/heads/main")
    add(repository, name, content)
    server.without_hook("main")
    server.hook("-v")
    add(repository, "clean")
    pushed = server.push("main")
    assert pushed.accepted
    assert said in pushed.text
    add(repository, "key", plant.pair())
    assert not server.push("main").accepted


def test_marks_are_refused_under_strict(server: Server, repository: Any, plant: Any) -> None:
    server.hook("--strict", "--contact", "git@example.com")
    add(repository, "one", plant.pair().replace("\n", "  # keycatch:allow for a test\n"))
    pushed = server.push("main")
    assert not pushed.accepted
    assert "this change allows 1 finding by a mark that it adds" in pushed.text
    assert "it adds marks that allow findings, which this server does not accept" in pushed.text
    assert "one:1" in pushed.said


def test_no_configuration_is_looked_for(server: Server, repository: Any, plant: Any) -> None:
    (server.directory / ".keycatch.toml").write_text('exclude = ["*"]\n')
    add(repository, "key", plant.pair())
    assert not server.push("main").accepted


def test_the_configuration_of_the_server(
    server: Server, repository: Any, plant: Any, tmp_path: Path
) -> None:
    """It counts, and where it is is not told."""
    private = tmp_path / "etc of server"
    private.mkdir()
    config = private / "policy.toml"
    config.write_text('exclude = ["vendor/"]\n')
    server.hook("--config", str(config))
    add(repository, "vendor/key", plant.pair())
    pushed = server.push("main")
    assert (pushed.accepted, pushed.said) == (True, "")
    repository.write("vendor/other", plant.pair())
    add(repository, "key", plant.pair())
    pushed = server.push("main")
    assert not pushed.accepted
    assert " policy.toml excludes 1 file" in pushed.text
    assert "etc of server" not in pushed.text


@pytest.mark.parametrize(
    "content", [None, "nonsense", 'disable = ["no-such"]', 'rules = ["r.yaml"]']
)
def test_a_configuration_that_cannot_be_used(
    server: Server, repository: Any, tmp_path: Path, content: str | None
) -> None:
    private = tmp_path / "etc of server"
    private.mkdir()
    config = private / "policy.toml"
    if content is not None:
        config.write_text(content)
    server.hook("--config", str(config), "--contact", "git@example.com")
    add(repository, "clean")
    pushed = server.push("main")
    assert not pushed.accepted
    assert "policy.toml" in pushed.said or "r.yaml" in pushed.said
    assert (
        "because of a problem on the server, not in your commits: ask git@example.com"
        in pushed.text
    )
    assert "etc of server" not in pushed.text
    assert str(tmp_path) not in pushed.said


def test_marks(server: Server, repository: Any, plant: Any) -> None:
    allowed = plant.pair().replace("\n", "  # keycatch:allow for a test\n")
    other = plant.pair().replace("\n", "  # keycatch:allow for a test\n")
    add(repository, "one", allowed)
    pushed = server.reported("main")
    assert (pushed.accepted, pushed.report["findings"]) == (True, [])
    server.hook("--no-marks", "--contact", "git@example.com")
    # What is there already stays where it is.
    add(repository, "one", f"more\n{allowed}")
    assert server.push("main").accepted
    add(repository, "two", other)
    pushed = server.push("main")
    assert not pushed.accepted
    assert "two:1:21" in pushed.said
    assert "No credential? Ask git@example.com." in pushed.said
    assert "keycatch:allow" not in pushed.said


# -- what is not scanned --------------------------------------------------------------------------


def too_deep(text: str) -> bytes:
    content = text.encode()
    for _ in range(12):
        content = gzip.compress(content, mtime=0)
    return content


def test_what_cannot_be_read_is_rejected(server: Server, repository: Any, plant: Any) -> None:
    server.hook("--contact", "git@example.com")
    add(repository, "deep.gz", too_deep(plant.pair()))
    pushed = server.push("main")
    assert not pushed.accepted
    assert "INCOMPLETE: 1 item could not be fully read" in pushed.said
    assert "push rejected, since not all of it could be scanned" in pushed.text
    assert "ask git@example.com" in pushed.text
    server.hook("--exit-zero")
    assert not server.push("main").accepted


def test_findings_and_something_unread(server: Server, repository: Any, plant: Any) -> None:
    repository.write("key", plant.pair())
    add(repository, "deep.gz", too_deep(plant.pair()))
    pushed = server.push("main")
    assert not pushed.accepted
    assert "INCOMPLETE" in pushed.said
    assert "since it adds " in pushed.text
    server.hook("--exit-zero")
    pushed = server.push("main")
    assert not pushed.accepted
    assert "since not all of it could be scanned" in pushed.text


def test_a_hook_that_read_the_lines_before(server: Server, repository: Any, plant: Any) -> None:
    """Nothing would be scanned, and everything accepted."""
    server.hook(before="cat >/dev/null")
    add(repository, "key", plant.pair())
    pushed = server.push("main")
    assert not pushed.accepted
    assert "standard input names no reference" in pushed.text


@pytest.mark.parametrize("line", [b"one\n", b"a b c\n", b"\xff\n", b"1 2 refs/heads/x\n"])
def test_not_the_input_of_a_hook(keycatch: Any, repository: Any, line: bytes) -> None:
    repository.commit("a")
    done = keycatch("receive", given=line, cwd=repository.root)
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input is not that of a pre-receive hook" in done.stderr


def test_an_object_that_is_not_there(keycatch: Any, repository: Any) -> None:
    repository.commit("a")
    line = f"{'0' * 40} {'1' * 40} refs/heads/x\n".encode()
    done = keycatch("receive", given=line, cwd=repository.root)
    assert done.returncode == 2
    assert "ask the administrator of this server" in " ".join(done.stderr.split())


def test_without_the_environment_of_the_hook(keycatch: Any, server: Server) -> None:
    """A wrapper that throws it away takes the quarantine with it."""
    head = server.refs()["refs/heads/main"]
    line = f"{head} {head} refs/heads/main\n".encode()
    done = keycatch("receive", given=line, cwd=server.directory)
    assert done.returncode == 2
    assert "set GIT_DIR to its path" in " ".join(done.stderr.split())
    assert str(server.directory.parent) not in done.stderr
    done = keycatch("receive", given=line, cwd=server.directory, env={"GIT_DIR": "."})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_git(server: Server, repository: Any, tmp_path: Path) -> None:
    server.hook(before=f"PATH={shlex.quote(str(tmp_path))}")
    add(repository, "clean")
    pushed = server.push("main")
    assert not pushed.accepted
    assert "git was not found" in pushed.text
    assert "because of a problem on the server" in pushed.text


def test_a_terminal_is_no_hook(keycatch: Any, repository: Any) -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        done = keycatch("receive", cwd=repository.root, stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    assert "pre-receive hook" in done.stderr


def test_a_defect_of_ours(server: Server, repository: Any) -> None:
    program = (
        "import sys\n"
        "from scanner.commands import main, receive\n"
        "def fail(*_): raise ValueError('quotes ' + 'content')\n"
        "receive.of_hook = fail\n"
        "sys.exit(main(['receive', *sys.argv[1:]]))\n"
    )
    server.hook(command=(sys.executable, "-c", program))
    add(repository, "clean")
    pushed = server.push("main")
    assert not pushed.accepted
    assert "ValueError at" in pushed.said
    assert "content" not in pushed.said
    assert "because of a problem on the server" in pushed.text
    server.hook("--trial", command=(sys.executable, "-c", program))
    assert server.push("main").accepted


def test_what_was_not_read_is_told_without_directories(server: Server, repository: Any) -> None:
    program = (
        "import sys\n"
        "from scanner.commands import main, receive\n"
        "from scanner.findings import Notice, Report, Tally\n"
        "def examine(*_):\n"
        "    tally = Tally()\n"
        "    tally.notice(Notice('unreadable', 'a', 'no /srv/private/x.git', hides=True))\n"
        "    return Report('receive', (), tally)\n"
        "receive.examine_change = examine\n"
        "sys.exit(main(['receive']))\n"
    )
    server.hook(command=(sys.executable, "-c", program))
    add(repository, "clean")
    pushed = server.push("main")
    assert not pushed.accepted
    assert "a: unreadable, no x.git" in pushed.said


def test_of_hook(repository: Any, monkeypatch: Any) -> None:
    repository.commit("a")
    monkeypatch.chdir(repository.root)
    here = Repository()
    one, two, none = "1" * 40, "2" * 40, here.zero
    lines = (
        f"{none} {one} refs/heads/new\n{two} {one} refs/heads/same\n{two} {none} refs/heads/gone\n"
        f"{one} {two} refs/heads/a b\n"
    )
    assert of_hook(lines.encode(), here) == ([one, two], ["refs/heads/new"])
    for wrong in ("", "\n", f"{one} {two}\n", f"{one} {two[1:]} refs/heads/x\n"):
        with pytest.raises(UsageError):
            of_hook(wrong.encode(), here)


# -- letting pass ---------------------------------------------------------------------------------


def test_a_trial_rejects_nothing(
    server: Server, repository: Any, plant: Any, tmp_path: Path
) -> None:
    excuse = "keycatch: push accepted, since the check is on trial, although "
    server.hook("--trial")
    add(repository, "key", plant.pair())
    pushed = server.push("main")
    assert pushed.accepted
    assert "CRITICAL  key:1:21" in pushed.said
    assert f"{excuse}it adds 1 AWS credential" in pushed.text
    assert "rejected" not in pushed.said
    add(repository, "deep.gz", too_deep(plant.pair()))
    pushed = server.push("main")
    assert pushed.accepted
    assert f"{excuse}not all of it could be scanned" in pushed.text
    server.hook("--trial", "--config", str(tmp_path / "none.toml"))
    add(repository, "clean")
    pushed = server.push("main")
    assert pushed.accepted
    assert f"{excuse}it could not be scanned" in pushed.text


def test_exit_zero(server: Server, repository: Any, plant: Any, tmp_path: Path) -> None:
    server.hook("--exit-zero")
    add(repository, "key", plant.pair())
    pushed = server.push("main")
    assert pushed.accepted
    assert "push accepted, since this server only reports for now" in pushed.text
    server.hook("--exit-zero", "--config", str(tmp_path / "none.toml"))
    add(repository, "clean")
    assert not server.push("main").accepted


def test_push_options(server: Server, repository: Any, plant: Any, tmp_path: Path) -> None:
    server.git("config", "receive.advertisePushOptions", "true")
    add(repository, "key", plant.pair())
    let_pass = ("--push-option=first", "--push-option=let-pass")
    assert not server.push("main", options=let_pass).accepted  # nobody has allowed it
    server.hook("--allow-push-option", "let-pass")
    for options in ((), ("--push-option=let",), ("--push-option=let-pass-x",)):
        pushed = server.push("main", options=options)
        assert not pushed.accepted
        assert "git push --push-option=let-pass" in pushed.said
    pushed = server.push("main", options=let_pass)
    assert pushed.accepted
    assert "CRITICAL  key:1:21" in pushed.said
    assert "since the push option let-pass overrides the check" in pushed.text
    # No name is none.
    add(repository, "other", plant.pair())
    server.hook("--allow-push-option", "")
    assert not server.push("main", options=("--push-option=",)).accepted
    repository.git("reset", "-q", "--hard", "HEAD~1")
    # It also gets past a scan that fails.
    server.hook("--allow-push-option", "let-pass", "--config", str(tmp_path / "none.toml"))
    add(repository, "clean")
    assert not server.push("main").accepted
    assert server.push("main", options=let_pass).accepted


def test_reading_push_options() -> None:
    given = {"GIT_PUSH_OPTION_0": "a", "GIT_PUSH_OPTION_1": "b=c", "GIT_PUSH_OPTION_2": "old"}
    assert push_options({**given, "GIT_PUSH_OPTION_COUNT": "2"}) == ["a", "b=c"]
    for count in ({}, {"GIT_PUSH_OPTION_COUNT": "0"}, {"GIT_PUSH_OPTION_COUNT": "x"}):
        assert push_options({**given, **count}) == []


# -- the time limit -------------------------------------------------------------------------------


@pytest.fixture
def slow_git(tmp_path: Path) -> Callable[..., tuple[str, Path]]:
    """Put a git before the real one that never ends when it is given one of some commands.

    Returns the line of the shell that does it, and the file with the processes it became.
    """

    def make(slow: str, sleep: str = "exec sleep 600") -> tuple[str, Path]:
        directory, started = tmp_path / "slow", tmp_path / "started"
        directory.mkdir(exist_ok=True)
        program = directory / "git"
        log = shlex.quote(str(started))
        program.write_text(
            f'#!/bin/sh\ncase " $* " in *" {slow} "*) echo $$ >>{log}; {sleep};; esac\n'
            f'exec {shlex.quote(GIT)} "$@"\n'
        )
        program.chmod(0o755)
        return f"PATH={shlex.quote(str(directory))}:$PATH", started

    return make


def is_running(process: int) -> bool:
    command = ["ps", "-o", "stat=", "-p", str(process)]
    state = subprocess.run(command, capture_output=True, check=False).stdout.strip()
    # One that has ended is listed as Z until its parent asks, which may be the first process of a
    # container and take its time.
    return bool(state) and not state.startswith(b"Z")


def ends(process: int) -> bool:
    """Return whether a process that was told to end does so, however busy the machine is."""
    deadline = time.monotonic() + 30
    while is_running(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


# The time is up when git hangs, however long the machine takes to get there.
LIMIT_OF_A_HANG = """\
import os, sys, threading
from types import SimpleNamespace
from scanner.commands import main, time_limit
class Event(threading.Event):
    def wait(self, timeout=None):
        while timeout == 1 and not os.path.exists({started!r}):
            if super().wait(0.02):
                return True
        return super().wait(0 if timeout == 1 else timeout)
time_limit.threading = SimpleNamespace(**{{**vars(threading), "Event": Event}})
sys.exit(main(["receive", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("slow", ["rev-parse", "rev-list", "cat-file --batch --buffer"])
def test_a_git_that_hangs(
    server: Server, repository: Any, slow_git: Any, slow: str, plant: Any
) -> None:
    line, started = slow_git(slow)
    command = (sys.executable, "-c", LIMIT_OF_A_HANG.format(started=str(started)))
    server.hook("--time-limit", "1", "--contact", "git@example.com", before=line, command=command)
    server.git("config", "receive.unpackLimit", "1")  # a few loose objects are read without git
    add(repository, "key", plant.pair())
    pushed = server.push("main")
    assert not pushed.accepted
    assert pushed.text == (
        "keycatch: push rejected, since it was not scanned within the 1 seconds that the server "
        "allows: push fewer commits at a time, or ask git@example.com"
    )
    assert max(map(len, pushed.said.splitlines())) <= 72
    processes = [int(number) for number in started.read_text().split()]
    assert processes
    assert all(map(ends, processes))


SLOW_SCAN = """\
import sys, time
from scanner.commands import main, time_limit
from scanner.engine.examine import Examiner
time_limit.GRACE = 0.5
def examine(*_):
    while True:
        try:
            time.sleep(0.01)
        except {caught}:
            pass
Examiner.examine = examine
sys.exit(main(["receive", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("caught", ["Exception", "BaseException"])
def test_a_scan_that_takes_long(server: Server, repository: Any, plant: Any, caught: str) -> None:
    """Even if nothing can end it."""
    program = SLOW_SCAN.format(caught=caught)
    server.hook("--time-limit", "0.5", command=(sys.executable, "-c", program))
    add(repository, "key", plant.pair())
    pushed = server.push("main")
    assert not pushed.accepted
    assert pushed.text.startswith(
        "keycatch: push rejected, since it was not scanned within the 0.5"
    )


def test_what_takes_too_long_can_be_let_pass(
    server: Server, repository: Any, slow_git: Any, plant: Any
) -> None:
    line, _ = slow_git("rev-list")
    server.hook("--time-limit", "0.5", "--on-time-limit", "accept", before=line)
    add(repository, "key", plant.pair())
    pushed = server.push("main")
    assert pushed.accepted
    assert (
        "push accepted, since this server accepts pushes whose scan takes too long" in pushed.text
    )
    # And nothing else.
    server.hook("--on-time-limit", "accept")
    add(repository, "other", plant.pair())
    assert not server.push("main").accepted


def test_the_time_is_up_on_trial(server: Server, repository: Any, slow_git: Any) -> None:
    line, _ = slow_git("rev-list")
    server.hook("--time-limit", "0.5", "--trial", before=line)
    add(repository, "clean")
    pushed = server.push("main")
    assert pushed.accepted
    assert "the check is on trial" in pushed.text


@pytest.mark.parametrize("text", ["-1", "x", "1e9", "nan", "86401", "", "1.2345"])
def test_a_time_limit_that_is_none(keycatch: Any, repository: Any, text: str) -> None:
    done = keycatch("receive", f"--time-limit={text}", given=b"", cwd=repository.root)
    assert done.returncode == 2
    assert "--time-limit" in done.stderr


def test_no_time_limit(server: Server, repository: Any, plant: Any) -> None:
    server.hook("--time-limit", "0")
    add(repository, "key", plant.pair())
    assert not server.push("main").accepted


# -- what whoever pushes is not told --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cannot read /etc/keycatch/a.toml: no", "cannot read a.toml: no"),
        ("repository at '/srv/git/x.git'", "repository at 'x.git'"),
        ("in C:\\git\\x.git", "in x.git"),
        ("in C:/git/x.git", "in x.git"),
        ("in \\\\host\\share\\x.git", "in x.git"),
        ("object of below/file and ./objects/ab", "object of below/file and ./objects/ab"),
        ("see https://example.com/a/b", "see https://example.com/a/b"),
        ("read/write", "read/write"),
    ],
)
def test_without_directories(text: str, left: str, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert without_directories(text, None) == left


def test_without_directories_that_have_spaces(monkeypatch: Any, tmp_path: Path) -> None:
    here = tmp_path / "my server"
    here.mkdir()
    monkeypatch.chdir(here)
    assert without_directories(f"{here}/x/y: {tmp_path}/z", None) == "x/y: z"
    config = str(tmp_path / "its files" / "a.toml")
    assert without_directories(f"in {config}", config) == "in a.toml"
    monkeypatch.chdir("/")
    assert without_directories("a/b", None) == "a/b"
