"""Ways out of a report: halves of a value in two fields, and what other processes are given."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.git import process
from scanner.reports import FORMATS

posix = pytest.mark.skipif(os.name == "nt", reason="needs programs of POSIX")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Put a git in front that writes down what it is given; return what that was."""
    real, folder, said = shutil.which("git"), tmp_path / "bin", tmp_path / "arguments"
    assert real is not None
    folder.mkdir()
    script = folder / "git"
    script.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >>{shlex.quote(str(said))}\n'
        f'env >>{shlex.quote(str(said))}\nexec {shlex.quote(real)} "$@"\n'
    )
    script.chmod(0o755)
    process.program.cache_clear()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    yield lambda: said.read_text("utf-8", "surrogateescape")
    process.program.cache_clear()


@posix
@pytest.mark.parametrize("command", [
    ["scan", "."], ["staged"], ["range", "HEAD~2..HEAD"], ["history", "--no-cache"], ["push"],
    ["baseline", "create"], ["history", "--no-cache", "--since", "2000-01-01"],
    ["explain", "--fingerprint", "0" * 32],
])  # fmt: skip
def test_no_value_is_an_argument_of_git(
    command: list[str], repository: Any, keycatch: Any, plant: Any, log: Callable[[], str]
) -> None:
    """Nor in its environment. The value is the name of a file, a directory, a branch and a tag."""
    key, secret = plant.key_id(), plant.secret().replace("/", "x")
    repository.commit("first")
    repository.write(f"{key}/{secret}.env", f"key = {key}\nsecret_access_key = {secret}\n")
    repository.commit()
    repository.git("tag", f"t-{key}")
    repository.git("branch", f"b-{key}")
    repository.git("mv", f"{key}/{secret}.env", f"{key}.env")
    repository.commit("other")
    repository.write(f"{key}.{secret}", f"key = {key}\nsecret_access_key = {secret}\n")
    repository.git("add", "-A")
    tip = repository.git("rev-parse", "HEAD").strip()
    line = f"refs/heads/b-{key} {tip} refs/heads/b-{key} {'0' * 40}\n".encode()
    path = Path(repository.root).parent / "arguments"
    path.write_text("")
    done = keycatch(*command, cwd=repository.root, given=line if command == ["push"] else None)
    assert "Traceback" not in done.stderr
    given = log()
    assert given or command[0] == "explain"
    assert key not in given
    assert secret not in given
    assert key not in done.stdout + done.stderr
    assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("form", [name for name in FORMATS if name != "html"])
def test_halves_in_the_names_of_a_repository_and_a_file(
    form: str, make_repository: Any, keycatch: Any, plant: Any, tmp_path: Path
) -> None:
    """A path has a slash where the secret has one."""
    secret = plant.secret().replace("/", "x")
    secret = f"{secret[:19]}/{secret[20:]}"
    first, second = secret.split("/")
    pair = f"aws_access_key_id = {plant.key_id()}\naws_secret_access_key = {secret}\n"
    one, other = make_repository(f"x{first}"), make_repository("other")
    other.commit("file")
    one.write(second, pair)
    one.git("add", "-A")
    one.git("commit", "-qm", first, "--author", f"{second} <{second}@example.com>")
    done = keycatch("history", "--no-cache", str(one.root), str(other.root), "--format", form)
    assert done.returncode == 1, done.stderr
    assert secret not in done.stdout + done.stderr
    done = keycatch("scan", str(one.root), "--format", form, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit", "markdown", "csv"])
def test_halves_in_an_archive_and_a_member_of_it(
    form: str, repository: Any, keycatch: Any, plant: Any, make_zip: Any
) -> None:
    secret = plant.secret().replace("/", "x")
    secret = f"{secret[:20]}/{secret[21:]}"
    first, second = secret.split("/")
    pair = f"aws_access_key_id = {plant.key_id()}\naws_secret_access_key = {secret}\n"
    inner = make_zip({second: pair.encode()})
    repository.write(f"{first}.zip", make_zip({f"{first}/{second}": pair.encode(), "i.zip": inner}))
    repository.write(f"{first}/{second}", pair)
    done = keycatch("scan", ".", "-v", "--format", form, cwd=repository.root)
    assert done.returncode == 1
    assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("words", [
    ["scan", "{0}"], ["scan", "--{0}"], ["{0}"], ["range", "{0}..HEAD"], ["range", "HEAD..{0}"],
    ["history", "--branch", "{0}"], ["history", "--since", "{0}"], ["scan", ".", "--jobs", "{0}"],
    ["scan", ".", "--format", "{0}"], ["scan", ".", "--fail-on", "{0}"],
    ["scan", ".", "--disable", "{0}"], ["scan", ".", "--config", "{0}"],
    ["scan", ".", "--baseline", "{0}"], ["scan", ".", "--rules", "{0}"],
    ["scan", ".", "--output", "json=/none/{0}/x"], ["rules", "show", "{0}"],
    ["explain", "{0}"], ["respond", "{0}"], ["baseline", "import", "{0}"], ["push", "{0}", "{0}"],
])  # fmt: skip
def test_no_error_quotes_an_argument_that_is_a_value(
    words: list[str], repository: Any, keycatch: Any, plant: Any
) -> None:
    repository.commit("first")
    for value in (plant.key_id(), f"secret_access_key={plant.secret().replace('/', 'x')}"):
        done = keycatch(*(word.format(value) for word in words), cwd=repository.root)
        assert value[-16:] not in done.stdout + done.stderr
