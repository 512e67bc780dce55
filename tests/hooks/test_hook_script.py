"""The text of the hooks, run by every sh there is, with a program that notes how it was called."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.commands import COMMANDS
from scanner.hooks.script import (
    CALLS,
    KEPT,
    OTHERS,
    HookKind,
    kind_of,
    passing_hook,
    repository_hook,
    user_hook,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="scripts stand for programs")

SHELLS = [
    [path] for name in ("sh", "dash", "bash", "ksh", "mksh", "yash") if (path := shutil.which(name))
]
if shutil.which("busybox"):
    SHELLS.append(["busybox", "sh"])
if shutil.which("bash"):
    SHELLS.append(["bash", "--posix", "-u"])
LINES = b"refs/heads/m\xff 1 refs/heads/n 2\nrefs/heads/o  3 refs/heads/p 4\n"


class Place:
    """A directory of hooks whose path has everything in it that a shell could trip over."""

    def __init__(self, root: Path) -> None:
        self.directory = root / 'it\'s $(a) "pläce" \\x *'
        self.directory.mkdir()
        self.log = root / "log"
        self.program = self.script(self.directory / "keycatch", 'keycatch "$@"')

    def script(self, path: Path, says: str, code: int = 0, stdin: bool = False) -> Path:
        note = f"echo {says}\n" + ("cat\n" if stdin else "")
        path.write_text(f"#!/bin/sh\n{{\n{note}}} >>'{self.log}'\nexit {code}\n")
        path.chmod(0o755)
        return path

    def hook(self, name: str, program: Path | None = None) -> Path:
        path = self.directory / name
        path.write_bytes(repository_hook(name, str(program or self.program)))
        return path

    def notes(self) -> bytes:
        return self.log.read_bytes() if self.log.exists() else b""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(params=SHELLS, ids=" ".join)
def shell(request: Any) -> list[str]:
    return request.param


def run(
    shell: list[str],
    path: Path,
    *arguments: str,
    given: bytes = b"",
    path_variable: str = "",
    **more: Any,
) -> subprocess.CompletedProcess[bytes]:
    search = ":".join(filter(None, [path_variable, "/usr/bin:/bin"]))
    env = {"PATH": search, **more.pop("env", {})}
    return subprocess.run(
        [*shell, str(path), *arguments],
        input=given,
        env=env,
        capture_output=True,
        check=False,
        **more,
    )


@pytest.mark.parametrize(
    "name", [name for name in CALLS if name.startswith("pre-") and "re" in name]
)
def test_every_hook_calls_a_command_that_exists(name: str) -> None:
    assert CALLS[name].split()[0] in COMMANDS


@pytest.mark.parametrize("name", ["pre-commit", "pre-merge-commit"])
def test_a_commit_hook(shell: list[str], place: Place, name: str) -> None:
    done = run(shell, place.hook(name))
    assert (done.returncode, done.stderr) == (0, b"")
    assert place.notes() == b"keycatch staged\n"


@pytest.mark.parametrize("given", [LINES, b"", b"no line feed", b"\n\n\n"])
def test_both_read_the_same_bytes(shell: list[str], place: Place, given: bytes) -> None:
    place.script(place.program, 'keycatch "$@"', stdin=True)
    place.script(place.directory / f"pre-push{KEPT}", 'before "$@"', stdin=True)
    done = run(shell, place.hook("pre-push"), "origin", "a b", given=given)
    assert (done.returncode, done.stderr) == (0, b"")
    assert place.notes() == b"keycatch push origin a b\n" + given + b"before origin a b\n" + given


def test_many_lines(shell: list[str], place: Place) -> None:
    given = LINES * 40_000  # more than a pipe or an argument can hold
    place.script(place.program, "keycatch", stdin=True)
    place.script(place.directory / f"pre-push{KEPT}", "before")  # reads nothing
    done = run(shell, place.hook("pre-push"), "origin", "url", given=given)
    assert done.returncode == 0
    assert place.notes() == b"keycatch\n" + given + b"before\n"


def test_a_server_hook(shell: list[str], place: Place) -> None:
    place.script(place.program, 'keycatch "$@"', stdin=True)
    place.script(place.directory / f"pre-receive{KEPT}", "before", stdin=True)
    run(shell, place.hook("pre-receive"), given=LINES)
    assert place.notes() == b"keycatch receive\n" + LINES + b"before\n" + LINES


@pytest.mark.parametrize(
    ("name", "first"), [("pre-commit", b"before\n"), ("pre-push", b"keycatch\n")]
)
@pytest.mark.parametrize("code", [1, 2, 130])
def test_the_first_that_fails_ends_it(
    shell: list[str], place: Place, name: str, first: bytes, code: int
) -> None:
    failing = {b"before\n": place.directory / f"{name}{KEPT}", b"keycatch\n": place.program}
    for note, path in failing.items():
        place.script(path, note.decode().strip(), code=code if note == first else 0)
    assert run(shell, place.hook(name)).returncode == code
    assert place.notes() == first


@pytest.mark.parametrize(
    ("name", "last"), [("pre-commit", b"keycatch\n"), ("pre-push", b"before\n")]
)
def test_the_last_one_counts(shell: list[str], place: Place, name: str, last: bytes) -> None:
    place.script(place.directory / f"{name}{KEPT}", "before", code=3 * (last == b"before\n"))
    place.script(place.program, "keycatch", code=3 * (last == b"keycatch\n"))
    assert run(shell, place.hook(name)).returncode == 3
    assert place.notes().endswith(last)


def test_a_hook_that_is_not_executable_is_left_alone(shell: list[str], place: Place) -> None:
    place.script(place.directory / f"pre-commit{KEPT}", "before").chmod(0o644)
    assert run(shell, place.hook("pre-commit")).returncode == 0
    assert place.notes() == b"keycatch staged\n"


def test_called_by_its_name_alone(shell: list[str], place: Place) -> None:
    place.script(place.directory / f"pre-commit{KEPT}", "before")
    place.hook("pre-commit")
    done = subprocess.run(
        [*shell, "pre-commit"], cwd=place.directory, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert place.notes() == b"before\nkeycatch staged\n"


def test_the_program_on_the_path_takes_over(shell: list[str], place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other bin"
    other.mkdir()
    place.script(other / "keycatch", 'other "$@"')
    hook = place.hook("pre-commit", tmp_path / "gone")
    done = run(shell, hook, path_variable=str(other))
    assert (done.returncode, done.stderr) == (0, b"")
    assert place.notes() == b"other staged\n"


def test_a_program_that_cannot_be_started(shell: list[str], place: Place, tmp_path: Path) -> None:
    """So is the script of a virtual environment whose Python has gone."""
    place.program.write_text("#!/gone/python\n")
    hook = place.hook("pre-push")
    done = run(shell, hook, given=LINES)
    assert done.returncode == 1
    assert b"nothing was checked" in done.stderr
    other = tmp_path / "other"
    other.mkdir()
    place.script(other / "keycatch", "other", stdin=True)
    assert run(shell, hook, given=LINES, path_variable=str(other)).returncode == 0
    assert place.notes() == b"other\n" + LINES


@pytest.mark.parametrize("name", CALLS)
def test_without_the_program_nothing_passes(
    shell: list[str], place: Place, tmp_path: Path, name: str
) -> None:
    hook = place.hook(name, tmp_path / "gone")
    done = run(shell, hook, given=LINES)
    assert done.returncode == 1
    message = done.stderr.decode()
    assert message.startswith("keycatch: found neither at its old path nor on the PATH")
    assert f"remove this hook with: rm '{hook}'" in message.replace("\\\\", "\\")
    place.script(Path(f"{hook}{KEPT}"), "before")
    assert b"remove this hook with: mv '" in run(shell, hook, given=LINES).stderr


@pytest.mark.parametrize("entry", [".", "", "sub"])
def test_a_relative_entry_of_the_path_does_not_count(
    shell: list[str], place: Place, tmp_path: Path, entry: str
) -> None:
    """The repository could bring a program of that name."""
    for folder in (tmp_path, tmp_path / "sub"):
        folder.mkdir(exist_ok=True)
        place.script(folder / "keycatch", "planted")
    hook = place.hook("pre-commit", tmp_path / "gone")
    done = run(shell, hook, cwd=tmp_path, env={"PATH": f"{entry}:/usr/bin:/bin"})
    assert done.returncode == 1
    assert place.notes() == b""


def test_variables_of_another_hook_do_not_count(shell: list[str], place: Place) -> None:
    """A hook of the framework that runs git would otherwise tell keycatch what to read."""
    names = ("PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF")
    place.script(place.program, '"$PRE_COMMIT$PRE_COMMIT_FROM_REF$PRE_COMMIT_TO_REF."')
    for name in ("pre-commit", "pre-push"):
        run(shell, place.hook(name), env=dict.fromkeys(names, "1"))
    assert place.notes() == b".\n.\n"


@pytest.mark.parametrize("variable", ["PRE_COMMIT_RUNNING_LEGACY", "PREK_RUNNING_LEGACY"])
def test_a_framework_is_not_started_by_itself(
    shell: list[str], place: Place, variable: str
) -> None:
    kept = place.script(place.directory / f"pre-commit{KEPT}", "before")
    hook = place.hook("pre-commit")
    assert run(shell, hook, env={variable: "1"}).returncode == 0
    assert place.notes() == b"before\nkeycatch staged\n"
    place.log.unlink()
    kept.write_text(f"{kept.read_text()}# File generated by pre-commit: https://pre-commit.com\n")
    assert run(shell, hook, env={variable: "1"}).returncode == 0
    assert place.notes() == b"keycatch staged\n"
    assert run(shell, hook).returncode == 0
    assert place.notes() == b"keycatch staged\nbefore\nkeycatch staged\n"


def own_hooks(place: Place) -> tuple[Path, Path]:
    """Return a work tree and the hooks of its own."""
    work = place.directory / "work"
    hooks = work / ".git" / "hooks"
    hooks.mkdir(parents=True)
    return work, hooks


@pytest.mark.parametrize("name", CALLS)
def test_for_all_chains_the_repositorys_own(shell: list[str], place: Place, name: str) -> None:
    work, hooks = own_hooks(place)
    path = place.directory / name
    path.write_bytes(user_hook(name, str(place.program)))
    assert run(shell, path, cwd=work).returncode == 0
    assert place.notes().count(b"keycatch") == 1
    place.script(hooks / name, "own", code=4)
    assert run(shell, path, cwd=work).returncode == 4
    assert place.notes().count(b"own") == 1


def test_for_all_leaves_it_to_a_hook_of_keycatch(shell: list[str], place: Place) -> None:
    work, hooks = own_hooks(place)
    own = hooks / "pre-push"
    own.write_bytes(repository_hook("pre-push", str(place.program)))
    own.chmod(0o755)
    place.script(hooks / f"pre-push{KEPT}", "before", stdin=True)
    path = place.directory / "pre-push"
    path.write_bytes(user_hook("pre-push", str(place.program)))
    assert run(shell, path, "origin", "url", cwd=work, given=LINES).returncode == 0
    assert place.notes() == b"keycatch push origin url\nbefore\n" + LINES


@pytest.mark.parametrize("make", [user_hook, lambda name, program: passing_hook(name)])
def test_hooks_that_are_their_own(shell: list[str], place: Place, make: Any) -> None:
    """Where .git/hooks is a link to the hooks for all, they must not run themselves."""
    hooks = place.directory / "all"
    hooks.mkdir()
    path = hooks / "pre-commit"
    path.write_bytes(make("pre-commit", str(place.program)))
    path.chmod(0o755)
    work = place.directory / "work"
    (work / ".git").mkdir(parents=True)
    (work / ".git/hooks").symlink_to(hooks)
    assert run(shell, path, cwd=work, timeout=20).returncode == 0
    assert place.notes().count(b"keycatch") <= 1


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "push-to-checkout"])
def test_others_only_pass_on(place: Place, name: str) -> None:
    work, hooks = own_hooks(place)
    path = place.directory / name
    path.write_bytes(passing_hook(name))
    done = run(["sh"], path, cwd=work)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    place.script(hooks / name, 'own "$@"', code=5, stdin=True)
    assert run(["sh"], path, "one", "two three", cwd=work, given=LINES).returncode == 5
    assert place.notes() == b"own one two three\n" + LINES


def test_every_hook_that_git_documents_is_passed_on() -> None:
    """`fsmonitor-watchman` is named by core.fsmonitor, with its path."""
    page = (
        shutil.which("man")
        and subprocess.run(
            ["man", "githooks"],
            capture_output=True,
            check=False,
            env={"MANPAGER": "cat", "PATH": os.environ["PATH"]},
        ).stdout.decode()
    )
    if not page or "pre-merge-commit" not in page:
        pytest.skip("the manual of git is not here")
    names = {
        line.strip() for line in page.splitlines() if line.startswith("   ") and line[3:4] != " "
    }
    assert names - {"fsmonitor-watchman"} <= set(OTHERS)


ALL = [make(name, "/x/keycatch") for name in CALLS for make in (repository_hook, user_hook)]
ALL += [passing_hook(name) for name in OTHERS]


@pytest.mark.parametrize("text", ALL)
def test_a_text_is_known_until_it_is_changed(text: bytes) -> None:
    assert kind_of(text) is HookKind.OURS
    assert kind_of(text + b"\n") is HookKind.EDITED
    assert kind_of(text.replace(b"exit", b"true")) in (HookKind.EDITED, HookKind.OURS)
    assert kind_of(b"#!/bin/sh\n" + text) is HookKind.FOREIGN


@given(st.sampled_from(ALL), st.data())
def test_no_change_goes_unnoticed(text: bytes, data: Any) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.binary(max_size=3)) + text[at + 1 :]
    assert changed == text or kind_of(changed) is not HookKind.OURS


def test_a_text_of_another_version_is_known() -> None:
    import hashlib

    head = b"#!/bin/sh\n# Written by `keycatch install` 9.9; something else\n"
    body = b"exec something-new\n"
    checksum = hashlib.sha256(head + body).hexdigest()[:16].encode()
    mark = b"# Checksum of the other lines, for updating and undoing: "
    assert kind_of(head + mark + checksum + b"\n" + body) is HookKind.OURS


def test_every_shell_can_read_it(shell: list[str], tmp_path: Path) -> None:
    for text in ALL:
        (tmp_path / "hook").write_bytes(text)
        done = subprocess.run(
            [*shell, "-n", str(tmp_path / "hook")], capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b""), text


@pytest.mark.parametrize("text", ALL)
def test_it_says_who_wrote_it_and_how_to_remove_it(text: bytes) -> None:
    line = text.splitlines()[1]
    assert b"keycatch install" in line
    assert b"--undo" in line


def test_without_a_program_of_this_machine(shell: list[str], place: Place) -> None:
    path = place.directory / "pre-commit"
    path.write_bytes(repository_hook("pre-commit", ""))
    assert str(place.directory).encode() not in path.read_bytes()
    done = run(shell, path)
    assert done.returncode == 1
    assert done.stderr.startswith(b"keycatch: found not on the PATH, so nothing was checked")
